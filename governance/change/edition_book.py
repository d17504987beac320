"""Editions of what gates ask as people read them: each set as it is in force, and one beside the one it was drafted from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.change import editions_compared, gate_editions, gate_templates
from governance.change.editions_compared import Difference
from governance.change.models import GateEdition, GateTemplate, Initiative, Size, Stage
from portal import subjects
from portal.archive import changes
from portal.signing import panels
from risks.models import Office

MOST_EDITIONS = 40
WORDS = {
    editions_compared.ADDED: gettext_lazy("asked besides"),
    editions_compared.CHANGED: gettext_lazy("asked otherwise"),
    editions_compared.WITHDRAWN: gettext_lazy("asked no more"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One criterion in words."""

    question: str
    evidence: str
    facts: str  # before which stage, of which office, from which size, whether it stands in the way


@dataclass(frozen=True, slots=True)
class InForce:
    """One set as gates ask it from now on, and the next edition of it where one is open."""

    template: GateTemplate
    criteria: Sequence[Asked]
    open: GateEdition | None

    @property
    def asked(self) -> list[dict[str, Any]]:
        return gate_editions.asked_by(self.template)

    @property
    def kinds(self) -> str:
        return ", ".join(str(Initiative.Kind(kind).label) for kind in self.template.kinds)


@dataclass(frozen=True, slots=True)
class Book:
    sets: Sequence[InForce]
    editions: Sequence[GateEdition]  # the latest that were drafted here

    @property
    def open(self) -> int:
        return sum(one.open is not None for one in self.sets)


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion that differs, in words."""

    word: str
    asks_less: bool
    before: Asked | None
    after: Asked | None


@dataclass(frozen=True, slots=True)
class Page:
    edition: GateEdition
    lines: Sequence[Line]
    asked: Sequence[Asked]
    panel: Any
    entries: Sequence[changes.Entry]
    has_more: bool
    may_draft: bool
    is_overtaken: bool
    gates: int  # that ask by it, of the whole organisation

    @property
    def less(self) -> int:
        return sum(line.asks_less for line in self.lines)


def read(user: Any) -> Book:
    """Four queries at most."""
    rows = list(_named(user).order_by("-pk")[:MOST_EDITIONS])
    open_of = {row.base.key: row for row in rows if row.is_open}
    sets = [
        InForce(one, [in_words(asked) for asked in gate_editions.asked_by(one)], open_of.get(one.key))
        for one in gate_templates.newest()
    ]
    return Book(sets, rows)


def of_user(user: Any) -> QuerySet[GateEdition]:
    newest = GateTemplate.objects.filter(key=OuterRef("base__key")).order_by("-edition").values("edition")[:1]
    return _named(user).prefetch_related("base__criteria").annotate(newest=Subquery(newest))


def _named(user: Any) -> QuerySet[GateEdition]:
    return subjects.of_kind("gate-edition").visible_to(user).select_related("base", "drafted_by", "template")


def page(row: GateEdition, user: Any, may_draft: bool) -> Page:
    """A row of `of_user`. Eleven queries at most."""
    entries, has_more = changes.read("gate-edition", row, user)
    template = row.template
    return Page(
        edition=row,
        lines=[_line(one) for one in gate_editions.differences(row)],
        asked=[in_words(one) for one in row.criteria],
        panel=panels.read(row, user) if row.proposed_at is not None else None,
        entries=entries,
        has_more=has_more,
        may_draft=may_draft and row.is_open,
        is_overtaken=row.is_open and row.newest != row.base.edition,
        gates=template.criteria.values("asked__gate").exclude(asked=None).distinct().count() if template else 0,
    )


def in_words(one: Mapping[str, Any]) -> Asked:
    parts = [
        _("before “%(stage)s”") % {"stage": Stage(one["opens"]).label},
        str(Office(one["office"]).label),
        _("from size %(size)s on") % {"size": Size(one["from_size"]).label},
        _("mandatory") if one["is_mandatory"] else _("not mandatory"),
    ]
    return Asked(one["question"], one["evidence"], " · ".join(parts))


def say(name: str, value: Any) -> str:
    """What a signature covers, as people read it."""
    if name != "criteria" or not value:
        return "" if value is None else str(value)
    told = (in_words(one) for one in value)
    return "\n".join(
        _("%(question)s (%(facts)s; shown by: %(evidence)s)")
        % {"question": one.question, "facts": one.facts, "evidence": one.evidence}
        for one in told
    )


def _line(one: Difference) -> Line:
    before, after = (in_words(side) if side is not None else None for side in (one.before, one.after))
    return Line(str(WORDS[one.kind]), one.asks_less, before, after)
