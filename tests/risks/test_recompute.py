from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import OperationalError

from assets.signals import assets_changed
from portal import clock
from portal.record import totals
from portal.record.models import AuditEntry
from risks import recompute, stale
from risks.models import Appetite, Levels, Risk, Score, ScoreState, StaleScore
from risks.signals import risk_changed, scores_recomputed
from tests.factories.risks import make_levels, make_risk

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon():
    with clock.stopped(NOON):
        yield


def change(*risks, cause="risk.changed"):
    risk_changed.send(Risk, risk_ids=[risk.pk for risk in risks], cause=cause)


def refresh():
    while recompute.refresh_batch(limit=500):
        pass


def rated(company, likelihood=4, unit=None, assets=(), **impact):
    risk = make_risk(unit=unit or company.northfield, assets=assets)
    make_levels(risk, likelihood, **impact)
    return risk


def current(risk):
    return Score.objects.filter(risk=risk, state="CURRENT").latest("pk")


def test_a_changed_risk_is_scored_with_its_terms(company, asset):
    # 3 × 4 × 4 = 48, criticality 5: +7, remote: +5.5
    station = asset(effective_availability=5, reachability="REMOTE")
    risk = rated(company, 4, operational=4, assets=[station])
    change(risk)

    refresh()

    score = current(risk)
    assert (score.value, score.band, score.cause, score.previous_value) == (Decimal("60.5"), "HIGH", "risk.changed", None)
    assert score.terms == [
        {
            "name": "rating",
            "points": "48.0",
            "source": {"kind": "risk", "id": risk.pk},
            "params": {"likelihood_level": 4, "impact_level": 4, "impact_area": "operational"},
            "care": False,
        },
        {
            "name": "criticality",
            "points": "7.0",
            "source": {"kind": "asset", "id": station.pk},
            "params": {"criticality_level": 5, "aspect": "availability"},
            "care": False,
        },
        {
            "name": "reachability",
            "points": "5.5",
            "source": {"kind": "asset", "id": station.pk},
            "params": {"reachability": "REMOTE"},
            "care": False,
        },
    ]
    assert score.computed_at == NOON
    assert not StaleScore.objects.exists()


def test_each_stage_has_its_own_score(company):
    risk = rated(company, 4, operational=4)
    make_levels(risk, 5, stage="INHERENT", operational=5)
    make_levels(risk, 2, stage="RESIDUAL", operational=4)
    change(risk)

    refresh()

    state = ScoreState.objects.get(pk=risk.pk)
    assert (state.inherent_value, state.current_value, state.residual_value) == (75, 48, 24)
    assert (state.inherent_band, state.current_band, state.residual_band) == ("HIGH", "MEDIUM", "LOW")
    assert (state.likelihood_level, state.impact_level) == (4, 4)


def test_without_levels_there_is_a_reason_and_no_number(company):
    risk = make_risk(unit=company.northfield)
    change(risk)

    refresh()

    score = current(risk)
    assert (score.value, score.band, score.reason, score.terms) == (None, "", "not-enough-data", [])


def test_what_did_not_change_writes_no_row_but_is_noted_as_looked_at(company):
    risk = rated(company)
    change(risk)
    refresh()
    before = Score.objects.count()
    change(risk)

    with clock.stopped(datetime(2026, 11, 24, 12, 0, tzinfo=UTC)):
        refresh()

    assert Score.objects.count() == before
    state = ScoreState.objects.get(pk=risk.pk)
    assert state.computed_at == NOON
    assert state.checked_at == datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_a_change_remembers_the_value_before(company):
    risk = rated(company, 3)
    change(risk)
    refresh()
    make_levels(risk, 4)
    change(risk, cause="risk.rated")

    refresh()

    score = current(risk)
    assert (score.previous_value, score.value, score.cause) == (36, 48, "risk.rated")


def test_many_causes_are_named_once_each_as_far_as_they_fit(company):
    risk = rated(company)
    for cause in ("risk.rated", "risk.changed", "risk.rated", "x" * 70):
        change(risk, cause=cause)

    assert recompute.refresh_batch() == 4

    assert current(risk).cause == "risk.rated risk.changed"


