from datetime import UTC, date, datetime, timedelta

import pytest

from portal import clock
from portal.attention import reminders, reviews
from portal.attention.models import Reminder, Review
from portal.people.models import User
from portal.record.models import AuditEntry
from tests.portal.attention.conftest import KIND, make_subject

DUE = date(2026, 12, 1)


def noon(day):
    return clock.stopped(datetime(day.year, day.month, day.day, 11, tzinfo=UTC))


def remind_on(day):
    with noon(day):
        return reminders.remind()


def told(**filters):
    rows = Reminder.objects.filter(**filters).order_by("id")
    return [(str(row.recipient), row.stage.value) for row in rows]


@pytest.fixture
def line(called):
    """Owner on the IT side, whom they report to, and both leaders."""
    manager = called("Manager", "HEAD")
    return {
        "owner": called("Owner", "OWNER", reports_to=manager),
        "manager": manager,
        "cio": called("CIO", "CIO"),
        "ciso": called("CISO", "CISO"),
    }


@pytest.fixture
def it_side():
    reviews.sides_with(KIND, lambda pairs: dict.fromkeys(pairs, "CIO"))


def test_each_stage_comes_once_on_its_day(subject, called):
    owner = called("Owner", "OWNER")
    reviews.schedule(subject(), KIND, DUE, [], owner=owner)

    written = [remind_on(DUE + timedelta(days=days)) for days in (-8, -7, -7, -1, 0, 0, 1, 1, 2, 6)]

    assert written == [0, 1, 0, 0, 1, 0, 1, 0, 0, 0]
    assert [stage for _, stage in told()] == ["due_soon", "due", "overdue"]


def test_a_later_stage_replaces_the_earlier_one_in_the_inbox(subject, called):
    reviews.schedule(subject(), KIND, DUE, [], owner=called("Owner", "OWNER"))

    remind_on(DUE - timedelta(days=3))
    remind_on(DUE)

    assert told(settled_at=None) == [("Owner", "due")]


def test_named_people_are_told_as_well(subject, called):
    reviews.schedule(subject(), KIND, DUE, [called("Named", "ANALYST")], owner=called("Owner", "OWNER"))

    remind_on(DUE)

    assert sorted(told()) == [("Named", "due"), ("Owner", "due")]


def test_an_overdue_review_climbs_the_owners_own_line(subject, line, it_side):
    reviews.schedule(subject(), KIND, DUE, [], owner=line["owner"])

    steps = {}
    for days in range(-8, 25):
        before = len(told())
        remind_on(DUE + timedelta(days=days))
        if told()[before:]:
            steps[days] = told()[before:]

    assert steps == {
        -7: [("Owner", "due_soon")],
        0: [("Owner", "due")],
        1: [("Owner", "overdue")],
        7: [("Manager", "told_line")],
        14: [("CIO", "told_leader")],
        21: [("CIO", "told_pair"), ("CISO", "told_pair")],
    }


def test_a_security_owner_is_told_on_to_the_ciso(subject, line):
    reviews.sides_with(KIND, lambda pairs: dict.fromkeys(pairs, "CISO"))
    reviews.schedule(subject(), KIND, DUE, [], owner=line["owner"])

    remind_on(DUE + timedelta(days=14))

    assert told() == [("Owner", "overdue"), ("Manager", "told_line"), ("CISO", "told_leader")]


def test_the_other_leader_never_hears_of_it_first_even_as_the_owners_manager(subject, line, it_side):
    User.objects.filter(pk=line["owner"].pk).update(reports_to=line["ciso"])
    reviews.schedule(subject(), KIND, DUE, [], owner=line["owner"])

    for days in range(21):
        remind_on(DUE + timedelta(days=days))

    assert told(recipient=line["ciso"]) == []
    remind_on(DUE + timedelta(days=21))
    assert told(recipient=line["ciso"]) == [("CISO", "told_pair")]


def test_missed_days_bring_one_reminder_a_person_not_all_the_missed_ones(subject, line, it_side):
    reviews.schedule(subject(), KIND, DUE, [], owner=line["owner"])

    remind_on(DUE + timedelta(days=30))

    assert told() == [("Owner", "overdue"), ("Manager", "told_line"), ("CIO", "told_pair"), ("CISO", "told_pair")]


