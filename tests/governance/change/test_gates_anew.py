"""Gates that are asked anew: what grew, what was mended, what a pattern had said, and what was left behind."""

from datetime import timedelta
from decimal import Decimal

import pytest

from governance.change import gate_page, gates, initiatives, patterns, stages, under_way, waivers
from governance.change.errors import GateClosed, GatePassed, SameHand
from governance.change.models import Criterion, Gate, Pattern
from portal import clock
from portal.attention.models import Review
from portal.people import organisations, working_days
from portal.people.models import User
from portal.signing import signatures
from tests.factories.governance import meet
from tests.factories.risks import make_risk

DAY = timedelta(days=1)
WAIVER = {"reason_kind": "TIME", "reason": "The maker delivers in June.", "compensating_control": "A guard stands beside it."}


def sign(exception, *people):
    for one in people:
        signatures.sign(exception, actor=User.objects.get(pk=one.pk), factor_at=clock.now())


def fresh(gate):
    return Gate.objects.select_related("initiative").prefetch_related(gate_page.criteria()).get(pk=gate.pk)


def promised(gate, reader):
    """The day security promised; whether it is late by its page, how many are late by Today; for whom it waits."""
    [standing] = gate_page.standings([fresh(gate)])
    waits = {one.office for one in standing.waits}
    return standing.gate.promised_on, standing.is_late, under_way.read(reader).waits_for_security, waits


def reminded():
    return list(Review.objects.open().filter(subject_kind="gate").values_list("due_on", flat=True))


def test_what_is_put_to_security_anew_has_a_promise_of_its_own(planned, owner, ciso):
    gate = gates.put_to_security(Gate.objects.get(opens="DESIGN"), actor=owner)
    began, first = gate.asked_at, gate.promised_on
    with clock.stopped(began + 14 * DAY):
        assert promised(gate, owner) == (first, False, 0, {"IT"})  # IT has said nothing: nobody waits for security
        gates.answer(gate.criteria.first(), "MET", actor=owner, note="Dana")
        assert promised(gate, owner)[:3] == (working_days.after(organisations.today(), 1), False, 0)
    with clock.stopped(began + 21 * DAY):
        assert promised(gate, owner)[1:] == (True, 1, {"IT", "SECURITY"})
        meet(planned, "DESIGN", owner, ciso)
        assert promised(gate, owner)[1:] == (False, 0, set()) and reminded() == []

    with clock.stopped(began + 28 * DAY):
        initiatives.change(planned, actor=owner, budget=Decimal(60_000))  # of size M security is asked one thing more
        grown = working_days.after(organisations.today(), 5)
        assert promised(gate, owner) == (grown, False, 0, {"SECURITY"}) and reminded() == [grown]
        asked = Criterion.objects.get(asks__key="sbd-abuse")
        gates.answer(asked, "NOT_MET", actor=ciso, note="Nobody had a look")
        assert promised(gate, owner)[1:] == (False, 0, {"IT"}) and reminded() == []
    with clock.stopped(began + 50 * DAY):
        gates.answer(asked, "MET", actor=owner, note="The notes of Tuesday")
        mended = working_days.after(organisations.today(), 5)
        assert promised(gate, owner) == (mended, False, 0, {"SECURITY"}) and reminded() == [mended]
        with pytest.raises(GateClosed):
            stages.advance(planned, "DESIGN", actor=owner)
    with clock.stopped(began + 70 * DAY):
        initiatives.change(planned, actor=owner, budget=Decimal(2_000_000))
        assert promised(gate, owner)[:3] == (mended, True, 1)  # what was promised before is owed as before
        gates.answer(asked, "MET", actor=ciso, note="Seen")
        assert promised(gate, owner)[1:] == (False, 0, set())
        assert stages.advance(planned, "DESIGN", actor=owner).stage == "DESIGN"
    assert dict(Gate.objects.values_list("opens", "size"))["TEST"] == "L"  # though it asks nothing more


