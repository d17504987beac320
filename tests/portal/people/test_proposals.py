from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal import clock
from portal.attention import digests, inbox
from portal.attention.models import Reminder
from portal.errors import Invalid
from portal.people import accounts, appointments, invitations, open_answers, organisations, proposals, role_assignments
from portal.people.errors import (
    AlreadySettled,
    MovedOn,
    NeverSeated,
    NobodySits,
    NotYourProposal,
    OwnAppointment,
    OwnProposal,
    ProposalWaits,
    TwoPeopleNeeded,
)
from portal.people.models import Appointment, AppointmentProposal, Invitation, Letter, Organisation, User
from portal.record.models import AuditEntry
from tests.factories.portal import make_user

State = AppointmentProposal.State


@pytest.fixture
def admins(person):
    return person("ADMIN", name="Ada"), person("ADMIN", name="Berit")


@pytest.fixture
def voided(monkeypatch):
    """A room that keeps open answers of seats, and what it was asked to void."""
    asked = []
    monkeypatch.setattr(open_answers, "_voids", {})
    open_answers.void_with("tested", lambda seat, person_id, *, actor: asked.append((seat, person_id)) or 2)
    return asked


def proposed(actor, holder, seat="CIO", days=0, **more):
    return proposals.propose(seat, holder, actor=actor, from_on=organisations.today() + timedelta(days=days), **more)


def fills(seat):
    found = appointments.seat_holder(seat)
    return found.person if found else None


def verbs():
    return list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))


def test_nothing_changes_before_a_second_person_confirms(admins, person):
    marta, idris = person("CIO"), make_user("Idris")

    proposal = proposed(admins[0], idris)
    before = fills("CIO")
    proposals.confirm(proposal, actor=admins[1])

    assert (before, fills("CIO")) == (marta, idris)
    assert AppointmentProposal.objects.get().state == State.IN_EFFECT
    assert {"appointment.proposed", "appointment.confirmed", "user.appointed", "appointment.changed"} <= set(verbs())


def test_the_arbiter_may_be_the_second_person(admins, person):
    arbiter, idris = person("ARBITER"), make_user("Idris")

    proposals.confirm(proposed(admins[0], idris), actor=arbiter)

    assert fills("CIO") == idris


def test_whose_seat_would_change_hands_has_no_say_in_it(admins, person):
    arbiter = person("ARBITER")
    proposal = proposed(admins[0], make_user("Idris"), seat="ARBITER")

    with pytest.raises(OwnAppointment):
        proposals.confirm(proposal, actor=arbiter)
    with pytest.raises(OwnAppointment):
        proposals.refuse(proposal, actor=arbiter, reason="I would rather stay")

    assert list(proposals.settlers(proposal)) == [admins[1]]
    assert not proposals.may_confirm(proposal, User.objects.get(pk=arbiter.pk))
    proposals.confirm(proposal, actor=admins[1])


def test_the_proposer_does_not_confirm_and_does_not_refuse(admins):
    proposal = proposed(admins[0], make_user("Idris"))

    with pytest.raises(OwnProposal):
        proposals.confirm(proposal, actor=admins[0])
    with pytest.raises(OwnProposal):
        proposals.refuse(proposal, actor=admins[0], reason="Changed my mind")

    assert fills("CIO") is None


def test_the_database_keeps_the_two_apart_as_well(admins):
    proposal = proposed(admins[0], make_user("Idris"))

    with pytest.raises(IntegrityError), transaction.atomic():
        AppointmentProposal.objects.filter(pk=proposal.pk).update(state="CONFIRMED", settled_by=admins[0])


def test_the_appointee_confirms_neither_as_holder_nor_as_substitute(admins, person):
    arbiter = person("ARBITER")
    as_substitute = proposed(admins[0], make_user("Idris"), substitute=arbiter)

    with pytest.raises(OwnAppointment):
        proposals.confirm(as_substitute, actor=arbiter)


def test_a_future_day_is_waited_for(admins, person, company):
    person("CIO")
    idris = make_user("Idris")
    proposal = proposals.confirm(proposed(admins[0], idris, days=3), actor=admins[1])

    early = proposals.take_effect()
    with clock.stopped(clock.now() + timedelta(days=3)):
        late, again = proposals.take_effect(), proposals.take_effect()

    proposal.refresh_from_db()
    assert (early, late, again) == (0, 1, 0)
    assert (proposal.state, fills("CIO")) == (State.IN_EFFECT, idris)


