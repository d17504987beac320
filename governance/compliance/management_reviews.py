"""The management review: opened with what lies before it, given an outcome, signed by CIO and CISO."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.compliance.errors import NothingDecided, ReviewGone, ReviewThere, SavedOver
from governance.compliance.internal_audits import LONGEST_TEXT, person, within_reach
from governance.compliance.models import AuditFinding, CorrectiveAction, Framework, InternalAudit, ManagementReview, Practice
from portal import clock
from portal.errors import Invalid
from portal.people import organisations
from portal.people.models import Unit
from portal.record import audit
from portal.signing import signatures
from risks.models import Breach, Incident, Risk, RiskException, Treatment

SIGNERS = ("CIO", "CISO")
INPUTS = {  # ISO/IEC 27001, 9.3.2, as far as it can be counted
    "audits_held": gettext_lazy("Internal audits held in the last year"),
    "nonconformities_open": gettext_lazy("Nonconformities not closed"),
    "actions_late": gettext_lazy("Corrective actions past their day"),
    "practices_below_target": gettext_lazy("Requirements practised below their target"),
    "risks_open": gettext_lazy("Open risks"),
    "risks_above_tolerance": gettext_lazy("Risks above tolerance that wait for a decision"),
    "treatments_late": gettext_lazy("Treatments past their day"),
    "exceptions_in_force": gettext_lazy("Exceptions in force"),
    "incidents_year": gettext_lazy("Incidents noticed in the last year"),
}


@transaction.atomic
def open_one(framework: Framework, unit: Unit, *, actor: Any, held_on: date) -> ManagementReview:
    """A draft with the figures of this moment. Raises ReviewThere, Invalid by field."""
    framework = Framework.objects.select_for_update(no_key=True).get(pk=framework.pk)
    if not within_reach(unit, actor):
        raise Invalid(_("This is not complete."), {"unit": [_("Choose one of your own units.")]})
    if framework.state != Framework.State.CURRENT:
        raise Invalid(_("This is not complete."), {"framework": [_("Choose the newest edition.")]})
    if ManagementReview.objects.current().filter(framework=framework, unit=unit, held_on=held_on).exists():
        raise ReviewThere
    made = ManagementReview.objects.create(
        framework=framework,
        unit=unit,
        held_on=held_on,
        inputs=figures(framework, unit),
        opened_by=person(actor),
        opened_at=clock.now(),
    )
    audit.record(actor, "management_review.opened", made, {"unit": unit.pk, "held_on": held_on.isoformat()})
    return made


@transaction.atomic
def write(review: ManagementReview, *, actor: Any, version: int | None, considered: str, outcome: str) -> ManagementReview:
    """What was considered, and what was decided; what had been signed is a draft again. Raises ReviewGone, SavedOver, Invalid."""
    review = _locked(review)
    if version is not None and version != review.version:
        raise SavedOver(review.version)
    said = {"considered": considered.strip(), "outcome": outcome.strip()}
    wrong = {name: [_("Keep it under 4,000 characters.")] for name, text in said.items() if len(text) > LONGEST_TEXT}
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    changed = sorted(name for name, text in said.items() if getattr(review, name) != text)
    if not changed:
        return review
    review.considered, review.outcome = said["considered"], said["outcome"]
    review.proposed_at = review.proposed_by = review.signed_at = None
    review.version += 1
    review.save(update_fields=["considered", "outcome", "proposed_at", "proposed_by", "signed_at", "version"])
    text = review.outcome if "outcome" in changed else review.considered
    audit.record(actor, "management_review.written", review, {"fields": changed}, text=text)
    return review


@transaction.atomic
def ask(review: ManagementReview, *, actor: Any) -> ManagementReview:
    """Ask CIO and CISO to sign it as it stands. Raises ReviewGone, NothingDecided."""
    review = _locked(review)
    if not review.outcome:
        raise NothingDecided
    if review.proposed_at is None:
        review.proposed_by, review.proposed_at = person(actor), clock.now()
        review.version += 1
        review.save(update_fields=["proposed_by", "proposed_at", "version"])
        audit.record(actor, "management_review.proposed", review)
    signatures.ask(review, SIGNERS, actor=actor)
    return review


def take_force(review: ManagementReview, *, actor: Any) -> None:
    """Both have signed it as it stands; called by signing, the review is locked."""
    review.signed_at = clock.now()
    review.version += 1
    review.save(update_fields=["signed_at", "version"])


def check_open(review: ManagementReview) -> None:
    """Raises ReviewGone where nothing can be signed."""
    if review.archived_at is not None or review.proposed_at is None:
        raise ReviewGone


def material(review: ManagementReview) -> dict[str, Any]:
    """What a signature covers: the day, what lay before them, and what they decided."""
    facts = {"framework": str(review.framework), "unit": review.unit_id, "held_on": review.held_on.isoformat()}
    return facts | {"inputs": review.inputs, "considered": review.considered, "outcome": review.outcome}


def figures(framework: Framework, unit: Unit) -> dict[str, int]:
    """What lies before a review of `unit` and below, for everybody who may open it: counts alone. Nine queries."""
    today, within = organisations.today(), {"unit__path__startswith": unit.path}
    year_ago = organisations.morning(today.replace(year=today.year - 1, day=min(today.day, 28)))
    of_risk = {"risk__unit__path__startswith": unit.path}
    audits = InternalAudit.objects.current().filter(framework__key=framework.key, **within)
    findings = AuditFinding.objects.filter(audit__in=audits, closed_at=None)
    under_way = CorrectiveAction.objects.filter(finding__in=findings, done_at=None, due_on__lt=today)
    practised = Practice.objects.filter(
        profile__framework__state=Framework.State.CURRENT, profile__unit__path__startswith=unit.path
    )
    plans = Treatment.objects.filter(state__in=(Treatment.State.PROPOSED, Treatment.State.APPROVED), **of_risk)
    return {
        "audits_held": audits.filter(held_on__gte=year_ago.date()).count(),
        "nonconformities_open": findings.exclude(grade=AuditFinding.Grade.CHANCE).count(),
        "actions_late": under_way.count(),
        "practices_below_target": practised.filter(profile__archived_at=None, current_level__lt=F("target_level")).count(),
        "risks_open": Risk.objects.open().current().filter(**within).count(),
        "risks_above_tolerance": Breach.objects.filter(Q(ended_at=None), **of_risk).count(),
        "treatments_late": plans.filter(due_on__lt=today).count(),
        "exceptions_in_force": RiskException.objects.in_force(today).filter(**of_risk).count(),
        "incidents_year": Incident.objects.current().filter(noticed_at__gte=year_ago, **within).count(),
    }


def _locked(review: ManagementReview) -> ManagementReview:
    rows = ManagementReview.objects.select_for_update(of=("self",)).select_related("framework", "unit")
    review = rows.get(pk=review.pk)
    if review.archived_at is not None:
        raise ReviewGone
    return review
