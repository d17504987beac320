"""From a shortfall to a plan: a practice below its target becomes a treatment or an initiative, linked both ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext as _

from governance.change import initiatives
from governance.change.models import Initiative
from governance.compliance import current_edition
from governance.compliance.errors import NoShortfall
from governance.compliance.internal_audits import person
from governance.compliance.models import Owner, Practice, ShortfallPlan
from portal import clock
from portal.people.models import User
from portal.record import audit
from risks import treatments
from risks.models import Levels, LossResult, Office, Risk, Treatment, TreatmentStep
from risks.treatments import Step

LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Begun:
    """One plan as the page of its practice shows it: what it costs, and the average loss of a year that it avoids."""

    plan: ShortfallPlan
    cost: Decimal | None
    avoided: float | None


@transaction.atomic
def treat(
    practice: Practice, risk: Risk, *, actor: Any, owner: User, due_on: date, likelihood_level: int, cost: Decimal = Decimal(0)
) -> Treatment:
    """Propose a treatment of `risk` that closes the shortfall, with one step of the office that owns the requirement. Raises
    OldEdition, NoShortfall, and what a treatment refuses."""
    practice = _locked(practice)
    office = Office.IT if practice.owner == Owner.IT else Office.SECURITY
    title = title_of(practice)
    made = treatments.propose(
        risk,
        actor=actor,
        title=title,
        kind=Treatment.Kind.REDUCE,
        owner=owner,
        due_on=due_on,
        likelihood_level=likelihood_level,
        steps=[Step(office, title, owner, due_on, cost)],
        reason=practice.note,
    )
    _link(practice, actor, treatment=made)
    return made


@transaction.atomic
def begin(practice: Practice, *, actor: Any, kind: str, owner: User, sponsor: User) -> Initiative:
    """Write an initiative down that closes the shortfall. Raises OldEdition, NoShortfall, and what an initiative refuses."""
    practice = _locked(practice)
    made = initiatives.propose(
        actor=actor,
        title=title_of(practice),
        purpose=practice.note,
        kind=kind,
        unit=practice.profile.unit,
        owner=owner,
        sponsor=sponsor,
        status="ON_TRACK",
        reachability="INTERNAL",
    )
    _link(practice, actor, initiative=made)
    return made


def behind(plan: Treatment | Initiative) -> ShortfallPlan:
    """The link of a plan that was made here."""
    return ShortfallPlan.objects.get(**{"treatment" if isinstance(plan, Treatment) else "initiative": plan})


def title_of(practice: Practice) -> str:
    """What closes it, in words."""
    told = {
        "identifier": practice.requirement.identifier,
        "title": practice.requirement.title,
        "current": practice.current_level,
        "target": practice.target_level,
    }
    words = _("%(identifier)s from %(current)s to %(target)s: %(title)s") % told
    return words if len(words) <= LONGEST_TITLE else f"{words[: LONGEST_TITLE - 1]}…"


def of_practice(practice: Practice, user: Any) -> list[Begun]:
    """What was begun for it that `user` may open, with cost against loss avoided: the average of a year now minus that after
    plan, where somebody estimated both. One query."""
    seen = Q(treatment__in=Treatment.objects.visible_to(user)) | Q(initiative__in=Initiative.objects.visible_to(user))
    steps = TreatmentStep.objects.filter(treatment=OuterRef("treatment"), dropped_at=None).order_by().values("treatment")
    means = {
        name: LossResult.objects.visible_to(user).filter(risk=OuterRef("treatment__risk"), stage=stage, scenario__stage=stage)
        for name, stage in (("mean_now", Levels.Stage.CURRENT), ("mean_after", Levels.Stage.RESIDUAL))
    }
    plans = (
        practice.plans.filter(seen)
        .select_related("treatment__risk", "initiative")
        .annotate(
            step_cost=Subquery(steps.annotate(sum=Sum("cost")).values("sum")),
            **{name: Subquery(rows.values("mean")[:1]) for name, rows in means.items()},
        )
    )
    return [_begun(plan) for plan in plans.order_by("-pk")]


def _begun(plan: Any) -> Begun:
    if plan.initiative is not None:
        worth = plan.initiative.benefit_per_year
        return Begun(plan, plan.initiative.budget, None if worth is None else float(worth))
    known = plan.mean_now is not None and plan.mean_after is not None
    return Begun(plan, plan.step_cost or Decimal(0), plan.mean_now - plan.mean_after if known else None)


def on_treatments(ids: Sequence[int], user: Any) -> Mapping[int, ShortfallPlan]:
    """The shortfall that each treatment closes, where `user` may open it. One query."""
    rows = ShortfallPlan.objects.visible_to(user).filter(treatment__in=ids)
    return {row.treatment_id: row for row in rows.select_related("practice__requirement", "practice__profile__unit")}


def on_initiatives(ids: Sequence[int], user: Any) -> Mapping[int, ShortfallPlan]:
    """The same of initiatives. One query."""
    rows = ShortfallPlan.objects.visible_to(user).filter(initiative__in=ids)
    return {row.initiative_id: row for row in rows.select_related("practice__requirement", "practice__profile__unit")}


def _link(practice: Practice, actor: Any, **plan: Any) -> None:
    row = ShortfallPlan.objects.create(practice=practice, begun_by=person(actor), begun_at=clock.now(), **plan)
    facts = {"treatment": row.treatment_id, "initiative": row.initiative_id}
    audit.record(actor, "practice.plan_begun", practice, {name: pk for name, pk in facts.items() if pk})


def _locked(practice: Practice) -> Practice:
    current_edition.hold(practice.profile.framework_id)
    rows = Practice.objects.select_for_update(of=("self",), no_key=True).select_related("profile__unit", "requirement")
    practice = rows.get(pk=practice.pk)
    if not practice.gap:
        raise NoShortfall
    return practice
