"""Several units at once, from lines of text whose indentation is the tree."""

import re
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.errors import Invalid
from portal.people import units
from portal.people.models import Unit

MOST_LINES = 500
LONGEST_NAME = 120
TAB = 4
NAMED = re.compile(r"^(?P<name>.*?)\s*\((?P<kind>[^()]+)\)$")
BULLET = re.compile(r"^[-*•–]\s+")


@dataclass(frozen=True)
class Planned:
    """One line: a unit that is there already (`unit`) or would be founded below the line `above` (None: the company)."""

    name: str
    kind: str
    depth: int
    above: int | None
    unit: Unit | None

    @property
    def kind_word(self) -> str:
        return str(Unit.Kind(self.kind).label)


def plan(text: str) -> list[Planned]:
    """What `text` would found, line by line; nothing is written. Raises Invalid with one sentence a wrong line."""
    company = Unit.objects.filter(parent=None, archived_at=None).first()
    if company is None:
        raise Invalid(_("Describe the organisation first."), {"outline": [_("Describe the organisation first.")]})
    known = {(unit.parent_id, unit.name.casefold()): unit for unit in Unit.objects.filter(archived_at=None)}
    planned: list[Planned] = []
    wrong: list[str] = []
    open_lines: list[tuple[int, int]] = []  # (indent, place in `planned`)
    for number, line in enumerate(text.expandtabs(TAB).splitlines(), start=1):
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip())
        while open_lines and open_lines[-1][0] >= indent:
            open_lines.pop()
        above = open_lines[-1][1] if open_lines else None
        one = _read(line.strip(), above, planned, known, company)
        wrong += [_("Line %(line)s: %(what)s") % {"line": number, "what": what} for what in _wrong_with(one, planned)]
        open_lines.append((indent, len(planned)))
        planned.append(one)
    if len(planned) > MOST_LINES:
        wrong = [_("Take at most %(n)s lines at once.") % {"n": MOST_LINES}]
    if wrong:
        raise Invalid(_("Some lines do not fit."), {"outline": wrong})
    return planned


@transaction.atomic
def found_all(text: str, *, actor: Any) -> list[Unit]:
    """Found every unit of `text` that is not there yet; all or none. Raises as `plan` does."""
    company = Unit.objects.select_for_update().filter(parent=None, archived_at=None).first()  # one at a time
    planned = plan(text)
    made: list[Unit] = []
    founded = []
    for one in planned:
        parent = company if one.above is None else made[one.above]
        unit = one.unit
        if unit is None:
            unit = units.found(one.name, one.kind, parent, actor=actor)
            founded.append(unit)
        made.append(unit)
    return founded


def _read(line: str, above: int | None, planned: list[Planned], known: dict, company: Unit) -> Planned:
    text = BULLET.sub("", line)
    kinds = {str(word).casefold(): key for key, word in Unit.Kind.choices} | {key.casefold(): key for key in Unit.Kind.values}
    match = NAMED.match(text)
    kind = kinds.get(match["kind"].strip().casefold()) if match else None
    name = (match["name"] if kind else text).strip()
    parent_id = company.pk if above is None else getattr(planned[above].unit, "pk", 0)
    unit = known.get((parent_id, name.casefold()))
    depth = 0 if above is None else planned[above].depth + 1
    return Planned(unit.name if unit else name, unit.kind if unit else kind or Unit.Kind.DEPARTMENT, depth, above, unit)


def _wrong_with(one: Planned, planned: list[Planned]) -> list[str]:
    if not one.name:
        return [_("name the unit.")]
    if len(one.name) > LONGEST_NAME:
        return [_("a name has at most %(n)s characters.") % {"n": LONGEST_NAME}]
    if one.kind == Unit.Kind.COMPANY:
        return [_("the company stands at the top already; take division, department or site.")]
    if any(other.above == one.above and other.name.casefold() == one.name.casefold() for other in planned):
        return [_("“%(name)s” stands here twice.") % {"name": one.name}]
    return []
