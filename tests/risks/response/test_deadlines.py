"""Figures worked by hand on a calendar of November 2026: the 26th is a Thursday."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from risks.response import deadlines

BERLIN, WEEK = ZoneInfo("Europe/Berlin"), frozenset({1, 2, 3, 4, 5})


def due(start, amount, measure, zone=BERLIN, worked=WEEK):
    return deadlines.due_at(start, amount, measure, zone=zone, worked=worked)


def test_hours_run_through_nights_and_the_change_of_clocks():
    noticed = datetime(2026, 10, 24, 20, 0, tzinfo=BERLIN)  # the night in which 03:00 comes twice

    assert due(noticed, 24, "HOURS").astimezone(BERLIN) == datetime(2026, 10, 25, 19, 0, tzinfo=BERLIN)


def test_working_days_end_with_the_organisations_day():
    found = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)  # already Friday in Berlin

    assert due(found, 4, "WORKING_DAYS") == datetime(2026, 12, 3, 23, 59, tzinfo=BERLIN)  # Mon 30, Tue 1, Wed 2, Thu 3
    assert due(found, 4, "WORKING_DAYS", ZoneInfo("America/New_York")).date().isoformat() == "2026-12-02"
    assert due(found, 1, "WORKING_DAYS", worked=frozenset({7})).date().isoformat() == "2026-11-29"


def test_a_month_ends_on_the_last_day_of_a_shorter_one():
    assert due(datetime(2027, 1, 31, 9, 0, tzinfo=BERLIN), 1, "MONTHS") == datetime(2027, 2, 28, 9, 0, tzinfo=BERLIN)
    assert due(datetime(2026, 12, 5, 9, 0, tzinfo=BERLIN), 1, "MONTHS") == datetime(2027, 1, 5, 9, 0, tzinfo=BERLIN)
    with pytest.raises(ValueError, match="YEARS"):
        due(datetime(2026, 12, 5, tzinfo=UTC), 1, "YEARS")


def test_it_runs_out_in_its_last_quarter():
    start = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
    end = start + timedelta(hours=24)

    assert not deadlines.is_running_out(start, end, end - timedelta(hours=6, seconds=1))
    assert deadlines.is_running_out(start, end, end - timedelta(hours=6))
    assert deadlines.parts(timedelta(hours=-50, minutes=-5)) == (2, 2, 5)
