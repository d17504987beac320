from datetime import timedelta

import pytest

from portal import clock
from portal.attention import agenda, inbox, reminders, reviews
from portal.attention.errors import NotYours
from portal.attention.models import Reminder, Review
from portal.errors import Invalid
from portal.people import delegations, organisations
from portal.people.errors import (
    AlreadySettled,
    DelegatedAlready,
    NotADelegate,
    NotYourDelegation,
    OtherOffice,
    SeatNamesItself,
)
from portal.people.models import Delegation, User
from portal.record.models import AuditEntry
from risks import cadence
from tests.factories.portal import make_user
from tests.factories.risks import make_risk


def named(delegator, delegate, *, actor=None, begin=0, days=10):
    first = organisations.today() + timedelta(days=begin)
    return delegations.name(delegator, delegate, actor=actor or delegator, from_on=first, to_on=first + timedelta(days=days))


def again(user):
    """The same person in another request."""
    return User.objects.get(pk=user.pk)


@pytest.fixture
def priya(person):
    return person("OWNER", name="Priya")


@pytest.fixture
def sade(person):
    return person("ANALYST", name="Sade")


@pytest.fixture
def review(priya, company):
    risk = make_risk(unit=company.northfield)
    return reviews.schedule(risk, cadence.REVIEW, organisations.today(), [], owner=priya)


def test_a_delegate_answers_for_the_delegator_and_the_record_says_so(priya, sade, review):
    named(priya, sade)

    reviews.answer(review, "UNCHANGED", actor=again(sade), version=None)

    entry = AuditEntry.objects.get(verb="review.answered")
    assert (entry.actor, entry.params["for"]) == (sade, priya.pk)
    assert AuditEntry.objects.filter(verb="delegation.named").count() == 1


def test_nobody_answers_before_the_first_day_nor_after_the_last(priya, sade, review):
    named(priya, sade, begin=2, days=2)

    answered = []
    for day in (0, 2, 4, 5):
        with clock.stopped(clock.now() + timedelta(days=day)):
            answered.append(reviews.may_answer(review, again(sade)))

    assert answered == [False, True, True, False]


def test_a_delegation_opens_nothing(priya, sade, company):
    hidden = make_risk(unit=company.northfield, is_confidential=True, it_owner=priya, accountable="IT")
    reviews.schedule(hidden, cadence.REVIEW, organisations.today(), [], owner=priya)
    named(priya, sade)

    reminders.remind()

    assert not Review.objects.visible_to(again(sade)).exists()
    assert not Reminder.objects.filter(recipient=sade, kind__startswith="risk.").exists()


def test_the_delegate_is_asked_in_the_inbox_and_no_longer_once_it_ends(priya, sade, review):
    delegation = named(priya, sade)
    reminders.remind()
    asked = [row.sentence for row in inbox.rows_of(list(inbox.of(sade).exclude(review=None)), again(sade))]

    delegations.end(delegation, actor=priya)
    reminders.remind()

    assert asked == ["Still true? You answer this for Priya."]
    assert not inbox.of(sade).exclude(review=None).exists()
    assert inbox.of(priya).exclude(review=None).count() == 1


def test_lists_say_who_answers_for_whom(priya, sade, review):
    delegation = named(priya, sade)

    [row] = agenda.rows_of([review], sade)

    assert row.delegation == delegation
    assert review in Review.objects.for_person(sade)


def test_ended_means_over(priya, sade, review):
    delegation = delegations.end(named(priya, sade), actor=again(sade))

    with pytest.raises(AlreadySettled):
        delegations.end(delegation, actor=priya)
    with pytest.raises(NotYours):
        reviews.answer(review, "UNCHANGED", actor=again(sade), version=None)


@pytest.mark.parametrize("role", ["ADMIN", "AUDITOR", "PREPARER", "BOARD", "COLLEAGUE", "COUNSEL"])
def test_who_answers_no_reviews_is_no_delegate(priya, person, role):
    with pytest.raises(NotADelegate):
        named(priya, person(role))


def test_a_delegate_of_one_seat_fills_no_other(person):
    marta, tomas, sade = person("CIO"), person("CISO"), person("ANALYST")

    with pytest.raises(OtherOffice):
        named(marta, tomas)

    assert named(marta, sade).delegate == sade


def test_others_are_named_for_by_administrators_but_never_for_a_seat(priya, sade, person):
    admin, marta = person("ADMIN"), person("CIO")

    with pytest.raises(NotYourDelegation):
        named(priya, sade, actor=sade)
    with pytest.raises(SeatNamesItself):
        named(marta, sade, actor=admin)

    assert named(priya, sade, actor=admin).named_by == admin


def test_one_delegate_at_a_time(priya, sade, person):
    named(priya, sade, begin=0, days=5)

    with pytest.raises(DelegatedAlready):
        named(priya, person("ENGINEER"), begin=5, days=5)

    assert named(priya, person("ENGINEER"), begin=6, days=5)


@pytest.mark.parametrize(("begin", "days", "field"), [(-1, 3, "from_on"), (0, -1, "to_on"), (0, 400, "to_on")])
def test_wrong_days_are_told_by_field(priya, sade, begin, days, field):
    with pytest.raises(Invalid) as refused:
        named(priya, sade, begin=begin, days=days)

    assert set(refused.value.fields) == {field}


def test_nobody_answers_for_themselves(priya):
    with pytest.raises(Invalid):
        named(priya, priya)

    assert not Delegation.objects.exists()


def test_a_stranger_ends_nothing(priya, sade, person):
    with pytest.raises(NotYourDelegation):
        delegations.end(named(priya, sade), actor=person("ENGINEER"))


def test_a_service_account_is_no_delegate(priya):
    with pytest.raises(NotADelegate):
        named(priya, make_user("Sensor", is_service=True))
