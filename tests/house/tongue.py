"""A tongue that nobody speaks: every sentence the portal translates stands in brackets, so that the others can be told."""

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
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
SAID = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
TAGS = re.compile(r"<[^>]*>")
TOLD = re.compile(r'\s(?:title|aria-label|aria-description|placeholder|alt|data-label)="([^"]*)"')
AS_IT_IS = re.compile(r"<(script|style|code|kbd|pre|textarea)\b.*?</\1>|<!--.*?-->", re.DOTALL)
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


def left(page: str) -> list[str]:
    """What of a page stands outside of every bracket: its texts, a line each, and what its attributes tell."""
    shown = AS_IT_IS.sub("", page)
    found = "\n".join([TAGS.sub("\n", shown), *TOLD.findall(shown)])
    while found != (rest := SAID.sub("", found)):
        found = rest
    return html.unescape(found).splitlines()


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
    return [" ".join(text.split()) for text in left(page) if set(LETTERS.findall(text)) - known]
