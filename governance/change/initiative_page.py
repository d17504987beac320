"""Everything the page of one initiative shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet

from governance.change import declared, offices
from governance.change.declared import Declared
from governance.change.models import Initiative, Milestone, Stage
from portal.archive import changes
from portal.people import organisations
from risks.models import Office


@dataclass(frozen=True, slots=True)
class Step:
    """One stage on its way."""

    stage: Stage
    state: str  # "done", "current" or "open"


@dataclass(frozen=True)
class Page:
    initiative: Initiative
    steps: Sequence[Step]
    milestones: Sequence[Milestone]
    entries: Sequence[changes.Entry]
    has_more: bool
    may_change: bool
    next_stage: Stage | None
    declared: Declared
    voice: Office | None  # for which the reader answers

    @property
    def left(self) -> Decimal | None:
        """What is left of the budget."""
        one = self.initiative
        return None if one.budget is None or one.spent is None else one.budget - one.spent

    @property
    def late(self) -> int:
        """Milestones whose day has gone by."""
        today = organisations.today()
        return sum(one.reached_on is None and one.due_on < today for one in self.milestones)


def of_user(user: Any) -> QuerySet[Initiative]:
    """What `user` may open, with what hangs on it."""
    rows = Initiative.objects.visible_to(user).current()
    milestones = Prefetch("milestones", Milestone.objects.filter(archived_at=None))
    return rows.select_related("unit", "owner", "sponsor", "security_lead", "proposed_by").prefetch_related(milestones)


def read(initiative: Initiative, user: Any) -> Page:
    """A row of `of_user` as its page shows it."""
    entries, has_more = changes.read("initiative", initiative, user)
    may_change = initiative.is_open and user.has_perm("change.change_initiative")
    return Page(
        initiative=initiative,
        steps=steps_of(initiative),
        milestones=list(initiative.milestones.all()),
        entries=entries,
        has_more=has_more,
        may_change=may_change,
        next_stage=initiative.next_stage if may_change else None,
        declared=declared.read(initiative, user),
        voice=offices.voice(user, initiative) if may_change else None,
    )


def steps_of(initiative: Initiative) -> list[Step]:
    stages = list(Stage)
    at = stages.index(Stage(initiative.stage))
    return [Step(stage, "done" if n < at else "current" if n == at else "open") for n, stage in enumerate(stages)]
