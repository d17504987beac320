"""The registry of kinds: each app names its kinds once, so that audit, search, inbox and pages can speak of any of them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.functional import Promise

from portal.told import row_key


@dataclass(frozen=True)
class Subject:
    """One kind of thing. Texts are lazy; callables take an instance unless said otherwise."""

    kind: str  # "risk": the word in audit entries and URLs of the API
    model: str  # "risks.Risk"
    word: str | Promise  # "risk"
    plural: str | Promise
    resource: str  # API noun and scope: "risks"
    url: Callable[[Any], str]
    label: Callable[[Any], str]  # "R-0017 Ransomware reaches Northfield line control"
    unit: Callable[[Any], Any] = lambda subject: subject.unit
    material: Callable[[Any], Mapping[str, Any]] | None = None  # canonical content that a signature covers
    related: Sequence[str] = ()  # select_related for label, url and unit
    prefetch: Sequence[str] = ()  # what the material content is read from beside the row
    page: str = ""  # "risks:risk": the page of one, where its address names it by `pk`
    is_spoken_of: bool = True  # False: what belongs to a conversation has none of its own

    @cached_property
    def model_class(self) -> type[Model]:
        return apps.get_model(self.model)

    def visible_to(self, user: Any):
        """All rows of this kind that `user` may open, with what they say."""
        return self.named_to(user).prefetch_related(*self.prefetch)

    def named_to(self, user: Any):
        """The same for whoever only names them."""
        return self.model_class._default_manager.visible_to(user).select_related(*self.related)


Panel = Callable[[Sequence[int], Any], Mapping[int, Any]]  # (ids, user) → cell by id

_subjects: dict[str, Subject] = {}
_panels: dict[str, list[tuple[int, str, str, Panel]]] = {}


def register(subject: Subject) -> None:
    """Once per kind, in the app's ready(). Raises ValueError when the kind is taken."""
    if subject.kind in _subjects:
        raise ValueError(f"{subject.kind} is registered already")
    _subjects[subject.kind] = subject


def add_panel(kind: str, name: str, template: str, panel: Panel, *, order: int = 50) -> None:
    """A higher app shows something on the pages of a lower one: `panel(ids, user) -> {id: cell}`, rendered by `template`."""
    _panels.setdefault(kind, []).append((order, name, template, panel))
    _panels[kind].sort(key=lambda row: row[0])


def panels(kind: str, ids: Sequence[int], user: Any) -> list[dict[str, Any]]:
    """For each panel of `kind`: {"name", "template", "cells": {id: cell}}; one call a panel whatever the number of ids."""
    return [{"name": name, "template": template, "cells": panel(ids, user)} for _, name, template, panel in _panels.get(kind, [])]


def panels_of(kind: str, subject: Model, user: Any) -> list[dict[str, Any]]:
    """The panels of one subject that have something to show: {"name", "template", "cell"}."""
    found = [panel | {"cell": panel["cells"].get(subject.pk)} for panel in panels(kind, [subject.pk], user)]
    return [panel for panel in found if panel["cell"] is not None]


def all_kinds() -> Mapping[str, Subject]:
    return _subjects


def of_kind(kind: str) -> Subject:
    """Raises Http404 for an unknown kind: kinds come from URLs."""
    try:
        return _subjects[kind]
    except KeyError:
        raise Http404 from None


def kind_of(instance: Model) -> str:
    """Raises LookupError when the model of `instance` is not registered."""
    label = instance._meta.label
    for subject in _subjects.values():
        if subject.model == label:
            return subject.kind
    raise LookupError(f"{label} is no registered kind")


NUMBER = re.compile(r"[A-Z]{1,3}-[0-9]{1,9}")


def by_reference(rows: QuerySet, told: Any) -> Any:
    """The row with this id (7 or "7") or number ("R-0007"), None where there is none."""
    text = str(told)
    if NUMBER.fullmatch(text) and any(field.name == "number" for field in rows.model._meta.fields):
        return rows.filter(number=text).first()
    key = row_key(text)
    return rows.filter(pk=key).first() if key is not None else None


def fetch(pairs: Sequence[tuple[str, int]], user: Any, *, with_content: bool = False) -> dict[tuple[str, int], Model]:
    """The visible ones among (kind, id) pairs, one query a kind: for inboxes and feeds that mix kinds. `with_content`: with what
    they say, for whoever reads how they are signed."""
    ids: dict[str, set[int]] = {}
    for kind, pk in pairs:
        ids.setdefault(kind, set()).add(pk)
    described = {kind: _subjects[kind] for kind in ids if kind in _subjects}
    return {
        (kind, row.pk): row
        for kind, known in described.items()
        for row in (known.visible_to(user) if with_content else known.named_to(user)).filter(pk__in=ids[kind])
    }
