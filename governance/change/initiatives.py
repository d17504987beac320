"""The verbs over an initiative: propose, say it otherwise, stop, hand over; and its milestones. Stages move in stages.py."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.change import gates, holding, offices, wanted
from governance.change.errors import InitiativeStopped, MilestoneReached
from governance.change.models import Initiative, Milestone, Stage
from governance.change.wanted import Planned
from portal import clock
from portal.errors import Invalid
from portal.people import organisations
from portal.people.models import User
from portal.record import audit, numbers
from portal.record.models import AuditEntry
from risks.errors import SavedMeanwhile

Status = Initiative.Status
TEXTS = ("title", "purpose", "benefits")
FIELDS = (
    *("title", "purpose", "kind", "unit", "sponsor", "owner", "security_lead", "status", "is_purchase", "reachability"),
    *("touches_safety", "budget", "spent", "spent_on", "benefits", "benefit_per_year", "starts_on", "live_on"),
)
LONGEST_REASON = 300


@transaction.atomic
def propose(*, actor: Any, milestones: Sequence[Planned] = (), source: str = "", external_id: str = "", **said: Any) -> Initiative:
    """Write an initiative down, as an idea; `said` holds FIELDS. Raises Invalid by field."""
    initiative = Initiative(proposed_by=actor, proposed_at=clock.now(), stage_since=clock.now())
    initiative.source, initiative.external_id = source, external_id
    _take(initiative, said)
    wanted.check(initiative, milestones)
    initiative.number = numbers.draw("I")[0]
    initiative.save()
    _plan(initiative, milestones)
    audit.record(actor, "initiative.proposed", initiative, {"unit": initiative.unit_id, "kind": initiative.kind})
    return initiative


@transaction.atomic
def change(
    initiative: Initiative, *, actor: Any, version: int | None = None, milestones: Sequence[Planned] | None = None, **said: Any
) -> Initiative:
    """Say it otherwise; `milestones` replace those that are not reached (None: they stay). Raises InitiativeStopped,
    SavedMeanwhile, Invalid by field."""
    initiative = holding.locked(initiative)
    if initiative.status == Status.STOPPED:
        raise InitiativeStopped(initiative)
    if version is not None and version != initiative.version:
        raise SavedMeanwhile(theirs=_kept(initiative, said), version=initiative.version, by=_last_hand(initiative))
    before = _kept(initiative, FIELDS)
    _take(initiative, said)
    changed = [name for name in FIELDS if getattr(initiative, name) != before[name]]
    if not changed and (milestones is None or list(milestones) == planned(initiative)):
        return initiative
    wanted.check(initiative, milestones or ())
    initiative.version += 1
    initiative.save()
    if milestones is not None:
        _plan(initiative, milestones)
    audit.record(actor, "initiative.changed", initiative, {"fields": changed, "milestones": milestones is not None})
    if initiative.is_open and initiative.stage != Stage.IDEA:
        gates.fit(initiative, actor=actor)
    return initiative


@transaction.atomic
def stop(initiative: Initiative, *, actor: Any, reason: str) -> Initiative:
    """Give it up, for a reason; what it came to stays on record. Raises InitiativeStopped, InitiativeLive, Invalid."""
    initiative = holding.locked(initiative)
    holding.check_open(initiative)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid(_("This is not complete."), {"reason": [_("Say why in at most %d characters.") % LONGEST_REASON]})
    initiative.status, initiative.stopping_reason, initiative.stopped_at = Status.STOPPED, reason, clock.now()
    initiative.version += 1
    initiative.save(update_fields=["status", "stopping_reason", "stopped_at", "version"])
    audit.record(actor, "initiative.stopped", initiative, text=reason)
    return initiative


@transaction.atomic
def reach(milestone: Milestone, *, actor: Any, reached_on: date | None = None) -> Milestone:
    """Note that a milestone was reached, today or on an earlier day. Raises InitiativeStopped, MilestoneReached, Invalid."""
    initiative = holding.locked(Initiative(pk=milestone.initiative_id))
    if initiative.status == Status.STOPPED:
        raise InitiativeStopped(initiative)
    milestone = Milestone.objects.select_for_update().get(pk=milestone.pk)
    if milestone.reached_on is not None or milestone.archived_at is not None:
        raise MilestoneReached(milestone)
    today = organisations.today()
    if reached_on is not None and reached_on > today:
        raise Invalid(_("This is not complete."), {"reached_on": [_("It cannot be reached on a day to come.")]})
    milestone.reached_on = reached_on or today
    milestone.save(update_fields=["reached_on"])
    initiative.version += 1
    initiative.save(update_fields=["version"])
    told = {"milestone": milestone.pk, "reached_on": milestone.reached_on.isoformat()}
    audit.record(actor, "initiative.milestone_reached", initiative, told)
    return milestone


@transaction.atomic
def hand_over(initiative: Initiative, successor: User, *, person: User, actor: Any) -> User:
    """Let `successor` be what `person` was to it: sponsor, owner, or who speaks for security. An owner or sponsor cannot speak for
    security as well, nor can somebody from elsewhere: then nobody but the CISO's office does."""
    initiative = holding.locked(initiative)
    before = {name: getattr(initiative, f"{name}_id") for name in holding.ROLES}
    for name in holding.ROLES:
        if before[name] == person.pk:
            setattr(initiative, name, successor)
    lead, sides = initiative.security_lead, (initiative.owner_id, initiative.sponsor_id)
    if lead is not None and (lead.pk in sides or (lead.pk != before["security_lead"] and not offices.may_lead(lead))):
        initiative.security_lead = None
    initiative.version += 1
    initiative.save(update_fields=[*holding.ROLES, "version"])
    audit.record(
        actor,
        "initiative.handed_over",
        initiative,
        {name: [before[name], getattr(initiative, f"{name}_id")] for name in holding.ROLES},
    )
    return successor


def planned(initiative: Initiative) -> list[Planned]:
    """Its milestones that are not reached, as they would be written down."""
    rows = initiative.milestones.filter(archived_at=None, reached_on=None)
    return [Planned(one.title, one.due_on, one.confidence) for one in rows]


def _take(initiative: Initiative, said: dict[str, Any]) -> None:
    if unknown := set(said) - set(FIELDS):
        raise TypeError(f"An initiative's {', '.join(sorted(unknown))} cannot be changed.")
    for name, value in said.items():
        setattr(initiative, name, " ".join(value.split()) if name == "title" else value.strip() if name in TEXTS else value)


def _plan(initiative: Initiative, milestones: Iterable[Planned]) -> None:
    """Those that are not reached give way to `milestones`; one that says the same stays."""
    wanted_now = list(milestones)
    for row in initiative.milestones.filter(archived_at=None, reached_on=None):
        same = Planned(row.title, row.due_on, row.confidence)
        if same in wanted_now:
            wanted_now.remove(same)
        else:
            row.archived_at = clock.now()
            row.save(update_fields=["archived_at"])
    for one in wanted_now:
        title = " ".join(one.title.split())
        Milestone.objects.create(initiative=initiative, title=title, due_on=one.due_on, confidence=one.confidence)


def _kept(initiative: Initiative, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(initiative, name) for name in names if name in FIELDS}


def _last_hand(initiative: Initiative) -> User | None:
    entry = AuditEntry.objects.filter(kind="initiative", subject_id=initiative.pk).select_related("actor").last()
    return entry.actor if entry else None
