"""Gates: what they ask, who answers, what blocks a stage by whatever door, waivers that end, patterns that answer before."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from assets import inventory
from governance.change import (
    alignment_feeds,
    bearing,
    declarations,
    gate_templates,
    gates,
    initiatives,
    joined,
    offices,
    pattern_book,
    patterns,
    stages,
    under_way,
    waivers,
)
from governance.change.declarations import Said
from governance.change.errors import (
    AskedAlready,
    CriterionDropped,
    CriterionMet,
    GateClosed,
    GatePassed,
    NotYourAnswer,
    OnlySecurityDrops,
    PatternFitsNothing,
    PatternNotApproved,
    PatternOver,
    SameHand,
)
from governance.change.models import Criterion, Gate, Initiative, Pattern, TemplateCriterion
from governance.change.sizes import Facts, size_of
from portal import clock
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import organisations
from portal.people.models import Appointment, RoleAssignment, User
from portal.record import sealing
from portal.signing import signatures
from risks import exceptions, register
from risks.exception_errors import WaivedAtTheGate
from tests.factories.assets import make_asset
from tests.factories.governance import at_a_gate, make_initiative, meet
from tests.factories.portal import make_user
from tests.factories.risks import make_risk

DAY = timedelta(days=1)
WAIVER = {"reason_kind": "TIME", "reason": "The maker delivers in June.", "compensating_control": "A guard stands beside it."}


def sign(exception, *people):
    for one in people:
        signatures.sign(exception, actor=User.objects.get(pk=one.pk), factor_at=clock.now())


@pytest.mark.parametrize(
    ("facts", "size"),
    [
        (Facts(["INTERNAL"], "INTERNAL", False, Decimal("49999.99")), "S"),
        (Facts([], "NONE", False, Decimal(0)), "S"),
        (Facts(["INTERNAL"], "INTERNAL", False, None), "M"),
        (Facts(["INTERNAL"], "REMOTE", False, Decimal(1)), "M"),
        (Facts(["PUBLIC", "CONFIDENTIAL"], "INTERNAL", False, Decimal(1)), "M"),
        (Facts(["INTERNAL"], "INTERNAL", False, Decimal(50000)), "M"),
        (Facts(["CONFIDENTIAL"], "INTERNET", False, Decimal(1)), "L"),
        (Facts(["STRICTLY_CONFIDENTIAL"], "NONE", False, Decimal(1)), "L"),
        (Facts(["PUBLIC"], "NONE", True, Decimal(1)), "L"),
        (Facts(["PUBLIC"], "NONE", False, Decimal(1_000_000)), "L"),
    ],
)
def test_the_size_follows_from_data_exposure_safety_and_money(facts, size):
    assert size_of(facts) == size


@pytest.mark.parametrize(("size", "day"), [("S", date(2026, 11, 30)), ("M", date(2026, 12, 4)), ("L", date(2026, 12, 11))])
def test_security_promises_one_five_or_ten_working_days_by_size(planned, owner, size, day):
    Gate.objects.update(size=size)
    with clock.stopped(datetime(2026, 11, 27, 15, tzinfo=UTC)):  # a Friday
        assert gates.put_to_security(Gate.objects.get(opens="DESIGN"), actor=owner).promised_on == day


def test_patterns_are_measured_by_medians_of_working_days_and_the_share_they_answer(planned, owner, company):
    """With a pattern 1, 3 and 8 working days, without 2 and 10; of ten criteria asked a pattern answered three."""
    told = {"title": "Ours", "description": "So", "answers": {"sbd-owner": "So"}}
    pattern, monday = patterns.propose(actor=owner, **told), datetime(2026, 11, 2, 12, tzinfo=UTC)
    asks = list(TemplateCriterion.objects.all()[:3])
    for passed, is_by_pattern, count in ((3, True, 3), (5, True, 2), (12, True, 1), (4, False, 2), (16, False, 2)):
        one, on = make_initiative(unit=company.northfield, by=owner), monday.replace(day=passed)
        gate = Gate.objects.create(initiative=one, opens="DESIGN", size="S", opened_at=monday, passed_at=on)
        for place in range(count):
            by = pattern if is_by_pattern and place == 0 else None
            Criterion.objects.create(gate=gate, asks=asks[place], pattern=by)

    found = pattern_book.speed()

    assert (found.with_pattern, found.gates_with, found.without, found.gates_without) == (3, 3, 6.0, 2)
    assert found.share == 30
    Criterion.objects.filter(pattern=None).update(dropped_at=monday, dropped_by=owner, dropping_reason="So")
    assert pattern_book.speed().share == 100  # of what is asked


def test_what_comes_along_is_whole_and_comes_once(db):
    taken = gate_templates.add_shipped()

    assert {template.key for template in taken} == {"secure-by-design", "secure-by-demand", "ot-zones"}
    assert gate_templates.add_shipped() == []
    told = {"key": "x", "edition": 1, "title": "X", "kinds": ["IT"], "only_purchases": False, "criteria": []}
    with pytest.raises(Invalid):
        gate_templates.take_in(told)
    with pytest.raises(Invalid):
        gate_templates.take_in(told | {"key": "ot-zones"})


def test_leaving_the_idea_sets_the_gates_up_and_growing_asks_more_but_never_less(planned, owner):
    def asked():
        return dict(Gate.objects.filter(initiative=planned).values_list("opens", "size"))

    small, opened = Criterion.objects.count(), Gate.objects.get(opens="DESIGN").opened_at

    initiatives.change(planned, actor=owner, is_purchase=True, kind="OT", budget=Decimal(2_000_000))
    grown, sizes = Criterion.objects.count(), asked()
    initiatives.change(planned, actor=owner, is_purchase=False, kind="IT", budget=Decimal(1))

    assert set(sizes.values()) == {"L"} and asked() == sizes
    assert grown > small and Criterion.objects.count() == grown
    assert opened is not None and Gate.objects.get(opens="LIVE").opened_at is None


def test_an_edition_that_a_gate_began_with_stays_its_own(planned, owner):
    newer = {"key": "secure-by-design", "edition": 2, "title": "Secure by design", "kinds": ["IT"], "only_purchases": False}
    asks = {"opens": "DESIGN", "office": "IT", "from_size": "S", "is_mandatory": True, "question": "New?", "evidence": "This"}
    gate_templates.take_in(newer | {"criteria": [{"key": "sbd-new", **asks}]})

    initiatives.change(planned, actor=owner, budget=Decimal(2_000_000))

    assert not Criterion.objects.filter(asks__key="sbd-new").exists()
    assert Criterion.objects.filter(asks__key="sbd-less").exists()  # of the first edition, from size L on


def test_both_offices_answer_and_no_hand_answers_twice(planned, owner, cio, ciso, person, company):
    criterion = Criterion.objects.get(asks__key="sbd-owner")
    reader = person("ANALYST", unit=company.northfield)
    with pytest.raises(NotYourAnswer):
        gates.answer(criterion, "MET", actor=reader, note="So")
    for told in (("PERHAPS", "So"), ("MET", " "), ("MET", "x" * 2001)):
        with pytest.raises(Invalid):
            gates.answer(criterion, told[0], actor=owner, note=told[1])

    gates.answer(criterion, "MET", actor=owner, note="Dana, from the plant's budget")
    gates.answer(criterion, "MET", actor=ciso)

    criterion.refresh_from_db()
    assert (criterion.is_met, criterion.it_by, criterion.security_by) == (True, owner, ciso)
    with pytest.raises(Invalid) as refused:
        initiatives.change(planned, actor=owner, security_lead=reader)
    assert list(refused.value.fields) == ["security_lead"]
    initiatives.change(planned, actor=owner, sponsor=reader)
    Criterion.objects.update(security_by=reader)
    with pytest.raises(SameHand):
        gates.answer(criterion, "NOT_MET", actor=reader, note="So")


def test_who_owns_or_pays_never_speaks_for_security_and_its_lead_is_of_that_office(planned, owner, ciso, person, company):
    criterion = Criterion.objects.get(asks__key="sbd-owner")
    report, helper = make_user("Report", reports_to=ciso), make_user("Helper")
    colleague = make_user("Colleague", reports_to=owner)
    RoleAssignment.objects.create(user=helper, role="PREPARER", unit=company.root, for_seat="CISO")
    stands_in = make_user("Stands in")
    Appointment.objects.filter(seat="CISO").update(substitute=stands_in)
    for one in (report, helper, stands_in, ciso):
        initiatives.change(planned, actor=owner, security_lead=User.objects.get(pk=one.pk))
        planned.refresh_from_db()
        assert offices.voice(User.objects.get(pk=one.pk), planned) == "SECURITY"
    with pytest.raises(Invalid) as refused:
        initiatives.change(planned, actor=owner, security_lead=colleague)
    assert refused.value.fields == {
        "security_lead": ["Name the CISO, or somebody who reports to them, stands in for them or prepares for them."]
    }

    initiatives.change(planned, actor=owner, security_lead=None, sponsor=ciso)
    gates.answer(criterion, "MET", actor=ciso, note="Dana")

    criterion.refresh_from_db()
    assert (criterion.it_by, criterion.security_answer, criterion.is_met) == (ciso, "", False)
    with pytest.raises(OnlySecurityDrops):
        gates.drop(criterion, actor=ciso, reason="So")
    gates.answer(criterion, "MET", actor=report)
    Initiative.objects.filter(pk=planned.pk).update(security_lead=colleague)  # named before, or moved elsewhere since
    planned.refresh_from_db()
    assert offices.voice(colleague, planned) is None
    initiatives.change(planned, actor=owner, title="Labels of both plants")  # who was named stays named
    initiatives.change(planned, actor=owner, security_lead=report)
    initiatives.hand_over(planned, colleague, person=report, actor=owner)
    planned.refresh_from_db()
    assert planned.security_lead is None


def test_security_is_asked_once_and_promises_a_day_by_size(planned, owner, ciso):
    gate = Gate.objects.get(opens="DESIGN")

    gate = gates.put_to_security(gate, actor=owner)

    review = Review.objects.open().get(subject_kind="gate")
    assert (review.owner, review.due_on) == (ciso, gate.promised_on)
    with pytest.raises(AskedAlready):
        gates.put_to_security(gate, actor=owner)
    for criterion in gate.criteria.all():
        gates.answer(criterion, "NOT_MET", actor=ciso, note="Nobody is named")
    assert not Review.objects.open().filter(subject_kind="gate").exists()
    with pytest.raises(GateClosed):
        stages.advance(planned, "DESIGN", actor=owner)


def test_a_met_gate_opens_its_stage_and_stays_as_it_was_answered(planned, owner, ciso):
    with pytest.raises(GateClosed) as refused:
        stages.advance(planned, "DESIGN", actor=owner)
    meet(planned, "DESIGN", owner, ciso)

    moved = stages.advance(planned, "DESIGN", actor=owner)

    assert len(refused.value.facts["criteria"]) == Criterion.objects.filter(gate__opens="DESIGN", asks__is_mandatory=True).count()
    gate = Gate.objects.get(opens="DESIGN")
    assert (moved.stage, gate.passed_at is not None, Gate.objects.get(opens="BUILD").opened_at is not None) == (
        "DESIGN",
        True,
        True,
    )
    for late in (
        lambda: gates.answer(gate.criteria.first(), "NOT_MET", actor=owner, note="So"),
        lambda: gates.put_to_security(gate, actor=owner),
        lambda: gates.drop(gate.criteria.first(), actor=ciso, reason="So"),
    ):
        with pytest.raises(GatePassed):
            late()


def test_security_alone_asks_fewer_criteria_and_says_why(planned, owner, ciso):
    criterion, other = Criterion.objects.filter(gate__opens="DESIGN")[:2]
    with pytest.raises(OnlySecurityDrops):
        gates.drop(criterion, actor=owner, reason="Too much")
    with pytest.raises(Invalid):
        gates.drop(criterion, actor=ciso, reason=" ")

    gates.drop(criterion, actor=ciso, reason="It holds no data at all.")
    meet(planned, "DESIGN", owner, ciso)

    assert stages.advance(planned, "DESIGN", actor=owner).stage == "DESIGN"
    for late in (lambda: gates.drop(criterion, actor=ciso, reason="So"), lambda: gates.answer(criterion, "MET", actor=owner)):
        with pytest.raises((CriterionDropped, GatePassed)):
            late()
    assert other.gate_id == criterion.gate_id


def test_a_signed_waiver_opens_the_gate_and_its_end_locks_the_next_one(planned, owner, cio, ciso, company):
    risk = make_risk(unit=company.northfield)
    meet(planned, "DESIGN", owner, ciso, but="sbd-owner")
    criterion, until = Criterion.objects.get(asks__key="sbd-owner"), clock.now().date() + 30 * DAY
    waiver = waivers.ask(criterion, risk, actor=owner, ends_on=until, **WAIVER)
    with pytest.raises(GateClosed):
        stages.advance(planned, "DESIGN", actor=owner)

    sign(waiver.exception, cio, ciso)
    stages.advance(planned, "DESIGN", actor=owner)
    with pytest.raises(WaivedAtTheGate):
        exceptions.extend(waiver.exception, until + DAY, actor=owner)
    meet(planned, "BUILD", owner, ciso)

    with clock.stopped(clock.now() + 32 * DAY):
        with pytest.raises(GateClosed):
            stages.advance(planned, "BUILD", actor=owner)
        again = waivers.ask(criterion, risk, actor=owner, ends_on=until + 60 * DAY, **WAIVER)
        sign(again.exception, cio, ciso)
        assert again.exception.extends == waiver.exception
        assert stages.advance(planned, "BUILD", actor=owner).stage == "BUILD"


def test_a_waiver_is_asked_for_what_is_open_alone_and_only_at_a_gate(planned, owner, ciso, company):
    risk = make_risk(unit=company.northfield)
    meet(planned, "DESIGN", owner, ciso)
    met = Criterion.objects.filter(gate__opens="DESIGN").first()
    until = clock.now().date() + 30 * DAY

    with pytest.raises(CriterionMet):
        waivers.ask(met, risk, actor=owner, ends_on=until, **WAIVER)
    with pytest.raises(Invalid):
        exceptions.propose(risk, "GATE_WAIVER", actor=owner, title="So", ends_on=until, owner=owner, **WAIVER)


def test_a_pattern_answers_before_once_both_have_signed_it(planned, owner, cio, ciso):
    keys = list(TemplateCriterion.objects.filter(from_size="S", template__key="secure-by-design").values_list("key", flat=True))
    told = {"title": "Our web platform", "description": "On the company's own ground.", "answers": dict.fromkeys(keys, "By design")}
    for wrong in ({"title": ""}, {"description": " "}, {"answers": {}}, {"answers": {"nothing": "So"}}):
        with pytest.raises(Invalid):
            patterns.propose(actor=owner, **told | wrong)
    pattern = patterns.propose(actor=owner, **told)
    with pytest.raises(PatternNotApproved):
        patterns.use(planned, pattern, actor=owner)

    sign(pattern, cio, ciso)
    count = patterns.use(planned, Pattern.objects.get(), actor=owner)
    with pytest.raises(PatternFitsNothing):
        patterns.use(planned, pattern, actor=owner)
    stood = under_way.read(cio).unasked, joined.of(Initiative.objects.get(pk=planned.pk)).never_asked
    for stage in ("DESIGN", "BUILD", "TEST", "LIVE"):
        planned = stages.advance(planned, stage, actor=owner)

    assert Initiative.objects.get(pk=planned.pk).joined_entry is None  # what the owner does is not what security does
    assert stood == (0, False)  # but it had answered ahead
    today = organisations.today()
    assert [row.went_well for row in alignment_feeds.security_before_design(today - 90 * DAY, today).rows] == [True]
    assert count == Criterion.objects.filter(pattern=pattern).count() == Criterion.objects.count()
    patterns.retire(pattern, actor=ciso)
    with pytest.raises(PatternOver):
        patterns.retire(pattern, actor=ciso)


def test_security_joined_by_the_seal_of_the_first_thing_it_did(planned, owner, ciso, company, client):
    def by_program():
        client.force_login(owner)
        told = client.get(f"/api/v1/initiatives/{planned.pk}/").json()
        return told["security_answer_days"], told["security_counts_as_asked"]

    assert joined.of(planned).never_asked
    gate = gates.put_to_security(Gate.objects.get(opens="DESIGN"), actor=owner)
    planned.refresh_from_db()
    with clock.stopped(gate.asked_at + 8 * DAY):
        silent, told_silent = joined.of(planned), by_program()
        gates.answer(gate.criteria.first(), "NOT_MET", actor=ciso, note="Nobody is named")
    planned.refresh_from_db()
    before = joined.of(planned)
    sealing.seal_all()
    after = joined.of(planned)

    assert (silent.counts_as_asked, silent.waits_days >= 5, silent.at) == (True, True, None)
    assert (before.is_sealing, before.counts_as_asked, after.at is not None) == (True, False, True)
    assert after.answer_days == silent.waits_days
    assert (told_silent, by_program()) == ((None, True), (after.answer_days, False))


def test_a_risk_that_security_logged_counts_since_the_idea_and_not_as_the_price_of_a_waiver(owner, cio, ciso, company):
    def logged(title):
        return register.log(actor=ciso, title=title, category="IT", unit=company.northfield)

    def joined_by():
        return Initiative.objects.get(pk=one.pk).joined_entry

    before = logged("It was open before")
    one = at_a_gate(make_initiative(unit=company.northfield, by=owner))
    bearing.link(one, before, actor=owner)
    price, since = logged("Nobody answers for it"), logged("Its door stands open")
    ends_on = organisations.today() + 30 * DAY
    waivers.ask(Criterion.objects.get(asks__key="sbd-owner"), price, actor=owner, ends_on=ends_on, **WAIVER)
    bearing.unlink(one, price, actor=owner)
    bearing.link(one, price, actor=owner)
    assert joined_by() is None

    bearing.link(one, since, actor=owner)
    assert (joined_by().verb, joined_by().subject_id) == ("risk.logged", since.pk)


def test_an_asset_that_the_security_office_classified_counts_too(planned, owner, ciso, company, person):
    named = make_asset("Recipe server", unit=company.northfield)
    declarations.declare(planned, [Said("CHANGES", "", "INTERNAL", asset=named)], actor=owner)
    inventory.change(named, actor=person("HEAD", unit=company.northfield), version=None, data_classification="PUBLIC")
    assert joined.follow() == 0
    named.refresh_from_db()

    inventory.change(named, actor=ciso, version=None, data_classification="CONFIDENTIAL")

    assert (joined.follow(), joined.follow()) == (1, 0)
    assert Initiative.objects.get(pk=planned.pk).joined_entry.actor == ciso