def test_what_the_rules_refuse_on_its_day_lapses_and_is_told(admins, company):
    idris = make_user("Idris")
    proposal = proposals.confirm(proposed(admins[0], idris, days=3), actor=admins[1])
    role_assignments.give(idris, "AUDITOR", company.root, actor=admins[0])

    with clock.stopped(clock.now() + timedelta(days=3)):
        taken = proposals.take_effect()

    proposal.refresh_from_db()
    assert (taken, proposal.state, proposal.settled_reason, fills("CIO")) == (0, State.LAPSED, "never-seated", None)
    assert Reminder.objects.filter(recipient=admins[0], kind="appointment.dropped.news").count() == 1


def test_refused_and_withdrawn_with_a_reason(admins):
    refused = proposals.refuse(proposed(admins[0], make_user("Idris")), actor=admins[1], reason="Not before the audit")
    withdrawn = proposals.withdraw(proposed(admins[0], make_user("Sade")), actor=admins[0], reason="Wrong seat")

    assert (refused.state, refused.settled_by, refused.settled_reason) == (State.REFUSED, admins[1], "Not before the audit")
    assert (withdrawn.state, withdrawn.settled_reason) == (State.WITHDRAWN, "Wrong seat")
    assert {"appointment.refused", "appointment.withdrawn"} <= set(verbs())
    assert fills("CIO") is None


@pytest.mark.parametrize("verb", [proposals.refuse, proposals.withdraw])
def test_no_reason_no_end(admins, verb):
    proposal = proposed(admins[0], make_user("Idris"))

    with pytest.raises(Invalid) as refused:
        verb(proposal, actor=admins[1], reason="  ")

    assert set(refused.value.fields) == {"reason"}


def test_only_the_two_take_it_back(admins, person):
    proposal = proposed(admins[0], make_user("Idris"), days=3)

    with pytest.raises(NotYourProposal):
        proposals.withdraw(proposal, actor=admins[1], reason="No")
    proposals.confirm(proposal, actor=admins[1])

    assert proposals.withdraw(proposal, actor=admins[1], reason="Too early").state == State.WITHDRAWN


def test_a_settled_one_stays_settled_and_a_stale_look_is_told(admins):
    proposal = proposed(admins[0], make_user("Idris"))

    with pytest.raises(MovedOn):
        proposals.confirm(proposal, actor=admins[1], version=proposal.version + 1)
    proposals.confirm(proposal, actor=admins[1], version=proposal.version)
    with pytest.raises(AlreadySettled):
        proposals.confirm(proposal, actor=admins[1])


def test_a_seat_has_one_open_proposal(admins):
    proposed(admins[0], make_user("Idris"))

    with pytest.raises(ProposalWaits):
        proposed(admins[1], make_user("Sade"))


def test_what_no_setting_switches_off_holds_for_proposals(admins, person):
    with pytest.raises(NeverSeated):
        proposed(admins[0], person("AUDITOR"))
    with pytest.raises(NobodySits):
        proposed(admins[0], None)


@pytest.mark.parametrize(
    ("days", "more", "field"), [(-1, {}, "from_on"), (400, {}, "from_on"), (0, {"reason": "x" * 301}, "reason")]
)
def test_wrong_input_is_told_by_field(admins, days, more, field):
    with pytest.raises(Invalid) as refused:
        proposed(admins[0], make_user("Idris"), days=days, **more)

    assert set(refused.value.fields) == {field}


def test_a_vacant_seat_falls_to_the_substitute(admins, person):
    marta, sade = make_user("Marta"), make_user("Sade")
    appointments.appoint("CIO", marta, actor=None, substitute=sade)

    proposals.confirm(proposed(admins[0], None), actor=admins[1])

    assert fills("CIO") == sade
    assert not Appointment.objects.filter(seat="CIO", ended_at=None).exists()


def test_open_answers_of_the_old_holder_are_void(admins, person, voided):
    marta = person("CIO")

    proposals.confirm(proposed(admins[0], make_user("Idris")), actor=admins[1])

    entry = AuditEntry.objects.get(verb="user.answers_voided")
    assert voided == [("CIO", marta.pk)]
    assert (entry.subject_id, entry.params) == (marta.pk, {"seat": "CIO", "answers": {"tested": 2}})


def test_answers_stand_while_the_same_person_fills_the_seat(admins, person, voided):
    marta = person("CIO")

    proposals.confirm(proposed(admins[0], marta, substitute=make_user("Sade")), actor=admins[1])

    assert voided == []


def test_answers_are_void_when_the_account_of_the_holder_closes(admins, person, voided):
    marta = person("CIO")

    accounts.close(marta, actor=None)

    assert voided == [("CIO", marta.pk)]


