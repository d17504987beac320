"""Signing, tried on exceptions: what holds for these holds for every kind that is signed."""

import threading
from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as PropertyTest

from portal import clock
from portal.attention.models import Reminder
from portal.errors import Invalid
from portal.people import appointments, delegations, organisations, role_assignments
from portal.people.models import Appointment, User
from portal.record.models import AuditEntry
from portal.signing import content, panels, signatures, waiting
from portal.signing.errors import (
    FactorTooOld,
    MovedSinceRead,
    NeverSigns,
    NotAsked,
    NotYourSignature,
    SignedAlready,
    TwoSeats,
)
from portal.signing.models import Signature, SignatureRequest, SignedContent, SignedOff, VoidedSignature
from risks.models import RiskException
from risks.models.exception import MATERIAL
from tests.factories.portal import make_company, make_person
from tests.factories.risks import make_exception, make_levels, make_risk, sign


@pytest.fixture
def cio(person):
    return person("CIO")


@pytest.fixture
def ciso(person):
    return person("CISO")


@pytest.fixture
def exception(company, person, cio, ciso):
    owner = person("OWNER", unit=company.northfield)
    return make_exception(make_risk(unit=company.northfield, it_owner=owner, accountable="IT"), by=owner)


def offices(slots):
    return [slot.offices for slot in slots]


def test_who_signed_and_who_is_missing(exception, cio):
    found = sign(exception, cio)

    assert [slot.signature.signed_by for slot in found.slots if slot.signature] == [cio]
    assert offices(found.missing) == [("CISO",)]
    assert not found.is_signed
    assert found.stale == ()


def test_the_last_signature_signs_off_once(exception, cio, ciso):
    found = sign(exception, cio, ciso)

    assert found.is_signed
    assert SignedOff.objects.filter(subject_kind="exception", subject_id=exception.pk).count() == 1


def test_those_who_are_asked_hear_of_it(exception, cio, ciso):
    told = Reminder.objects.filter(kind="signing.asked.news", subject_kind="exception", subject_id=exception.pk)

    assert {one.recipient for one in told} == {cio, ciso}


def test_what_one_has_signed_leaves_their_inbox(exception, cio, ciso):
    sign(exception, cio)

    assert {one.recipient for one in Reminder.objects.open().filter(kind="signing.asked.news")} == {ciso}

    sign(exception, ciso)

    assert not Reminder.objects.open().filter(kind="signing.asked.news").exists()


def test_an_office_signs_once(exception, cio):
    sign(exception, cio)

    with pytest.raises(SignedAlready):
        sign(exception, cio)
    assert Signature.objects.count() == 1


def test_after_all_have_signed_nothing_is_left_to_sign(exception, cio, ciso, person):
    sign(exception, cio, ciso)

    for who in (cio, person("CSO")):
        with pytest.raises(SignedAlready):
            sign(exception, who)


@pytest.mark.parametrize("role", ["INTEGRATION", "ADMIN", "AUDITOR", "PREPARER", "COUNSEL", "BOARD", "ANALYST", "COLLEAGUE"])
def test_these_never_sign(exception, person, role):
    with pytest.raises(NeverSigns):
        sign(exception, person(role))
    assert not Signature.objects.exists()


def test_a_leader_who_sits_on_the_board_as_well_does_not_sign(exception, cio, company):
    role_assignments.give(cio, "BOARD", company.root, actor=None)

    with pytest.raises(NeverSigns):
        sign(exception, cio)


def test_a_delegate_does_not_sign(exception, cio, person):
    owner, today = person("OWNER"), organisations.today()
    delegations.name(cio, owner, actor=cio, from_on=today, to_on=today + timedelta(days=9))

    with pytest.raises(NotYourSignature):
        sign(exception, owner)


def test_another_leader_does_not_sign_for_these(exception, person):
    with pytest.raises(NotYourSignature):
        sign(exception, person("CSO"))


def test_one_person_never_fills_two_seats(exception, cio, company):
    """The CIO heads the unit as well: one of the two signatures is somebody else's."""
    company.northfield.head = cio
    company.northfield.save()
    signatures.ask(exception, ["CIO", "HEAD"], actor=None)
    sign(exception, cio)

    with pytest.raises(TwoSeats):
        sign(exception, cio)


