import dataclasses
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from risks import scales, scoring
from risks.control_effect import SIDES, ControlShare
from risks.formulas import LATEST, VERSION_1, VERSION_2, VERSION_3, VERSION_4
from risks.scoring import Criticality, Exploited, Exposure, Reach, ScoreInput, Source, SupportEnd, Term, TreatmentDue, score

TODAY = date(2026, 11, 24)


def facts(**changed):
    believable = {
        "risk_id": 17,
        "state": "CURRENT",
        "likelihood_level": 4,
        "impact_levels": {"operational": 4},
        "today": TODAY,
    }
    return ScoreInput(**(believable | changed))


def points(result):
    return {term.name: str(term.points) for term in result.terms}


def test_likelihood_times_worst_impact_is_the_base():
    # 3 points × likelihood 4 × impact 4 = 48
    result = score(facts(impact_levels={"financial": 2, "operational": 4}), VERSION_1)

    assert result.value == Decimal("48.0")
    assert result.band == "MEDIUM"
    assert result.terms == (
        Term(
            "rating",
            Decimal("48.0"),
            Source("risk", 17),
            {"likelihood_level": 4, "impact_level": 4, "impact_area": "operational"},
        ),
    )


def test_every_term_of_a_plant_risk_worked_by_hand():
    # 3 × 4 × 4                    48.0
    # effective criticality 5      +7.0
    # remote                       +5.5
    # out of support               +4.0
    # safety-relevant zone         +3.5
    # review 19 days late (1–30)   +1.0
    #                              69.0
    given = facts(
        exposure=Exposure(
            criticalities=(
                Criticality("confidentiality", 2, 204),
                Criticality("availability", 5, 311),
                Criticality("safety", 5, 312),
            ),
            reach=Reach("REMOTE", 204),
            support_ends=(SupportEnd(date(2027, 1, 1), 120), SupportEnd(date(2026, 6, 30), 207)),
            safety_zone_asset_id=311,
        ),
        review_due_on=TODAY - timedelta(days=19),
    )

    result = score(given, VERSION_1)

    assert points(result) == {
        "rating": "48.0",
        "criticality": "7.0",
        "reachability": "5.5",
        "end_of_support": "4.0",
        "safety_zone": "3.5",
        "review_late": "1.0",
    }
    assert [term.source for term in result.terms] == [
        Source("risk", 17),
        Source("asset", 312),
        Source("asset", 204),
        Source("asset", 207),
        Source("asset", 311),
        Source("risk", 17),
    ]
    assert result.value == Decimal("69.0")
    assert result.value_without_care == Decimal("68.0")
    assert result.band == "HIGH"


def test_one_level_less_of_likelihood_costs_twelve_points():
    # the look: "At likelihood 3 the score would be 50" where it is 62 at 4: 3 × 1 × 4 = 12
    four = score(facts(likelihood_level=4), VERSION_1)
    three = score(facts(likelihood_level=3), VERSION_1)

    assert four.value - three.value == Decimal("12.0")


@pytest.mark.parametrize("missing", [{"likelihood_level": None}, {"impact_levels": {}}])
def test_with_too_little_input_there_is_a_reason_and_no_number(missing):
    result = score(facts(**missing), VERSION_1)

    assert result == scoring.ScoreResult(1, None, None, reason="not-enough-data")
    assert result.value_without_care is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "gross"},
        {"likelihood_level": 6},
        {"impact_levels": {"operational": 0}},
        {"impact_levels": {"weather": 3}},
        {"exposure": Exposure(criticalities=(Criticality("availability", 9, 1),))},
        {"exposure": Exposure(criticalities=(Criticality("beauty", 3, 1),))},
        {"exposure": Exposure(reach=Reach("space", 1))},
    ],
)
def test_input_off_the_scales_is_refused(wrong):
    with pytest.raises(ValueError, match=r".+"):
        score(facts(**wrong), VERSION_1)