def test_a_changed_asset_makes_only_its_open_risks_stale(company, asset):
    hit, other = asset(), asset()
    reached, elsewhere = rated(company, assets=[hit, other]), rated(company, assets=[other])
    closed = make_risk(unit=company.northfield, assets=[hit], state="CLOSED")

    assets_changed.send(type(hit), asset_ids=[hit.pk], cause="asset.changed")

    assert list(StaleScore.objects.values_list("risk", "cause")) == [(reached.pk, "asset.changed")]
    assert closed.pk != elsewhere.pk


def test_the_day_itself_makes_scores_stale_in_the_organisations_zone(company):
    # due on the 24th: late from the 25th, which begins in Berlin at 23:00 UTC
    risk = make_risk(unit=company.northfield, review_due_on=date(2026, 11, 24))
    make_levels(risk)
    change(risk)
    refresh()
    assert ScoreState.objects.get(pk=risk.pk).next_change_on == date(2026, 11, 25)

    with clock.stopped(datetime(2026, 11, 24, 22, 59, tzinfo=UTC)):
        assert recompute.mark_due() == 0
    with clock.stopped(datetime(2026, 11, 24, 23, 1, tzinfo=UTC)):
        assert recompute.mark_due() == 1
        assert recompute.mark_due() == 0
        refresh()

    score = current(risk)
    assert (score.value, score.cause) == (49, "calendar")
    assert ScoreState.objects.get(pk=risk.pk).next_change_on == date(2026, 12, 25)


def test_the_tolerance_of_the_category_counts_before_that_of_all(company):
    Appetite.objects.create(category="", appetite_points=30, tolerance_points=60)
    Appetite.objects.create(category="OT", appetite_points=30, tolerance_points=47)
    risk = rated(company)
    change(risk)

    refresh()

    state = ScoreState.objects.get(pk=risk.pk)
    assert (state.tolerance_points, state.is_above_tolerance) == (47, True)


def totals_of(unit):
    return totals.read(unit.pk)


def test_a_risk_counts_in_its_unit_and_all_above(company):
    Appetite.objects.create(category="", appetite_points=30, tolerance_points=40)
    risk = rated(company, 4, safety=4)
    change(risk)

    refresh()

    expected = {
        "risks.open": 1,
        "risks.band.MEDIUM": 1,
        "risks.cell.4.4": 1,
        "risks.above_tolerance": 1,
        "risks.safety": 1,
        "risks.unowned": 1,
    }
    assert totals_of(company.northfield) == expected
    assert totals_of(company.root) == expected
    assert totals_of(company.eastmere) == {}


def test_totals_follow_levels_units_and_closing(company):
    moving, staying = rated(company, 4), rated(company, 2, unit=company.eastmere)
    change(moving, staying)
    refresh()
    make_levels(moving, 5, operational=5)
    Risk.objects.filter(pk=moving.pk).update(unit=company.eastmere)
    change(moving)

    refresh()

    assert totals_of(company.northfield) == {}
    assert totals_of(company.eastmere) == {
        "risks.open": 2,
        "risks.band.HIGH": 1,
        "risks.band.LOW": 1,
        "risks.cell.5.5": 1,
        "risks.cell.2.4": 1,
        "risks.unowned": 2,
    }
    Risk.objects.filter(pk=moving.pk).update(state="CLOSED")
    change(moving)
    refresh()
    assert totals_of(company.root) == {
        "risks.open": 1,
        "risks.band.LOW": 1,
        "risks.cell.2.4": 1,
        "risks.unowned": 1,
    }


def test_confidential_risks_count_once_more_apart(company):
    risk = make_risk(unit=company.northfield, is_confidential=True)
    change(risk)

    refresh()

    assert totals_of(company.northfield) == {
        "risks.open": 1,
        "risks.unscored": 1,
        "risks.unowned": 1,
        "confidential.risks.open": 1,
        "confidential.risks.unscored": 1,
        "confidential.risks.unowned": 1,
    }


def test_a_closed_risk_keeps_its_last_score(company):
    risk = rated(company, 3)
    change(risk)
    refresh()
    Risk.objects.filter(pk=risk.pk).update(state="CLOSED", review_due_on=date(2026, 1, 1))
    make_levels(risk, 5)
    change(risk)

    refresh()

    assert current(risk).value == 36
    assert ScoreState.objects.get(pk=risk.pk).next_change_on is None