def test_a_substitute_signs_and_is_shown_as_such(exception, cio, ciso, person):
    substitute = person("OWNER")
    Appointment.objects.filter(seat="CISO").update(substitute=substitute, ended_at=clock.now())

    found = sign(exception, cio, substitute)

    assert found.is_signed
    given = Signature.objects.get(office="CISO")
    assert (given.signed_by, given.as_substitute) == (substitute, True)
    assert any(line.answer.as_substitute for line in panels.read(exception, cio).lines)


@pytest.mark.parametrize("seconds", [None, 900, 100_000, -5])
def test_a_signature_takes_a_fresh_second_factor(exception, cio, seconds):
    factor_at = None if seconds is None else clock.now() - timedelta(seconds=seconds)

    with pytest.raises(FactorTooOld):
        signatures.sign(exception, actor=cio, factor_at=factor_at)


def test_what_nobody_asked_for_is_not_signed(exception, cio):
    other = RiskException.objects.get(pk=exception.pk)
    other.pk, other.number = None, "E-T1"
    other.save()

    with pytest.raises(NotAsked):
        sign(other, cio)


def test_nobody_signs_what_changed_since_they_read_it(exception, cio):
    read = content.digest_of(exception)
    RiskException.objects.filter(pk=exception.pk).update(reason="Another one")

    with pytest.raises(MovedSinceRead):
        sign(exception, cio, digest=read)


def test_a_refusal_says_why_and_its_proposer_hears_of_it(exception, ciso):
    found = signatures.refuse(exception, " Not without a guard ", actor=ciso, factor_at=clock.now())

    assert [one.reason for one in found.refusals] == ["Not without a guard"]
    assert not found.is_signed
    told = Reminder.objects.get(kind="signing.refused.news")
    assert told.recipient == exception.proposed_by
    with pytest.raises(Invalid):
        signatures.refuse(exception, " ", actor=ciso, factor_at=clock.now())


def test_a_refusal_may_turn_into_a_signature_and_the_other_way(exception, cio, ciso):
    signatures.refuse(exception, "Not yet", actor=ciso, factor_at=clock.now())
    assert sign(exception, ciso).refusals == ()

    with pytest.raises(SignedAlready):
        signatures.refuse(exception, "After all", actor=ciso, factor_at=clock.now())


def test_a_change_makes_it_stale_and_signing_again_shows_only_the_difference(exception, cio, ciso):
    sign(exception, cio, ciso)
    RiskException.objects.filter(pk=exception.pk).update(compensating_control="Nothing any more")
    exception.refresh_from_db()

    found = signatures.standing(exception)
    assert offices(found.stale) == [("CIO",), ("CISO",)]
    panel = panels.read(exception, cio)
    assert [(one.label, one.before, one.after) for one in panel.changes] == [
        ("What compensates", "The hall is locked and watched", "Nothing any more")
    ]

    RiskException.objects.filter(pk=exception.pk).update(compensating_control="The hall is locked and watched")
    exception.refresh_from_db()
    assert signatures.standing(exception).is_signed


def test_when_a_seat_changes_hands_the_open_answer_of_its_holder_is_void(exception, cio, ciso, person):
    sign(exception, cio)
    successor = person("OWNER")

    appointments.place("CIO", successor, actor=None)

    assert VoidedSignature.objects.count() == 1
    assert offices(signatures.standing(exception).missing) == [("CIO",), ("CISO",)]
    assert AuditEntry.objects.get(verb="user.answers_voided").params["answers"] == {"signature": 1}
    assert sign(exception, successor, ciso).is_signed


def test_what_all_have_signed_stays_when_a_seat_changes_hands(exception, cio, ciso, person):
    sign(exception, cio, ciso)

    appointments.place("CIO", person("OWNER"), actor=None)

    assert not VoidedSignature.objects.exists()
    assert signatures.standing(exception).is_signed


def test_a_former_head_counts_no_longer_until_all_have_signed(exception, cio, company, person):
    head, successor = person("HEAD"), person("HEAD")
    company.northfield.head = head
    company.northfield.save()
    signatures.ask(exception, ["HEAD", "CIO"], actor=None)
    sign(exception, head)
    company.northfield.head = successor
    company.northfield.save()

    exception = RiskException.objects.get(pk=exception.pk)
    assert offices(signatures.standing(exception).missing) == [("HEAD",), ("CIO",)]


