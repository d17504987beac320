"""Everything the page of one initiative shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from governance.change import aims, declared, gate_page, initiative_book, joined, offices
from governance.change.declared import Declared
from governance.change.gate_page import Standing
from governance.change.joined import Joined
from governance.change.models import Initiative, InitiativeRisk, Milestone, SeenAsset, Stage
from portal.archive import changes
from portal.people import organisations
from risks import hidden
from risks.models import Office, Risk

MOST_RISKS = 50


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
    gates: Sequence[Standing]
    joined: Joined
    risks: Sequence[Risk]  # the first of those the reader may open
    hidden_risks: int

    @property
    def next_gate(self) -> Standing | None:
        return next((one for one in self.gates if one.gate.opens == self.initiative.next_stage), None)

    @property
    def before_next(self) -> int:
        """How many criteria stand before the next stage, those of gates passed before among them."""
        if self.next_gate is not None:
            return self.next_gate.blocking
        return sum(one.blocking for one in self.gates if one.locks)

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
    links, asked = InitiativeRisk.objects.filter(archived_at=None), SeenAsset.objects.asked()
    named = rows.select_related("unit", "owner", "sponsor", "security_lead", "proposed_by").prefetch_related(milestones)
    return joined.with_moments(named).annotate(
        risk_count=initiative_book.named_by(links), undeclared_count=initiative_book.named_by(asked), named_goals=aims.named()
    )


def read(initiative: Initiative, user: Any) -> Page:
    """A row of `of_user` as its page shows it."""
    entries, has_more = changes.read("initiative", initiative, user)
    may_change = initiative.is_open and user.has_perm("change.change_initiative")
    linked = _risks(initiative, user) if initiative.risk_count else []
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
        gates=gate_page.of_initiative(initiative),
        joined=joined.of(initiative),
        risks=[risk for risk in linked if risk.may_open][:MOST_RISKS],
        hidden_risks=hidden.among({risk.pk for risk in linked if not risk.may_open}, user),
    )


def _risks(initiative: Initiative, user: Any) -> list[Risk]:
    """All that bear on it, each with whether `user` may open it."""
    links = InitiativeRisk.objects.filter(initiative=initiative, archived_at=None).values("risk")
    opens = Exists(Risk.objects.visible_to(user).filter(pk=OuterRef("pk")))
    rows = Risk.objects.filter(pk__in=links).select_related("unit", "score_state").annotate(may_open=opens)
    return list(rows.order_by("number"))


def steps_of(initiative: Initiative) -> list[Step]:
    stages = list(Stage)
    at = stages.index(Stage(initiative.stage))
    return [Step(stage, "done" if n < at else "current" if n == at else "open") for n, stage in enumerate(stages)]
