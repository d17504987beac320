"""When somebody leaves: incidents, plans and exercises pass to a successor, who is also named where a plan names the leaver; but
never open to one what they may not see.

What was signed stays signed: a plan in force gets a draft beside it, which names the successor and waits for both leaders.
"""

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from portal import clock
from portal.people import announcements, appointments
from portal.people.models import User
from portal.record import audit
from risks.errors import NobodyMayRead
from risks.models import Activation, PlanAction, PlanClock, PlanContact, PlanVersion, PrivateReach, ResponsePlan
from risks.response import plan_content, plans

LEADERS = ("CISO", "CIO")
RENAMED = "response_plan.named_instead"
State = PlanVersion.State
TO_COME = (State.DRAFT, State.ASKED)


def taker(row: Any, successor: User, *, actor: Any) -> User:
    """`successor` where they, or whoever hands over, may open `row`; else a leader. Raises NobodyMayRead."""
    rows = type(row)._default_manager
    if any(person is not None and rows.visible_to(person).filter(pk=row.pk).exists() for person in (successor, actor)):
        return successor
    filled = [found.person for seat in LEADERS if (found := appointments.seat_holder(seat)) is not None]
    if not filled:
        raise NobodyMayRead
    return filled[0]


def naming(person: User) -> QuerySet[ResponsePlan]:
    """The plans that count on `person`: by the version to come, by the one in force where none is to come, or at work now."""
    to_come = PlanVersion.objects.filter(plan=OuterRef("plan"), state__in=TO_COME)
    counts = Q(state__in=TO_COME) | (Q(state=State.IN_FORCE) & ~Exists(to_come))
    named = _names(person)
    called = Activation.objects.live().filter(people=person)
    versions = PlanVersion.objects.filter(counts, named)
    rows = Q(pk__in=versions.order_by().values("plan")) | Q(pk__in=called.order_by().values("plan_version__plan"))
    return ResponsePlan.objects.current().filter(rows)


@transaction.atomic
def name_instead(plan: ResponsePlan, person: User, successor: User, *, actor: Any) -> User:
    """Let `successor` stand where `plan` names `person`, who leaves: in the version to come, which is drafted where there is none
    and is a draft again where it waited for signatures; and among those whom the plan calls now. Whoever keeps the plan hears
    that a draft waits. A private number goes with its holder. Returns who took it; raises as `taker`."""
    successor = taker(plan, successor, actor=actor)
    plan = ResponsePlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    version = _to_write(plan, person, actor)
    if version is not None:
        _write(version, person, successor)
        audit.record(actor, RENAMED, version, {"named": [person.pk, successor.pk]})
        announcements.tell(plan, RENAMED, {plan.owner_id} - {getattr(actor, "pk", None)})
    for found in Activation.objects.live().select_for_update(of=("self",)).filter(plan_version__plan=plan, people=person):
        found.people.remove(person)
        found.people.add(successor)
        audit.record(actor, "response.called_instead", found, {"called": [person.pk, successor.pk]})
    return successor


def _names(person: User) -> Q:
    """A version that names `person` anywhere."""
    here = {"plan_version": OuterRef("pk"), "person": person}
    said = [Exists(model.objects.filter(**here)) for model in (PlanAction, PlanContact, PlanClock)]
    return Q(said[0]) | Q(said[1]) | Q(said[2])


def _to_write(plan: ResponsePlan, person: User, actor: Any) -> PlanVersion | None:
    """The draft in which `person` is to be replaced, None where no version to come or in force names them."""
    known = plan.versions.select_for_update(of=("self",))
    version = known.filter(state__in=TO_COME).first() or known.filter(state=State.IN_FORCE).first()
    if version is None or not PlanVersion.objects.filter(_names(person), pk=version.pk).exists():
        return None
    if version.state == State.IN_FORCE:
        ordinal = plan.versions.first().ordinal + 1
        draft = PlanVersion.objects.create(plan=plan, ordinal=ordinal, drafted_by=actor or plan.owner, drafted_at=clock.now())
        plan_content.copy(version, draft)
        audit.record(actor, "response_plan.drafted", draft, {"plan": plan.pk, "ordinal": ordinal})
        return draft
    if version.state == State.ASKED:
        version.state = State.DRAFT
        plans.save(version, "state")
        audit.record(actor, "response_plan.taken_back", version, {"ordinal": version.ordinal})
    return version


def _write(version: PlanVersion, person: User, successor: User) -> None:
    version.actions.filter(person=person).update(person=successor)
    version.clocks.filter(person=person).update(person=successor)
    PrivateReach.objects.filter(contact__plan_version=version, contact__person=person).delete()
    name = successor.name[: plan_content.LONGEST_NAME]
    version.contacts.filter(person=person).update(person=successor, name=name, reach="")
    plans.save(version)
