"""What is happening now, for whom it concerns: plans at work and open incidents. One query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat

from portal.people.reach import grants
from risks.models import Activation, Incident

LEADERS = frozenset({"CIO", "CISO", "CSO"})
PLAN, EXERCISE, INCIDENT = "plan", "exercise", "incident"
MOST = 7


@dataclass(frozen=True, slots=True)
class Live:
    """A plan at work, for an incident or an exercise; or an open incident that no plan is at work for."""

    kind: str
    pk: int
    label: str
    since: datetime


def of(user: Any) -> Sequence[Live]:
    """The newest first. A leader hears of every one, others of what calls them and of the incidents they lead."""
    if not user.has_perm("risks.view_responseplan"):
        return ()
    leads = bool(grants(user).seats & LEADERS)
    called = Activation.people.through.objects.filter(activation=OuterRef("pk"), user=user.pk)
    at_work = Activation.objects.visible_to(user).live().filter(Q() if leads else Q(Exists(called)))
    alone = ~Exists(Activation.objects.live().filter(incident=OuterRef("pk")))
    open_now = Incident.objects.visible_to(user).current().open().filter(alone, Q() if leads else Q(lead=user.pk))
    plan = Concat("plan_version__plan__number", Value(" "), "plan_version__plan__name", output_field=CharField())
    incident = Concat("number", Value(" "), "title", output_field=CharField())

    def told(rows: Any, kind: str, label: Any, since: str) -> Any:
        named = {"kind": Value(kind, output_field=CharField()), "label": label, "since": F(since)}
        return rows.order_by().annotate(**named).values_list("kind", "pk", "label", "since")

    rows = told(at_work.filter(exercise=None), PLAN, plan, "started_at").union(
        told(at_work.exclude(exercise=None), EXERCISE, plan, "started_at"),
        told(open_now, INCIDENT, incident, "noticed_at"),
        all=True,
    )
    return [Live(*row) for row in rows.order_by("-since", "pk")[:MOST]]
