"""What this room tells of unclear leading: initiatives whose owner is gone, and those of which the charter says nothing."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Value, Window
from django.utils.translation import ngettext

from governance.change.models import Initiative, InitiativeRisk
from governance.together import ownership_faults
from governance.together.models import OwnershipArea
from governance.together.ownership_faults import MOST_READ, ROWS_SHOWN, Fault, Named
from risks.models import Risk

NOBODY = Q(owner__is_active=False) | Q(owner__is_service=True)


def initiatives(areas: Sequence[OwnershipArea], user: Any) -> list[Fault]:
    """Under way, and nobody answers for it; or it names open risks of which none lies in an area that one office answers for. One
    query."""
    if not user.has_perm("change.view_initiative"):
        return []
    led = {category for area in areas if len(area.accountable) == 1 for category in area.risk_categories}
    named = InitiativeRisk.objects.filter(initiative=OuterRef("pk"), archived_at=None)
    named = named.filter(risk__in=Risk.objects.visible_to(user).current().filter(state=Risk.State.OPEN))
    outside = Exists(named) & ~Exists(named.filter(risk__category__in=led)) if areas else Value(False)
    rows = Initiative.objects.visible_to(user).under_way().annotate(is_unowned=NOBODY, is_outside=outside)
    rows = rows.filter(Q(is_unowned=True) | Q(is_outside=True)).annotate(
        unowned=Window(Count("pk", filter=Q(is_unowned=True))), outside=Window(Count("pk", filter=Q(is_outside=True)))
    )
    found = list(rows.order_by("pk")[:MOST_READ])
    if not found:
        return []
    unowned, unled = [row for row in found if row.is_unowned], [row for row in found if row.is_outside]
    told = (
        Fault("unowned", _unowned(found[0].unowned), "", found[0].unowned, _named(unowned)),
        Fault("unled", _outside(found[0].outside), "", found[0].outside, _named(unled)),
    )
    return [one for one in told if one.count]


def _named(rows: Sequence[Initiative]) -> list[Named]:
    return [Named(str(row), "initiative", row.pk) for row in rows[:ROWS_SHOWN]]


def _unowned(count: int) -> str:
    sentence = ngettext(
        "Nobody answers for %(n)d initiative: its owner has left.",
        "Nobody answers for %(n)d initiatives: their owners have left.",
        count,
    )
    return sentence % {"n": count}


def _outside(count: int) -> str:
    sentence = ngettext(
        "%(n)d initiative is outside the charter: its risks lie in no area that one office answers for.",
        "%(n)d initiatives are outside the charter: their risks lie in no area that one office answers for.",
        count,
    )
    return sentence % {"n": count}


ownership_faults.add(initiatives)
