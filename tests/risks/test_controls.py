from decimal import Decimal

import pytest

from portal.errors import Invalid
from portal.record.models import AuditEntry
from risks import controls, recompute, register
from risks.errors import ControlRetired, NotBearing, RiskClosed, SavedMeanwhile
from risks.models import Control, ControlRisk, Score, StaleScore
from tests.factories.risks import make_control, make_evidence, make_levels, make_risk

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(person):
    return person("ANALYST")


@pytest.fixture
def control(company, analyst):
    return make_control(unit=company.northfield, actor=analyst, owner=analyst)


@pytest.fixture
def risk(company):
    risk = make_risk(unit=company.northfield)
    make_levels(risk, 4, operational=4)
    return risk


def refresh():
    while recompute.refresh_batch(limit=500):
        pass


def stale():
    return set(StaleScore.objects.values_list("risk", "cause"))


def current(risk):
    return Score.objects.filter(risk=risk, state="CURRENT").latest("pk")


def test_a_control_gets_a_number_and_an_entry(control, analyst):
    assert control.number.startswith("C-")
    assert control.state == Control.State.IN_FORCE
    entry = AuditEntry.objects.get(kind="control", subject_id=control.pk)
    assert (entry.verb, entry.actor) == ("control.registered", analyst)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("office", "LEGAL"),
        ("design_effectiveness", Decimal("1.01")),
        ("operating_effectiveness", Decimal("-0.01")),
        ("yearly_cost", Decimal(-1)),
        ("state", "RETIRED"),
        ("description", "x" * 10_001),
    ],
)
def test_what_does_not_fit_is_said_by_field(company, analyst, field, value):
    with pytest.raises(Invalid) as caught:
        make_control(unit=company.northfield, actor=analyst, **{field: value})

    assert set(caught.value.fields) == {field}
    assert not Control.objects.exists()


def test_nobody_registers_a_control_where_they_see_none(company, person):
    elsewhere = person("OWNER", unit=company.eastmere)

    with pytest.raises(Invalid) as caught:
        make_control(unit=company.northfield, actor=elsewhere)

    assert set(caught.value.fields) == {"unit"}


def test_a_service_account_owns_no_control(company, analyst, person):
    with pytest.raises(Invalid) as caught:
        make_control(unit=company.northfield, actor=analyst, owner=person("INTEGRATION"))

    assert set(caught.value.fields) == {"owner"}


def test_a_linked_control_takes_points_off_and_says_so(control, risk, analyst):
    # 48 × 0.15 × 0.8 × 0.9 = 5.184 with evidence; leaves 42.816, rounded 42.8
    make_evidence(control, actor=analyst)
    controls.link(control, risk, ["LIKELIHOOD"], actor=analyst)
    refresh()

    score = current(risk)
    assert score.value == Decimal("42.8")
    assert [(term["name"], term["points"]) for term in score.terms] == [("rating", "48.0"), ("control_likelihood", "-5.2")]
    assert score.terms[1]["source"] == {"kind": "control", "id": control.pk}
    assert AuditEntry.objects.get(verb="risk.control_linked").subject_id == risk.pk


def test_a_changed_control_rescores_just_its_risks(company, control, risk, analyst):
    other = make_risk(unit=company.northfield)
    make_levels(other, 4)
    controls.link(control, risk, ["LIKELIHOOD", "IMPACT"], actor=analyst)
    refresh()
    before = set(Score.objects.values_list("pk", flat=True))

    controls.change(control, actor=analyst, version=control.version, design_effectiveness=Decimal("0.50"))

    assert stale() == {(risk.pk, "control.changed")}
    refresh()
    assert set(Score.objects.exclude(pk__in=before).values_list("risk", flat=True)) == {risk.pk}
    assert not stale()


def test_words_and_costs_of_a_control_move_no_score(control, risk, analyst):
    controls.link(control, risk, ["IMPACT"], actor=analyst)
    refresh()

    changed = controls.change(control, actor=analyst, version=1, name="Networks kept apart", yearly_cost=Decimal("9.00"))

    assert (changed.name, changed.version, stale()) == ("Networks kept apart", 2, set())
    entry = AuditEntry.objects.get(verb="control.changed")
    assert entry.params == {"fields": ["name", "yearly_cost"], "values": {"yearly_cost": ["12000.00", "9.00"]}}


def test_the_same_again_is_no_change(control, analyst):
    assert controls.change(control, actor=analyst, version=1, name=control.name).version == 1


def test_a_late_save_hears_what_stands_now(control, analyst):
    controls.change(control, actor=analyst, version=1, yearly_cost=Decimal("9.00"))

    with pytest.raises(SavedMeanwhile) as caught:
        controls.change(control, actor=analyst, version=1, yearly_cost=Decimal("8.00"))

    assert caught.value.facts["theirs"] == {"yearly_cost": "9.00"}
    assert caught.value.facts["by"] == str(analyst)


def test_a_retired_control_counts_no_more_and_cannot_change(control, risk, analyst):
    controls.link(control, risk, ["IMPACT"], actor=analyst)
    refresh()
    retired = controls.retire(control, actor=analyst, reason="Replaced by a gateway.")
    refresh()

    assert retired.state == Control.State.RETIRED
    assert current(risk).value == Decimal("48.0")
    for act in (
        lambda: controls.change(control, actor=analyst, version=None, name="x"),
        lambda: controls.retire(control, actor=analyst, reason="Again"),
        lambda: controls.link(control, risk, ["LIKELIHOOD"], actor=analyst),
    ):
        with pytest.raises(ControlRetired):
            act()


def test_a_control_retires_for_a_reason(control, analyst):
    with pytest.raises(Invalid) as caught:
        controls.retire(control, actor=analyst, reason=" ")

    assert set(caught.value.fields) == {"reason"}


def test_a_planned_control_takes_nothing_off(control, risk, analyst):
    controls.change(control, actor=analyst, version=None, state="PLANNED")
    controls.link(control, risk, ["LIKELIHOOD"], actor=analyst)
    refresh()

    assert current(risk).value == Decimal("48.0")


def test_linking_twice_changes_nothing(control, risk, analyst):
    controls.link(control, risk, ["IMPACT"], actor=analyst)
    StaleScore.objects.all().delete()

    controls.link(control, risk, ["IMPACT"], actor=analyst)

    assert ControlRisk.objects.count() == 1
    assert not stale()


def test_unlinking_marks_the_risk_and_needs_a_link(control, risk, analyst):
    controls.link(control, risk, ["IMPACT"], actor=analyst)
    StaleScore.objects.all().delete()

    controls.unlink(control, risk, ["IMPACT"], actor=analyst)

    assert stale() == {(risk.pk, "risk.control_unlinked")}
    with pytest.raises(NotBearing):
        controls.unlink(control, risk, ["IMPACT"], actor=analyst)


@pytest.mark.parametrize("sides", [[], ["BOTH"]])
def test_a_link_says_what_the_control_bears_on(control, risk, analyst, sides):
    with pytest.raises(Invalid) as caught:
        controls.link(control, risk, sides, actor=analyst)

    assert set(caught.value.fields) == {"bears_on"}


def test_nothing_bears_on_a_closed_risk(control, risk, analyst):
    register.close(risk, actor=analyst, reason="Sold.")

    with pytest.raises(RiskClosed):
        controls.link(control, risk, ["IMPACT"], actor=analyst)
