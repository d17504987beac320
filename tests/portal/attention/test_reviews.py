from datetime import date

import pytest

from portal.attention import reviews
from portal.attention.errors import AlreadyAnswered, MovedMeanwhile, NotYours, RateAnew, UnknownOutcome, WordsMissing
from portal.attention.models import Reminder, Review
from portal.record.models import AuditEntry, EntryText
from tests.portal.attention.conftest import KIND

DUE = date(2026, 12, 1)
LATER = date(2027, 3, 1)


def remind_of(review, recipient):
    return Reminder.objects.create(
        recipient=recipient,
        subject_kind=review.subject_kind,
        subject_id=review.subject_id,
        kind=f"{review.kind}.due_soon",
        due_on=review.due_on,
        review=review,
    )


def entries(verb):
    return list(AuditEntry.objects.filter(verb=verb).order_by("id"))


def test_scheduling_opens_one_review_and_says_so(subject, person):
    owner, colleague = person("OWNER"), person("ANALYST")

    review = reviews.schedule(subject(), KIND, DUE, [colleague, owner], owner=owner)

    assert (review.due_on, review.owner, list(review.people.all())) == (DUE, owner, [colleague])
    assert [entry.params["due_on"] for entry in entries("review.scheduled")] == ["2026-12-01"]


def test_scheduling_again_moves_the_open_review_and_records_from_and_to(subject, person):
    owner, thing = person("OWNER"), subject()
    first = reviews.schedule(thing, KIND, DUE, [], owner=owner)

    second = reviews.schedule(thing, KIND, LATER, [], owner=owner)

    assert second.pk == first.pk
    assert second.version == 2
    assert [entry.params["due_on"] for entry in entries("review.moved")] == [["2026-12-01", "2027-03-01"]]


def test_scheduling_the_same_again_changes_nothing(subject, person):
    owner, thing = person("OWNER"), subject()
    reviews.schedule(thing, KIND, DUE, [], owner=owner)

    again = reviews.schedule(thing, KIND, DUE, [], owner=owner)

    assert again.version == 1
    assert entries("review.moved") == []


def test_moving_the_date_settles_what_was_told_for_the_old_one(subject, person):
    owner, thing = person("OWNER"), subject()
    told = remind_of(reviews.schedule(thing, KIND, DUE, [], owner=owner), owner)

    reviews.schedule(thing, KIND, LATER, [], owner=owner)

    told.refresh_from_db()
    assert told.settled_at is not None


def test_a_new_owner_takes_the_review_off_the_old_ones_inbox(subject, person):
    old, new, thing = person("OWNER"), person("OWNER"), subject()
    told = remind_of(reviews.schedule(thing, KIND, DUE, [], owner=old), old)

    reviews.schedule(thing, KIND, DUE, [], owner=new)

    told.refresh_from_db()
    assert told.settled_at is not None


def test_an_answer_closes_the_review_settles_its_reminders_and_tells_the_subjects_app(subject, person):
    owner, heard = person("OWNER"), []
    reviews.on_answer(KIND, lambda review, *, actor, note: heard.append((review.outcome, actor, note)))
    review = reviews.schedule(subject(), KIND, DUE, [], owner=owner)
    told = remind_of(review, owner)

    answered = reviews.answer(review, "CHANGED", actor=owner, version=1, note="The firewall is in place.")

    told.refresh_from_db()
    assert (answered.state, answered.outcome, answered.closed_by) == (Review.State.DONE, "CHANGED", owner)
    assert told.settled_at == answered.closed_at
    assert heard == [("CHANGED", owner, "The firewall is in place.")]


def test_the_words_of_an_answer_stand_beside_the_entry_not_in_it(subject, person):
    owner = person("OWNER")
    review = reviews.schedule(subject(), KIND, DUE, [], owner=owner)

    reviews.answer(review, "CHANGED", actor=owner, version=1, note="Priya left.")

    [entry] = entries("review.answered")
    assert "Priya" not in str(entry.params)
    assert EntryText.objects.get(entry=entry).text == "Priya left."


def test_a_named_person_may_answer(subject, person):
    owner, named = person("OWNER"), person("ANALYST")
    review = reviews.schedule(subject(), KIND, DUE, [named], owner=owner)

    assert reviews.answer(review, "UNCHANGED", actor=named, version=1).closed_by == named


@pytest.mark.parametrize("role", ["ANALYST", "CIO"])
def test_nobody_else_answers_whatever_their_rank(subject, person, role):
    review = reviews.schedule(subject(), KIND, DUE, [], owner=person("OWNER"))

    with pytest.raises(NotYours):
        reviews.answer(review, "UNCHANGED", actor=person(role), version=1)

    review.refresh_from_db()
    assert review.is_open


def test_an_owner_who_lost_the_permission_does_not_answer(subject, person):
    owner = person("AUDITOR")
    review = reviews.schedule(subject(), KIND, DUE, [], owner=owner)

    with pytest.raises(NotYours):
        reviews.answer(review, "UNCHANGED", actor=owner, version=1)