def test_each_step_up_stands_in_the_record_once(subject, line, it_side):
    review = reviews.schedule(subject(), KIND, DUE, [], owner=line["owner"])

    for days in (7, 7, 14, 15):
        remind_on(DUE + timedelta(days=days))

    entries = AuditEntry.objects.filter(verb="review.escalated", subject_id=review.pk).order_by("id")
    assert [entry.params for entry in entries] == [
        {"stage": "told_line", "recipient": line["manager"].pk},
        {"stage": "told_leader", "recipient": line["cio"].pk},
    ]


def test_nobody_hears_of_what_they_may_not_see(subject, called, line, it_side):
    owner = line["owner"]
    thing = subject(is_confidential=True, it_owner=owner, accountable="IT")
    reviews.schedule(thing, KIND, DUE, [called("Outsider", "ANALYST")], owner=owner)

    remind_on(DUE + timedelta(days=14))

    assert told() == [("Owner", "overdue"), ("CIO", "told_leader")]


@pytest.mark.parametrize("fields", [{"is_active": False}, {"is_service": True}])
def test_who_cannot_read_an_inbox_is_not_told(subject, person, fields):
    owner = person("OWNER")
    User.objects.filter(pk=owner.pk).update(**fields)
    reviews.schedule(subject(), KIND, DUE, [], owner=owner)

    assert remind_on(DUE) == 0


def test_the_day_is_the_organisations(subject, called):
    reviews.schedule(subject(), KIND, DUE, [], owner=called("Owner", "OWNER", time_zone="America/Sao_Paulo"))

    with clock.stopped(datetime(2026, 11, 30, 22, 59, tzinfo=UTC)):
        reminders.remind()
    with clock.stopped(datetime(2026, 11, 30, 23, 0, tzinfo=UTC)):
        reminders.remind()

    assert [stage for _, stage in told()] == ["due_soon", "due"]


def test_a_moved_review_is_told_anew_for_its_new_date_only(subject, called):
    owner, thing = called("Owner", "OWNER"), subject()
    reviews.schedule(thing, KIND, DUE, [], owner=owner)
    remind_on(DUE)

    reviews.schedule(thing, KIND, DUE + timedelta(days=5), [], owner=owner)
    remind_on(DUE)

    assert told(settled_at=None) == [("Owner", "due_soon")]


def test_a_date_moved_away_and_back_is_not_told_twice(subject, called):
    owner, thing = called("Owner", "OWNER"), subject()
    reviews.schedule(thing, KIND, DUE, [], owner=owner)
    remind_on(DUE)

    reviews.schedule(thing, KIND, DUE + timedelta(days=90), [], owner=owner)
    reviews.schedule(thing, KIND, DUE, [], owner=owner)

    assert remind_on(DUE) == 0
    assert told(settled_at=None) == [("Owner", "due")]


def test_an_answered_review_reminds_nobody(subject, person):
    owner = person("OWNER")
    reviews.answer(reviews.schedule(subject(), KIND, DUE, [], owner=owner), "UNCHANGED", actor=owner, version=1)

    assert remind_on(DUE) == 0


def many_due(person, unit, number):
    owners = [person("OWNER") for _ in range(5)]
    things = [make_subject(unit) for _ in range(number)]
    Review.objects.bulk_create(
        Review(subject_kind="tested", subject_id=thing.pk, kind=KIND, due_on=DUE, owner=owners[i % 5])
        for i, thing in enumerate(things)
    )


def test_ten_reviews_cost_as_many_queries_as_two_hundred(subject, person, company, django_assert_max_num_queries):
    many_due(person, company.northfield, 10)
    with django_assert_max_num_queries(20) as few:
        assert remind_on(DUE) == 10
    many_due(person, company.northfield, 200)

    with django_assert_max_num_queries(len(few)):
        assert remind_on(DUE) == 200


def test_ten_thousand_open_reviews_take_seconds(person, company):
    from time import perf_counter

    from risks.models import Risk

    owners = [person("OWNER") for _ in range(40)]
    things = Risk.objects.bulk_create(
        Risk(number=f"L-{i:05d}", title=f"Press {i} stops", category="OT", unit=company.northfield) for i in range(10_000)
    )
    Review.objects.bulk_create(
        Review(subject_kind="tested", subject_id=thing.pk, kind=KIND, due_on=DUE, owner=owners[i % 40])
        for i, thing in enumerate(things)
    )
    began = perf_counter()

    assert remind_on(DUE) == 10_000
    assert remind_on(DUE) == 0

    assert perf_counter() - began < 20
