"""Why somebody sees something, or does not: the reasons of the one definition of access, each asked alone, in words.

Nothing is decided here: a kind whose model names its `clauses` is explained by exactly those that its `visibility` is made of;
of every other kind the visible rows themselves are asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import subjects
from portal.people import roles
from portal.people.models import Appointment, RoleAssignment, Unit, User
from portal.people.reach import NOBODY, Clause, Grants, grants
from portal.record import audit

WORDS = {
    "it-owner": gettext_lazy("They own it as IT owner."),
    "security-owner": gettext_lazy("They own it as security owner."),
    "owner": gettext_lazy("They own it."),
    "named": gettext_lazy("They are named on it."),
    "logged": gettext_lazy("They logged it, and it is not confidential."),
    "leads-it": gettext_lazy("They lead it."),
    "called": gettext_lazy("A plan at work calls them to it."),
    "in-plan": gettext_lazy("The plan names them."),
    "reported-it": gettext_lazy("They reported it."),
    "leader": gettext_lazy("They fill a leader's seat, and leaders open everything, what is confidential as well."),
    "permission": gettext_lazy("One of their roles reads all of this kind."),
    "took-part": gettext_lazy("They handed over, or something passed to them."),
    "recipient": gettext_lazy("It was sent to them, and they see what it is about."),
    "about": gettext_lazy("They see what it is about, and one of their roles reads this kind."),
    "everybody": gettext_lazy("Everybody who has such a role sees all of this kind."),
}
_OFFICES = {**dict(Appointment.Seat.choices), **dict(RoleAssignment.Role.choices)}


@dataclass(frozen=True)
class Answer:
    """Whether `person` sees the subject, and why, or why not. Names of units and roles, never a word of the subject itself."""

    sees: bool
    reasons: Sequence[str]


Explain = Callable[[User, Any], Sequence[str]]
_special: dict[str, Explain] = {}


def explain_with(kind: str, function: Explain) -> None:
    """`function(user, row)` gives the keys of WORDS for a kind whose rows are seen by a rule of their query set."""
    _special[kind] = function


def explain(person: User, kind: str, row: Model) -> Answer:
    """Why `person` sees `row` of `kind`, or why not."""
    subject = subjects.of_kind(kind)
    seen = grants(person)
    if seen is NOBODY:
        return Answer(False, [_("The account is closed, so they see nothing.")])
    sees = subject.model_class._default_manager.visible_to(person).filter(pk=row.pk).exists()
    if not sees:
        return Answer(False, _why_not(seen, subject, row))
    return Answer(True, list(_why(person, seen, kind, subject, row)))


def rows_of(kind: str) -> QuerySet:
    """Every row of a kind: who keeps access asks about what they may not open themselves as well, and hears no word of it."""
    return subjects.of_kind(kind).model_class._default_manager.all()


@transaction.atomic
def ask(person: User, kind: str, row: Model, *, actor: Any) -> Answer:
    """The same, asked by somebody: who looks into the access of others leaves an entry whenever they do."""
    found = explain(person, kind, row)
    audit.record(actor, "user.access_explained", person, {"kind": kind, "subject": row.pk, "sees": found.sees})
    return found


def opening(person: User, kind: str, row: Model) -> list[Clause]:
    """The clauses that open `row` to `person`, for kinds that name theirs."""
    model = subjects.of_kind(kind).model_class
    found = model.clauses(grants(person)) if hasattr(model, "clauses") else []
    return [one for one in found if model._default_manager.filter(one.rows, pk=row.pk).exists()]


def _why(person: User, seen: Grants, kind: str, subject: subjects.Subject, row: Model):
    if kind in _special:
        yield from (str(WORDS[why]) for why in _special[kind](person, row))
        return
    if not hasattr(subject.model_class, "clauses"):
        yield str(WORDS["everybody"])
        return
    for clause in opening(person, kind, row):
        if clause.unit:
            yield from _by_role(person, seen, _unit_of(row, clause.unit))
        else:
            yield str(WORDS[clause.why])


def _by_role(person: User, seen: Grants, unit: Unit):
    for name in sorted(seen.names & roles.EVERYWHERE):
        yield _("As %(office)s they see the whole organisation.") % {"office": _OFFICES[name]}
    held = person.role_assignments.filter(ended_at=None, role__in=roles.SEES_UNITS).select_related("unit")
    for each in held.order_by("role", "unit__path"):
        if unit.path.startswith(each.unit.path):
            facts = {"office": each.get_role_display(), "above": each.unit, "unit": unit}
            if each.unit_id == unit.pk:
                yield _("As %(office)s of %(unit)s they see what belongs there.") % facts
            else:
                yield _("As %(office)s of %(above)s they see everything below it, %(unit)s as well.") % facts


def _why_not(seen: Grants, subject: subjects.Subject, row: Model) -> list[str]:
    word = {"things": subject.plural}
    if not seen.names:
        return [_("They have no role, so they see nothing.")]
    if hasattr(subject.model_class, "clauses") and not subject.model_class.clauses(seen):
        held = ", ".join(str(_OFFICES[name]) for name in sorted(seen.names))
        return [_("None of their roles (%(held)s) reads %(things)s.") % {"held": held, **word}]
    if getattr(row, "is_confidential", False):
        return [_("It is confidential: only leaders, its owners and the people named on it see it, and they are none of these.")]
    return [_("No role of theirs reaches where it belongs, and neither its owners nor the people named on it are them.")]


def _unit_of(row: Model, path: str) -> Unit:
    found: Any = row
    for part in path.split("__"):
        found = getattr(found, part)
    return found
