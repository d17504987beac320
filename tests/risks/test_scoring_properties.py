"""What must hold whatever happens to risks, in whatever order and whatever batches: few random histories in everyday runs."""

import os
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from assets.models import Asset
from portal import clock
from portal.signing import content, signatures
from risks import appetite, authority, controls, exceptions, formula_versions, recompute, scores, scoring, stale
from risks.models import Levels, Risk, RiskAsset, Score, ScoreState
from tests.factories.assets import make_asset
from tests.factories.risks import make_control, make_exception, make_levels, make_risk, sign

pytestmark = pytest.mark.django_db
FEW = settings(
    max_examples=int(os.environ.get("HISTORIES", "3")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
levels = st.integers(1, 5)
steps = st.one_of(
    st.tuples(st.just("likelihood"), st.integers(0, 1), levels),
    st.tuples(st.just("impact"), st.integers(0, 1), levels),
    st.tuples(st.just("asset"), st.integers(0, 1), levels),
    st.tuples(st.just("control"), st.integers(0, 1), st.integers(0, 10)),
    st.tuples(st.just("review"), st.integers(0, 1), st.integers(-200, 30)),
    st.tuples(st.just("tolerance"), st.just(0), st.integers(4, 9)),
    st.tuples(st.just("formula"), st.just(0), st.integers(20, 39)),
)
histories = st.lists(steps, min_size=2, max_size=6)


class World:
    """Two risks on one asset with one control, at the start of a history."""

    def __init__(self, company, leaders):
        self.asset = make_asset(unit=company.northfield)
        self.risks = [make_risk(unit=company.northfield, assets=[self.asset]) for _ in range(2)]
        self.control, self.leaders = make_control(unit=company.northfield), leaders
        for risk in self.risks:
            make_levels(risk, 3, operational=3)
            controls.link(self.control, risk, ["LIKELIHOOD"], actor=None)

    def happen(self, step):
        what, place, value = step
        risk = self.risks[place]
        if what in ("likelihood", "impact"):
            name = "likelihood_level" if what == "likelihood" else "operational_level"
            Levels.objects.filter(risk=risk, stage="CURRENT").update(**{name: value})
        elif what == "asset":
            Asset.objects.filter(pk=self.asset.pk).update(effective_availability=value)
        elif what == "control":
            self.control.refresh_from_db()
            controls.change(self.control, actor=None, version=None, operating_effectiveness=Decimal(value) / 10)
        elif what == "review":
            Risk.objects.filter(pk=risk.pk).update(review_due_on=clock.now().date() + timedelta(days=value))
        elif what == "tolerance":
            appetite.agree({"": (30, value * 10)}, actor=None)
        elif what == "formula":
            points = Decimal(value) / 10
            if Decimal(formula_versions.in_force().parameters["base_points"]) != points:
                drafted = formula_versions.draft({"base_points": points}, "Weighs otherwise", actor=self.leaders[0])
                sign(formula_versions.propose(drafted, actor=self.leaders[0]), *self.leaders)
        stale.mark_risks([one.pk for one in self.risks], "test")

    def scores(self):
        return list(
            ScoreState.objects.filter(pk__in=[one.pk for one in self.risks])
            .order_by("pk")
            .values_list(
                "inherent_value", "current_value", "residual_value", "current_band", "is_above_tolerance", "formula_version"
            )
        )


def refresh(limit=500):
    while recompute.refresh_batch(limit):
        pass


@pytest.fixture
def leaders(person):
    return person("CIO"), person("CISO")


@FEW
@for_all(histories, st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_terms_add_up_and_events_to_the_difference_over_any_history(company, leaders, history, pauses):
    start = clock.now()
    with clock.stopped(start):
        world = World(company, leaders)
        stale.mark_risks([one.pk for one in world.risks], "test")
        refresh()
    for place, step in enumerate(history):
        with clock.stopped(start + timedelta(hours=place + 1)):
            world.happen(step)
            if pauses[place]:
                refresh()
    with clock.stopped(start + timedelta(days=1)):
        refresh()
        assert recompute.differences() == []

    for row in Score.objects.filter(risk__in=world.risks).exclude(value=None):
        assert sum(Decimal(term["points"]) for term in row.terms) == row.value
    for risk in world.risks:
        for since in (start, start + timedelta(hours=2)):
            moved = scores.moved(risk, since, start + timedelta(days=2))
            assert sum((event.points for event in moved.events), scoring.ZERO) == moved.points
            assert all(sum((term.points for term in event.change.terms), scoring.ZERO) == event.points for event in moved.events)


@FEW
@for_all(histories, st.lists(st.sampled_from([0, 1, 2, 500]), min_size=6, max_size=6))
def test_any_batching_gives_the_same_scores(company, leaders, history, batches):
    world = World(company, leaders)
    for step, limit in zip(history, batches, strict=False):
        world.happen(step)
        if limit:
            recompute.refresh_batch(limit)
    refresh(1)
    by_batches = world.scores()

    list(recompute.refresh_all())

    assert world.scores() == by_batches
    assert recompute.differences() == []


def test_the_order_of_what_happened_between_two_looks_makes_no_difference(company, leaders):
    found = []
    for order in ((0, 1, 2, 3), (3, 1, 0, 2)):
        world = World(company, leaders)
        steps = [("likelihood", 0, 5), ("asset", 0, 4), ("control", 0, 3), ("review", 1, -40)]
        for place in order:
            world.happen(steps[place])
        refresh()
        found.append(world.scores())
        RiskAsset.objects.filter(asset=world.asset).delete()

    assert found[0] == found[1]


# How each material field of each signed kind may be said otherwise, and what of them is not material.
EXCEPTION = {
    "title": "Other sign-ins",
    "reason_kind": "TECHNICAL",
    "reason": "Other panels",
    "compensating_control": "Watched by two",
    "starts_on": timedelta(days=1),
    "ends_on": timedelta(days=5),
}


@pytest.mark.parametrize("field", EXCEPTION)
def test_an_edit_of_any_material_field_makes_a_signature_stale_at_once(company, person, leaders, field):
    owner = person("OWNER", unit=company.northfield)
    exception = make_exception(make_risk(unit=company.northfield, it_owner=owner, accountable="IT"), by=owner)
    sign(exception, leaders[0])
    held = signatures.standing(exception)
    assert (len(held.missing), held.stale) == (1, ())

    changed = EXCEPTION[field]
    value = getattr(exception, field) + changed if isinstance(changed, timedelta) else changed
    exceptions.change(exception, actor=owner, version=None, owner=leaders[1])
    assert signatures.standing(type(exception).objects.get(pk=exception.pk)).stale == ()  # an owner is not material
    exceptions.change(exception, actor=owner, version=None, **{field: value})

    assert [slot.offices for slot in signatures.standing(type(exception).objects.get(pk=exception.pk)).stale] == [("CIO",)]
    assert set(content.of(exception)) - {"kind", "risk_id", "original_starts_on"} == set(EXCEPTION)


def test_of_a_table_and_a_formula_every_parameter_is_material_and_nothing_else(leaders):
    drafted = formula_versions.draft({"base_points": "3.5"}, "Why", actor=leaders[0])
    table = authority.propose(authority.OFFERED, actor=leaders[0])

    assert set(content.of(drafted)) == (set(drafted.parameters) - {"version"}) | {"number"}
    assert set(content.of(table)) == {"lines"}
    for name in set(drafted.parameters) - {"version"}:
        before = content.digest_of(drafted)
        drafted.parameters = drafted.parameters | {name: "0.7"}
        assert content.digest_of(drafted) != before
    before = content.digest_of(drafted)
    drafted.reason, drafted.version = "Because", 99
    assert content.digest_of(drafted) == before
