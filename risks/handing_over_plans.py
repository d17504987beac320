"""When somebody leaves: their controls, and what they answer for in plans, pass to a successor."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from portal.people import holdings
from portal.people.models import User
from portal.record import audit
from risks import evidence, handing_over, plan_dates
from risks.models import Control, Office, Treatment, TreatmentStep

OPEN_PLANS = (Treatment.State.PROPOSED, Treatment.State.APPROVED)


@transaction.atomic
def pass_control(row: Control, *, person: User, successor: User, actor: Any) -> User:
    """`leaving` has checked who says so."""
    control = Control.objects.select_for_update().get(pk=row.pk)
    control.owner = successor
    control.version += 1
    control.save(update_fields=["owner", "version"])
    audit.record(actor, "control.changed", control, {"fields": ["owner"], "values": {"owner": [person.pk, successor.pk]}})
    evidence.remind(control, actor=actor)
    return successor


@transaction.atomic
def pass_treatment(row: Treatment, *, person: User, successor: User, actor: Any) -> User:
    """The plan stays as it was decided; only who answers for it changes. Returns who took it. Raises as `handing_over.taker`."""
    treatment = Treatment.objects.select_for_update(of=("self",)).select_related("risk").get(pk=row.pk)
    successor = handing_over.taker(treatment.risk, handing_over.side_of(treatment.risk), successor, actor=actor)
    treatment.owner = successor
    treatment.version += 1
    treatment.save(update_fields=["owner", "version"])
    audit.record(actor, "treatment.handed_over", treatment, {"owner": [person.pk, successor.pk]})
    plan_dates.schedule(treatment, actor=actor)
    return successor


@transaction.atomic
def pass_step(row: TreatmentStep, *, person: User, successor: User, actor: Any) -> User:
    """Returns who took it. Raises as `handing_over.taker`."""
    treatment = Treatment.objects.select_for_update(of=("self",)).select_related("risk").get(pk=row.treatment_id)
    side = "security_owner" if row.office == Office.SECURITY else "it_owner"
    successor = handing_over.taker(treatment.risk, side, successor, actor=actor)
    step = TreatmentStep.objects.select_for_update().get(pk=row.pk)
    step.owner = successor
    step.version += 1
    step.save(update_fields=["owner", "version"])
    audit.record(actor, "treatment.handed_over", treatment, {"step": step.pk, "owner": [person.pk, successor.pk]})
    plan_dates.schedule(treatment, actor=actor)
    return successor


def _controls(person: User):
    return Control.objects.current().filter(owner=person).exclude(state=Control.State.RETIRED)


def _treatments(person: User):
    return Treatment.objects.filter(owner=person, state__in=OPEN_PLANS)


def _steps(person: User):
    return TreatmentStep.objects.filter(owner=person, done_on=None, dropped_at=None, treatment__state__in=OPEN_PLANS)


for _key, _label, _rows, _pass_on, _kind, _kept_back in (
    ("controls", gettext_lazy("Controls they answer for"), _controls, pass_control, "control", None),
    (
        "treatments",
        gettext_lazy("Treatments they answer for"),
        _treatments,
        pass_treatment,
        "treatment",
        handing_over.kept_back(_treatments, "risk"),
    ),
    (
        "treatment-steps",
        gettext_lazy("Open steps of treatments"),
        _steps,
        pass_step,
        "treatment-step",
        handing_over.kept_back(_steps, "treatment__risk"),
    ),
):
    holdings.register(
        holdings.Group(
            key=_key,
            label=_label,
            rows=_rows,
            way=holdings.Way.SUCCESSOR,
            pass_on=_pass_on,
            kind=_kind,
            keeps_back=_kept_back,
            order=40,
        )
    )