def test_each_new_score_is_in_the_record(company):
    risk = rated(company, 3)
    change(risk)

    refresh()

    entry = AuditEntry.objects.get(verb="score.recomputed", subject_id=risk.pk)
    assert entry.actor is None
    assert entry.kind == "risk"
    told = entry.params["CURRENT"]
    assert {name: told[name] for name in ("score", "was", "now")} == {"score": current(risk).pk, "was": None, "now": "36.0"}
    assert len(told["proof"]) == 64


def test_recomputed_scores_are_announced_once_a_batch(company):
    risks = [rated(company), rated(company)]
    heard = []

    def listener(sender, risk_ids, **kwargs):
        heard.append(risk_ids)

    scores_recomputed.connect(listener)
    change(*risks)
    refresh()
    change(*risks)
    refresh()

    scores_recomputed.disconnect(listener)
    assert heard == [[risk.pk for risk in risks]]


def test_the_queries_of_a_batch_do_not_grow_with_it(company, asset, django_assert_max_num_queries):
    risks = [rated(company, assets=[asset(), asset()]) for _ in range(30)]
    change(*risks)

    with django_assert_max_num_queries(27):
        assert recompute.refresh_batch() == 30


def test_a_batch_takes_at_most_its_limit_and_what_else_waits_for_the_same_risks(company):
    risks = [rated(company) for _ in range(5)]
    change(*risks)
    change(risks[0])

    assert recompute.refresh_batch(limit=2) == 3
    assert StaleScore.objects.count() == 3


def test_a_risk_that_cannot_be_scored_does_not_hold_up_the_others(company, monkeypatch):
    good, bad = rated(company), rated(company)
    change(good, bad)
    honest = recompute.score

    def failing(given, formula):
        if given.risk_id == bad.pk:
            raise ZeroDivisionError
        return honest(given, formula)

    monkeypatch.setattr(recompute, "score", failing)

    refresh()

    assert current(good).value == 48
    assert list(StaleScore.objects.values_list("risk", "attempts", "error")) == [(bad.pk, stale.MOST_ATTEMPTS, "ZeroDivisionError")]
    monkeypatch.undo()
    change(bad)
    refresh()
    assert current(bad).value == 48
    assert not StaleScore.objects.exists()


class Collision(Exception):
    def __init__(self, code):
        self.pgcode = code


def colliding(code, times):
    left = [times]

    def work():
        if left[0]:
            left[0] -= 1
            raise OperationalError from Collision(code)
        return 7

    return work


@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_a_transaction_that_collided_is_tried_again(code):
    assert recompute._again_after_collision(colliding(code, 2)) == 7


def test_it_is_tried_three_times_and_no_more():
    with pytest.raises(OperationalError):
        recompute._again_after_collision(colliding("40001", 3))


def test_a_database_that_is_away_is_not_taken_for_a_collision():
    with pytest.raises(OperationalError):
        recompute._again_after_collision(colliding("57P01", 1))


def test_everything_can_be_scored_again_in_chunks(company):
    risks = [rated(company, 1 + number % 5) for number in range(7)]
    make_risk(unit=company.northfield, state="CLOSED")
    change(*risks)
    refresh()
    Levels.objects.filter(risk=risks[3]).update(likelihood_level=5)

    progress = list(recompute.refresh_all(chunk=3))

    assert progress == [(3, 0), (6, 1), (7, 1)]
    assert (current(risks[3]).value, current(risks[3]).cause) == (60, "recompute.all")


def test_what_is_stored_is_what_a_computation_from_scratch_gives(company, asset):
    shared = asset(effective_safety=4, is_safety_relevant=True, reachability="INTERNAL")
    risks = [rated(company, 1 + n % 5, financial=1 + n % 4, assets=[shared] if n % 2 else []) for n in range(12)]
    change(*risks)
    refresh()

    assert recompute.differences() == []

    Score.objects.filter(pk=current(risks[5]).pk).update(value=Decimal("1.0"))
    ScoreState.objects.filter(pk=risks[6].pk).update(current_value=Decimal("2.0"))
    assert recompute.differences() == [risks[5].pk, risks[6].pk]


def test_care_shows_apart_in_the_stored_terms(company):
    risk = make_risk(unit=company.northfield, review_due_on=date(2026, 11, 1))
    make_levels(risk)
    change(risk)

    refresh()

    assert [(term["name"], term["points"], term["care"]) for term in current(risk).terms] == [
        ("rating", "48.0", False),
        ("review_late", "1.0", True),
    ]
