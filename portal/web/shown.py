"""How numbers, money, bands and dates are written, in one place, so that every page writes them alike."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import clock
from portal.people import organisations

MINUS = "−"
NOTHING = "–"
_SPACE = "\u00a0"  # keeps "€4.1 M" and "6 days" on one line
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}

BANDS = ("very-low", "low", "medium", "high", "severe")
_BAND_WORDS = (
    gettext_lazy("Very low"),
    gettext_lazy("Low"),
    gettext_lazy("Medium"),
    gettext_lazy("High"),
    gettext_lazy("Severe"),
)
SOON_DAYS = 7
_remembered: list[str] = []


def points(value, *, signed: bool = False) -> str:
    """Points with one decimal and a true minus: 62.0, −4.5, and with `signed` also +7.0; "–" without a value."""
    if value is None or value == "":
        return NOTHING
    rounded = Decimal(value).quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)
    return _sign(rounded, signed) + str(abs(rounded))


def whole(value, *, signed: bool = False) -> str:
    """A count or a change without decimals: 62, −11, and with `signed` also +7."""
    if value is None or value == "":
        return NOTHING
    rounded = Decimal(value).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    return _sign(rounded, signed) + f"{abs(rounded):,}"


def score(value) -> str:
    """A score without decimals, never above what it is: 39.5 is 39, since 40 would stand in another band or beyond a limit."""
    if value is None or value == "":
        return NOTHING
    return str(Decimal(value).quantize(Decimal(1), rounding=ROUND_FLOOR))


def money(amount, currency: str | None = None) -> str:
    """An amount in the unit a person would say: €340, €2.5 k, €74 k, €4.1 M, €14.1 M."""
    if amount is None or amount == "":
        return NOTHING
    value = Decimal(amount)
    size = abs(value)
    if _half_even(size, 0) < 1_000:
        return _amount(value, str(_half_even(size, 0)), currency)
    thousands = size / 1_000
    if _half_even(thousands, 0) < 1_000:
        number = _half_even(thousands, 1 if thousands < 10 else 0)
        return _amount(value, f"{_plain(number)}{_SPACE}k", currency)
    return _amount(value, f"{_half_even(size / 1_000_000, 1):,}{_SPACE}M", currency)


def money_exact(amount, currency: str | None = None) -> str:
    """An amount to the cent: €74,000.00."""
    if amount is None or amount == "":
        return NOTHING
    value = Decimal(amount)
    return _amount(value, f"{_half_even(abs(value), 2):,}", currency)


def measured(value) -> str:
    """A reading or a bound as people write it: 12.5, −3, 0."""
    return f"{Decimal(value).normalize():f}".replace("-", MINUS)


def two_digits(amount, currency: str | None = None) -> str:
    """An amount to two significant digits, as Today shows estimates: €4.1 M, €14 M, €620 k, €95."""
    if amount is None or amount == "":
        return NOTHING
    value = Decimal(amount)
    if value == 0:
        return _amount(value, "0", currency)
    size = abs(value)
    size = _half_even(size, 1 - size.adjusted())
    for unit, divisor in (("M", 1_000_000), ("k", 1_000)):
        if size >= divisor:
            number = size / divisor
            text = str(_half_even(number, 1)) if number < 10 else f"{_half_even(number, 0):,}"
            return _amount(value, f"{text}{_SPACE}{unit}", currency)
    return _amount(value, str(_half_even(size, 0)), currency)


def band_number(band) -> int:
    """1 (Very low) to 5 (Severe), from a key in any spelling (severe, VERY_LOW, very-low) or a number; 0 if unknown."""
    if isinstance(band, int):
        return band if 1 <= band <= len(BANDS) else 0
    key = band_key(band)
    return BANDS.index(key) + 1 if key else 0


def band_key(band) -> str:
    """The spelling that CSS knows: very-low … severe; empty if unknown."""
    if isinstance(band, int):
        return BANDS[band - 1] if 1 <= band <= len(BANDS) else ""
    key = str(band or "").strip().lower().replace("_", "-").replace(" ", "-")
    return key if key in BANDS else ""


def band_word(band) -> str:
    """The band as a person reads it."""
    number = band_number(band)
    return str(_BAND_WORDS[number - 1]) if number else ""


def date_short(value: dt.date | None, today: dt.date | None = None) -> str:
    """12 Dec in this year, 26 Feb 2027 in another; "–" without a date."""
    if not value:
        return NOTHING
    if isinstance(value, dt.datetime):
        value = _local(value).date()
    today = today or clock.today(timezone.get_current_timezone())
    return dateformat.format(value, "j M" if value.year == today.year else "j M Y")


def date_long(value: dt.date | None) -> str:
    """24 November 2026."""
    if not value:
        return NOTHING
    return dateformat.format(_local(value) if isinstance(value, dt.datetime) else value, "j F Y")


def moment(value: dt.datetime | None) -> str:
    """24 Nov 2026, 08:31 in the reader's zone."""
    return dateformat.format(_local(value), "j M Y, H:i") if value else NOTHING


def due_word(due_on: dt.date | None, today: dt.date | None = None) -> str:
    """How far a date is from the organisation's day: 19 days late, today, in 9 days."""
    if not due_on:
        return _("no date")
    days = (due_on - (today or organisations.today())).days
    if days < 0:
        return ngettext("%(days)d day late", "%(days)d days late", -days).replace(" ", _SPACE) % {"days": -days}
    if days == 0:
        return _("today")
    return ngettext("in %(days)d day", "in %(days)d days", days).replace(" ", _SPACE) % {"days": days}


def due_tone(due_on: dt.date | None, today: dt.date | None = None) -> str:
    """`late`, `soon` (within a week) or nothing: the class beside the word."""
    if not due_on:
        return ""
    days = (due_on - (today or organisations.today())).days
    return "late" if days < 0 else "soon" if days <= SOON_DAYS else ""


def _local(value: dt.datetime) -> dt.datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def _sign(value: Decimal, signed: bool) -> str:
    if value < 0:
        return MINUS
    return "+" if signed and value > 0 else ""


def _half_even(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _currency() -> str:
    """The organisation's one currency. Set once, so it is asked for once a process; a demo may be cleared for another."""
    if _remembered:
        return _remembered[0]
    organisation = organisations.current()
    if organisation is None:
        return "EUR"
    if organisation.set_up_at is not None and not organisation.is_demo:
        _remembered.append(organisation.currency)
    return organisation.currency


def _amount(value: Decimal, text: str, currency: str | None) -> str:
    code = currency or _currency()
    symbol = _SYMBOLS.get(code, f"{code}{_SPACE}")
    return f"{MINUS if value < 0 else ''}{symbol}{text}"
