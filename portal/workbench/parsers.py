"""From the text of a cell to a value: days, numbers, words of a list. (calculation: all but the sentences)"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from portal.workbench.cells import Number
from portal.workbench.errors import Unfit

DAY_FIRST, MONTH_FIRST = "DAY_FIRST", "MONTH_FIRST"
EARLIEST, LATEST = 1900, 2200
MONTH_WORDS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {name: number for number, name in enumerate(MONTH_WORDS, 1)}
MONTHS |= {"mär": 3, "mai": 5, "okt": 10, "dez": 12}  # as German sheets write them
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_PARTS = re.compile(r"(\d{1,2})([./-])\s?(\d{1,2})[./-]\s?(\d{4}|\d{2})")
_WORDS = re.compile(
    r"(?:(\d{1,2})[.\s-]*)?([^\W\d]{3,9})\.?[\s,-]*(?:(\d{1,2})(?:st|nd|rd|th)?[\s,]+)?(\d{4}|\d{2})", re.IGNORECASE
)
_WHOLE = re.compile(r"-?\d{1,15}(?:[.,]0+)?")


def fold(text: str) -> str:
    """A word as it is compared: small letters and digits, other signs as one space."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def text(longest: int, *, one_line: bool = False) -> Callable[[str, Any], str]:
    def parse(told: str, terms: Any) -> str:
        told = " ".join(told.split()) if one_line else told.strip()
        if len(told) > longest:
            raise Unfit(_("Keep it under %(longest)s characters; this has %(count)s.") % {"longest": longest, "count": len(told)})
        return told

    return parse


def one_of(words: Mapping[str, Any]) -> Callable[[str, Any], Any]:
    """`words` are folded; several may mean the same. The sentence lists each meaning by its first word."""
    first: dict[Any, str] = {}
    for word, meaning in words.items():
        first.setdefault(meaning, word)

    def parse(told: str, terms: Any) -> Any:
        found = words.get(fold(told))
        if found is None:
            raise Unfit(_("Write one of: %(words)s.") % {"words": ", ".join(first.values())})
        return found

    return parse


def level(words: Mapping[str, int]) -> Callable[[str, Any], int]:
    """1 to 5 as a digit, as a word of the scale, or as both ("3 - Possible")."""

    def parse(told: str, terms: Any) -> int:
        plain = told.strip()
        if _WHOLE.fullmatch(plain):
            return _level(int(re.split(r"[.,]", plain)[0]))
        folded = fold(plain)
        if folded in words:
            return words[folded]
        found = re.fullmatch(r"([1-5]) (\D.*)|(\D.*) ([1-5])", folded)
        if found is None or plain[:1] == "-":
            raise Unfit(_("Write a level from 1 to 5, or a word of the scale such as %(words)s.") % {"words": _some(words)})
        number, word = int(found[1] or found[4]), found[2] or found[3]
        if word in words and words[word] != number:
            raise Unfit(
                _("The number says %(number)s and the word says %(word)s. Keep one of them.")
                % {"number": number, "word": words[word]}
            )
        if word not in words:
            raise Unfit(_("“%(word)s” is no word of the scale. Write the number alone.") % {"word": word[:40]})
        return number

    return parse


def whole(least: int, most: int) -> Callable[[str, Any], int]:
    """A whole number within bounds."""

    def parse(told: str, terms: Any) -> int:
        plain = told.strip()
        if not _WHOLE.fullmatch(plain) or not least <= int(re.split(r"[.,]", plain)[0]) <= most:
            raise Unfit(_("Write a whole number from %(least)s to %(most)s.") % {"least": least, "most": most})
        return int(re.split(r"[.,]", plain)[0])

    return parse


def _level(number: int) -> int:
    if 1 <= number <= 5:
        return number
    raise Unfit(_("A level is 1 to 5."))


def _some(words: Mapping[str, int]) -> str:
    return ", ".join(f"{word} ({number})" for word, number in list(words.items())[:2])


