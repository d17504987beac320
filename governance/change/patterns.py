"""Approved patterns: proposed, signed by both leaders, used by initiatives, retired."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.change import gates, holding
from governance.change.errors import PatternFitsNothing, PatternNotApproved, PatternOver
from governance.change.models import Criterion, Initiative, Pattern, TemplateCriterion
from portal import clock
from portal.errors import Invalid
from portal.record import audit, numbers
from portal.signing import signatures

BOTH = ("CIO", "CISO")
USED = "initiative.pattern_used"
LONGEST_TITLE, LONGEST_TEXT = 200, 4000


@transaction.atomic
def propose(*, actor: Any, title: str, description: str, answers: Mapping[str, str]) -> Pattern:
    """Ask both leaders to approve a way of building: `answers` say by the key of a criterion what shows that it is met. Raises
    Invalid by field."""
    told = {key: note.strip() for key, note in answers.items() if note.strip()}
    title, description = " ".join(title.split()), description.strip()
    _check(title, description, told)
    pattern = Pattern(title=title, description=description, answers=told, proposed_by=actor, proposed_at=clock.now())
    pattern.number = numbers.draw("AP")[0]
    pattern.save()
    audit.record(actor, "pattern.proposed", pattern, {"criteria": sorted(told)})
    signatures.ask(pattern, BOTH, actor=actor)
    return pattern


@transaction.atomic
def retire(pattern: Pattern, *, actor: Any) -> Pattern:
    """Offer it no more, or take it back before it is approved; what it has answered stays. Raises PatternOver."""
    pattern = Pattern.objects.select_for_update().get(pk=pattern.pk)
    check_open(pattern)
    pattern.archived_at = clock.now()
    pattern.version += 1
    pattern.save(update_fields=["archived_at", "version"])
    audit.record(actor, "pattern.retired", pattern)
    return pattern


@transaction.atomic
def use(initiative: Initiative, pattern: Pattern, *, actor: Any) -> int:
    """Let it answer what the gates ahead ask and nobody has answered; returns how many. Raises InitiativeStopped, InitiativeLive,
    PatternNotApproved, PatternFitsNothing."""
    initiative = holding.locked(initiative)
    holding.check_open(initiative)
    pattern = Pattern.objects.select_for_update(no_key=True).get(pk=pattern.pk)
    if pattern.approved_at is None or pattern.archived_at is not None:
        raise PatternNotApproved(pattern)
    before = _answered(initiative, pattern)
    for gate in initiative.gates.filter(passed_at=None).select_for_update():
        gate.initiative = initiative
        since = gates.asked_since(gate)
        gates.told(gate, [pattern])
        if gate.asked_at is not None:
            gates.keep_promise(gate, since, actor=actor)
    count = _answered(initiative, pattern) - before
    if not count:
        raise PatternFitsNothing(pattern, initiative)
    initiative.version += 1
    initiative.save(update_fields=["version"])
    audit.record(actor, USED, initiative, {"pattern": pattern.pk, "criteria": count})
    return count


def take_force(pattern: Pattern, *, actor: Any) -> None:
    """Both have signed; called by signing, the pattern is locked."""
    pattern.approved_at = clock.now()
    pattern.version += 1
    pattern.save(update_fields=["approved_at", "version"])
    audit.record(None, "pattern.approved", pattern)


def check_open(pattern: Pattern) -> None:
    """Raises PatternOver once it is retired."""
    if pattern.archived_at is not None:
        raise PatternOver


def questions(keys: list[str] | None = None) -> dict[str, str]:
    """The newest words of each criterion, by its key."""
    rows = TemplateCriterion.objects.order_by("template__key", "template__edition", "place")
    rows = rows if keys is None else rows.filter(key__in=keys)
    return {row.key: row.question for row in rows}


def _answered(initiative: Initiative, pattern: Pattern) -> int:
    return Criterion.objects.filter(gate__initiative=initiative, pattern=pattern).count()


def _check(title: str, description: str, answers: Mapping[str, str]) -> None:
    wrong: dict[str, list[str]] = {}
    if not title or len(title) > LONGEST_TITLE:
        wrong["title"] = [_("Name it in at most %d characters.") % LONGEST_TITLE]
    if not description or len(description) > LONGEST_TEXT:
        wrong["description"] = [_("Say how it is built, so that whoever signs can judge it.")]
    if not answers:
        wrong["answers"] = [_("Answer at least one criterion.")]
    elif set(answers) - set(questions(list(answers))):
        wrong["answers"] = [
            _("Answer criteria that there are: %s is none.") % sorted(set(answers) - set(questions(list(answers))))[0]
        ]
    elif any(len(note) > gates.LONGEST_NOTE for note in answers.values()):
        wrong["answers"] = [_("Keep it under %d characters.") % gates.LONGEST_NOTE]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
