"""What people follow here, in the registry; and what attention, search, history and leaving ask of it."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from governance.change import initiatives
from governance.change.models import Initiative
from portal import subjects
from portal.archive import changes
from portal.people import holdings
from portal.people.models import User
from portal.record import redacting
from portal.workbench import searchable

FIELDS = {
    "title": _("Name"),
    "purpose": _("What it is for"),
    "kind": _("Kind"),
    "unit": _("Where"),
    "sponsor": _("Sponsor"),
    "owner": _("Owner"),
    "security_lead": _("Speaks for security"),
    "stage": _("Stage"),
    "stage_since": _("There since"),
    "status": _("Standing"),
    "is_purchase": _("Something is bought"),
    "reachability": _("Reached from"),
    "touches_safety": _("People could be hurt"),
    "budget": _("Budget"),
    "spent": _("Spent"),
    "spent_on": _("Counted up to"),
    "benefits": _("What it brings"),
    "benefit_per_year": _("Worth in a year"),
    "starts_on": _("Starts"),
    "live_on": _("Live on"),
    "stopped_at": _("Stopped"),
    "stopping_reason": _("Why it was stopped"),
}
VERBS = {
    "initiative.proposed": _("Proposed"),
    "initiative.changed": _("Changed"),
    "initiative.advanced": _("Moved on"),
    "initiative.stopped": _("Stopped"),
    "initiative.milestone_reached": _("Milestone reached"),
    "initiative.handed_over": _("Handed over"),
}

subjects.register(
    subjects.Subject(
        kind="initiative",
        model="change.Initiative",
        word=_("initiative"),
        plural=_("initiatives"),
        resource="initiatives",
        page="change:initiative",
        url=lambda initiative: reverse("change:initiative", args=[initiative.pk]),
        label=str,
        related=("unit",),
    )
)
changes.words("initiative", fields=FIELDS, verbs=VERBS)
redacting.add(
    redacting.Beside(
        "initiative", "milestones.title", _("Milestones"), "change.Milestone", "title", rows=lambda _kind, pk: {"initiative": pk}
    )
)
searchable.register(
    searchable.Searchable("initiative", label=["title"], words=["purpose", "benefits", "external_id"], number="number")
)


def _held(person: User) -> QuerySet[Initiative]:
    return Initiative.objects.under_way().filter(Q(owner=person) | Q(sponsor=person) | Q(security_lead=person))


def _pass_on(row: Initiative, *, person: User, successor: User, actor: Any) -> User:
    return initiatives.hand_over(row, successor, person=person, actor=actor)


holdings.register(
    holdings.Group(
        key="initiatives",
        label=_("Initiatives they sponsor, own or speak for"),
        rows=_held,
        way=holdings.Way.SUCCESSOR,
        pass_on=_pass_on,
        kind="initiative",
        order=44,
    )
)