def test_the_bound_is_a_term_of_its_own():
    # 3.9 × 5 × 5 = 97.5, +7.0 = 104.5, bound to 100
    steep = dataclasses.replace(VERSION_1, version=901, base_points=Decimal("3.9"))
    given = facts(
        likelihood_level=5,
        impact_levels={"legal": 5},
        exposure=Exposure(criticalities=(Criticality("integrity", 5, 1),)),
        review_due_on=TODAY - timedelta(days=200),
    )

    result = score(given, steep)

    assert points(result) == {
        "rating": "97.5",
        "criticality": "7.0",
        "bound": "-4.5",
        "review_late": "5.0",
        "care_bound": "-5.0",
    }
    assert result.value == Decimal("100.0")


@pytest.mark.parametrize(
    ("days_late", "care"),
    [(-1, 0), (0, 0), (1, 1), (30, 1), (31, 2), (61, 3), (91, 4), (180, 4), (181, 5), (4000, 5)],
)
def test_a_late_review_weighs_more_by_steps(days_late, care):
    result = score(facts(review_due_on=TODAY - timedelta(days=days_late)), VERSION_1)

    assert result.value - result.value_without_care == care


def test_care_terms_count_at_most_five_together():
    harsh = dataclasses.replace(VERSION_1, version=902, review_late_steps=((1, Decimal("9.0")),))

    result = score(facts(review_due_on=TODAY - timedelta(days=2)), harsh)

    assert points(result) == {"rating": "48.0", "review_late": "9.0", "care_limit": "-4.0"}


def test_care_terms_alone_never_cross_the_tolerance():
    # 48 without care; +5.0 would make 53, the tolerance is 50: 3 points go
    given = facts(review_due_on=TODAY - timedelta(days=200), tolerance_points=Decimal(50))

    result = score(given, VERSION_1)

    assert points(result) == {"rating": "48.0", "review_late": "5.0", "care_tolerance": "-3.0"}
    assert not scoring.above_tolerance(result.value, given.tolerance_points)


def test_above_tolerance_care_counts_in_full():
    given = facts(review_due_on=TODAY - timedelta(days=200), tolerance_points=Decimal(47))

    result = score(given, VERSION_1)

    assert result.value == Decimal("53.0")
    assert scoring.above_tolerance(result.value, given.tolerance_points)


@pytest.mark.parametrize("state", ["INHERENT", "RESIDUAL"])
def test_care_belongs_to_the_current_state(state):
    result = score(facts(state=state, review_due_on=TODAY - timedelta(days=200)), VERSION_1)

    assert points(result) == {"rating": "48.0"}
    assert result.next_change_on is None


def test_an_asset_is_supported_through_its_last_day():
    exposure = Exposure(support_ends=(SupportEnd(TODAY, 7),))

    on_the_day = score(facts(exposure=exposure), VERSION_1)
    day_after = score(facts(exposure=exposure, today=TODAY + timedelta(days=1)), VERSION_1)

    assert on_the_day.value == Decimal("48.0")
    assert on_the_day.next_change_on == TODAY + timedelta(days=1)
    assert day_after.value == Decimal("52.0")
    assert day_after.next_change_on is None


def test_the_next_step_of_a_late_review_is_known():
    # due 24 November: late by 1 day on the 25th, by 31 days on 25 December
    assert score(facts(review_due_on=TODAY), VERSION_1).next_change_on == date(2026, 11, 25)
    late = facts(review_due_on=TODAY, today=date(2026, 11, 25))
    assert score(late, VERSION_1).next_change_on == date(2026, 12, 25)


