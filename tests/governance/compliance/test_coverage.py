"""How far controls answer a requirement: worked by hand, and kept by small steps equal to counting everything."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.compliance import coverage, covering, mappings
from governance.compliance.coverage import Answer
from governance.compliance.models import ControlMapping, Coverage, Requirement
from portal import clock
from portal.people import organisations
from portal.record import sealing
from risks import controls, evidence, formula_versions
from risks.models import Control, Evidence
from tests.factories.compliance import make_framework
from tests.factories.risks import make_control, sign

TODAY = date(2026, 6, 1)
HALF = Decimal("0.5")


def answer(pk, how, operating="0.80", *, until=date(2026, 12, 1), in_force=True):
    return Answer(pk, how, in_force, Decimal(operating), until)


def test_one_proven_control_that_does_the_same_brings_its_operation():
    found = coverage.of([answer(1, "EQUAL")], TODAY, HALF)

    assert (found.share, found.word, found.unproven, found.next_change_on) == (Decimal("0.8000"), "COVERED", 0, date(2026, 12, 1))


def test_a_part_and_an_overlap_answer_half_each_of_what_is_left():
    """1 − (1 − 0.5·0.8)(1 − 0.5·0.6) = 1 − 0.6·0.7 = 0.58."""
    found = coverage.of([answer(1, "SUBSET"), answer(2, "INTERSECTS", "0.60")], TODAY, HALF)

    assert (found.share, found.word) == (Decimal("0.5800"), "PARTLY")
    assert [term.brings for term in found.terms] == [Decimal("0.400"), Decimal("0.300")]


@pytest.mark.parametrize(
    ("until", "in_force", "share", "proof"),
    [
        (TODAY, True, "0.8000", "PROVEN"),
        (TODAY - timedelta(days=1), True, "0.4000", "STALE"),
        (None, True, "0.4000", "NEVER"),
        (TODAY, False, "0.0000", "NOT_IN_FORCE"),
    ],
)
def test_without_evidence_half_of_the_operation_counts_and_the_reason_has_a_name(until, in_force, share, proof):
    found = coverage.of([answer(1, "SUPERSET", until=until, in_force=in_force)], TODAY, HALF)

    assert (found.share, found.terms[0].proof) == (Decimal(share), proof)


def test_nothing_covers_nothing():
    assert (coverage.of([], TODAY, HALF).share, coverage.of([], TODAY, HALF).word) == (0, "OPEN")
    assert coverage.average([HALF, Decimal(1)], 4) == Decimal("0.3750")


@pytest.fixture
def ground(company, person):
    """`.rules`: five requirements; `.controls`: four controls; `.analyst`."""

    class Ground:
        analyst = person("ANALYST")
        rules = list(make_framework(1, 2, 3, 4, 5).requirements.assessable().order_by("place"))
        controls = [make_control(unit=company.northfield, operating_effectiveness=Decimal(n) / 10) for n in (4, 6, 8, 9)]

    return Ground()


def kept():
    return {row.requirement_id: row.share for row in Coverage.objects.all() if row.share}


def brute_force():
    """Every requirement from every row, without the house's own calculation."""
    found, today = {}, organisations.today()
    for rule in Requirement.objects.filter(assessable=True):
        left = Decimal(1)
        for row in ControlMapping.objects.filter(requirement=rule, archived_at=None, state="CONFIRMED").select_related("control"):
            ends = [e.valid_until for e in Evidence.objects.filter(control=row.control_id) if e.withdrawn_at is None]
            works = row.control.operating_effectiveness if row.control.state == "IN_FORCE" else Decimal(0)
            works = works if ends and max(ends) >= today else works / 2
            left *= 1 - works / (1 if row.relationship in ("EQUAL", "SUPERSET") else 2)
        if left < 1:
            found[rule.pk] = round(1 - left, 4)
    return found


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["map", "map", "map", "unmap", "retire", "worsen", "prove", "take back", "wait"]),
        st.integers(0, 3),
        st.integers(0, 4),
        st.sampled_from(["EQUAL", "SUPERSET", "SUBSET", "INTERSECTS"]),
    ),
    min_size=4,
    max_size=14,
)


