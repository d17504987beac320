"""Internal audits: plan one, write what it found, conclude it."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.compliance.errors import AuditConcluded
from governance.compliance.models import AuditFinding, Framework, InternalAudit, Requirement
from portal import clock
from portal.errors import Invalid
from portal.people import organisations
from portal.people.models import Unit, User
from portal.people.reach import grants
from portal.record import audit

LONGEST_TITLE, LONGEST_TEXT = 200, 4000


@transaction.atomic
def plan(
    framework: Framework, unit: Unit, *, actor: Any, title: str, lead: User, planned_on: date, scope: str = ""
) -> InternalAudit:
    """Plan to look at how `unit` does what `framework` asks. Raises Invalid by field."""
    title, scope = title.strip(), scope.strip()
    wrong: dict[str, list[str]] = {}
    if framework.state != Framework.State.CURRENT:
        wrong["framework"] = [_("Choose the newest edition.")]
    if not within_reach(unit, actor):
        wrong["unit"] = [_("Choose one of your own units.")]
    if not title or len(title) > LONGEST_TITLE:
        wrong["title"] = [_("Name the audit in at most 200 characters.")]
    if len(scope) > LONGEST_TEXT:
        wrong["scope"] = [_("Keep it under 4,000 characters.")]
    if lead.is_service or not lead.is_active:
        wrong["lead"] = [_("Choose somebody who works here.")]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    planned = InternalAudit.objects.create(
        framework=framework, unit=unit, title=title, scope=scope, lead=lead, planned_on=planned_on, planned_by=person(actor)
    )
    facts = {"framework": framework.pk, "unit": unit.pk, "lead": lead.pk, "planned_on": planned_on.isoformat()}
    audit.record(actor, "internal_audit.planned", planned, facts, text=title)
    return planned


@transaction.atomic
def find(audited: InternalAudit, *, actor: Any, grade: str, text: str, requirement: Requirement | None = None) -> AuditFinding:
    """Write what was found. Raises AuditConcluded, Invalid by field."""
    audited, text = _locked(audited), text.strip()
    wrong: dict[str, list[str]] = {}
    if grade not in AuditFinding.Grade.values:
        wrong["grade"] = [_("Choose how grave it is.")]
    if not text or len(text) > LONGEST_TEXT:
        wrong["text"] = [_("Say in at most 4,000 characters what was seen and where.")]
    if requirement is not None and requirement.framework_id != audited.framework_id:
        wrong["requirement"] = [_("Choose a requirement of the framework that is audited.")]
    elif requirement is None and grade in (AuditFinding.Grade.MAJOR, AuditFinding.Grade.MINOR):
        wrong["requirement"] = [_("Say which requirement is not met.")]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    found = AuditFinding.objects.create(
        audit=audited, grade=grade, text=text, requirement=requirement, written_by=person(actor), written_at=clock.now()
    )
    facts = {"audit": audited.pk, "grade": grade, "requirement": requirement.identifier if requirement else None}
    audit.record(actor, "audit_finding.written", found, facts, text=text)
    return found


@transaction.atomic
def conclude(audited: InternalAudit, *, actor: Any, held_on: date, summary: str) -> InternalAudit:
    """It was held and is over; its findings live on by themselves. Raises AuditConcluded, Invalid by field."""
    audited, summary = _locked(audited), summary.strip()
    wrong: dict[str, list[str]] = {}
    if held_on > organisations.today():
        wrong["held_on"] = [_("An audit is concluded once it was held.")]
    if not summary or len(summary) > LONGEST_TEXT:
        wrong["summary"] = [_("Say in at most 4,000 characters what came of it.")]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    audited.held_on, audited.summary, audited.concluded_at = held_on, summary, clock.now()
    audited.version += 1
    audited.save(update_fields=["held_on", "summary", "concluded_at", "version"])
    audit.record(actor, "internal_audit.concluded", audited, {"held_on": held_on.isoformat()}, text=summary)
    return audited


@transaction.atomic
def hand_over(audited: InternalAudit, successor: User, *, actor: Any) -> User:
    """Let `successor` lead it instead of one who leaves. Raises AuditConcluded."""
    audited = _locked(audited)
    before, audited.lead = audited.lead_id, successor
    audited.version += 1
    audited.save(update_fields=["lead", "version"])
    audit.record(actor, "internal_audit.handed_over", audited, {"lead": [before, successor.pk]})
    return successor


def within_reach(unit: Unit, actor: Any) -> bool:
    """Whether `actor` may open something of `unit`, which is still there."""
    seen = None if actor is None else grants(actor)
    reached = seen is None or seen.reaches(unit.path)
    return reached and unit.archived_at is None


def person(actor: Any) -> Any:
    return actor if actor is not None and actor.pk else None


def _locked(audited: InternalAudit) -> InternalAudit:
    rows = InternalAudit.objects.select_for_update(of=("self",), no_key=True).select_related("framework", "unit", "lead")
    audited = rows.get(pk=audited.pk)
    if audited.concluded_at is not None or audited.archived_at is not None:
        raise AuditConcluded
    return audited