def test_an_old_version_is_stale(subject, person):
    owner, thing = person("OWNER"), subject()
    reviews.schedule(thing, KIND, DUE, [], owner=owner)
    review = reviews.schedule(thing, KIND, LATER, [], owner=owner)

    with pytest.raises(MovedMeanwhile):
        reviews.answer(review, "UNCHANGED", actor=owner, version=1)


def test_a_second_answer_is_refused(subject, person):
    owner = person("OWNER")
    review = reviews.schedule(subject(), KIND, DUE, [], owner=owner)
    reviews.answer(review, "UNCHANGED", actor=owner, version=1)

    with pytest.raises(AlreadyAnswered):
        reviews.answer(review, "UNCHANGED", actor=owner, version=2)


@pytest.mark.parametrize("outcome", ["", "unchanged", "MAYBE"])
def test_an_unknown_outcome_is_invalid(subject, person, outcome):
    owner = person("OWNER")
    review = reviews.schedule(subject(), KIND, DUE, [], owner=owner)

    with pytest.raises(UnknownOutcome):
        reviews.answer(review, outcome, actor=owner, version=1)


@pytest.mark.parametrize("outcome", ["CHANGED", "CLOSED"])
def test_what_changed_needs_words(subject, person, outcome):
    owner = person("OWNER")
    review = reviews.schedule(subject(), KIND, DUE, [], owner=owner)

    with pytest.raises(WordsMissing):
        reviews.answer(review, outcome, actor=owner, version=1, note="  ")


def test_nothing_changed_works_twice_running_then_it_is_rated_anew(subject, person):
    owner, thing = person("OWNER"), subject()
    for _ in range(2):
        reviews.answer(reviews.schedule(thing, KIND, DUE, [], owner=owner), "UNCHANGED", actor=owner, version=1)
    third = reviews.schedule(thing, KIND, DUE, [], owner=owner)

    with pytest.raises(RateAnew):
        reviews.answer(third, "UNCHANGED", actor=owner, version=1)
    reviews.answer(third, "CHANGED", actor=owner, version=1, note="Likelihood is 3 now.")

    fourth = reviews.schedule(thing, KIND, DUE, [], owner=owner)
    assert reviews.answer(fourth, "UNCHANGED", actor=owner, version=1).outcome == "UNCHANGED"


def test_what_the_subjects_app_refuses_leaves_the_review_open(subject, person):
    owner = person("OWNER")

    def refuse(review, *, actor, note):
        raise AlreadyAnswered("The subject says no.")

    reviews.on_answer(KIND, refuse)
    review = reviews.schedule(subject(), KIND, DUE, [], owner=owner)

    with pytest.raises(AlreadyAnswered):
        reviews.answer(review, "UNCHANGED", actor=owner, version=1)

    review.refresh_from_db()
    assert review.is_open
    assert entries("review.answered") == []


def test_cancelling_closes_the_open_review_and_its_reminders(subject, person):
    owner, thing = person("OWNER"), subject()
    told = remind_of(reviews.schedule(thing, KIND, DUE, [], owner=owner), owner)

    reviews.cancel(thing, KIND, actor=owner)

    told.refresh_from_db()
    assert Review.objects.get().state == Review.State.CANCELLED
    assert told.settled_at is not None
    assert len(entries("review.cancelled")) == 1


def test_cancelling_what_is_not_scheduled_does_nothing(subject, person):
    reviews.cancel(subject(), KIND, actor=person("OWNER"))

    assert entries("review.cancelled") == []


def test_a_review_is_visible_to_whoever_sees_its_subject(subject, person, company):
    owner = person("OWNER", unit=company.northfield)
    review = reviews.schedule(subject(), KIND, DUE, [], owner=owner)

    seen = {who: Review.objects.visible_to(person(who, unit=company.eastmere)).count() for who in ("CIO", "ANALYST", "AUDITOR")}

    assert seen == {"CIO": 1, "ANALYST": 0, "AUDITOR": 1}
    assert list(Review.objects.visible_to(owner)) == [review]


def test_a_review_of_something_confidential_is_counted_but_not_shown(subject, person, company):
    owner, analyst = person("OWNER"), person("ANALYST")
    reviews.schedule(subject(is_confidential=True, it_owner=owner, accountable="IT"), KIND, DUE, [], owner=owner)

    assert Review.objects.visible_to(analyst).count() == 0
    assert Review.objects.hidden_from(analyst).count() == 1
    assert Review.objects.visible_to(owner).count() == 1
    assert Review.objects.visible_to(person("CISO")).count() == 1


def test_who_may_not_read_reviews_sees_none(subject, person):
    reviews.schedule(subject(), KIND, DUE, [], owner=person("OWNER"))

    assert Review.objects.visible_to(person("COLLEAGUE")).count() == 0


def test_a_kind_that_no_app_answers_for_is_not_scheduled(subject, person):
    with pytest.raises(LookupError):
        reviews.schedule(subject(), "tested.unheard_of", DUE, [], owner=person("OWNER"))
