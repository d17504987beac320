"""What goes with a statement of applicability: the risk treatment plan (ISO/IEC 27001, 6.1.3 e), which is signed with it, and the
findings that are open."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.compliance import audit_book
from governance.compliance.models import AuditFinding, PlannedTreatment, Statement
from portal import clock
from portal.people import organisations
from portal.people.models import User
from portal.web import shown
from risks.models import Treatment, TreatmentStep

MOST = 500
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Table:
    """A part of the file; `widths` are shares of the page, 0 for what the words take."""

    title: str
    columns: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]
    empty: str
    tab: str = ""  # a shorter title, where the title says when


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of the plan: the facts as they are or, where they were signed, as they were then; `now` is the standing of today."""

    treatment: Treatment
    kind: str
    owner: User
    due_on: date
    standing: str
    cost: Decimal
    now: str

    @property
    def has_moved(self) -> bool:
        """Whether it stands, or falls due, otherwise than when it was frozen."""
        return (self.standing, self.due_on) != (self.treatment.get_state_display(), self.treatment.due_on)


@dataclass(frozen=True, slots=True)
class Plan:
    """The risk treatment plan of a statement for one reader; `frozen_at` is None while it follows what happens."""

    rows: Sequence[Planned]
    hidden: int  # that the reader may not open
    frozen_at: datetime | None

    @property
    def count(self) -> int:
        return len(self.rows) + self.hidden


def freeze(statement: Statement) -> None:
    """Keep the plan as it is: it is signed with the statement. The caller holds the statement."""
    now = clock.now()
    PlannedTreatment.objects.bulk_create(
        PlannedTreatment(
            statement=statement,
            treatment=one,
            kind=one.kind,
            standing=one.state,
            owner_id=one.owner_id,
            due_on=one.due_on,
            cost=one.step_cost or NOTHING,
            frozen_at=now,
        )
        for one in _under_way(statement)
    )


def thaw(statement: Statement) -> None:
    """The statement is a draft again, and its plan follows what happens."""
    statement.planned.current().update(archived_at=clock.now())


def digest(statement: Statement) -> dict[str, Any]:
    """What a signature covers of the plan: how many lines, and a fingerprint of their facts, for not everybody who reads a
    signature may open each of them. {} without a line. One query."""
    facts = ("treatment__number", "kind", "standing", "owner", "due_on", "cost")
    rows = [[str(fact) for fact in row] for row in statement.planned.current().order_by("treatment").values_list(*facts)]
    return {"lines": len(rows), "sha256": sha256(json.dumps(rows).encode()).hexdigest()} if rows else {}


def read(statement: Statement, user: Any) -> Plan:
    """The plan as `user` may read it: frozen where the statement was put to the two, else as it is. At most three queries."""
    kept = statement.planned.current()
    every = kept.count() if statement.proposed_at else 0
    if every:
        seen = PlannedTreatment.objects.visible_to(user).current().filter(statement=statement)
        found = list(seen.select_related("treatment__risk", "owner").order_by("due_on", "treatment")[:MOST])
        rows = [_kept(one) for one in found]
        return Plan(rows, every - len(rows), found[0].frozen_at if found else statement.proposed_at)
    shown_to = _under_way(statement, Treatment.objects.visible_to(user)).select_related("risk", "owner")[:MOST]
    rows = [_as_it_is(one) for one in shown_to]
    return Plan(rows, _under_way(statement).count() - len(rows), None)


def treatments(statement: Statement, user: Any) -> Table:
    """The plan as a part of a file."""
    plan = read(statement, user)
    rows = [
        (
            one.treatment.number,
            one.treatment.title,
            f"{one.treatment.risk.number} {one.treatment.risk.title}",
            one.kind,
            str(one.owner),
            shown.date_long(one.due_on),
            one.standing,
            shown.money(one.cost),
        )
        for one in plan.rows
    ]
    if plan.hidden:
        told = ngettext("%(n)d more that the reader may not open", "%(n)d more that the reader may not open", plan.hidden)
        rows.append(("", told % {"n": plan.hidden}, *[""] * 6))
    columns = (_("Number"), _("Treatment"), _("Risk"), _("Way"), _("Owner"), _("Due"), _("Standing"), _("Cost"))
    tab = title = _("Risk treatment plan")
    if plan.frozen_at is not None:
        title = _("Risk treatment plan, as put to the two on %(day)s") % {"day": shown.date_long(plan.frozen_at)}
    return Table(title, columns, (0, 4, 4, 0, 2, 0, 0, 0), rows, _("No treatment is proposed or under way."), tab)


def _under_way(statement: Statement, of: QuerySet[Treatment] | None = None) -> QuerySet[Treatment]:
    """What is proposed or under way in the unit of the statement, with its cost; by day."""
    standing = (Treatment.State.PROPOSED, Treatment.State.APPROVED)
    rows = Treatment.objects.all() if of is None else of
    found = rows.filter(archived_at=None, state__in=standing, risk__unit__path__startswith=statement.unit.path)
    steps = TreatmentStep.objects.filter(treatment=OuterRef("pk"), dropped_at=None).order_by().values("treatment")
    return found.annotate(step_cost=Subquery(steps.annotate(sum=Sum("cost")).values("sum"))).order_by("due_on", "pk")


def _as_it_is(one: Any) -> Planned:
    standing = str(one.get_state_display())
    return Planned(one, str(one.get_kind_display()), one.owner, one.due_on, standing, one.step_cost or NOTHING, standing)


def _kept(one: Any) -> Planned:
    now = str(one.treatment.get_state_display())
    return Planned(
        one.treatment, str(one.get_kind_display()), one.owner, one.due_on, str(one.get_standing_display()), one.cost, now
    )


def findings(statement: Statement, user: Any) -> Table:
    """The open findings of audits against this framework in the unit. Two queries."""
    seen = AuditFinding.objects.visible_to(user).filter(
        closed_at=None,
        audit__framework__key=statement.framework.key,
        audit__unit__path__startswith=statement.unit.path,
        audit__archived_at=None,
    )
    rows = []
    for row in audit_book.rows_of(seen.order_by(audit_book.GRAVITY, "pk")[:MOST], organisations.today()):
        action = row.action if row.action is not None and row.action.is_effective is None else None
        requirement = row.finding.requirement
        rows.append(
            (
                requirement.identifier if requirement else "",
                str(row.finding.get_grade_display()),
                row.finding.text,
                action.text if action else "",
                str(action.owner) if action else "",
                shown.date_long(action.due_on) if action else "",
            )
        )
    columns = (_("Requirement"), _("Grade"), _("Finding"), _("Corrective action"), _("Owner"), _("Due"))
    return Table(_("Open findings of internal audits"), columns, (0, 0, 4, 4, 2, 0), rows, _("No finding is open."))
