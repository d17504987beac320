"""What people and programs tell as text, in an address or a form: keys of rows and sums of money."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

LONGEST_KEY = 18  # digits: any longer one is no key of the database
MOST = Decimal(10) ** 15


def row_key(text: object) -> int | None:
    """The key of a row; None for whatever is none."""
    told = str(text)
    return int(told) if told.isascii() and told.isdigit() and len(told) <= LONGEST_KEY else None


def row_keys(texts: Iterable[object]) -> list[int]:
    """Those of `texts` that are keys."""
    return [found for one in texts if (found := row_key(one)) is not None]


def amount(text: str) -> Decimal | None:
    """A sum of money from zero on, with or without marks between the thousands; None for whatever is none."""
    try:
        found = Decimal(text.replace(",", "").replace(" ", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 <= found < MOST else None
