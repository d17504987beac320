"""Which part of the organisation a person's figures cover: the same scope gives everybody the same numbers."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.people import reach
from portal.people.models import Unit
from portal.told import row_key


@dataclass(frozen=True)
class Scope:
    """Units that do not contain one another; none of them for somebody who sees only what concerns them personally. `is_part`:
    one unit that the reader asked for; `above` are those it lies in, the root first, each with whether it may be asked for too;
    `below` those right under the scope."""

    units: tuple[Unit, ...]
    is_whole: bool
    is_part: bool = False
    above: tuple[tuple[Unit, bool], ...] = ()
    below: tuple[Unit, ...] = ()

    @property
    def ids(self) -> list[int]:
        return [unit.pk for unit in self.units]

    @property
    def label(self) -> str:
        if not self.units:
            return _("what concerns you")
        return ", ".join(unit.name for unit in self.units)

    @property
    def part_id(self) -> int | None:
        return self.units[0].pk if self.is_part else None

    @property
    def asked(self) -> str:
        """What an address of Today says of it: "" or "?unit=7"."""
        return f"?unit={self.part_id}" if self.is_part else ""

    def within(self, field: str) -> Q:
        """Rows whose unit lies in this scope."""
        found = Q(pk__in=())
        for unit in self.units:
            found |= Q(**{f"{field}__path__startswith": unit.path})
        return found

    def rows(self, url_name: str, **filters: object) -> str:
        """The address of the rows behind a figure of this scope."""
        pairs = [(name, str(value)) for name, value in filters.items()]
        if not self.is_whole and self.units:
            one = len(self.units) == 1
            pairs.append(("unit", str(self.ids[0])) if one else ("units", ",".join(map(str, self.ids))))
        query = urlencode(pairs, safe=",")
        return f"{reverse(url_name)}?{query}" if query else reverse(url_name)


def of(user, told: str = "") -> Scope:
    """The scope of `user` in one query: the whole organisation, the units of their roles, or nothing but their own; with the id
    of a unit that one. Raises Http404 where it lies beyond theirs."""
    grants = reach.grants(user)
    if told:
        return _part(grants, told)
    if grants.everywhere or "ADMIN" in grants.names:
        rows = Unit.objects.filter(Q(parent=None) | Q(parent__parent=None), archived_at=None).order_by("path")
        known = list(rows)
        root = tuple(unit for unit in known if unit.parent_id is None)[:1]
        below = _below(known, [unit.pk for unit in root]) if grants.everywhere else ()  # to an administrator no part opens
        return Scope(root, is_whole=True, below=below)
    ids = grants.unit_ids
    known = list(Unit.objects.filter(Q(pk__in=ids) | Q(parent__in=ids)).order_by("path")) if ids else []
    units = tuple(unit for unit in known if unit.pk in ids)
    return Scope(units, is_whole=any(unit.parent_id is None for unit in units), below=_below(known, ids))


def _part(grants: reach.Grants, told: str) -> Scope:
    """One unit within what `grants` open, with its place in the tree. One query."""
    pk = row_key(told) or 0
    holds_it = Exists(Unit.objects.filter(pk=pk, path__startswith=OuterRef("path")))
    known = list(Unit.objects.filter(Q(parent=pk) | holds_it, archived_at=None).order_by("path"))
    unit = next((one for one in known if one.pk == pk), None)
    if unit is None or not grants.reaches(unit.path):
        raise Http404
    above = tuple((one, grants.reaches(one.path)) for one in known if one.pk in unit.lineage[:-1])
    return Scope((unit,), unit.parent_id is None, is_part=True, above=above, below=_below(known, [pk]))


def _below(known: list[Unit], ids: list[int]) -> tuple[Unit, ...]:
    """In the order of the organisation."""
    rows = (unit for unit in known if unit.parent_id in ids and unit.pk not in ids and unit.archived_at is None)
    return tuple(sorted(rows, key=lambda unit: (unit.position, unit.path)))
