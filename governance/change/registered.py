"""What people follow here, in the registry; and what attention, search, history and leaving ask of it."""

from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from assets import merging
from governance.change import gates, initiatives, merged_assets, merged_risks, patterns, sightings
from governance.change.models import Initiative, Pattern
from portal import subjects
from portal.archive import changes
from portal.attention import reviews
from portal.people import holdings
from portal.people.models import User
from portal.record import redacting
from portal.signing import registry
from portal.workbench import searchable
from risks import merging as merging_of_risks

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
PATTERN_WORDS = {"title": _("Name"), "description": _("How it is built"), "answers": _("What it answers")}
GATE_FIELDS = {
    "size": _("Size"),
    "opened_at": _("Clock began"),
    "asked_at": _("Put to security"),
    "promised_on": _("Answered by"),
    "passed_at": _("Passed"),
}
GATE_VERBS = {
    "gate.set_up": _("Set up"),
    "gate.asked": _("Put to security"),
    "gate.asked_anew": _("Put to security anew"),
    "gate.answered": _("Answered"),
    "gate.criterion_dropped": _("Security asks one thing less"),
    "gate.waiver_asked": _("A waiver was asked for"),
    "gate.passed": _("Passed"),
}
PATTERN_VERBS = {"pattern.proposed": _("Proposed"), "pattern.approved": _("Approved"), "pattern.retired": _("Retired")}
VERBS = {
    "initiative.proposed": _("Proposed"),
    "initiative.changed": _("Changed"),
    "initiative.advanced": _("Moved on"),
    "initiative.stopped": _("Stopped"),
    "initiative.risk_linked": _("Risk linked"),
    "initiative.risk_unlinked": _("Risk taken off"),
    "initiative.goal_named": _("Serves a shared goal"),
    "initiative.goal_taken_off": _("Serves a goal no more"),
    "initiative.pattern_used": _("Answered by an approved pattern"),
    "initiative.declared": _("Declared what it adds or changes"),
    "initiative.seen": _("Seen in the inventory"),
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
subjects.register(
    subjects.Subject(
        kind="gate",
        model="change.Gate",
        word=_("gate"),
        plural=_("gates"),
        resource="gates",
        page="change:gate",
        url=lambda gate: reverse("change:gate", args=[gate.pk]),
        label=str,
        related=("initiative__unit",),
    )
)
reviews.on_answer(gates.QUESTION, gates.refuse_answer)
reviews.sides_with(gates.QUESTION, gates.sides)
reviews.changed_at(gates.QUESTION, lambda review: reverse("change:gate", args=[review.subject_id]))
reviews.ask_with(gates.QUESTION, _("A gate waits for the answers of security."))
subjects.register(
    subjects.Subject(
        kind="pattern",
        model="change.Pattern",
        word=_("approved pattern"),
        plural=_("approved patterns"),
        resource="patterns",
        page="change:pattern",
        url=lambda pattern: reverse("change:pattern", args=[pattern.pk]),
        label=str,
        unit=lambda _pattern: None,
        material=lambda pattern: {name: getattr(pattern, name) for name in PATTERN_WORDS},
        related=("proposed_by",),
    )
)
registry.register(
    registry.Signable(
        kind="pattern",
        proposed_by=lambda pattern: pattern.proposed_by_id,
        unsigned=Pattern.objects.unsigned,
        signed=patterns.take_force,
        check=patterns.check_open,
        words=PATTERN_WORDS,
        say=lambda name, value: (
            "\n".join(f"{key}: {note}" for key, note in sorted(value.items())) if name == "answers" else str(value)
        ),
    )
)
for question in sightings.QUESTION.values():
    reviews.on_answer(question, sightings.refuse_answer)
    reviews.sides_with(question, partial(sightings.sides, question))
    reviews.changed_at(question, lambda review: f"{reverse('change:initiative', args=[review.subject_id])}#declared")
    reviews.ask_with(question, _("Something was seen that it has not declared. Does it belong to it?"))
merging.also(merged_assets.follow)
merging_of_risks.also(merged_risks.follow)
changes.words("gate", fields=GATE_FIELDS, verbs=GATE_VERBS)
changes.words("pattern", fields=PATTERN_WORDS, verbs=PATTERN_VERBS)
changes.words("initiative", fields=FIELDS, verbs=VERBS)
redacting.add(
    redacting.Beside(
        "initiative", "declared_lines.zone", _("Zones"), "change.DeclaredLine", "zone", rows=lambda _kind, pk: {"initiative": pk}
    )
)
for name, label in (
    ("it_note", _("What IT shows")),
    ("security_note", _("What security shows")),
    ("dropping_reason", _("Why security asks it no more")),
):
    redacting.add(
        redacting.Beside("gate", f"criteria.{name}", label, "change.Criterion", name, rows=lambda _kind, pk: {"gate": pk})
    )
redacting.add(
    redacting.Beside(
        "initiative", "milestones.title", _("Milestones"), "change.Milestone", "title", rows=lambda _kind, pk: {"initiative": pk}
    )
)
searchable.register(
    searchable.Searchable("initiative", label=["title"], words=["purpose", "benefits", "external_id"], number="number"),
    searchable.Searchable("pattern", label=["title"], words=["description"], number="number"),
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
