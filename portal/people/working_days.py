"""Which days the organisation works, and how to count them."""

from datetime import date, timedelta

from portal.people import organisations

USUAL = (1, 2, 3, 4, 5)  # Monday to Friday


def of_organisation() -> frozenset[int]:
    """The ISO weekdays worked, Monday is 1."""
    organisation = organisations.current()
    return frozenset(organisation.working_days if organisation else USUAL)


def after(day: date, count: int) -> date:
    """The `count`-th working day after `day`."""
    worked = of_organisation()
    while count > 0:
        day += timedelta(days=1)
        count -= day.isoweekday() in worked
    return day


def between(start: date, end: date) -> int:
    """How many working days lie after `start`, up to and including `end`; 0 where `end` is not later."""
    worked = of_organisation()
    return sum((start + timedelta(days=step)).isoweekday() in worked for step in range(1, (end - start).days + 1))
