from decimal import Decimal

import pytest

from portal.attention.models import Reminder
from portal.errors import Invalid, Stale
from portal.record.models import AuditEntry
from risks import appetite, recompute
from risks.appetite import Bounds, Standing
from risks.models import Appetite, ScoreState, StaleScore
from tests.factories.portal import make_unit
from tests.factories.risks import make_levels, make_risk


def scored(unit, likelihood=4, impact=4, **fields):
    risk = make_risk(unit=unit, **fields)
    make_levels(risk, likelihood, operational=impact)
    StaleScore.objects.create(risk=risk, cause="risk.logged")
    while recompute.refresh_batch():
        pass
    return risk


def test_a_category_has_its_own_row_or_that_of_all_others(company):
    appetite.agree({"": (40, 60), "OT": (30, 50)}, actor=None)

    assert appetite.of_category("OT").tolerance_points == 50
    assert appetite.of_category("DATA").tolerance_points == 60


def test_a_category_that_gives_up_its_row_goes_by_that_of_all_others_and_may_come_back(company):
    appetite.agree({"": (40, 60), "OT": (30, 50)}, actor=None)

    appetite.agree({"OT": None}, actor=None)
    assert appetite.of_category("OT").tolerance_points == 60
    appetite.agree({"OT": (20, 45)}, actor=None)

    assert appetite.of_category("OT").tolerance_points == 45
    assert Appetite.objects.filter(category="OT").count() == 1
    assert list(AuditEntry.objects.filter(kind="appetite").order_by("pk").values_list("verb", flat=True)) == [
        "appetite.agreed",
        "appetite.agreed",
        "appetite.ended",
        "appetite.agreed",
    ]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"": (61, 60)}, "tolerance_"),
        ({"OT": (50, 49)}, "tolerance_OT"),
        ({"OT": (-1, 49)}, "appetite_OT"),
        ({"OT": (10, 101)}, "tolerance_OT"),
        ({"": None}, "appetite_"),
        ({"WEATHER": (1, 2)}, "category"),
    ],
)
def test_what_does_not_fit_is_told_by_field(company, wanted, field):
    with pytest.raises(Invalid) as refusal:
        appetite.agree(wanted, actor=None)

    assert set(refusal.value.fields) == {field}
    assert not Appetite.objects.exists()


def test_only_the_risks_it_touches_are_scored_again(company):
    appetite.agree({"": (40, 60), "OT": (40, 60)}, actor=None)
    plant, office = make_risk(unit=company.northfield, category="OT"), make_risk(unit=company.finance, category="DATA")
    make_risk(unit=company.finance, category="DATA", state="CLOSED")

    appetite.agree({"": (40, 55), "OT": (40, 60)}, actor=None)
    assert list(StaleScore.objects.values_list("risk", "cause")) == [(office.pk, "appetite.agreed")]
    StaleScore.objects.all().delete()
    appetite.agree({"OT": None}, actor=None)

    assert list(StaleScore.objects.values_list("risk", flat=True)) == [plant.pk]


def test_a_lower_tolerance_puts_a_risk_above_it(company):
    appetite.agree({"": (40, 90)}, actor=None)
    risk = scored(company.northfield)
    assert not ScoreState.objects.get(risk=risk).is_above_tolerance

    appetite.agree({"": (40, 45)}, actor=None)
    while recompute.refresh_batch():
        pass

    state = ScoreState.objects.get(risk=risk)
    assert (state.is_above_tolerance, state.tolerance_points) == (True, 45)


def test_what_would_lie_above_is_foreseen_without_writing(company):
    high = scored(company.northfield, category="OT")
    low = scored(company.northfield, 1, 2, category="OT")
    scored(company.northfield, category="OT", is_confidential=True)
    assert ScoreState.objects.get(risk=high).current_value > 45 > ScoreState.objects.get(risk=low).current_value

    foreseen = appetite.foresee({"": (90, 95), "OT": (1, 45)})

    assert foreseen["OT"] == Standing(scored=2, above_appetite=2, above_tolerance=1)
    assert foreseen["DATA"] == Standing()
    assert appetite.foresee({"": (90, 95)})["OT"].above_tolerance == 0
    assert not Appetite.objects.exists()


def test_a_late_save_is_refused(company):
    rows = appetite.agree({"": (40, 60)}, actor=None, versions={"": 0})
    appetite.agree({"": (40, 61)}, actor=None, versions={"": rows[""].version})

    with pytest.raises(Stale):
        appetite.agree({"": (40, 62)}, actor=None, versions={"": 1})


