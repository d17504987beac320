"""Quarters of a year, each named by its first day. (calculation)"""

from datetime import date

MONTHS = 3


def of(day: date) -> date:
    """The first day of the quarter in which `day` lies."""
    return date(day.year, day.month - (day.month - 1) % MONTHS, 1)


def following(first: date) -> date:
    """The first day of the next quarter."""
    return date(first.year + (first.month == 10), (first.month + MONTHS - 1) % 12 + 1, 1)


def before(first: date) -> date:
    """The first day of the quarter before."""
    return date(first.year - (first.month == 1), (first.month - MONTHS - 1) % 12 + 1, 1)


def word(first: date) -> str:
    """As people write it: Q3 2026."""
    return f"Q{(first.month + 2) // MONTHS} {first.year}"


def read(told: str) -> date | None:
    """A first day as in 2026-07-01, or a word as in Q3 2026 or 2026-Q3; None for anything else."""
    text = told.strip().upper().replace("-Q", " Q")
    parts = text.split()
    if len(parts) == 2 and parts[1].startswith("Q"):
        parts.reverse()
    if (
        len(parts) == 2
        and parts[0] in ("Q1", "Q2", "Q3", "Q4")
        and len(parts[1]) == 4
        and parts[1].isascii()
        and parts[1].isdigit()
    ):
        year = int(parts[1])
        return date(year, int(parts[0][1]) * MONTHS - 2, 1) if 2000 <= year <= 9000 else None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if len(text) == 10 and of(day) == day and 2000 <= day.year <= 9000 else None
