"""What was decided, with believable defaults."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from governance.change import declarations, gate_editions, gates, initiatives, ledger, planned_changes, stages
from governance.change.declarations import Said
from governance.change.models import Criterion, GateEdition, Initiative, PlannedChange, SpendLine
from governance.change.wanted import Planned
from governance.together import decisions, goals, positions
from governance.together.goals import Measure
from governance.together.models import Decision, Goal, Theme
from governance.together.wanted import Option
from portal import clock
from portal.people import organisations
from portal.people.models import Unit, User
from portal.signing import signatures

OPTIONS = (
    Option("Open it only through the jump host", "One week of work", Decimal("18000.00"), None, Decimal("40000.00")),
    Option("Leave it open until the spring stop", "No work now", Decimal("0.00"), None, Decimal("310000.00")),
)


def make_decision(
    *, unit: Unit, by, put: bool = True, options: Sequence[Option] = OPTIONS, rests_on: Iterable = (), **said
) -> Decision:
    """A question of `by`, put to the seats unless said otherwise; asks for the first option."""
    believable = {
        "title": "Remote access of the press vendor",
        "question": "How may the press vendor reach the line from outside?",
        "context": "The contract ends in March.",
        "touches_safety": False,
        "is_confidential": False,
        "proposed_option": "A",
        "decide_by": None,
    }
    decision = decisions.ask(actor=by, unit=unit, options=options, rests_on=rests_on, **(believable | said))
    return decisions.put(decision, actor=by) if put else decision


def answer(decision: Decision, person, stance: str = "SUPPORT", **said):
    """`person` takes a position with a factor given this moment; the standing afterwards."""
    if stance != "SUPPORT":
        said.setdefault("reason", "Two alarms in May came through this link.")
    found = positions.take(decision, stance, actor=User.objects.get(pk=person.pk), factor_at=clock.now(), **said)
    decision.refresh_from_db()
    return found


def make_initiative(*, unit: Unit, by, milestones: Sequence[Planned] = (), **said) -> Initiative:
    """An idea of `by`, who owns it and pays for it unless said otherwise."""
    believable = {
        "title": "Order portal in the cloud",
        "purpose": "Customers see their orders without a call.",
        "kind": "CLOUD",
        "owner": by,
        "sponsor": by,
        "status": "ON_TRACK",
        "reachability": "INTERNET",
        "budget": Decimal("180000.00"),
    }
    return initiatives.propose(actor=by, unit=unit, milestones=milestones, **(believable | said))


MEASURES = {
    "CIO": Measure("Servers patched within 14 days", Decimal(60), Decimal(95), "%"),
    "CISO": Measure("Open findings older than a month", Decimal(120), Decimal(20), "findings"),
}


def make_theme(name: str = "Plants that keep running", *, by=None, about: str = "") -> Theme:
    return goals.add_theme(actor=by, name=name, about=about)


def make_goal(*, by, theme: Theme | None = None, measures=MEASURES, there_for: Iterable = (), **said) -> Goal:
    """A goal over a year that began a hundred days ago, proposed to both and signed by nobody yet."""
    began = organisations.today() - timedelta(days=100)
    believable = {
        "title": "Known holes are closed in two weeks",
        "about": "On servers and clients alike.",
        "from_on": began,
        "due_on": began + timedelta(days=365),
    }
    theme = theme or Theme.objects.current().first() or make_theme(by=by)
    return goals.propose(actor=by, theme=theme, measures=measures, there_for=there_for, **(believable | said))


def share(goal: Goal, *people) -> Goal:
    """All of `people` sign it, with a factor given this moment."""
    for person in people:
        signatures.sign(goal, actor=User.objects.get(pk=person.pk), factor_at=clock.now())
    goal.refresh_from_db()
    return goal


def at_a_gate(initiative: Initiative, *, kind: str = "SERVER", data: str = "INTERNAL") -> Initiative:
    """Out of the idea: it has declared one thing, and its gates are set up."""
    declarations.declare(initiative, [Said("ADDS", kind, data)], actor=initiative.owner)
    return stages.advance(initiative, "PLAN", actor=initiative.owner)


def meet(initiative: Initiative, stage: str, owner: User, ciso: User, *, but: str = "") -> None:
    """Both offices say that every criterion of the gate is met, `but` one."""
    rows = Criterion.objects.filter(gate__initiative=initiative, gate__opens=stage, dropped_at=None).exclude(asks__key=but)
    for criterion in rows:
        for who in (owner, ciso):
            gates.answer(criterion, "MET", actor=User.objects.get(pk=who.pk), note="The drawing of March shows it")


def make_planned(*, unit: Unit, by, assets: Iterable = (), days: float = 3, hours: float = 4, **said) -> PlannedChange:
    """A patch window of `hours` that begins so many `days` from now; `by` planned it and sees to it."""
    begins = clock.now() + timedelta(days=days)
    believable = {
        "kind": "PATCH",
        "title": "Historian patched",
        "owner": by,
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=hours),
    }
    return planned_changes.plan(actor=by, unit=unit, assets=assets, **(believable | said))


def make_spend_line(*, by, unit: Unit, **said) -> SpendLine:
    """A line of the ledger that `by` noted and looks after."""
    believable = {
        "vendor": "Halden Software",
        "product": "Watchtower",
        "capability": "Monitoring",
        "paid_by": "IT",
        "owner": by,
        "yearly_cost": Decimal("48000.00"),
    }
    return ledger.note(actor=by, unit=unit, **(believable | said))


def make_edition(*, by, key: str = "ot-zones", reason: str = "The shift asked for it.", **asks) -> GateEdition:
    """The next edition of a set as `by` drafts it: it asks one thing besides."""
    base = gate_editions.in_force(key)
    new = {"opens": "DESIGN", "office": "IT", "from_size": "S", "is_mandatory": True, "question": "Who may stop the line?"}
    return gate_editions.draft(base, [*gate_editions.asked_by(base), new | {"evidence": "The list"} | asks], reason, actor=by)
