"""An excerpt of a text around the words that were looked for.   (calculation)"""

import re
import unicodedata
from collections.abc import Sequence

AROUND = 70  # letters before the first hit
LONGEST = 200

_WORD = re.compile(r"\w+")
_PAIRS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i"})
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def excerpt(text: str, stems: Sequence[str]) -> list[tuple[str, bool]]:
    """Pieces of `text` in order, (words, whether they are a hit): the beginning, or from shortly before the first hit. A word is
    a hit that begins with one of `stems`, whichever way its letters are written."""
    flat = " ".join(text.split())
    hits = [found.span() for found in _WORD.finditer(flat) if _is_hit(found.group(), stems)]
    start = _word_start(flat, hits[0][0] - AROUND) if hits and hits[0][0] > LONGEST - AROUND else 0
    end = len(flat) if len(flat) <= start + LONGEST else flat.rfind(" ", start, start + LONGEST)
    end = end if end > start else min(len(flat), start + LONGEST)
    pieces: list[tuple[str, bool]] = [("… ", False)] if start else []
    place = start
    for begin, after in hits:
        if begin >= start and after <= end:
            pieces += [(flat[place:begin], False), (flat[begin:after], True)]
            place = after
    pieces += [(flat[place:end], False)] + ([(" …", False)] if end < len(flat) else [])
    return [(words, is_hit) for words, is_hit in pieces if words]


def _word_start(text: str, place: int) -> int:
    return text.find(" ", max(0, place)) + 1


def _is_hit(word: str, stems: Sequence[str]) -> bool:
    lowered = unicodedata.normalize("NFC", word).lower()
    forms = {_plain(lowered), _plain(lowered.translate(_SPELLED))}
    return any(form.startswith(stem) for form in forms for stem in stems)


def _plain(word: str) -> str:
    taken_apart = unicodedata.normalize("NFKD", word.translate(_PAIRS))
    return "".join(letter for letter in taken_apart if not unicodedata.combining(letter))
