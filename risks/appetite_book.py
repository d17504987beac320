"""Appetite and tolerance as people read them: place by place, with what stands above."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from portal.people.models import Unit
from risks import appetite
from risks.appetite import ALL, Standing
from risks.models import Appetite, Risk


@dataclass(frozen=True, slots=True)
class Line:
    """One row that holds, in words, and the open risks it holds for that the reader may open."""

    row: Appetite
    word: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Place:
    """A unit that says something for itself; None: the whole organisation."""

    unit: Unit | None
    lines: tuple[Line, ...]


def rows_of(unit: Unit | None) -> dict[str, Appetite]:
    """By category what one place says itself. One query."""
    return {row.category: row for row in Appetite.objects.current().filter(unit=unit)}


def read(user: Any) -> tuple[Place, ...]:
    """The whole organisation first, then the units in the order of the tree. Two queries."""
    rows = list(Appetite.objects.visible_to(user).current().select_related("unit"))
    by_key = {(row.unit_id, row.category): row for row in rows}
    standings = _standings(by_key, user)
    kinds = {name: (place, str(word)) for place, (name, word) in enumerate(Risk.Category.choices, start=1)}
    kinds[ALL] = (0, _("Every kind without its own row"))
    found: dict[int | None, list[Line]] = {}
    for row in sorted(rows, key=lambda one: kinds[one.category][0]):
        line = Line(row, kinds[row.category][1], standings.get((row.unit_id, row.category), Standing()))
        found.setdefault(row.unit_id, []).append(line)
    units = {row.unit_id: row.unit for row in rows}
    ordered = sorted(found, key=lambda pk: units[pk].path if pk else "")
    return tuple(Place(units[pk], tuple(found[pk])) for pk in ordered)


def _standings(rows: Mapping[tuple[int | None, str], Appetite], user: Any) -> dict[tuple[int | None, str], Standing]:
    """What the open risks of each place and kind count for, at the row that holds for them."""
    counted = (
        Risk.objects.visible_to(user)
        .open()
        .current()
        .filter(is_confidential=False, score_state__current_value__isnull=False)
        .order_by()
        .values_list("unit__path", "category")
        .annotate(scored=Count("pk"), above=Count("pk", filter=Q(score_state__is_above_tolerance=True)))
    )
    found: dict[tuple[int | None, str], Standing] = {}
    for path, category, scored, above in counted:
        row = appetite.nearest(rows, category, [int(part) for part in path.strip("/").split("/")])
        if row is not None:
            known = found.get((row.unit_id, row.category), Standing())
            found[row.unit_id, row.category] = replace(
                known, scored=known.scored + scored, above_tolerance=known.above_tolerance + above
            )
    return found
