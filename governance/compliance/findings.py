"""What is done about a finding: an action is agreed, done by its owner, and verified by somebody who had no hand in it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.compliance.errors import (
    ActionKeepsDate,
    ActionUnderWay,
    FindingClosed,
    NoActionUnderWay,
    NotYourAction,
    OwnAction,
)
from governance.compliance.internal_audits import LONGEST_TEXT, person
from governance.compliance.models import AuditFinding, CorrectiveAction
from portal import clock
from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import organisations
from portal.people.models import User
from portal.people.reach import grants
from portal.record import audit

DUE = "audit-finding.due"
LEADING = frozenset({"CIO", "CISO", "CSO"})


@transaction.atomic
def act(finding: AuditFinding, *, actor: Any, text: str, owner: User, due_on: date, cause: str = "") -> CorrectiveAction:
    """Agree on what removes the cause; its owner is reminded. Raises FindingClosed, ActionUnderWay, Invalid by field."""
    finding, text, cause = _locked(finding), text.strip(), cause.strip()
    if _under_way(finding) is not None:
        raise ActionUnderWay
    wrong: dict[str, list[str]] = {}
    if not text or len(text) > LONGEST_TEXT:
        wrong["text"] = [_("Say in at most 4,000 characters what will be done.")]
    if len(cause) > LONGEST_TEXT or (finding.is_nonconformity and not cause):
        wrong["cause"] = [_("Say in at most 4,000 characters why it came to this: the action removes that.")]
    if owner.is_service or not owner.is_active:
        wrong["owner"] = [_("Choose somebody who works here.")]
    if due_on < organisations.today():
        wrong["due_on"] = [_("Choose a day to come.")]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    agreed = CorrectiveAction.objects.create(
        finding=finding, text=text, cause=cause, owner=owner, due_on=due_on, agreed_by=person(actor), agreed_at=clock.now()
    )
    _touch(finding)
    reviews.schedule(finding, DUE, due_on, [], owner=owner, actor=actor)
    facts = {"action": agreed.pk, "owner": owner.pk, "due_on": due_on.isoformat()}
    audit.record(actor, "audit_finding.action_agreed", finding, facts, text=text)
    return agreed


@transaction.atomic
def finish(finding: AuditFinding, *, actor: Any, result: str) -> CorrectiveAction:
    """It is done; now somebody else looks whether it works. Raises FindingClosed, NoActionUnderWay, NotYourAction, Invalid."""
    finding, result = _locked(finding), result.strip()
    action = _under_way(finding)
    if action is None or action.done_at is not None:
        raise NoActionUnderWay
    if actor.pk != action.owner_id and not grants(actor).seats & LEADING:
        raise NotYourAction(action.owner)
    if not result or len(result) > LONGEST_TEXT:
        raise Invalid(
            _("This is not complete."), {"result": [_("Say in at most 4,000 characters what was done, and what shows it.")]}
        )
    action.done_by, action.done_at, action.result = actor, clock.now(), result
    action.version += 1
    action.save(update_fields=["done_by", "done_at", "result", "version"])
    _touch(finding)
    reviews.cancel(finding, DUE, actor=actor)
    audit.record(actor, "audit_finding.action_done", finding, {"action": action.pk}, text=result)
    return action


@transaction.atomic
def verify(finding: AuditFinding, *, actor: Any, is_effective: bool, note: str) -> AuditFinding:
    """Say whether the action works; if so the finding is closed, else another action is needed. A chance to improve may be closed
    without any action. Raises FindingClosed, NoActionUnderWay, OwnAction, Invalid."""
    finding, note = _locked(finding), note.strip()
    action = _under_way(finding)
    is_passed_over = action is None and is_effective and not finding.is_nonconformity
    if not is_passed_over and (action is None or action.done_at is None):
        raise NoActionUnderWay
    if action is not None and actor.pk in (action.owner_id, action.done_by_id, action.agreed_by_id):
        raise OwnAction
    if not note or len(note) > LONGEST_TEXT:
        raise Invalid(_("This is not complete."), {"note": [_("Say in at most 4,000 characters what you looked at.")]})
    if action is not None:
        action.is_effective, action.verdict, action.verified_by, action.verified_at = is_effective, note, actor, clock.now()
        action.version += 1
        action.save(update_fields=["is_effective", "verdict", "verified_by", "verified_at", "version"])
    if is_effective:
        finding.closed_by, finding.closed_at = actor, clock.now()
    _touch(finding)
    verb = "audit_finding.closed" if is_effective else "audit_finding.action_failed"
    audit.record(actor, verb, finding, {"action": action.pk if action else None}, text=note)
    return finding


def hand_over(finding: AuditFinding, successor: User, *, actor: Any) -> User:
    """Let `successor` see to the action instead of one who leaves. Returns who took it."""
    action = _under_way(finding)
    if action is None or action.done_at is not None:
        raise NoActionUnderWay
    before, action.owner = action.owner_id, successor
    action.version += 1
    action.save(update_fields=["owner", "version"])
    audit.record(actor, "audit_finding.handed_over", finding, {"owner": [before, successor.pk]})
    reviews.schedule(finding, DUE, action.due_on, [], owner=successor, actor=actor)
    return successor


def take_answer(review: Review, *, actor: Any, note: str) -> None:
    """Whoever closes the review says what was done. Raises ActionKeepsDate else."""
    if review.outcome != Review.Outcome.CLOSED:
        raise ActionKeepsDate
    finish(AuditFinding.objects.get(pk=review.subject_id), actor=actor, result=note)


def sides(pairs: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """What stays overdue is brought to whoever leads the security office: audits of this kind are theirs to answer for."""
    return dict.fromkeys(pairs, "CISO")


def _under_way(finding: AuditFinding) -> CorrectiveAction | None:
    """The action that nobody has verified yet."""
    return finding.actions.select_related("owner").filter(is_effective=None).first()


def _touch(finding: AuditFinding) -> None:
    finding.version += 1
    finding.save(update_fields=["closed_by", "closed_at", "version"])


def _locked(finding: AuditFinding) -> AuditFinding:
    rows = AuditFinding.objects.select_for_update(of=("self",), no_key=True).select_related("audit__unit", "requirement")
    finding = rows.get(pk=finding.pk)
    if finding.closed_at is not None:
        raise FindingClosed
    return finding
