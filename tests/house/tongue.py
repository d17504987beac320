"""A tongue that nobody speaks: every sentence the portal translates stands in brackets, so that the others can be told."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any
from zoneinfo import available_timezones

from django.apps import apps
from django.conf import settings
from django.core.validators import EMPTY_VALUES
from django.db.models import CharField, JSONField, TextField
from django.utils import translation

from portal.people.currencies import CODES
from portal.people.guest_list import COLUMNS

OPEN, CLOSE = "⟦", "⟧"
LETTERS = re.compile(r"[^\W\d_]{2,}")
TOLD = {"title", "aria-label", "aria-description", "placeholder", "alt", "data-label"}
AS_IT_IS = {"script", "style", "code", "kbd", "pre", "textarea"}
NAMES = {"Concord", "Excel", "JSON", "CSV", "PDF"}


@contextmanager
def spoken() -> Iterator[None]:
    """The portal speaks it inside of the block."""
    real: Any = translation._trans
    kept = {name: getattr(real, name) for name in ("gettext", "ngettext", "pgettext", "npgettext")}
    for name, function in kept.items():
        setattr(real, name, lambda *told, of=function: f"{OPEN}{of(*told)}{CLOSE}" if told[-1] not in EMPTY_VALUES else "")
    try:
        yield
    finally:
        for name, function in kept.items():
            setattr(real, name, function)


class Heard(HTMLParser):
    """The letters of a page that stand outside of every bracket, sentence by sentence."""

    def __init__(self, page: str):
        super().__init__()
        self.left: list[str] = []
        self._depth = self._as_it_is = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._as_it_is += tag in AS_IT_IS
        for name, value in attrs:
            if name in TOLD and value:
                self.left.append(outside(value, 0)[0])

    def handle_endtag(self, tag: str) -> None:
        self._as_it_is -= tag in AS_IT_IS

    def handle_data(self, data: str) -> None:
        if not self._as_it_is:
            text, self._depth = outside(data, self._depth)
            self.left.append(text)


def outside(text: str, depth: int) -> tuple[str, int]:
    """What of `text` stands in no bracket, `depth` of which were open before it; and how many are after it."""
    found = []
    for letter in text:
        depth += (letter == OPEN) - (letter == CLOSE)
        if not depth and letter != CLOSE:
            found.append(letter)
    return "".join(found), depth


def written() -> set[str]:
    """Every word that somebody wrote, and what has one name in all tongues. Fields in a history go by their own names."""
    found = {*NAMES, *CODES, *COLUMNS, *dict(settings.LANGUAGES).values()} | {
        word for zone in available_timezones() for word in LETTERS.findall(zone)
    }
    for model in apps.get_models():
        fields = model._meta.concrete_fields
        found |= {word for one in fields for word in LETTERS.findall(f"{one.verbose_name} {str(one.verbose_name).capitalize()}")}
        texts = [one.name for one in fields if isinstance(one, CharField | TextField | JSONField)]
        for row in model._default_manager.values_list(*texts) if texts else ():
            found.update(LETTERS.findall(json.dumps(row, default=str, ensure_ascii=False).replace("\\n", " ")))
    return found


def untold(page: str, known: set[str]) -> list[str]:
    """Sentences of `page` with words that nobody wrote and nothing translates."""
    return [" ".join(text.split()) for text in Heard(page).left if set(LETTERS.findall(text)) - known]
