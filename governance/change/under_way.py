"""The tile "Change under way": how much stands where, what is late, and where security was not asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from governance.change import joined
from governance.change.models import Gate, Initiative, SeenAsset, Stage
from portal import clock
from portal.people import organisations
from portal.people.models import Unit
from portal.told import row_key

SHOWN = 5
BEFORE_LIVE = (Stage.PLAN, Stage.DESIGN, Stage.BUILD, Stage.TEST)
LACKS = LATE, AT_RISK, UNASKED, UNDECLARED, PAST_PROMISE = "late", "at_risk", "unasked", "undeclared", "past_promise"


@dataclass(frozen=True)
class UnderWay:
    """Counts of what the reader may open. `unasked`: out of the idea, and security neither asked nor there."""

    today: date
    by_stage: Mapping[Stage, int]
    late: int
    at_risk: int
    unasked: int
    undeclared: int  # things seen that nobody declared
    undeclared_in: int  # initiatives that have such things
    waits_for_security: int  # gates put to security and not passed, whose promise has gone by while its word is the next one
    waits_for_security_in: int  # initiatives that have such gates
    next_live: Sequence[Initiative]
    at: datetime
    scope: str  # what it is of, in words
    unit: int | None = None  # the part of the organisation it was asked for

    @property
    def total(self) -> int:
        return sum(self.by_stage.values())

    @property
    def asked(self) -> str:
        """What the address of Today says of its part: "" or "?unit=7"."""
        return "" if self.unit is None else f"?unit={self.unit}"

    @property
    def rows(self) -> str:
        """The address of the initiatives it counts; every number of it adds what it narrows."""
        return f"{reverse('workbench:list-initiative')}?view=under_way{'' if self.unit is None else f'&unit={self.unit}'}"


def wanting(today: date) -> dict[str, Q]:
    """What initiatives under way may lack, by its name."""
    return {
        LATE: Q(live_on__lt=today),
        AT_RISK: Q(status__in=(Initiative.Status.AT_RISK, Initiative.Status.OFF_TRACK)),
        UNASKED: Q(stage__in=BEFORE_LIVE, security_asked_at=None, joined_entry=None) & ~Q(pk__in=joined.answered_ahead()),
        UNDECLARED: Q(pk__in=SeenAsset.objects.asked().values("initiative")),
        PAST_PROMISE: Q(pk__in=past_promise(today).values("initiative")),
    }


def past_promise(today: date) -> QuerySet[Gate]:
    """Gates that wait for security's word longer than it promised."""
    return Gate.objects.awaited(today, today - timedelta(days=1))


def asked(params: Mapping[str, str]) -> int | None:
    """The unit that an address names; one that is none of ours counts nothing."""
    told = params.get("unit", "")
    return (row_key(told) or 0) if told else None


def read(user: Any, unit: int | None = None) -> UnderWay:
    """Of all that `user` may open, or of one unit with everything below it. Five queries at most, however many there are."""
    today, scope = organisations.today(), _("all initiatives that you may open")
    rows = Initiative.objects.visible_to(user).under_way()
    if unit is not None:
        rows = rows.filter(Unit.objects.below([unit], "unit"))
        scope = ", ".join(Unit.objects.filter(pk=unit).values_list("name", flat=True))
    named = {stage.value: Count("pk", filter=Q(stage=stage)) for stage in Stage if stage != Stage.LIVE}
    beside = {name: Count("pk", filter=holds) for name, holds in wanting(today).items()}
    counts = rows.order_by().aggregate(**named, **beside)
    return UnderWay(
        today=today,
        by_stage={stage: counts[stage.value] for stage in Stage if stage != Stage.LIVE},
        late=counts[LATE],
        at_risk=counts[AT_RISK],
        unasked=counts[UNASKED],
        undeclared=SeenAsset.objects.filter(initiative__in=rows).asked().count(),
        undeclared_in=counts[UNDECLARED],
        waits_for_security=past_promise(today).filter(initiative__in=rows).count(),
        waits_for_security_in=counts[PAST_PROMISE],
        next_live=list(rows.exclude(live_on=None).select_related("owner").order_by("live_on", "pk")[:SHOWN]),
        at=clock.now(),
        scope=scope,
        unit=unit,
    )