levels = st.integers(1, 5)
days = st.dates(date(2026, 1, 1), date(2028, 1, 1))
criticalities = st.builds(
    lambda by_aspect: tuple(Criticality(aspect, level, 5) for aspect, level in by_aspect.items()),
    st.dictionaries(st.sampled_from(scales.ASPECTS), levels),
)
exposures = st.builds(
    Exposure,
    criticalities=criticalities,
    reach=st.none() | st.builds(Reach, st.sampled_from(scales.REACHABILITIES), st.integers(1, 9)),
    support_ends=st.lists(st.builds(SupportEnd, days, st.integers(1, 9)), max_size=3).map(tuple),
    safety_zone_asset_id=st.none() | st.integers(1, 9),
    exploited=st.lists(
        st.builds(Exploited, st.sampled_from(["CVE-2021-44228", "CVE-2024-3400"]), st.integers(1, 9)), max_size=2
    ).map(tuple),
)
shares = st.integers(0, 20).map(lambda twentieths: Decimal(twentieths) / 20)
controls = st.lists(
    st.builds(ControlShare, st.integers(1, 9), st.sampled_from(SIDES), shares, shares, st.none() | days),
    max_size=4,
    unique_by=lambda one: (one.control_id, one.bears_on),
).map(tuple)
inputs = st.builds(
    ScoreInput,
    risk_id=st.just(17),
    state=st.sampled_from(scoring.STATES),
    likelihood_level=levels,
    impact_levels=st.dictionaries(st.sampled_from(scales.IMPACT_AREAS), levels, min_size=1),
    today=days,
    exposure=exposures,
    review_due_on=st.none() | days,
    tolerance_points=st.none() | st.integers(0, 100).map(Decimal),
    controls=controls,
    treatment_due=st.none() | st.builds(TreatmentDue, days, st.integers(1, 9)),
    breached_indicator_ids=st.lists(st.integers(1, 9), max_size=5, unique=True).map(tuple),
)


def like(*versions):
    return st.builds(
        dataclasses.replace,
        st.sampled_from(versions),
        base_points=st.sampled_from([Decimal("3.0"), Decimal("3.9"), Decimal("4.4")]),
        lowest_points=st.sampled_from([Decimal("0.0"), Decimal("17.0")]),
        review_late_steps=st.sampled_from([VERSION_1.review_late_steps, ((1, Decimal("3.3")), (9, Decimal("8.7")))]),
    )


older, newest = like(VERSION_1, VERSION_2, VERSION_3), like(VERSION_4)
formulas = like(VERSION_1, VERSION_2, VERSION_3, VERSION_4)


@for_all(inputs, formulas)
def test_terms_add_up_exactly_and_are_tenths(given, formula):
    result = score(given, formula)

    assert sum((term.points for term in result.terms), Decimal(0)) == result.value
    assert all(term.points.as_tuple().exponent == -1 for term in result.terms)
    assert result.value.as_tuple().exponent == -1
    assert result.band == scales.band_of(result.value).key


WORSE = ("likelihood", "impact", "criticality", "reach", "safety zone", "support", "evidence", "exploited", "indicator", "control")


def harder(given, data, kinds=WORSE):
    """`given` with one thing made worse."""
    what = data.draw(st.sampled_from(kinds))
    if what == "indicator":
        return dataclasses.replace(given, breached_indicator_ids=(*given.breached_indicator_ids, 17))
    if what == "control":
        return dataclasses.replace(given, controls=given.controls[1:])
    if what == "evidence":
        gone = tuple(dataclasses.replace(one, evidence_until=date(2020, 1, 1)) for one in given.controls)
        return dataclasses.replace(given, controls=gone)
    exposure = given.exposure
    if what == "likelihood":
        return dataclasses.replace(given, likelihood_level=min(given.likelihood_level + 1, 5))
    if what == "impact":
        area = data.draw(st.sampled_from(scales.IMPACT_AREAS))
        raised = min(given.impact_levels.get(area, 0) + 1, 5)
        return dataclasses.replace(given, impact_levels={**given.impact_levels, area: raised})
    if what == "criticality":
        raised = tuple(dataclasses.replace(one, level=min(one.level + 1, 5)) for one in exposure.criticalities)
        exposure = dataclasses.replace(exposure, criticalities=raised)
    elif what == "reach":
        near = "NONE" if exposure.reach is None else exposure.reach.reachability
        farther = scales.REACHABILITIES[min(scales.REACHABILITIES.index(near) + 1, 3)]
        exposure = dataclasses.replace(exposure, reach=Reach(farther, 1))
    elif what == "exploited":
        exposure = dataclasses.replace(exposure, exploited=(*exposure.exploited, Exploited("CVE-2026-1", 4)))
    elif what == "safety zone":
        exposure = dataclasses.replace(exposure, safety_zone_asset_id=1)
    else:
        ended = SupportEnd(date(2020, 1, 1), 1)
        exposure = dataclasses.replace(exposure, support_ends=(*exposure.support_ends, ended))
    return dataclasses.replace(given, exposure=exposure)


