from datetime import UTC, datetime
from decimal import Decimal

import pytest

from portal import clock
from portal.people.models import User
from portal.record import audit
from risks import recompute, scores, stale, why
from tests.factories.risks import make_levels, make_risk

pytestmark = pytest.mark.django_db


def day(number):
    return datetime(2026, 11, number, 12, tzinfo=UTC)


@pytest.fixture
def rated(company, person):
    """`rated(3, 4)`: on the 3rd the analyst sets likelihood 4, and the score follows."""
    risk, analyst = make_risk(unit=company.northfield), person("ANALYST")
    User.objects.filter(pk=analyst.pk).update(name="Dana Amari")

    def rate(number, likelihood):
        with clock.stopped(day(number)):
            make_levels(risk, likelihood)
            audit.record(analyst, "risk.levels_set", risk)
            stale.mark_risks([risk.pk], "risk.levels_set")
            while recompute.refresh_batch():
                pass
        return risk

    return rate


def move(risk, since, until):
    moved = scores.moved(risk, day(since), day(until))
    return why.explain_move(day(since).date(), day(until).date(), moved, {})


def test_each_step_of_a_move_has_its_day_and_who_took_it(rated):
    rated(1, 2)
    rated(3, 3)

    found = move(rated(5, 4), 2, 9)

    assert [(bar.step.when, bar.step.note, bar.step.points) for bar in found.fall.bars] == [
        ("3 Nov", "Levels set, Dana Amari", Decimal("12.0")),
        ("5 Nov", "Levels set, Dana Amari", Decimal("12.0")),
    ]
    assert (found.fall.start, found.fall.total) == (24, 48)


def test_more_steps_than_a_person_reads_are_told_term_by_term(rated):
    rated(1, 3)
    for number in range(2, 2 + why.MOST_STEPS):
        rated(number, 4 if number % 2 == 0 else 2)

    found = move(rated(20, 4), 1, 21)

    assert [(bar.step.when, bar.step.points) for bar in found.fall.bars] == [("", Decimal("12.0"))]


def test_there_and_back_is_no_move(rated):
    rated(1, 3)
    rated(3, 4)

    assert move(rated(5, 3), 2, 9).fall is None


def test_without_a_score_nothing_moved(company):
    assert move(make_risk(unit=company.northfield), 1, 2) is None