def test_a_word_of_a_person_ends_what_a_pattern_had_said(planned, owner, cio, ciso):
    told = {"title": "Platform", "description": "Ours", "answers": {"sbd-owner": "By design", "sbd-data": "By design"}}
    pattern = patterns.propose(actor=owner, **told)
    sign(pattern, cio, ciso)
    patterns.use(planned, Pattern.objects.get(), actor=owner)
    criterion = Criterion.objects.get(asks__key="sbd-owner")

    gates.answer(criterion, "MET", actor=owner, note="Otherwise than the platform")

    criterion.refresh_from_db()
    [standing] = gate_page.standings([fresh(criterion.gate)])
    assert (criterion.pattern, criterion.security_answer, criterion.is_met, standing.pre_answered) == (None, "", False, 1)
    with pytest.raises(GateClosed):
        stages.advance(planned, "DESIGN", actor=owner)
    Criterion.objects.update(it_by=ciso)
    with pytest.raises(SameHand):
        gates.answer(criterion, "MET", actor=ciso)


def test_what_a_passed_gate_would_ask_by_now_is_asked_at_the_next_one(planned, owner, ciso):
    for stage in ("DESIGN", "BUILD"):
        meet(planned, stage, owner, ciso)
        planned = stages.advance(planned, stage, actor=owner)
    before = Criterion.objects.count()

    initiatives.change(planned, actor=owner, budget=Decimal(60_000))  # a gate before "test", of size M
    initiatives.change(planned, actor=owner, is_purchase=True, budget=Decimal(2_000_000))
    grown = Criterion.objects.count()
    initiatives.change(planned, actor=owner, budget=Decimal(70_000), touches_safety=True)

    gate = Gate.objects.get(opens="TEST")
    [standing] = gate_page.standings([fresh(gate)])
    carried = {row.criterion.asks.key: row.carried_from for row in standing.rows if row.carried_from}
    assert carried == {
        **dict.fromkeys(["sbd-abuse", "sbd-less", "dem-record", "dem-factor", "dem-logs"], "DESIGN"),
        **dict.fromkeys(["sbd-defaults", "sbd-classes", "sbd-parts", "dem-parts", "dem-updates", "dem-reach"], "BUILD"),
    }
    assert Criterion.objects.count() == grown > before
    rows = Criterion.objects.filter(gate=gate, asks__opens="TEST")
    for who in (owner, ciso):
        for criterion in rows:
            gates.answer(criterion, "MET", actor=who, note="Tried")
    with pytest.raises(GateClosed):
        stages.advance(planned, "TEST", actor=owner)
    meet(planned, "TEST", owner, ciso)
    planned = stages.advance(planned, "TEST", actor=owner)
    initiatives.change(planned, actor=owner, budget=Decimal(3_000_000))
    assert not Criterion.objects.filter(gate__opens="LIVE").exclude(asks__opens="LIVE").exists()


def test_the_gap_of_an_ended_waiver_is_met_by_both_offices_and_nothing_else_of_a_passed_gate(planned, owner, cio, ciso, company):
    meet(planned, "DESIGN", owner, ciso, but="sbd-owner")
    gap, until = Criterion.objects.get(asks__key="sbd-owner"), clock.now().date() + 30 * DAY
    waiver = waivers.ask(gap, make_risk(unit=company.northfield), actor=owner, ends_on=until, **WAIVER)
    sign(waiver.exception, cio, ciso)
    planned = stages.advance(planned, "DESIGN", actor=owner)
    meet(planned, "BUILD", owner, ciso)
    design, build = Gate.objects.get(opens="DESIGN"), Gate.objects.get(opens="BUILD")

    def standing(gate):
        [found] = gate_page.standings([fresh(gate)])
        return found.blocking, found.locks, [row.criterion for row in found.gaps], {one.office for one in found.waits}

    assert standing(design) == (0, None, [], set()) and standing(build) == (0, None, [], set())
    with clock.stopped(clock.now() + 32 * DAY):
        assert standing(design) == (1, "BUILD", [], {"IT"}) and standing(build) == (1, None, [gap], {"IT"})
        with pytest.raises(GatePassed):
            gates.answer(Criterion.objects.get(asks__key="sbd-data"), "NOT_MET", actor=owner, note="So")
        gates.answer(gap, "MET", actor=owner, note="Dana")
        assert standing(build) == (1, None, [gap], {"SECURITY"}) and reminded() == [working_days.after(organisations.today(), 1)]
        with pytest.raises(GateClosed):
            stages.advance(planned, "BUILD", actor=owner)
        gates.answer(gap, "MET", actor=ciso)
        assert standing(design) == (0, None, [], set()) and standing(build) == (0, None, [], set()) and reminded() == []
        with pytest.raises(GatePassed):
            gates.answer(gap, "NOT_MET", actor=owner, note="So")
        assert stages.advance(planned, "BUILD", actor=owner).stage == "BUILD"