def carry_out(ground, step, days):
    what, number, rule, how = step
    control = Control.objects.get(pk=ground.controls[number].pk)
    alive = control.state != "RETIRED"
    mapped = ControlMapping.objects.current().filter(control=control, requirement=ground.rules[rule]).first()
    if what == "map" and alive and mapped is None:
        mappings.add(control, ground.rules[rule], how, actor=ground.analyst)
    elif what == "unmap" and mapped is not None:
        mappings.remove(mapped, actor=ground.analyst)
    elif what == "retire" and alive and number == 0:
        controls.retire(control, actor=ground.analyst, reason="Replaced")
    elif what == "worsen" and alive:
        controls.change(control, actor=ground.analyst, version=None, operating_effectiveness=Decimal(rule) / 5)
    elif what == "prove" and alive:
        said = evidence.Described("Reviewed", organisations.today(), organisations.today() + timedelta(days=rule))
        evidence.add_fact(control, {"n": rule}, said, actor=ground.analyst)
    elif what == "take back":
        last = Evidence.objects.filter(control=control, withdrawn_at=None).last()
        if last is not None:
            evidence.take_back(last, actor=ground.analyst, reason="Wrong file")
    return days + (rule if what == "wait" else 0)


@given(steps=STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_small_steps_keep_what_counting_everything_gives(ground, steps):
    start, days = clock.now(), 0
    with transaction.atomic():
        for step in steps:
            with clock.stopped(start + timedelta(days=days)):
                days = carry_out(ground, step, days)
            with clock.stopped(start + timedelta(days=days)):
                sealing.seal_all()
                covering.follow()
                covering.renew_due()
                assert kept() == brute_force()
        transaction.set_rollback(True)


def test_one_changed_control_touches_only_what_it_answers(ground, django_assert_max_num_queries):
    first, second = ground.controls[:2]
    for control, rule in ((first, 0), (first, 1), (second, 1), (second, 2)):
        mappings.add(control, ground.rules[rule], "EQUAL", actor=ground.analyst)
    sealing.seal_all()
    covering.follow()
    before = dict(Coverage.objects.values_list("requirement", "counted_at"))

    with clock.stopped(clock.now() + timedelta(minutes=5)):
        controls.retire(first, actor=ground.analyst, reason="Replaced")
        sealing.seal_all()
        with django_assert_max_num_queries(16):
            assert covering.follow() == 2

    after = dict(Coverage.objects.values_list("requirement", "counted_at"))
    assert {pk for pk in after if after[pk] != before[pk]} == {rule.pk for rule in ground.rules[:2]}
    assert covering.follow() == 0


def test_a_new_evening_lowers_exactly_what_the_old_evidence_proved_and_another_formula_all_of_it(ground, person):
    proven, other = ground.controls[:2]
    mappings.add(proven, ground.rules[0], "EQUAL", actor=ground.analyst)
    mappings.add(other, ground.rules[1], "EQUAL", actor=ground.analyst)
    evidence.add_fact(
        proven, {"n": 1}, evidence.Described("Reviewed", organisations.today(), organisations.today()), actor=ground.analyst
    )
    sealing.seal_all()
    covering.follow()
    assert kept()[ground.rules[0].pk] == Decimal("0.4")

    with clock.stopped(clock.now() + timedelta(days=1)):
        assert covering.renew_due() == 1
        assert covering.renew_due() == 0

    assert kept() == {ground.rules[0].pk: Decimal("0.2"), ground.rules[1].pk: Decimal("0.3")}

    drafted = formula_versions.draft({"unproven_operating_share": "0.1"}, "Unproven is little", actor=ground.analyst)
    sign(formula_versions.propose(drafted, actor=ground.analyst), person("CIO"), person("CISO"))
    with clock.stopped(clock.now() + timedelta(days=1)):
        sealing.seal_all()
        assert covering.follow() == 2
        assert covering.follow() == 0

    assert kept() == {ground.rules[0].pk: Decimal("0.04"), ground.rules[1].pk: Decimal("0.06")}
