"""What people follow here, in the registry; and what attention, search, history and leaving ask of it."""

from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from governance.change import initiatives, sightings
from governance.change.models import Initiative, SeenAsset
from portal import subjects
from portal.archive import changes
from portal.attention import reviews
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
    "declared_at": _("Declared"),
    "stopped_at": _("Stopped"),
    "stopping_reason": _("Why it was stopped"),
}
VERBS = {
    "initiative.proposed": _("Proposed"),
    "initiative.changed": _("Changed"),
    "initiative.advanced": _("Moved on"),
    "initiative.stopped": _("Stopped"),
    "initiative.declared": _("Declared what it adds or changes"),
    "initiative.seen": _("Seen in the inventory"),
    "initiative.milestone_reached": _("Milestone reached"),
    "initiative.handed_over": _("Handed over"),
}


def _at_seen(pk: int) -> str:
    return f"{reverse('change:initiative', args=[SeenAsset.objects.values_list('initiative', flat=True).get(pk=pk)])}#declared"


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
subjects.register(
    subjects.Subject(
        kind="seen-asset",
        model="change.SeenAsset",
        word=_("thing seen of an initiative"),
        plural=_("things seen of initiatives"),
        resource="seen-assets",
        url=lambda seen: f"{reverse('change:initiative', args=[seen.initiative_id])}#declared",
        label=lambda seen: (
            _t("%(number)s: %(asset)s was seen and not declared") % {"number": seen.initiative.number, "asset": seen.asset}
            if seen.state == seen.State.ASKED
            else str(seen)
        ),
        related=("initiative__unit", "asset"),
    )
)
for question in sightings.QUESTION.values():
    reviews.on_answer(question, sightings.refuse_answer)
    reviews.sides_with(question, partial(sightings.sides, question))
    reviews.changed_at(question, lambda review: _at_seen(review.subject_id))
    reviews.ask_with(question, _("Seen and not declared: does it belong to the initiative?"))
changes.words("initiative", fields=FIELDS, verbs=VERBS)
redacting.add(
    redacting.Beside(
        "initiative", "declared_lines.zone", _("Zones"), "change.DeclaredLine", "zone", rows=lambda _kind, pk: {"initiative": pk}
    )
)
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
