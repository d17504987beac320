"""The strip of functions and categories in a pack: kept as plain words and numbers, drawn and told from what was kept alone."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.compliance.heat_strip import Column, Group, Sum
from portal.web import shown

Kept = Mapping[str, Any]


def keep(groups: Iterable[Group]) -> list[dict[str, Any]]:
    """Each function with its categories, as the value of a block holds them."""
    return [
        _kept(group.identifier, group.title, group.sum)
        | {"categories": [_kept(one.identifier, one.title, one.sum) for one in group.columns]}
        for group in groups
    ]


def groups(value: Mapping[str, Any]) -> list[Group]:
    """What a value keeps, to be drawn; [] of one without. Nothing leads anywhere: it is as it was then."""
    return [
        Group(one["identifier"], one["title"], "", [Column(*_named(each), "", _sum(each)) for each in one["categories"]], _sum(one))
        for one in value.get("strip", ())
    ]


def twin(shown_groups: Sequence[Group]) -> list[list[str]]:
    """The same as rows of a table, each category below its function: part, now, target, below target, not rated."""
    return [_row(each) for group in shown_groups for each in (group, *group.columns)]


def said(shown_groups: Sequence[Group]) -> str:
    """What the picture shows, for who does not see it."""
    functions = [
        _("%(title)s %(now)s of %(target)s")
        % {"title": one.title or one.identifier, "now": _level(one.sum.current), "target": _level(one.sum.target)}
        for one in shown_groups
    ]
    below = [each.identifier for group in shown_groups for each in group.columns if each.sum.gap]
    told = _("Strip of practice by part, now against target: %(functions)s.") % {"functions": ", ".join(functions)}
    if not below:
        return told
    names = ngettext("Below its target stands %(names)s.", "Below their target stand %(names)s.", len(below))
    return f"{told} {names % {'names': ', '.join(below)}}"


def _kept(identifier: str, title: str, found: Sum) -> dict[str, Any]:
    current, target = (None if level is None else str(level) for level in (found.current, found.target))
    counts = {"below": found.below, "unrated": found.unrated, "count": found.count}
    return {"identifier": identifier, "title": title, "current": current, "target": target} | counts


def _named(kept: Kept) -> tuple[str, str]:
    return kept["identifier"], kept["title"]


def _sum(kept: Kept) -> Sum:
    current, target = (None if kept[name] is None else Decimal(kept[name]) for name in ("current", "target"))
    return Sum(current, target, kept["below"], kept["unrated"], kept["count"])


def _row(one: Group | Column) -> list[str]:
    name = f"{one.identifier} {one.title}".strip() if one.title != one.identifier else one.identifier
    return [name, _level(one.sum.current), _level(one.sum.target), str(one.sum.below), str(one.sum.unrated)]


def _level(level: Decimal | None) -> str:
    return shown.NOTHING if level is None else str(level)
