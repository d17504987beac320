"""A plan at work as people read it: phases with their ticks, clocks, log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import QuerySet

from assets.models import Asset
from portal import clock
from portal.people import appointments
from risks.models import Activation, ActivationMark, PlanAction, PlanContact
from risks.response import activations, clocks, plan_book
from risks.response.clocks import Running
from risks.response.plan_book import Branch, Step, Stretch

Kind = ActivationMark.Kind
MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Sheet:
    found: Activation
    stretches: tuple[Stretch, ...]
    clocks: Sequence[Running]
    contacts: tuple[Branch, ...]
    assets: tuple[Asset, ...]
    hidden_assets: int
    log: Sequence[ActivationMark]  # newest first
    may_act: bool

    @property
    def done(self) -> int:
        return sum(one.done for one in self.stretches)

    @property
    def count(self) -> int:
        return sum(len(one.steps) for one in self.stretches)

    @property
    def may_see_private(self) -> bool:
        return self.may_act and self.found.exercise_id is None

    @property
    def waits_for_material(self) -> bool:
        return any(one.state == "waits" for one in self.clocks)

    @property
    def next_clock(self) -> Running | None:
        """The one that runs out first."""
        open_now = [one for one in self.clocks if one.told is None and one.due_at is not None]
        return min(open_now, key=lambda one: one.due_at, default=None)


def of_user(user: Any) -> QuerySet:
    related = (
        "plan_version__plan__unit",
        "plan_version__plan__owner",
        "incident",
        "exercise",
        "started_by",
        "ended_by",
        "material_by",
    )
    return Activation.objects.visible_to(user).select_related(*related)


def sheet(found: Activation, user: Any, *, with_contacts: bool = True) -> Sheet:
    """The page of one activation. Eight queries."""
    version = found.plan_version
    filled = appointments.filled()
    log = list(found.marks.select_related("by", "action", "clock").order_by("-pk"))
    newest = _newest(log)
    line = partial(_step, found, newest)
    actions = list(version.actions.select_related("person"))
    assets, hidden = plan_book.assets_of(version.plan, user)
    return Sheet(
        found=found,
        stretches=plan_book.stretches(actions, filled, live=True, step=line),
        clocks=clocks.read(found, version.clocks.select_related("person"), log, filled),
        contacts=plan_book.tree(list(version.contacts.select_related("person"))) if with_contacts else (),
        assets=assets,
        hidden_assets=hidden,
        log=log[:MOST_LINES],
        may_act=found.is_live and activations.may_act(found, user),
    )


def _newest(log: Sequence[ActivationMark]) -> Mapping[int, ActivationMark]:
    """By action the newest tick or untick."""
    found: dict[int, ActivationMark] = {}
    for mark in log:
        if mark.action_id is not None:
            found.setdefault(mark.action_id, mark)
    return found


def _step(found: Activation, newest: Mapping[int, ActivationMark], action: PlanAction, who: str) -> Step:
    mark = newest.get(action.pk)
    done = mark if mark is not None and mark.kind == Kind.DONE else None
    now = found.ended_at or clock.now()
    due = action.minutes_allowed and found.started_at + timedelta(minutes=action.minutes_allowed)
    return Step(action, who, done, bool(due) and (done.at if done else now) > due)


def branches(rows: Sequence[PlanContact]) -> tuple[Branch, ...]:
    """A contact tree that was read already, in its order."""
    return plan_book.tree(rows)