def test_a_verdict_is_strictly_above(company):
    row = appetite.agree({"": (40, 60)}, actor=None)[""]

    assert appetite.judge(Decimal("60.0"), row).state == appetite.WITHIN_TOLERANCE
    assert appetite.judge(Decimal("60.1"), row).state == appetite.ABOVE_TOLERANCE
    assert appetite.judge(Decimal("40.0"), row).state == appetite.WITHIN_APPETITE
    assert appetite.judge(None, row).state == appetite.UNJUDGED


def test_the_nearest_unit_that_says_something_holds_whole(company):
    appetite.agree({"": (40, 60), "OT": (30, 50)}, actor=None)
    appetite.agree({"": Bounds(20, 35, Decimal("10000.00"), Decimal("50000.00"))}, unit=company.northfield, actor=None)

    line = make_unit("Line 4", parent=company.northfield)
    assert appetite.of_category("OT", line.lineage).tolerance_points == 35
    assert appetite.of_category("OT", company.eastmere.lineage).tolerance_points == 50
    assert appetite.of_category("DATA", company.eastmere.lineage).tolerance_points == 60
    appetite.agree({"": None}, unit=company.northfield, actor=None)
    assert appetite.of_category("OT", line.lineage).tolerance_points == 50


def test_points_said_alone_leave_the_money_and_money_needs_both_sums(company):
    appetite.agree({"": Bounds(40, 60, Decimal(1), Decimal(2))}, actor=None)
    row = appetite.agree({"": (40, 61)}, actor=None)[""]
    assert (row.tolerance_points, row.appetite_amount, row.tolerance_amount) == (61, Decimal(1), Decimal(2))

    for bounds, field in (
        (Bounds(40, 60, Decimal(1), None), "tolerance_amount_"),
        (Bounds(40, 60, Decimal(3), Decimal(2)), "tolerance_amount_"),
        (Bounds(40, 60, Decimal(-1), Decimal(2)), "appetite_amount_"),
        (Bounds(40, 60, Decimal("NaN"), Decimal(2)), "appetite_amount_"),
    ):
        with pytest.raises(Invalid) as refusal:
            appetite.agree({"": bounds}, actor=None)
        assert set(refusal.value.fields) == {field}
    years = Decimal(10), Decimal("0.05")
    for bounds, category, fields in (
        (Bounds(40, 60, None, None, years[0], None), "", {"bad_year_chance_"}),
        (Bounds(40, 60, None, None, None, years[1]), "", {"bad_year_amount_"}),
        (Bounds(40, 60, None, None, Decimal(0), Decimal(1)), "", {"bad_year_amount_", "bad_year_chance_"}),
        (Bounds(40, 60, None, None, Decimal("NaN"), Decimal("0.00001")), "", {"bad_year_amount_", "bad_year_chance_"}),
        (Bounds(40, 60, None, None, *years), "OT", {"bad_year_amount_OT", "bad_year_chance_OT"}),
    ):
        with pytest.raises(Invalid) as refusal:
            appetite.agree({category: bounds}, actor=None)
        assert set(refusal.value.fields) == fields
    StaleScore.objects.all().delete()
    make_risk(unit=company.northfield)
    appetite.agree({"": Bounds(40, 61, None, None, *years)}, actor=None)
    assert not StaleScore.objects.exists()  # money moves no score
    assert appetite.agree({"": (40, 62)}, actor=None)[""].bad_year_chance == years[1]
    assert AuditEntry.objects.filter(verb="appetite.agreed").last().params["was"] == [40, 61, None, None, "10.00", "0.0500"]
    with pytest.raises(Invalid) as refusal:
        appetite.agree({"": (40, 60)}, unit=company.root, actor=None)
    assert set(refusal.value.fields) == {"unit"}


def test_a_unit_touches_its_own_risks_alone_and_the_whole_none_that_a_unit_speaks_for(company):
    appetite.agree({"": (40, 60)}, actor=None)
    plant, other = scored(company.northfield, category="OT"), scored(company.finance, category="OT")
    assert appetite.foresee({"": (40, 70)})["OT"].scored == 2

    appetite.agree({"OT": (30, 50)}, unit=company.northfield, actor=None)
    assert list(StaleScore.objects.values_list("risk", flat=True)) == [plant.pk]
    StaleScore.objects.all().delete()
    appetite.agree({"": (40, 70)}, actor=None)

    assert list(StaleScore.objects.values_list("risk", flat=True)) == [other.pk]
    assert appetite.foresee({"": (40, 70)})["OT"].scored == 1
    assert appetite.foresee({"OT": (10, 40)}, company.northfield)["OT"] == Standing(1, 1, 1)


def test_both_leaders_hear_of_a_change_that_one_of_them_made(company, person):
    cio, ciso = person("CIO"), person("CISO")

    appetite.agree({"": (40, 60)}, actor=cio)

    assert list(Reminder.objects.values_list("recipient", "kind")) == [(ciso.pk, "appetite.agreed.news")]
