"""Where leading is not clear, found anew each time it is asked: areas without or with two who answer for them, risks that are
answered for by another office than the charter says, and things that nobody owns. Other rooms tell of theirs."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, Q, Window
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets.models import Asset
from governance.together.models import Charter, OwnershipArea, OwnershipWish
from risks.models import Control, Risk

SIDES = {"CIO": Risk.Accountable.IT, "CISO": Risk.Accountable.SECURITY}
ROWS_SHOWN, MOST_READ = 20, 400
Stance = OwnershipWish.Stance
Wishes = Mapping[tuple[str, str], str]  # (area, office) → stance


class Named(NamedTuple):
    """One row that a fault counts."""

    label: str
    kind: str
    pk: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One sentence, how many rows it counts, and the first of them."""

    kind: str
    sentence: str
    area: str = ""
    count: int = 1
    rows: Sequence[Named] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """The office that answers for an area would rather support, and another one is ready."""

    area: OwnershipArea
    holder: str
    to_office: str


Finder = Callable[[Sequence[OwnershipArea], Any], Sequence[Fault]]  # (areas of the charter in force, user)
_finders: list[Finder] = []


def add(find: Finder) -> None:
    """Another room's faults, once, in its ready(). ValueError where they are told already."""
    if find in _finders:
        raise ValueError(f"{find.__name__} is told already")
    _finders.append(find)


def of(areas: Sequence[OwnershipArea], user: Any) -> list[Fault]:
    """Every fault that `user` may see. Five queries at most, and one of each other room."""
    told = [one for find in _finders for one in find(areas, user)]
    return [*_unclear(areas), *_outside(areas, user), *_unowned(user), *told]


def wishes() -> dict[tuple[str, str], str]:
    """What each office said last about each area. One query."""
    rows = OwnershipWish.objects.order_by("area_key", "office", "-id").distinct("area_key", "office")
    return {(row.area_key, row.office): row.stance for row in rows}


def offers(areas: Sequence[OwnershipArea], said: Wishes) -> list[Offer]:
    """Handovers that both would welcome."""
    found = []
    for area in areas:
        if len(area.accountable) != 1 or said.get((area.key, area.accountable[0])) != Stance.SUPPORTS:
            continue
        willing = [o for o in area.parts if o != area.accountable[0] and said.get((area.key, o)) in (Stance.WANTS, Stance.READY)]
        if willing:
            eager = sorted(willing, key=lambda office: said[area.key, office] != Stance.WANTS)
            found.append(Offer(area, area.accountable[0], eager[0]))
    return found


def _unclear(areas: Sequence[OwnershipArea]) -> list[Fault]:
    found = []
    for area in areas:
        if not area.accountable:
            found.append(Fault("nobody", _("Nobody answers for %(area)s.") % {"area": area.name}, area.key))
        elif len(area.accountable) > 1:
            facts = {"area": area.name, "offices": ", ".join(area.accountable)}
            found.append(Fault("two", _("More than one office answers for %(area)s: %(offices)s.") % facts, area.key))
    return found


def _outside(areas: Sequence[OwnershipArea], user: Any) -> list[Fault]:
    """Open risks of a category that an area covers, answered for on the other side than the one that leads the area."""
    led, elsewhere = {}, Q(pk__in=())
    for area in areas:
        if len(area.accountable) == 1 and area.accountable[0] in SIDES:
            led |= dict.fromkeys(area.risk_categories, area)
            elsewhere |= Q(category__in=area.risk_categories) & ~Q(accountable=SIDES[area.accountable[0]])
    if not led or not user.has_perm("risks.view_risk"):
        return []
    risks = Risk.objects.visible_to(user).current().filter(elsewhere, state=Risk.State.OPEN).exclude(accountable="")
    counts = Counter()
    for category, count in risks.order_by().values_list("category").annotate(Count("pk")):
        counts[led[category].key] += count
    shown: dict[str, list[Risk]] = {}
    for risk in risks.order_by("-score_state__current_value", "pk")[:MOST_READ]:
        shown.setdefault(led[risk.category].key, []).append(risk)
    return [_outside_of(area, counts[area.key], shown.get(area.key, ())) for area in areas if counts[area.key]]


def _outside_of(area: OwnershipArea, count: int, rows: Sequence[Risk]) -> Fault:
    facts = {"n": count, "area": area.name, "office": area.accountable[0]}
    sentence = ngettext(
        "%(n)d risk of %(area)s is not answered for on the side of the %(office)s.",
        "%(n)d risks of %(area)s are not answered for on the side of the %(office)s.",
        count,
    )
    return Fault("outside", sentence % facts, area.key, count, [Named(str(one), "risk", one.pk) for one in rows[:ROWS_SHOWN]])


def _unowned(user: Any) -> list[Fault]:
    asked = (
        ("risk", "risks.view_risk", Risk.objects.visible_to(user).current().filter(state=Risk.State.OPEN, accountable="")),
        ("asset", "assets.view_asset", Asset.objects.visible_to(user).current().filter(owner=None)),
        ("control", "risks.view_control", Control.objects.visible_to(user).current().filter(owner=None)),
    )
    found = []
    for kind, permission, rows in asked:
        if not user.has_perm(permission):
            continue
        first = list(rows.annotate(of_all=Window(Count("pk"))).order_by("pk")[:ROWS_SHOWN])
        if first:
            named = [Named(str(row), kind, row.pk) for row in first]
            found.append(Fault("unowned", _sentence(kind, first[0].of_all), "", first[0].of_all, named))
    return found


def _sentence(kind: str, count: int) -> str:
    said = {
        "risk": ngettext("Nobody is accountable for %(n)d risk.", "Nobody is accountable for %(n)d risks.", count),
        "asset": ngettext("Nobody owns %(n)d asset.", "Nobody owns %(n)d assets.", count),
        "control": ngettext("Nobody owns %(n)d control.", "Nobody owns %(n)d controls.", count),
    }
    return said[kind] % {"n": count}


def charter_areas(charter: Charter | None) -> list[OwnershipArea]:
    """In the order of the charter; one query."""
    return list(charter.areas.order_by("place")) if charter else []