def test_what_waits_for_a_leader(exception, cio, ciso, person):
    assert [found.subject for found in signatures.waiting_for(cio)] == [exception]
    assert signatures.waiting_for(person("CSO")) == []
    assert signatures.waiting_for(person("AUDITOR")) == []

    sign(exception, cio)
    signatures.refuse(exception, "Not yet", actor=ciso, factor_at=clock.now())
    assert signatures.waiting_for(User.objects.get(pk=cio.pk)) == []
    assert signatures.waiting_for(User.objects.get(pk=ciso.pk)) == []


def test_what_is_remembered_as_waiting_follows_every_verb(exception, cio, ciso, company, django_assert_num_queries):
    """`waiting` says what `waiting_for` does, asks nothing the second time, and nothing outlives a verb."""

    def told(user):
        return [one.key for one in waiting.of(User.objects.get(pk=user.pk))]

    key = ("exception", exception.pk)
    assert (told(cio), told(ciso)) == ([key], [key])
    again = User.objects.get(pk=cio.pk)
    assert signatures.signs(again)
    with django_assert_num_queries(0):
        assert [one.key for one in waiting.of(again)] == [key]

    sign(exception, cio)
    assert (told(cio), told(ciso)) == ([], [key])
    signatures.refuse(exception, "Not yet", actor=ciso, factor_at=clock.now())
    assert told(ciso) == []


def test_asking_for_nobody_knows_whom_is_a_mistake(exception):
    for slots in ([], ["KING"], [[]]):
        with pytest.raises(ValueError, match="Nobody signs"):
            signatures.ask(exception, slots, actor=None)


@pytest.mark.parametrize("model", [SignatureRequest, Signature, SignedContent, SignedOff, VoidedSignature])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nothing_signed_is_changed_or_removed_with_the_role_of_the_application(exception, cio, ciso, model, statement):
    sign(exception, cio, ciso)
    column = model._meta.pk.column

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(model._meta.db_table, column, column))


VALUES = {
    "title": "Another title",
    "reason": "Another reason",
    "compensating_control": "Another guard",
    "reason_kind": "TECHNICAL",
    "kind": "POLICY_EXCEPTION",
    "starts_on": date(2026, 1, 2),
    "ends_on": date(2099, 1, 2),
    "original_starts_on": date(2025, 1, 2),
    "price": "12.50",
    "closing_reason": "Because",
    "version": 77,
    "expiry_told_at": clock.now,
    "archived_at": clock.now,
    "owner_id": "cio",
    "risk_id": "risk",
}


class AnyEditTest(PropertyTest):
    """Whatever is edited, and in whatever order: signatures hold exactly while every material field is as it was signed."""

    def setUp(self):
        self.company = make_company()
        self.cio, self.ciso = (make_person(seat, company=self.company) for seat in ("CIO", "CISO"))
        self.other = make_risk(unit=self.company.northfield)
        risk = make_risk(unit=self.company.northfield)
        make_levels(risk)
        self.exception = make_exception(risk, by=self.cio)
        sign(self.exception, self.cio, self.ciso)
        self.signed = RiskException.objects.filter(pk=self.exception.pk).values().get()

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from(sorted(VALUES)), st.booleans()), max_size=6))
    def test_signatures_hold_while_what_they_cover_is_the_same(self, edits):
        rows = RiskException.objects.filter(pk=self.exception.pk)
        for name, back in edits:
            value = {"cio": self.ciso.pk, "risk": self.other.pk}.get(VALUES[name], VALUES[name])
            value = value() if callable(value) else value
            rows.update(**{name: self.signed[name] if back else value})
            now = rows.get()

            differs = any(getattr(now, field) != self.signed[field] for field in MATERIAL)
            assert signatures.standing(now).is_signed is not differs
            assert now.is_signed is not differs
            assert rows.signed().exists() is not differs


def test_the_property_speaks_of_every_field_that_is_signed():
    assert set(VALUES) > set(MATERIAL)


def test_two_who_sign_at_once_have_one_effect(own_db):
    company = make_company()
    cio, ciso = (make_person(seat, company=company) for seat in ("CIO", "CISO"))
    exception = make_exception(make_risk(unit=company.northfield), by=cio)
    start, failed = threading.Barrier(4), []

    def press(person):
        try:
            start.wait(timeout=20)
            signatures.sign(exception, actor=User.objects.get(pk=person.pk), factor_at=clock.now())
        except SignedAlready as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[person]) for person in (cio, ciso, cio, ciso)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert (Signature.objects.count(), SignedOff.objects.count(), len(failed)) == (2, 1, 2)
    assert AuditEntry.objects.filter(verb="exception.in_force").count() == 1