@for_all(inputs, newest, st.data())
def test_a_score_never_falls_when_something_gets_worse(given, formula, data):
    worse = harder(given, data)

    assert formula.old_evidence_within_effect and LATEST == VERSION_4
    assert score(worse, formula).value >= score(given, formula).value


@for_all(inputs, older, st.data())
def test_in_the_first_three_formulas_old_evidence_alone_outweighs_what_gets_worse(given, formula, data):
    """What they promise: all of it but that a control may go whose evidence ran out; care apart, that too."""
    worse, lost = harder(given, data, WORSE[:-1]), dataclasses.replace(given, controls=given.controls[1:])
    was, then = score(given, formula), score(lost, formula)

    assert score(worse, formula).value >= was.value
    assert then.value_without_care >= was.value_without_care
    assert then.value >= was.value or any(term.name == "evidence_old" for term in was.terms)


def test_losing_a_control_whose_evidence_ran_out_lowered_a_score_until_the_fourth_formula():
    # 0.1 × 0.9 × 0.5 = 0.045: 48 × 0.15 × 0.045 = 0.324, leaves 47.676, rounded 47.7: −0.3
    # evidence 99 days old weighs 2.0: 49.7, which falls to 48.0 without the control
    # from 4 on it lifts what is left to 48 at most, +0.3
    given = facts(controls=(control(design_share=Decimal("0.1"), evidence_until=TODAY - timedelta(days=99)),))
    lost = facts()

    for formula in (VERSION_2, VERSION_3):
        assert points(score(given, formula)) == {"rating": "48.0", "control_likelihood": "-0.3", "evidence_old": "2.0"}
        assert score(lost, formula).value - score(given, formula).value == Decimal("-1.7")
    assert points(score(given, VERSION_4)) == {"rating": "48.0", "control_likelihood": "-0.3", "evidence_old": "0.3"}
    assert score(lost, VERSION_4).value == score(given, VERSION_4).value


@for_all(inputs, formulas)
def test_care_weighs_at_most_five_and_never_crosses_the_tolerance(given, formula):
    result = score(given, formula)

    assert 0 <= result.value - result.value_without_care <= 5
    assert scoring.above_tolerance(result.value, given.tolerance_points) == scoring.above_tolerance(
        result.value_without_care, given.tolerance_points
    )


@for_all(inputs, formulas)
def test_time_alone_changes_nothing_before_the_next_change_and_something_on_it(given, formula):
    result = score(given, formula)
    if result.next_change_on is None:
        much_later = dataclasses.replace(given, today=given.today + timedelta(days=3650))
        assert score(much_later, formula).terms == result.terms
        return
    eve = dataclasses.replace(given, today=result.next_change_on - timedelta(days=1))
    on_the_day = dataclasses.replace(given, today=result.next_change_on)

    assert result.next_change_on > given.today
    assert score(eve, formula).terms == result.terms
    assert score(on_the_day, formula).terms != result.terms


def control(**changed):
    believable = {
        "control_id": 4,
        "bears_on": "LIKELIHOOD",
        "design_share": Decimal("0.8"),
        "operating_share": Decimal("0.9"),
        "evidence_until": TODAY,
    }
    return ControlShare(**(believable | changed))