def day(told: str, terms: Any) -> date:
    """A day as sheets write it; 03/04/2026 only where the import says whether day or month comes first. Raises Unfit."""
    plain = " ".join(told.split())
    found = _iso(plain) or _by_parts(plain, terms.choices.get("day_order", "")) or _by_words(plain)
    if found is None:
        raise Unfit(_("This is no day. Write it like 2026-04-03."))
    year, month, number = found
    try:
        read = date(year, month, number)
    except ValueError:
        raise Unfit(_("There is no such day. Write it like 2026-04-03.")) from None
    if not EARLIEST <= read.year <= LATEST:
        raise Unfit(_("This is a day of another century. Write it like 2026-04-03."))
    return read


def is_ambiguous(told: str) -> bool:
    """Whether a cell could be read as two days."""
    found = _PARTS.fullmatch(" ".join(told.split()))
    return bool(found) and found[2] != "." and int(found[1]) <= 12 and int(found[3]) <= 12 and found[1] != found[3]


def day_order_of(cells: list[str]) -> str:
    """What the days among `cells` show by themselves: DAY_FIRST, MONTH_FIRST or ""."""
    found = [match for cell in cells if (match := _PARTS.fullmatch(" ".join(cell.split()))) and match[2] != "."]
    day_first, month_first = any(int(one[1]) > 12 for one in found), any(int(one[3]) > 12 for one in found)
    return "" if day_first == month_first else DAY_FIRST if day_first else MONTH_FIRST


def _iso(plain: str) -> tuple[int, int, int] | None:
    found = _ISO.fullmatch(plain)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _by_parts(plain: str, order: str) -> tuple[int, int, int] | None:
    """Points mean day first, as everywhere they are used; strokes and dashes may mean both."""
    found = _PARTS.fullmatch(plain)
    if found is None:
        return None
    first, second, year = int(found[1]), int(found[3]), _year(found[4])
    if found[2] == "." or order == DAY_FIRST:
        return year, second, first
    if order == MONTH_FIRST:
        return year, first, second
    if first > 12 or first == second:
        return year, second, first
    if second > 12:
        return year, first, second
    raise Unfit(_("This may be two days. Say with the mapping whether day or month comes first, or write it like 2026-04-03."))


def _by_words(plain: str) -> tuple[int, int, int] | None:
    found = _WORDS.fullmatch(plain)
    month = MONTHS.get(found[2][:3].casefold()) if found else None
    if found is None or month is None or (found[1] is None) == (found[3] is None):
        return None
    return _year(found[4]), month, int(found[1] or found[3])


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def number_within(least: int, most: int) -> Callable[[str, Any], Decimal]:
    """A number within bounds, such as a share or a sum of money."""

    def parse(told: str, terms: Any) -> Decimal:
        found = number(told, terms)
        if not least <= found <= most:
            raise Unfit(_("Write a number from %(least)s to %(most)s.") % {"least": least, "most": f"{most:,}"})
        return found

    return parse


def number(told: str, terms: Any) -> Decimal:
    """A number with a point or a comma before its decimals, groups of three allowed. Raises Unfit."""
    plain = re.sub(r"[\s\u00a0\u202f']", "", told)
    if isinstance(told, Number):
        return Decimal(told)
    sign, plain = ("-", plain[1:]) if plain[:1] in ("-", "−") else ("", plain)
    if plain.count(",") == 1 and plain.count(".") != 1 and not re.fullmatch(r"[1-9]\d{0,2},\d{3}", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif "," in plain and "." in plain:
        plain = plain.replace(".", "").replace(",", ".") if plain.rindex(",") > plain.rindex(".") else plain.replace(",", "")
    elif re.fullmatch(r"[1-9]\d{0,2}(,\d{3}){2,}", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"[1-9]\d{0,2}(\.\d{3}){2,}", plain):
        plain = plain.replace(".", "")
    elif re.fullmatch(r"[1-9]\d{0,2}[,.]\d{3}", plain):
        raise Unfit(_("This may be two numbers. Write it without a sign between the thousands."))
    try:
        if not re.fullmatch(r"\d{1,15}(\.\d{1,9})?", plain):
            raise InvalidOperation
        return Decimal(sign + plain)
    except InvalidOperation:
        raise Unfit(_("This is no number. Write it like 1250.50.")) from None
