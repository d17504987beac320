"""A question, its options, and the two seats that answer it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse

from governance.together import alignment_feeds, conditions, decision_page, decisions, foundation, moving, positions, tasks
from governance.together.conditions import Wanted
from governance.together.errors import (
    ArbiterAnswered,
    BothDefer,
    ConditionKeepsDate,
    ConditionMet,
    ConditionNotDue,
    DecisionSavedMeanwhile,
    DecisionSettled,
    MayNotOpenDecision,
    NotADraft,
    NotForTheArbiterYet,
    NotPut,
    NotTheArbiter,
    NotYourCondition,
    NotYourDecision,
    OnlyCounsel,
)
from governance.together.models import Condition, Decision, Position
from governance.together.wanted import Option
from portal import clock
from portal.attention import reviews
from portal.attention.models import Reminder, Review
from portal.errors import Invalid
from portal.people import announcements, appointments, organisations
from portal.people.models import User
from portal.record.models import AuditEntry
from portal.signing import content, signatures
from portal.signing.errors import FactorTooOld, MovedSinceRead, NeverSigns, NotAsked, SignedAlready
from portal.signing.models import Signature
from risks.models import ScoreState
from tests.factories.governance import OPTIONS, answer, make_decision
from tests.factories.risks import make_levels, make_risk

DAY = timedelta(days=1)


@pytest.fixture
def cio(person):
    return person("CIO")


@pytest.fixture
def ciso(person):
    return person("CISO")


@pytest.fixture
def arbiter(person):
    return person("ARBITER")


@pytest.fixture
def analyst(person, company):
    return person("ANALYST", unit=company.northfield)


@pytest.fixture
def decision(company, analyst, cio, ciso):
    return make_decision(unit=company.northfield, by=analyst)


def stand(risk, band, above=False):
    ScoreState.objects.update_or_create(risk=risk, defaults={"current_band": band, "is_above_tolerance": above})


def told(kind):
    return set(Reminder.objects.filter(kind=f"{kind}.news").values_list("recipient", flat=True))


def test_both_seats_are_asked(decision, cio, ciso):
    assert decision.state == Decision.State.OPEN
    assert [slot.offices for slot in signatures.standing(decision).slots] == [("CIO",), ("CISO",)]
    assert told("signing.asked") == {cio.pk, ciso.pk}


def test_a_draft_asks_nobody(company, analyst, cio, ciso):
    draft = make_decision(unit=company.northfield, by=analyst, put=False)

    assert signatures.standing(draft).request is None
    with pytest.raises(NotAsked):
        answer(draft, cio)


def test_it_takes_effect_when_both_have_signed(decision, cio, ciso, analyst):
    answer(decision, cio)
    assert decision.state == Decision.State.OPEN

    answer(decision, ciso)

    assert (decision.state, decision.outcome) == (Decision.State.DECIDED, Decision.Outcome.TOGETHER)
    assert AuditEntry.objects.filter(verb="decision.decided", subject_id=decision.pk).count() == 1
    assert analyst.pk in told("decision.decided")


def test_who_opposes_is_kept_and_nothing_takes_effect(decision, cio, ciso):
    answer(decision, cio)
    answer(decision, ciso, "OPPOSE", preferred_option="B", would_change_my_mind="A working jump host")

    position = Position.objects.get(stance="OPPOSE")
    assert (position.preferred_option, position.signature.office) == ("B", "CISO")
    assert decision.state == Decision.State.OPEN
    assert decision.differs_since is not None


def test_a_condition_is_asked_of_the_other_again_as_the_only_difference(decision, cio, ciso):
    answer(decision, cio)
    due_on = organisations.today() + 20 * DAY
    after = answer(decision, ciso, "CONDITIONS", told=[Wanted("A second factor for the vendor", due_on=due_on)])

    [cio_slot] = after.stale
    before, now = cio_slot.stale.content.content, content.of(Decision.objects.get(pk=decision.pk))
    assert [one.label for one in content.difference("decision", before, now)] == ["Conditions"]
    assert decision.state == Decision.State.OPEN

    answer(decision, cio)

    assert decision.state == Decision.State.DECIDED
    [condition] = Condition.objects.all()
    assert (condition.office, condition.owner, condition.due_on) == ("CISO", decision.asked_by, due_on)
    assert Review.objects.get(subject_kind="condition", subject_id=condition.pk).due_on == due_on


def test_a_condition_that_is_not_named_again_is_taken_back(decision, cio, ciso):
    answer(decision, ciso, "CONDITIONS", told=[Wanted("A second factor"), Wanted("Only by day")])
    decisions.change(decision, actor=decision.asked_by, version=None, context="The contract ends in April.")

    answer(decision, ciso, "CONDITIONS", told=[Wanted("Only by day")])

    assert [row.text for row in Condition.objects.standing()] == ["Only by day"]


def test_conditions_stand_until_they_are_taken_back_and_what_is_met_stays(decided, cio, ciso):
    decision, risk = decided
    texts = lambda: [row.text for row in Condition.objects.standing().order_by("pk")]  # noqa: E731
    due = lambda: set(Review.objects.open().filter(subject_kind="condition").values_list("due_on", flat=True))  # noqa: E731
    stand(risk, "HIGH", above=True)
    moving.renew()
    day = organisations.today() + 3 * DAY
    answer(decision, ciso, "CONDITIONS", told=[Wanted("By name", due_on=day), Wanted("By day", due_on=day)])
    answer(decision, cio)
    assert due() == {day}  # asked for when it was signed anew, and followed up
    conditions.meet(Condition.objects.get(text="By name"), actor=ciso, note="Keys were handed out.")

    with clock.stopped(clock.now() + 8 * DAY):
        stand(risk, "MEDIUM", above=False)
        moving.renew()
        with pytest.raises(Invalid):
            answer(decision, ciso, told=[Wanted("By night")])  # plain support asks for nothing new
        with transaction.atomic():
            answer(decision, ciso, told=[])
            assert (texts(), due()) == (["By name"], set())
            transaction.set_rollback(True)
        answer(decision, ciso, told=[Wanted("By day", due_on=day)])  # its day is over, and stays
        assert (texts(), decision.conditions.get(text="By day").due_on) == (["By name", "By day"], day)
        answer(decision, cio)
        assert due() == {day}
    with clock.stopped(clock.now() + 16 * DAY):
        stand(risk, "MEDIUM", above=True)
        moving.renew()
        answer(decision, ciso, "CONDITIONS")
        assert texts() == ["By name", "By day"]


def test_one_defers_and_the_other_decides(decision, cio, ciso):
    answer(decision, cio, "DEFER", deferred_subject="security of the plant network")
    answer(decision, ciso)

    assert decision.state == Decision.State.DECIDED


def test_both_cannot_defer(decision, cio, ciso):
    answer(decision, cio, "DEFER", deferred_subject="security of the plant network")

    with pytest.raises(BothDefer):
        answer(decision, ciso, "DEFER", deferred_subject="running the line")


@pytest.mark.parametrize(
    ("stance", "said", "field"),
    [
        ("OPPOSE", {"reason": " "}, "reason"),
        ("OPPOSE", {"preferred_option": "F"}, "preferred_option"),
        ("DEFER", {}, "deferred_subject"),
        ("CONDITIONS", {}, "conditions"),
        ("CONDITIONS", {"told": [Wanted("x"), Wanted("x")]}, "conditions"),
        ("ABSTAIN", {}, "stance"),
    ],
)
def test_a_position_is_whole(decision, cio, stance, said, field):
    with pytest.raises(Invalid) as refusal:
        answer(decision, cio, stance, **said)

    assert list(refusal.value.fields) == [field]
    assert not Position.objects.exists()


def test_nobody_answers_for_a_seat_they_do_not_fill(decision, analyst, cio):
    for who, stance in ((analyst, "SUPPORT"), (analyst, "OPPOSE"), (analyst, "CONDITIONS")):
        with pytest.raises(NeverSigns):
            answer(decision, who, stance, told=[Wanted("x")] if stance == "CONDITIONS" else [])
    answer(decision, cio)
    with pytest.raises(SignedAlready):
        answer(decision, cio)
    assert not Condition.objects.exists()


def test_an_answer_needs_a_fresh_factor_and_what_was_read(decision, cio):
    with pytest.raises(FactorTooOld):
        positions.take(decision, "SUPPORT", actor=cio, factor_at=clock.now() - timedelta(minutes=16))
    with pytest.raises(MovedSinceRead):
        answer(decision, cio, digest="0" * 64)


def test_the_cso_has_a_seat_where_people_could_be_hurt(company, analyst, cio, ciso, person):
    cso = person("CSO")
    risk = make_risk(unit=company.northfield)
    make_levels(risk, 3, safety=4)

    decision = make_decision(unit=company.northfield, by=analyst, rests_on=[risk])

    answer(decision, cio)
    answer(decision, ciso)
    assert decision.state == Decision.State.OPEN
    answer(decision, cso)
    assert decision.state == Decision.State.DECIDED


def test_other_words_are_answered_anew(decision, cio, ciso, analyst):
    answer(decision, cio)

    decisions.change(decision, actor=analyst, version=decision.version, proposed_option="B")
    answer(decision, ciso)

    decision.refresh_from_db()
    assert decision.state == Decision.State.OPEN
    assert cio.pk in told("decision.changed")


def test_an_option_keeps_its_letter(decision, analyst):
    better = Option("Open it only with a guard beside it", "", Decimal(0))
    decisions.change(decision, actor=analyst, version=None, options=[OPTIONS[0], better, OPTIONS[1]])
    decisions.change(decision, actor=analyst, version=None, options=[OPTIONS[0], better])

    assert [one.title for one in decisions.options_of(decision)] == [OPTIONS[0].title, better.title]
    assert decision.options.count() == 3


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": ""}, "title"),
        ({"question": " "}, "question"),
        ({"options": OPTIONS[:1]}, "options"),
        ({"options": [OPTIONS[0], Option("Half", cost=Decimal("-1"))]}, "options.1"),
        ({"options": [OPTIONS[0], Option("Half", cost=Decimal("1.001"))]}, "options.1"),
        ({"proposed_option": "C"}, "proposed_option"),
    ],
)
def test_a_question_is_whole(company, analyst, said, field):
    with pytest.raises(Invalid) as refusal:
        make_decision(unit=company.northfield, by=analyst, **said)

    assert list(refusal.value.fields) == [field]
    assert not Decision.objects.exists()


def test_who_may_change_put_and_take_back(decision, company, person, cio, analyst):
    stranger = person("ANALYST", unit=company.northfield)
    draft = make_decision(unit=company.northfield, by=analyst, put=False)

    for refused in (
        lambda: decisions.change(decision, actor=stranger, version=None, title="x"),
        lambda: decisions.put(draft, actor=stranger),
        lambda: decisions.withdraw(decision, actor=stranger, reason="x"),
    ):
        with pytest.raises(NotYourDecision):
            refused()
    with pytest.raises(NotADraft):
        decisions.put(decision, actor=analyst)
    with pytest.raises(DecisionSavedMeanwhile):
        decisions.change(decision, actor=analyst, version=decision.version + 1, title="x")
    with pytest.raises(Invalid):
        decisions.withdraw(decision, actor=analyst, reason=" ")


def test_what_is_settled_stays(decision, cio, ciso, analyst):
    answer(decision, cio)
    answer(decision, ciso)

    with pytest.raises(DecisionSettled):
        decisions.change(decision, actor=analyst, version=None, title="x")
    with pytest.raises(DecisionSettled):
        decisions.withdraw(decision, actor=cio, reason="x")
    with pytest.raises(NotPut):
        answer(decision, cio)


def test_a_question_taken_back_is_answered_by_nobody(decision, cio, analyst):
    decisions.withdraw(decision, actor=analyst, reason="The vendor left")

    with pytest.raises(NotPut):
        answer(decision, cio)


def test_a_question_about_something_confidential_is_confidential(company, analyst, person, cio, ciso):
    risk = make_risk(unit=company.northfield, is_confidential=True)
    decision = make_decision(unit=company.northfield, by=cio, rests_on=[risk])

    seen = {
        who for who in (cio, ciso, analyst, person("AUDITOR")) if Decision.objects.visible_to(who).filter(pk=decision.pk).exists()
    }

    assert decision.is_confidential
    assert seen == {cio, ciso}


def test_counsel_closes_a_decision_to_all_but_the_seats(decision, person, cio, analyst):
    counsel = person("COUNSEL")
    with pytest.raises(OnlyCounsel):
        decisions.mark_privileged(decision, True, actor=cio)

    decisions.mark_privileged(decision, True, actor=counsel)

    seen = [who for who in (cio, counsel, analyst, person("AUDITOR")) if Decision.objects.visible_to(who).exists()]
    assert seen == [cio, counsel]


def test_a_difference_goes_to_the_arbiter_after_five_working_days(decision, cio, ciso, arbiter):
    answer(decision, cio)
    answer(decision, ciso, "OPPOSE")
    with pytest.raises(NotForTheArbiterYet):
        positions.arbitrate(decision, "B", "It costs less.", actor=arbiter, factor_at=clock.now())

    with clock.stopped(clock.now() + 6 * DAY):
        assert moving.escalate() == 0
    with clock.stopped(clock.now() + 9 * DAY):
        assert (moving.escalate(), moving.escalate()) == (1, 0)
        assert told("decision.escalated") == {arbiter.pk}
        with pytest.raises(NotTheArbiter):
            positions.arbitrate(decision, "B", "It costs less.", actor=cio, factor_at=clock.now())
        with pytest.raises(Invalid):
            positions.arbitrate(decision, "F", "", actor=arbiter, factor_at=clock.now())
        positions.arbitrate(decision, "B", "It costs less.", actor=arbiter, factor_at=clock.now())

    decision.refresh_from_db()
    assert (decision.state, decision.outcome, decision.proposed_option) == ("DECIDED", Decision.Outcome.ARBITER, "B")
    assert Position.objects.filter(stance="OPPOSE").count() == 1


def test_a_difference_that_was_settled_goes_to_nobody(decision, cio, ciso, analyst, arbiter):
    answer(decision, ciso, "OPPOSE")
    decisions.change(decision, actor=analyst, version=None, proposed_option="B")

    with clock.stopped(clock.now() + 30 * DAY):
        assert moving.escalate() == 0


def test_an_appointment_change_voids_open_answers(decision, cio, ciso, person):
    answer(decision, cio)
    successor = person("OWNER")
    appointments.place("CIO", successor, actor=None)

    answer(decision, ciso)

    assert decision.state == Decision.State.OPEN
    with pytest.raises(NeverSigns):
        answer(decision, cio)
    answer(decision, User.objects.get(pk=successor.pk))
    assert decision.state == Decision.State.DECIDED


@pytest.fixture
def decided(company, analyst, cio, ciso):
    risk = make_risk(unit=company.northfield)
    stand(risk, "HIGH")
    decision = make_decision(unit=company.northfield, by=analyst, rests_on=[risk])
    answer(decision, cio)
    answer(decision, ciso)
    return decision, risk


def test_it_is_asked_anew_when_its_risk_crosses_tolerance(decided, cio, ciso):
    decision, risk = decided
    assert moving.renew() == 0
    stand(risk, "HIGH", above=True)

    assert (moving.renew(), moving.renew()) == (1, 0)

    decision.refresh_from_db()
    found = signatures.standing(decision)
    assert decision.is_put
    assert len(found.stale) == 2
    before = found.stale[0].stale.content.content
    [change] = content.difference("decision", before, content.of(decision))
    assert change.before.endswith("within tolerance")
    assert change.after.endswith("above tolerance")
    answer(decision, cio)
    answer(decision, ciso)
    assert decision.stale_since is None
    assert decision.confirmed_at is not None


def test_it_ends_being_stale_where_both_signed_exactly_these_facts(decided, cio, ciso):
    decision, risk = decided
    stand(risk, "HIGH", above=True)
    moving.renew()
    for who in (cio, ciso):
        answer(decision, who)
    signed, asked = decision.confirmed_at, AuditEntry.objects.filter(verb="decision.stale")
    stand(risk, "HIGH")

    with clock.stopped(clock.now() + 8 * DAY):
        assert (moving.renew(), moving.renew(), asked.count()) == (0, 0, 1)
        decision.refresh_from_db()
        assert (decision.stale_since, decision.is_put, decision.outcome, decision.confirmed_at) == (None, False, "TOGETHER", signed)
        assert signatures.standing(decision).signed_off_at is not None
        assert AuditEntry.objects.filter(verb="decision.confirmed").latest("pk").params["signed_before"] is True
        stand(risk, "MEDIUM", above=True)  # other facts are asked anew
        assert moving.renew() == 1
        assert (moving.free(), Decision.objects.filter(stale_since=None).exists()) == (0, False)  # nobody has signed these


def test_one_that_was_asked_anew_of_what_all_had_signed_is_freed_once(decided, cio, ciso):
    decision, _risk = decided
    since = {"stale_since": clock.now(), "asked_anew_at": clock.now(), "talk_asked_at": clock.now()}
    Decision.objects.filter(pk=decision.pk).update(**since)  # as it was left before facts that were signed held again
    with pytest.raises(SignedAlready):
        answer(decision, cio)
    announcements.tell(decision, moving.STALE, {cio.pk, ciso.pk})

    tasks.move_decisions()
    assert moving.free() == 0

    decision.refresh_from_db()
    assert (decision.stale_since, decision.talk_asked_at, decision.is_put, decision.outcome) == (None, None, False, "TOGETHER")
    assert AuditEntry.objects.filter(verb="decision.confirmed", params__signed_before=True).count() == 1
    assert told(moving.STALE) == {cio.pk, ciso.pk} and not Reminder.objects.open().filter(kind="decision.stale.news").exists()


def test_a_difference_after_it_was_asked_anew_has_its_own_days_and_the_old_one_stays_the_arbiters(
    company, analyst, cio, ciso, arbiter
):
    risk = make_risk(unit=company.northfield)
    stand(risk, "HIGH")
    decision = make_decision(unit=company.northfield, by=analyst, rests_on=[risk])
    answer(decision, ciso, "OPPOSE")
    began = organisations.today()

    def by_the_two():
        return [row.went_well for row in alignment_feeds.settled_by_the_two(began, organisations.today()).rows]

    settle = {"actor": arbiter, "factor_at": None}
    with clock.stopped(clock.now() + 9 * DAY):
        assert moving.escalate() == 1
        positions.arbitrate(decision, "B", "It costs less.", **settle | {"factor_at": clock.now()})
        stand(risk, "HIGH", above=True)
        assert (by_the_two(), moving.renew()) == ([False], 1)
        decision.refresh_from_db()
        with pytest.raises(NotForTheArbiterYet):  # nobody has said no to what it says now
            positions.arbitrate(decision, "A", "Again.", **settle | {"factor_at": clock.now()})
        assert (moving.escalate(), decision.outcome, by_the_two()) == (0, "ARBITER", [False])
        with transaction.atomic():
            for who in (cio, ciso):
                answer(decision, who)
            assert (decision.outcome, by_the_two()) == ("TOGETHER", [False])  # confirmed by both, settled by the arbiter
            transaction.set_rollback(True)
    with clock.stopped(clock.now() + 10 * DAY):
        decision.refresh_from_db()
        answer(decision, ciso, "OPPOSE")
        assert (decision.differs_since, decision.escalated_at, by_the_two()) == (clock.now(), None, [])
        with pytest.raises(NotForTheArbiterYet):
            positions.arbitrate(decision, "A", "Again.", **settle | {"factor_at": clock.now()})
    with clock.stopped(clock.now() + 14 * DAY):
        assert moving.escalate() == 0
    with clock.stopped(clock.now() + 19 * DAY):
        assert moving.escalate() == 1


def test_an_arbiter_who_answered_in_a_vacant_seat_does_not_settle_it(decision, ciso, arbiter):
    answer(decision, ciso, "OPPOSE")
    signature = Signature.objects.get()
    with clock.stopped(clock.now() + 9 * DAY):
        moving.escalate()
        decision.refresh_from_db()
        assert decision_page.read(decision, arbiter).may_arbitrate
        given = {field.name: getattr(signature, field.name) for field in Signature._meta.fields if field.name != "id"}
        Signature.objects.create(**given | {"office": "CIO", "signed_by": arbiter, "kind": "SIGNED", "reason": ""})

        with pytest.raises(ArbiterAnswered):
            positions.arbitrate(decision, "B", "It costs less.", actor=arbiter, factor_at=clock.now())
        assert not decision_page.read(decision, arbiter).may_arbitrate


def test_another_band_counts_once_it_has_stayed_a_week(decided):
    _decision, risk = decided
    stand(risk, "MEDIUM")
    assert moving.renew() == 0
    stand(risk, "HIGH")
    with clock.stopped(clock.now() + 5 * DAY):
        assert moving.renew() == 0
        stand(risk, "MEDIUM")
        assert moving.renew() == 0
    with clock.stopped(clock.now() + 10 * DAY):
        assert moving.renew() == 0
    with clock.stopped(clock.now() + 12 * DAY):
        assert moving.renew() == 1


def test_it_is_asked_anew_at_most_once_a_week(decided, cio, ciso):
    decision, risk = decided
    stand(risk, "HIGH", above=True)
    moving.renew()
    answer(decision, cio)
    answer(decision, ciso)
    stand(risk, "MEDIUM", above=False)

    with clock.stopped(clock.now() + 6 * DAY):
        assert moving.renew() == 0
    with clock.stopped(clock.now() + 8 * DAY):
        assert moving.renew() == 1


def test_a_condition_is_met_by_who_sees_to_it(decision, cio, ciso, company, person):
    answer(decision, ciso, "CONDITIONS", told=[Wanted("A second factor for the vendor")])
    condition = Condition.objects.get()
    with pytest.raises(ConditionNotDue):
        conditions.meet(condition, actor=decision.asked_by, note="x")
    answer(decision, cio)
    stranger = person("ANALYST", unit=company.northfield)
    with pytest.raises(NotYourCondition):
        conditions.meet(condition, actor=stranger, note="x")
    with pytest.raises(Invalid):
        conditions.meet(condition, actor=decision.asked_by, note=" ")

    conditions.meet(condition, actor=decision.asked_by, note="Keys were handed out on Friday.")

    assert told("condition.met") == {ciso.pk}
    assert not Review.objects.open().filter(subject_kind="condition").exists()
    with pytest.raises(ConditionMet):
        conditions.meet(condition, actor=decision.asked_by, note="x")


def test_conditions_of_the_option_decided_on_become_steps(company, analyst, cio, ciso, arbiter, as_person):
    options = [
        replace(OPTIONS[0], conditions=" Keys by name \n\nKeys by name\nTested  in May"),
        replace(OPTIONS[1], conditions="X"),
    ]
    decision = make_decision(unit=company.northfield, by=analyst, options=options)
    assert decision.options.first().conditions == "Keys by name\nTested in May" and not Condition.objects.exists()
    page, api = reverse("together:decision", args=[decision.pk]), f"/api/v1/decisions/{decision.pk}/"
    assert "On condition: Keys by name" in as_person(cio).get(page).text
    answer(decision, cio)
    answer(decision, ciso)

    steps = list(Condition.objects.standing())

    assert [(one.text, one.comes_from, one.owner) for one in steps] == [
        ("Keys by name", "Option A", analyst),
        ("Tested in May", "Option A", analyst),
    ]
    assert {one.subject_id for one in Review.objects.open().filter(kind=conditions.DUE)} == {one.pk for one in steps}
    assert signatures.standing(decision).signed_off_at is not None  # they are signed with the option
    conditions.meet(steps[0], actor=analyst, note="Handed out.")
    assert "Option A" in as_person(cio).get(page).text
    assert as_person(cio).get(api).json()["options"][0]["conditions"] == "Keys by name\nTested in May"

    other = make_decision(unit=company.northfield, by=analyst, options=options)
    answer(other, ciso, "OPPOSE")
    with clock.stopped(clock.now() + 9 * DAY):
        moving.escalate()
        positions.arbitrate(other, "B", "It costs less.", actor=arbiter, factor_at=clock.now())
    assert [one.text for one in other.conditions.standing()] == ["X"]
    before = signatures.standing(make_decision(unit=company.northfield, by=analyst)).digest
    changed = decisions.change(Decision.objects.latest("pk"), actor=analyst, version=None, options=options)
    assert signatures.standing(changed).digest != before
    with pytest.raises(Invalid):
        decisions.change(
            changed, actor=analyst, version=None, options=[replace(OPTIONS[0], conditions="x\n" * 2000 + "y" * 1001)] * 2
        )


def test_a_review_of_a_condition_is_answered_by_meeting_it(decision, cio, ciso):
    answer(decision, ciso, "CONDITIONS", told=[Wanted("A second factor for the vendor")])
    answer(decision, cio)
    review = Review.objects.get(subject_kind="condition")

    with pytest.raises(ConditionKeepsDate):
        reviews.answer(review, Review.Outcome.UNCHANGED, actor=decision.asked_by, version=None)
    reviews.answer(review, Review.Outcome.CLOSED, actor=decision.asked_by, version=None, note="Keys were handed out.")

    assert Condition.objects.get().met_note == "Keys were handed out."


def test_positions_and_their_signatures_are_never_changed(decision, cio):
    answer(decision, cio, "SUPPORT", reason="It is cheap.")

    for change in (Position.objects.all().delete, lambda: Position.objects.update(reason="x")):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()
    assert Position.objects.get().reason == "It is cheap."


def test_a_risk_names_the_decisions_that_rest_on_it(decided, company, analyst, person):
    decision, risk = decided
    stranger = person("ANALYST", unit=company.eastmere)

    assert foundation.about("risk", [risk.pk], analyst) == {risk.pk: [decision]}
    assert foundation.about("risk", [risk.pk], stranger) == {}


def test_a_condition_of_a_confidential_decision_passes_only_to_who_may_open_it(company, person, cio, ciso):
    leaver, successor, admin = person("OWNER"), person("OWNER", unit=company.northfield), person("ADMIN")
    decision = make_decision(unit=company.northfield, by=cio, is_confidential=True)
    answer(decision, ciso, "CONDITIONS", told=[Wanted("Both jump hosts are logged", leaver)])
    condition = decision.conditions.get()

    with pytest.raises(MayNotOpenDecision, match=f"{successor.name} may not open it"):
        conditions.hand_over(condition, successor, actor=ciso)
    assert Condition.objects.get(pk=condition.pk).owner == leaver

    assert conditions.hand_over(condition, successor, actor=admin) == cio
    assert conditions.hand_over(condition, ciso, actor=cio) == ciso
    assert Condition.objects.get(pk=condition.pk).owner == ciso


def test_what_a_decision_rests_on_counts_in_threes_where_it_may_not_be_opened(company, cio, person):
    secret = [make_risk(unit=company.northfield, is_confidential=True) for _each in range(3)]
    reader, told = person("ANALYST", unit=company.northfield), []
    for count in (2, 3):
        decision = make_decision(unit=company.northfield, by=cio, put=False, rests_on=secret[:count])
        told.append(decision_page._links(decision, reader))

    assert told == [([], 0), ([], 3)]