def test_controls_take_their_share_off_the_rating_likelihood_before_impact():
    # rating 3 × 4 × 4 = 48.0
    # likelihood: 0.8 × 0.9 = 0.72 removed; 48 × 0.15 × 0.72 = 5.184, leaves 42.816, rounded 42.8: −5.2
    # impact: two of 0.5 × 1 leave 0.25, so 0.75; 42.816 × (1 − 0.15 × 0.75) = 37.9992, rounded 38.0: −4.8
    softening = [
        control(control_id=pk, bears_on="IMPACT", design_share=Decimal("0.5"), operating_share=Decimal(1)) for pk in (5, 6)
    ]

    result = score(facts(controls=(control(), *softening)), VERSION_2)

    assert points(result) == {"rating": "48.0", "control_likelihood": "-5.2", "control_impact": "-4.8"}
    assert result.value == Decimal("38.0")
    assert result.terms[1].source == Source("control", 4)
    assert result.terms[1].params == {"controls": 1, "share_percent": 72, "unproven": 0}
    assert result.terms[2].source == Source("control", 5)


def test_the_first_formula_knows_no_controls():
    assert points(score(facts(controls=(control(),), treatment_due=TreatmentDue(date(2026, 1, 1), 7)), VERSION_1)) == {
        "rating": "48.0"
    }


def test_inherent_is_without_controls():
    assert points(score(facts(state="INHERENT", controls=(control(),)), VERSION_2)) == {"rating": "48.0"}
    assert "control_likelihood" in points(score(facts(state="RESIDUAL", controls=(control(),)), VERSION_2))


def test_stale_evidence_halves_the_operation_the_day_after_its_last_and_is_a_care_term():
    # proven 0.72: −5.2; unproven 0.8 × 0.9 × 0.5 = 0.36: 48 × 0.15 × 0.36 = 2.592, leaves 45.408, rounded 45.4: −2.6
    held = facts(controls=(control(),))
    stale = dataclasses.replace(held, today=TODAY + timedelta(days=1))

    assert points(score(held, VERSION_2)) == {"rating": "48.0", "control_likelihood": "-5.2"}
    assert score(held, VERSION_2).next_change_on == stale.today
    assert points(score(stale, VERSION_2)) == {"rating": "48.0", "control_likelihood": "-2.6", "evidence_old": "1.0"}


def test_a_control_without_any_evidence_counts_half_and_nothing_is_overdue():
    assert points(score(facts(controls=(control(evidence_until=None),)), VERSION_2)) == {
        "rating": "48.0",
        "control_likelihood": "-2.6",
    }


@pytest.mark.parametrize(("days_late", "care"), [(0, None), (1, "1.0"), (31, "2.0"), (91, "3.0")])
def test_a_late_treatment_weighs_more_by_steps(days_late, care):
    result = score(facts(treatment_due=TreatmentDue(TODAY - timedelta(days=days_late), 7)), VERSION_2)

    assert points(result).get("treatment_late") == care
    assert care is None or result.terms[-1].source == Source("treatment", 7)


def test_what_slides_counts_at_most_five_points_together():
    given = facts(
        review_due_on=TODAY - timedelta(days=200),
        treatment_due=TreatmentDue(TODAY - timedelta(days=100), 7),
        controls=(control(design_share=Decimal(0), evidence_until=TODAY - timedelta(days=99)),),
    )

    assert points(score(given, VERSION_2)) == {
        "rating": "48.0",
        "review_late": "5.0",
        "treatment_late": "3.0",
        "evidence_old": "2.0",
        "care_limit": "-5.0",
    }


def test_breached_indicators_count_together_up_to_their_limit_and_only_now():
    # 2.0 each: two bring 4.0, four 8.0 less 2.0 over the limit of 6.0
    two, four = facts(breached_indicator_ids=(9, 5)), facts(breached_indicator_ids=(5, 6, 7, 9))

    assert points(score(two, VERSION_3)) == {"rating": "48.0", "indicator_breach": "4.0"}
    assert score(two, VERSION_3).terms[1].source == Source("indicator", 5)
    assert points(score(four, VERSION_3)) == {"rating": "48.0", "indicator_breach": "8.0", "indicator_limit": "-2.0"}
    assert points(score(dataclasses.replace(four, state="RESIDUAL"), VERSION_3)) == {"rating": "48.0"}
    assert points(score(four, VERSION_2)) == {"rating": "48.0"}


