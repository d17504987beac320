from decimal import Decimal

import pytest

from portal.errors import Invalid, Stale
from portal.record.models import AuditEntry
from risks import appetite, recompute
from risks.appetite import Standing
from risks.models import Appetite, ScoreState, StaleScore
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
