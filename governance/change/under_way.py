"""The tile "Change under way": how much stands where, what is late, and where security was not asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from governance.change.models import Gate, Initiative, SeenAsset, Stage
from portal.people import organisations

SHOWN = 5
BEFORE_LIVE = (Stage.PLAN, Stage.DESIGN, Stage.BUILD, Stage.TEST)


@dataclass(frozen=True)
class UnderWay:
    """Counts of what the reader may open. `unasked`: out of the idea, and security neither asked nor there."""

    today: date
    by_stage: Mapping[Stage, int]
    late: int
    at_risk: int
    unasked: int
    undeclared: int
    waits_for_security: int  # gates put to security and not passed, whose promise has gone by
    next_live: Sequence[Initiative]

    @property
    def total(self) -> int:
        return sum(self.by_stage.values())


def read(user: Any) -> UnderWay:
    """Four queries, however many there are."""
    today = organisations.today()
    rows = Initiative.objects.visible_to(user).under_way()
    unasked = Q(stage__in=BEFORE_LIVE, security_asked_at=None, joined_entry=None)
    named = {stage.value: Count("pk", filter=Q(stage=stage)) for stage in Stage if stage != Stage.LIVE}
    late, at_risk = Q(live_on__lt=today), Q(status__in=(Initiative.Status.AT_RISK, Initiative.Status.OFF_TRACK))
    beside = {"late": Count("pk", filter=late), "at_risk": Count("pk", filter=at_risk), "unasked": Count("pk", filter=unasked)}
    counts = rows.order_by().aggregate(**named, **beside)
    overdue = Gate.objects.filter(initiative__in=rows, passed_at=None, promised_on__lt=today)
    return UnderWay(
        today=today,
        by_stage={stage: counts[stage.value] for stage in Stage if stage != Stage.LIVE},
        late=counts["late"],
        at_risk=counts["at_risk"],
        unasked=counts["unasked"],
        undeclared=SeenAsset.objects.filter(initiative__in=rows).asked().count(),
        waits_for_security=overdue.count(),
        next_live=list(rows.exclude(live_on=None).select_related("owner").order_by("live_on", "pk")[:SHOWN]),
    )
