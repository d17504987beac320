"""Which part of the organisation a person's figures cover: the same scope gives everybody the same numbers."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.people import reach
from portal.people.models import Unit


@dataclass(frozen=True)
class Scope:
    """Units that do not contain one another; none of them for somebody who sees only what concerns them personally."""

    units: tuple[Unit, ...]
    is_whole: bool

    @property
    def ids(self) -> list[int]:
        return [unit.pk for unit in self.units]

    @property
    def label(self) -> str:
        if not self.units:
            return _("what concerns you")
        return ", ".join(unit.name for unit in self.units)

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


def of(user) -> Scope:
    """The scope of `user` in one query: the whole organisation, the units of their roles, or nothing but their own."""
    grants = reach.grants(user)
    if grants.everywhere or "ADMIN" in grants.names:
        return Scope(tuple(Unit.objects.filter(parent=None, archived_at=None)[:1]), is_whole=True)
    ids = [int(path.strip("/").rsplit("/", 1)[-1]) for path in grants.unit_paths]
    units = tuple(Unit.objects.filter(pk__in=ids).order_by("path")) if ids else ()
    return Scope(units, is_whole=any(unit.parent_id is None for unit in units))
