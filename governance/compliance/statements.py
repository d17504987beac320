"""The statement of applicability: open one, decide line by line, ask CIO and CISO to sign it."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.compliance import statement_plan
from governance.compliance.errors import NothingToDecide, SavedOver, StatementGone, StatementThere, Undecided
from governance.compliance.models import Framework, Statement, StatementLine
from portal import clock
from portal.errors import Invalid
from portal.people.models import Unit, User
from portal.people.reach import grants
from portal.record import audit
from portal.signing import signatures

SIGNERS = ("CIO", "CISO")
LONGEST_REASON, LONGEST_SCOPE = 1000, 4000
STANDARD = "iso-27001"
DECIDED = ("is_applicable", "reason", "status", "owner")


@transaction.atomic
def open_one(framework: Framework, unit: Unit, *, actor: Any) -> Statement:
    """A draft with a line for every control of `framework`, nothing decided. Raises NothingToDecide, StatementThere, Invalid."""
    framework = Framework.objects.select_for_update().get(pk=framework.pk)
    controls = framework.requirements.assessable().filter(kind="control").order_by("place").values_list("pk", flat=True)
    if framework.state != Framework.State.CURRENT or not controls:
        raise NothingToDecide(framework)
    seen = None if actor is None else grants(actor)
    within = seen is None or seen.reaches(unit.path)
    if not within or unit.archived_at is not None:
        raise Invalid(_("This is not complete."), {"unit": [_("Choose one of your own units.")]})
    if Statement.objects.current().filter(framework=framework, unit=unit).exists():
        raise StatementThere
    statement = Statement.objects.create(framework=framework, unit=unit, opened_by=_person(actor), opened_at=clock.now())
    StatementLine.objects.bulk_create(StatementLine(statement=statement, requirement_id=pk) for pk in controls)
    audit.record(actor, "statement.opened", statement, {"framework": framework.pk, "unit": unit.pk})
    return statement


@transaction.atomic
def set_scope(statement: Statement, scope: str, *, actor: Any) -> Statement:
    """What the management system covers. Raises StatementGone, Invalid."""
    statement, scope = _locked(statement), scope.strip()
    if not scope or len(scope) > LONGEST_SCOPE:
        sentence = _("Say in at most 4,000 characters what the management system covers.")
        raise Invalid(_("This is not complete."), {"scope": [sentence]})
    if scope != statement.scope:
        statement.scope = scope
        _back_to_draft(statement)
        audit.record(actor, "statement.scope_set", statement, text=scope)
    return statement


@transaction.atomic
def decide(line: StatementLine, *, actor: Any, version: int | None, **said: Any) -> StatementLine:
    """Say whether a control applies, why, how far it is and who sees to it (DECIDED). Raises StatementGone, SavedOver, Invalid."""
    statement = _locked(line.statement)
    line = StatementLine.objects.select_for_update(of=("self",)).select_related("requirement", "owner").get(pk=line.pk)
    if version is not None and version != line.version:
        raise SavedOver(line.version)
    said = {name: value.strip() if isinstance(value, str) else value for name, value in said.items() if name in DECIDED}
    changed = {name for name, value in said.items() if getattr(line, name) != value}
    if not changed:
        return line
    for name in changed:
        setattr(line, name, said[name])
    _check(line)
    line.version += 1
    line.save(update_fields=[*changed, "version"])
    _back_to_draft(statement)
    told = {"line": line.requirement.identifier, "fields": sorted(changed)}
    audit.record(actor, "statement.decided", statement, told, text=line.reason if "reason" in changed else "")
    return line


@transaction.atomic
def ask(statement: Statement, *, actor: Any) -> Statement:
    """Ask CIO and CISO to sign it as it stands, and the risk treatment plan with it. Raises StatementGone, Undecided."""
    statement = _locked(statement)
    undecided = statement.lines.filter(is_applicable=None).count()
    if undecided or not statement.scope:
        raise Undecided(undecided)
    if statement.proposed_at is None:
        statement.proposed_by, statement.proposed_at = _person(actor), clock.now()
        statement.version += 1
        statement.save(update_fields=["proposed_by", "proposed_at", "version"])
        statement_plan.freeze(statement)
        audit.record(actor, "statement.proposed", statement)
    signatures.ask(statement, SIGNERS, actor=actor)
    return statement


@transaction.atomic
def hand_over(statement: Statement, person: User, successor: User, *, actor: Any) -> User:
    """Let `successor` see to the controls of one who leaves. What was signed named the other one: it is to be signed again."""
    statement = _locked(statement)
    lines = statement.lines.select_for_update(of=("self",)).filter(owner=person)
    for line in lines:
        line.owner, line.version = successor, line.version + 1
        line.save(update_fields=["owner", "version"])
    _back_to_draft(statement)
    audit.record(actor, "statement.handed_over", statement, {"owner": [person.pk, successor.pk], "lines": len(lines)})
    return successor


def take_force(statement: Statement, *, actor: Any) -> None:
    """Both have signed it as it stands; called by signing, the statement is locked."""
    statement.signed_at = clock.now()
    statement.version += 1
    statement.save(update_fields=["signed_at", "version"])


def check_open(statement: Statement) -> None:
    """Raises StatementGone where nothing can be signed."""
    if statement.archived_at is not None or statement.proposed_at is None:
        raise StatementGone


def material(statement: Statement) -> dict[str, Any]:
    """What a signature covers: the scope, every line, and the treatment plan where one was frozen with it. Two queries."""
    rows = statement.lines.order_by("requirement__place").values_list(
        "requirement__identifier", "is_applicable", "reason", "status", "owner"
    )
    plan = statement_plan.digest(statement)
    told = {"framework": str(statement.framework), "scope": statement.scope, "lines": [list(row) for row in rows]}
    return told | ({"plan": plan} if plan else {})


def _check(line: StatementLine) -> None:
    wrong: dict[str, list[str]] = {}
    if line.is_applicable is not None and not line.reason:
        wrong["reason"] = [_("Say why it applies, or why it does not.")]
    if len(line.reason) > LONGEST_REASON:
        wrong["reason"] = [_("Keep it under 1,000 characters.")]
    if line.status not in StatementLine.Status.values:
        wrong["status"] = [_("Choose how far it is.")]
    if line.owner is not None and (line.owner.is_service or not line.owner.is_active):
        wrong["owner"] = [_("Choose somebody who works here.")]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)


def _back_to_draft(statement: Statement) -> None:
    """What was signed holds no longer; whoever wants it signed asks again."""
    statement_plan.thaw(statement)
    statement.proposed_at = statement.proposed_by = statement.signed_at = None
    statement.version += 1
    statement.save(update_fields=["scope", "proposed_at", "proposed_by", "signed_at", "version"])


def _locked(statement: Statement) -> Statement:
    rows = Statement.objects.select_for_update(of=("self",)).select_related("framework", "unit")
    statement = rows.get(pk=statement.pk)
    if statement.archived_at is not None:
        raise StatementGone
    return statement


def _person(actor: Any) -> Any:
    return actor if actor is not None and actor.pk else None
