"""Incidents, plans and exercises with believable defaults."""

from datetime import timedelta
from itertools import count

from portal.people import organisations
from risks.models import Exercise, Incident, ResponsePlan
from risks.response import exercises, incidents, plans
from risks.response.exercises import Fed
from risks.response.plan_content import Action, Contact
from tests.factories.risks import sign

_serial = count(1)


def make_incident(*, unit, actor, **fields) -> Incident:
    """An open incident of `unit`, noticed this moment and logged by the verb."""
    believable = {"title": f"Ransom note on an engineering workstation {next(_serial)}", "lead": actor}
    return incidents.log(actor=actor, unit=unit, **(believable | fields))


def make_plan(*, unit, actor, actions=None, contacts=None, **fields) -> ResponsePlan:
    """A plan of `unit` kept by `actor`, whose first draft can be sent: an action of each office, a tree of two, usual clocks."""
    plan = plans.open_plan(actor=actor, unit=unit, **({"name": f"Ransomware in the plant network {next(_serial)}"} | fields))
    believable = [
        Action("PREPARE", "IT", "Keep the last backups offline"),
        Action(
            "CONTAIN", "IT", "Cut the plant from the office network", seat="CIO", minutes_allowed=30, done_when="No route is left"
        ),
        Action("CONTAIN", "SECURITY", "Keep the workstations for evidence", person=actor, minutes_allowed=60),
    ]
    reached = [
        Contact("Marta Lindqvist", "CIO", "+49 30 1000", private="+49 170 1111111"),
        Contact("Jonas Weir", "Shift engineer", "+49 30 2000", person=actor, called_by=1, private="+49 170 2222222"),
    ]
    version = plan.versions.get()
    plans.write(
        version,
        actor=actor,
        expected=None,
        actions=believable if actions is None else actions,
        contacts=reached if contacts is None else contacts,
    )
    return plan


def in_force(plan: ResponsePlan, cio, ciso) -> ResponsePlan:
    """Sent, and signed by both leaders."""
    version = plans.propose(plan.versions.first(), actor=plan.owner)
    sign(version, cio, ciso)
    return plan


def make_exercise(plan: ResponsePlan, *, actor, **fields) -> Exercise:
    """Planned for a month from now, with a note after ten minutes; the plan is in force."""
    believable = {
        "title": "A workstation asks for money",
        "planned_on": organisations.today() + timedelta(days=30),
        "injects": [Fed(10, "A second line stops")],
    }
    return exercises.plan_one(plan, actor=actor, **(believable | fields))
