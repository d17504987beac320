from datetime import UTC, datetime
from decimal import Decimal

import pytest

from portal import clock
from portal.record import audit
from risks import recompute, scores, stale
from tests.factories.risks import make_levels, make_risk

pytestmark = pytest.mark.django_db


def day(number, hour=12):
    return datetime(2026, 11, number, hour, tzinfo=UTC)


@pytest.fixture
def at():
    """`at(day(3), risk, "risk.rated", actor, 4)`: on that day the likelihood becomes 4 and the score follows."""

    def happen(moment, risk, cause, actor=None, likelihood=None):
        with clock.stopped(moment):
            if likelihood:
                make_levels(risk, likelihood)
            if actor:
                audit.record(actor, cause, risk)
            stale.mark_risks([risk.pk], cause)
            while recompute.refresh_batch():
                pass

    return happen


@pytest.fixture
def told(company, person, at):
    """A risk that was rated 2 on the 1st, 4 on the 3rd by the CIO, and whose review fell due on the 9th: 24, 48, 49."""
    cio = person("CIO")
    risk = make_risk(unit=company.northfield, review_due_on=day(9).date())
    at(day(1), risk, "risk.rated", cio, 2)
    at(day(3), risk, "risk.rated", cio, 4)
    at(day(10), risk, "calendar")
    return risk, cio


def test_each_step_is_told_with_its_cause_and_who_stood_behind_it(told):
    risk, cio = told

    moved = scores.moved(risk, day(2), day(11))

    assert (moved.before.value, moved.after.value, moved.points) == (24, 49, 25)
    assert [(event.score.computed_at.day, event.score.cause, event.actor, event.points) for event in moved.events] == [
        (3, "risk.rated", cio, Decimal("24.0")),
        (10, "calendar", None, Decimal("1.0")),
    ]
    assert sum(event.points for event in moved.events) == moved.points


def test_before_the_first_score_everything_is_new(told):
    risk, _ = told

    moved = scores.moved(risk, datetime(2026, 10, 1, tzinfo=UTC), day(11))

    assert moved.before is None
    assert moved.points == 49
    assert [event.points for event in moved.events] == [24, 24, 1]


def test_where_nothing_happened_there_is_nothing_to_tell(told):
    risk, _ = told

    moved = scores.moved(risk, day(4), day(5))

    assert (moved.before, moved.points, moved.events) == (moved.after, 0, ())


def test_a_score_that_was_lost_counts_back_to_nothing(company, at):
    risk = make_risk(unit=company.northfield)
    at(day(1), risk, "risk.rated", None, 3)
    risk.levels.all().delete()
    at(day(2), risk, "risk.rated")

    moved = scores.moved(risk, day(1), day(3))

    assert moved.after.value is None
    assert moved.points == -36
    assert [event.points for event in moved.events] == [-36]


def test_the_number_of_queries_is_that_of_the_kinds(told, at, django_assert_num_queries):
    risk, cio = told
    for number in range(11, 21):
        at(day(number), risk, "risk.rated", cio, 1 + number % 5)

    with django_assert_num_queries(2):
        assert len(scores.moved(risk, day(2), day(28)).events) > 9