def test_a_confirmed_exploited_vulnerability_counts_once_whatever_their_number():
    found = (Exploited("CVE-2024-3400", 7), Exploited("CVE-2021-44228", 8))
    given = facts(exposure=Exposure(exploited=found))

    (rating, term) = score(given, VERSION_3).terms

    assert (term.name, str(term.points), term.source) == ("exploited", "6.0", Source("asset", 8))
    assert term.params == {"vulnerability": "CVE-2021-44228", "vulnerabilities": 2}
    assert score(given, VERSION_2).terms == (rating,)


def test_of_several_with_old_evidence_the_heaviest_counts_by_what_all_its_links_take_off():
    # 5 takes 0.2 × 0.5 = 0.1 of the likelihood and of the impact: 0.985 × 0.985 is left; 6 takes 1 × 0.5 of the impact alone
    # impact: 1 − 0.9 × 0.5 = 0.55. 48 × 0.985 = 47.28, rounded 47.3: −0.7; 47.28 × (1 − 0.15 × 0.55) = 43.3794: 43.4, −3.9
    # without 5: 48 × 0.925 = 44.4, so it may lift by 1.0206; without 6: 48 × 0.985 × 0.985 = 46.5708, by more than the step of 1.0
    # 5 ran out 70 days ago, step 2.0: 44.4 counts; 6 ran out yesterday, step 1.0: 44.3794. 44.4 − 43.4 = +1.0
    weak = [control(control_id=5, bears_on=side, design_share=Decimal("0.2"), operating_share=Decimal(1)) for side in SIDES]
    weak = [dataclasses.replace(one, evidence_until=TODAY - timedelta(days=70)) for one in weak]
    strong = control(
        control_id=6,
        bears_on="IMPACT",
        design_share=Decimal(1),
        operating_share=Decimal(1),
        evidence_until=TODAY - timedelta(days=1),
    )

    result = score(facts(controls=(*weak, strong)), VERSION_4)

    assert points(result) == {"rating": "48.0", "control_likelihood": "-0.7", "control_impact": "-3.9", "evidence_old": "1.0"}
    assert result.terms[-1].source == Source("control", 5)
    assert result.terms[-1].params == {"due_on": (TODAY - timedelta(days=70)).isoformat()}
    # on day 61 of 6 its step is 2.0: it could lift to 45.3794, and is the heavier one
    later = score(facts(controls=(*weak, strong), today=result.next_change_on), VERSION_4)
    assert result.next_change_on == TODAY + timedelta(days=60)
    assert (points(later)["evidence_old"], later.terms[-1].source) == ("2.0", Source("control", 6))


def test_a_step_that_lifts_nothing_more_is_no_change():
    # it takes off 0.3 (see above): the step of 1.0 on the first day is more already, so that on day 61 nothing changes
    given = facts(controls=(control(design_share=Decimal("0.1"), evidence_until=TODAY),), today=TODAY + timedelta(days=1))

    assert score(given, VERSION_4).next_change_on is None
    assert score(given, VERSION_3).next_change_on == TODAY + timedelta(days=61)


def test_at_the_lowest_score_old_evidence_lifts_nothing():
    # 3 × 1 × 1 = 3, under the lowest score of 10: with or without the control it is 10
    lowest = dataclasses.replace(VERSION_4, version=903, lowest_points=Decimal("10.0"))
    given = facts(likelihood_level=1, impact_levels={"legal": 1}, controls=(control(evidence_until=TODAY - timedelta(days=99)),))

    assert points(score(given, lowest)) == {"rating": "3.0", "control_likelihood": "-0.2", "bound": "7.2"}
    assert score(given, lowest).value == score(facts(likelihood_level=1, impact_levels={"legal": 1}), lowest).value
