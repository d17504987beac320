"""Controls, evidence, treatments and their steps in the registry, and what attention asks of them."""

from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.archive import changes
from portal.attention import reviews
from portal.record import redacting
from portal.signing import registry
from portal.web import shown
from portal.workbench import searchable
from risks import authority, control_book, deciding, evidence, plan_dates, treatment_book, treatments
from risks.models import Risk, Treatment
from risks.protection_words import CONTROL_FIELDS, CONTROL_VERBS, TREATMENT_FIELDS, TREATMENT_VERBS


def _material_of_control(control):
    fields = ("number", "name", "office", "owner_id", "unit_id", "design_effectiveness", "operating_effectiveness", "state")
    return {field: getattr(control, field) for field in fields}


_WORDS = {"number": _("No."), "risk_id": _("Risk"), **TREATMENT_FIELDS}
_MATERIAL = ("number", "risk_id", "title", "reason", "kind", "due_on", "proposed_at", *treatments.LEVELS)


def _material_of_treatment(treatment):
    """What a signature covers. Its owner is no part of it: one who leaves takes away nothing that was signed. Whatever changes
    proposes the plan anew, its steps and their cost too."""
    return {field: getattr(treatment, field) for field in _MATERIAL}


def _say_of_treatment(name, value):
    """One material field of a treatment as people read it."""
    if value in (None, ""):
        return ""
    if name == "kind":
        return str(Treatment.Kind(value).label)
    if name == "risk_id":
        return Risk.objects.filter(pk=value).values_list("number", flat=True).first() or str(value)
    if name == "proposed_at":
        return shown.moment(parse_datetime(value))
    return shown.date_long(parse_date(value)) if name == "due_on" else str(value)


def _url_of_treatment(treatment):
    return reverse("risks:treatment", args=[treatment.pk])


subjects.register(
    subjects.Subject(
        kind="control",
        model="risks.Control",
        word=_("control"),
        plural=_("controls"),
        resource="controls",
        page="risks:control",
        url=lambda control: reverse("risks:control", args=[control.pk]),
        label=str,
        material=_material_of_control,
        related=("unit",),
    )
)
subjects.register(
    subjects.Subject(
        kind="treatment",
        model="risks.Treatment",
        word=_("treatment"),
        plural=_("treatments"),
        resource="treatments",
        page="risks:treatment",
        url=_url_of_treatment,
        label=str,
        material=_material_of_treatment,
        related=("risk__unit",),
    )
)
subjects.register(
    subjects.Subject(
        kind="treatment-step",
        model="risks.TreatmentStep",
        word=_("step of a treatment"),
        plural=_("steps of treatments"),
        resource="treatment-steps",
        url=lambda step: _url_of_treatment(step.treatment),
        label=lambda step: f"{step.treatment.number} {step.title}",
        related=("treatment__risk__unit",),
    )
)
subjects.register(
    subjects.Subject(
        kind="evidence",
        model="risks.Evidence",
        word=_("evidence"),
        plural=_("evidence"),
        resource="evidence",
        url=lambda one: subjects.of_kind(subjects.kind_of(one.subject)).url(one.subject),
        label=str,
        unit=lambda one: one.subject.unit,
        related=("control__unit", "treatment__risk__unit"),
    )
)

redacting.name_words("risks.Evidence", "fact")
for proved in ("control", "treatment"):
    for name, label in (
        ("title", _("Titles of evidence")),
        ("link", _("Addresses of evidence")),
        ("fact", _("Facts of evidence")),
        ("withdrawing_reason", _("Why evidence was taken back")),
    ):
        redacting.add(
            redacting.Beside(
                proved, f"evidence.{name}", label, "risks.Evidence", name, rows=lambda _kind, pk, proved=proved: {proved: pk}
            )
        )
redacting.add(
    redacting.Beside(
        "treatment", "steps.title", _("Steps"), "risks.TreatmentStep", "title", rows=lambda _kind, pk: {"treatment": pk}
    )
)
registry.register(
    registry.Signable(
        kind="treatment",
        proposed_by=lambda treatment: treatment.proposed_by_id,
        written_by=lambda treatment: treatment.first_proposed_by_id,
        unsigned=deciding.asked,
        signed=treatments.take_force,
        check=deciding.check_signable,
        required=lambda treatment: authority.still_needed(treatment, deciding.slots(treatment)),
        holders=authority.holders,
        words={name: _WORDS[name] for name in _MATERIAL},
        say=_say_of_treatment,
    )
)
changes.words("control", fields=CONTROL_FIELDS, verbs=CONTROL_VERBS)
changes.words("treatment", fields=TREATMENT_FIELDS, verbs=TREATMENT_VERBS)
reviews.on_answer(evidence.REVIEW, evidence.take_answer)
reviews.sides_with(evidence.REVIEW, evidence.sides)
reviews.on_answer(plan_dates.WHOLE, plan_dates.refuse_answer)
reviews.sides_with(plan_dates.WHOLE, plan_dates.sides)
reviews.on_answer(plan_dates.STEP, plan_dates.refuse_answer)
reviews.sides_with(plan_dates.STEP, plan_dates.sides_of_steps)
subjects.add_panel("risk", "treatments", "risks/treatments/_panel.html", treatment_book.panel, order=10)
subjects.add_panel("risk", "controls", "risks/controls/_panel.html", control_book.panel, order=12)

searchable.register(
    searchable.Searchable("control", label=["name"], words=["description", "external_id"], number="number"),
    searchable.Searchable("treatment", label=["title"], words=["reason", "external_id"], number="number"),
    searchable.Searchable("treatment-step", label=["title"], at=[("treatment", "treatment")]),
    searchable.Searchable("evidence", label=["title"], words=["link"], at=[("control", "control"), ("treatment", "treatment")]),
)