def test_seats_administrators_and_auditors_hear_of_a_change_once_by_inbox_and_mail(admins, person, mailoutbox):
    marta, tomas, auditor, analyst = person("CIO"), person("CISO"), person("AUDITOR"), person("ANALYST")
    idris = make_user("Idris")

    proposals.confirm(proposed(admins[0], idris), actor=admins[1])
    digests.send_due(at_once=True)
    again = digests.send_due(at_once=True)

    told = set(Reminder.objects.filter(kind="appointment.changed.news").values_list("recipient__pk", flat=True))
    assert told == {one.pk for one in (*admins, marta, tomas, auditor, idris)}
    assert analyst.pk not in told
    mailed = {mail.to[0]: mail for mail in mailoutbox}
    assert again.sent == 0
    assert tomas.email in mailed and auditor.email in mailed
    assert "CIO" in mailed[tomas.email].body and "Idris" in mailed[tomas.email].body


def test_news_are_settled_by_reading_and_come_back_unread(admins, person):
    tomas = person("CISO")
    proposals.confirm(proposed(admins[0], make_user("Idris")), actor=admins[1])

    [row] = inbox.rows_of(list(inbox.of(tomas)), tomas)
    inbox.read(inbox.of(tomas))
    read = inbox.of(tomas).count()
    inbox.read(inbox.of(tomas, settled=True), back=True)

    assert "The seat CIO changed hands" in row.sentence
    assert (read, inbox.of(tomas).count()) == (0, 1)


def test_a_person_alone_fills_and_clears_seats_only_until_the_organisation_is_set_up(admins, company):
    idris = make_user("Idris")
    Organisation.objects.update(set_up_at=None)
    appointments.appoint("CSO", make_user("Sade"), actor=admins[0])
    appointments.appoint("CSO", idris, actor=admins[0])
    Organisation.objects.update(set_up_at=clock.now())

    with pytest.raises(TwoPeopleNeeded):
        appointments.appoint("CSO", make_user("Lena"), actor=admins[0])
    with pytest.raises(TwoPeopleNeeded):
        appointments.vacate("CSO", actor=admins[0])

    assert fills("CSO") == idris


def test_who_may_settle_leaves_out_whom_it_names(admins, person):
    arbiter = person("ARBITER")
    proposal = proposed(admins[0], make_user("Idris"), substitute=arbiter)

    assert list(proposals.settlers(proposal)) == [admins[1]]
    assert proposals.may_confirm(proposal, User.objects.get(pk=admins[1].pk))
    assert not proposals.may_confirm(proposal, User.objects.get(pk=arbiter.pk))


def links_to(user):
    return list(Invitation.objects.open().filter(user=user).values_list("purpose", "invited_by"))


def test_who_fills_a_seat_without_a_second_factor_gets_a_link_on_the_day(admins, mailoutbox, company):
    idris = make_user("Idris", password="her own words")
    proposal = proposals.confirm(proposed(admins[0], idris, days=3), actor=admins[1])
    assert links_to(idris) == []

    with clock.stopped(clock.now() + timedelta(days=3)):
        assert proposals.take_effect() == 1
        assert links_to(idris) == [("FACTOR", None)]

    proposal.refresh_from_db()
    assert proposal.state == State.IN_EFFECT
    assert Letter.objects.filter(recipient=idris, kind="factor-invitation").count() == 1


def test_a_change_confirmed_on_its_day_names_who_confirmed_it_in_the_link(admins):
    idris = make_user("Idris", password="her own words")

    proposals.confirm(proposed(admins[0], idris), actor=admins[1])

    assert links_to(idris) == [("FACTOR", admins[1].pk)]


def test_the_substitute_of_a_vacant_seat_gets_the_link(admins, company):
    sade = make_user("Sade", password="her own words")
    appointments.appoint("CIO", make_user("Marta"), actor=None, substitute=sade)

    proposals.confirm(proposed(admins[0], None), actor=admins[1])

    assert links_to(sade) == [("FACTOR", admins[1].pk)]


def test_no_link_goes_to_who_has_a_factor_or_a_link_already(admins, person):
    cso = person("CSO", password="her own words")
    cso.appointments.update(ended_at=clock.now())
    guest = invitations.invite("noor@verrow.example", "Noor", actor=admins[0])

    proposals.confirm(proposed(admins[0], cso, seat="CSO"), actor=admins[1])
    proposals.confirm(proposed(admins[0], guest.user, seat="CISO"), actor=admins[1])

    assert links_to(cso) == []
    assert links_to(guest.user) == [("ACCOUNT", admins[0].pk)]
    assert Letter.objects.filter(recipient=guest.user).count() == 1
