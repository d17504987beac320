"""What Verrow's leaders decided together, where they differed, and what still waits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from governance.board.demo.events import Event
from governance.board.demo.times import acting
from governance.together import conditions, decisions, marks, ownership, ownership_page, positions
from governance.together.conditions import Wanted
from governance.together.models import Condition, Decision
from governance.together.ownership import Words
from governance.together.wanted import Option
from portal import clock
from portal.people import organisations
from portal.people.models import Unit, User
from portal.signing import signatures
from risks.models import Risk

AFTER_ALL_ELSE = 5000


@dataclass(frozen=True)
class Said:
    """One answer, so many days before the demo's first day."""

    by: str
    days_ago: int
    stance: str = "SUPPORT"
    reason: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    told: Sequence[tuple[str, str, int]] = ()  # conditions: text, who sees to it, due so many days from the first day


@dataclass(frozen=True)
class Asked:
    """One question: asked by whom and when, of which unit, about which risks."""

    title: str
    question: str
    context: str
    by: str
    unit: str
    days_ago: int
    options: Sequence[Option]
    proposed: str
    risks: Sequence[str] = ()
    answers: Sequence[Said] = ()
    arbiter: tuple[int, str, str] | None = None  # days ago, option, reason
    put: bool = True
    answer_in_days: int | None = None
    days: Sequence[tuple[int, int, int]] = ()  # of each option: early, likely and late, from the demo's first day
    month_costs: int | None = None  # business that waits
    marks: Sequence[tuple[str, int, str, str]] = ()  # who, days ago, option, why


def _option(title: str, cost: int, loss: int | None, description: str = "") -> Option:
    return Option(title, description, Decimal(cost), None, None if loss is None else Decimal(loss))


ASKED = (
    Asked(
        "Recipe server on the office network",
        "Shall the planners reach the recipe server of Eastmere straight from the office?",
        "Planners carry recipes to the line on a stick four times a day. The audit of last year called that unsafe as well.",
        "lena",
        "eastmere",
        232,
        (
            _option("Open one port from the planning system", 6_000, 180_000, "In place within a week."),
            _option("Send recipes through the transfer station", 45_000, 40_000, "Eight weeks; nothing is open."),
        ),
        "A",
        ("Production recipes altered unnoticed",),
        (
            Said("marta", 230, reason="Four walks a day with a stick are the larger danger, and they cost a shift a week."),
            Said(
                "idris",
                229,
                "OPPOSE",
                "Whatever reaches the planning system then reaches the recipes, and nobody would see it.",
                {"preferred_option": "B", "would_change_my_mind": "An alarm on every write that does not come from planning."},
            ),
        ),
        (218, "A", "Eight weeks of sticks weigh more. Both look at it again when a recipe differs from its paper."),
    ),
    Asked(
        "Update of the planning system before the spring close",
        "Do we install the update of the planning system before or after the quarter is closed?",
        "The maker mends a fault through which orders can be read. No attack was seen so far.",
        "priya",
        "it",
        205,
        (
            _option("Install it now, with two days of slow orders", 9_000, 30_000),
            _option("Wait for the maker's second edition", 0, 60_000, "Three more weeks of the open fault."),
        ),
        "B",
        ("Planning system slow at month end",),
        (
            Said(
                "idris",
                203,
                "SUPPORT",
                "A first edition has broken sign-in twice; three weeks of watching cost less than a stopped close.",
            ),
            Said(
                "marta",
                202,
                "DEFER",
                "The order desk can bear either; whether the fault can wait is security's to say.",
                {"deferred_subject": "how long the fault can stay open"},
            ),
        ),
    ),
    Asked(
        "Remote access of the press vendor",
        "How may the press vendor reach the Northfield line from outside?",
        "The vendor asks for access at any hour; its contract is renewed in March.",
        "jonas",
        "northfield",
        88,
        (
            _option("Through the jump host, opened for each visit", 18_000, 40_000),
            _option("A line of its own, always open", 4_000, 310_000),
            _option("On site only", 60_000, 10_000, "Two more visits a month."),
        ),
        "A",
        ("Remote access gateway taken over",),
        (
            Said("marta", 86),
            Said(
                "idris",
                85,
                "CONDITIONS",
                "The jump host is sound; who uses it is not known to us by name yet.",
                told=(
                    ("The vendor's people sign in by name, with a second factor", "priya", -30),
                    ("Every visit is recorded and kept for a year", "jonas", 12),
                ),
            ),
            Said("marta", 84, reason="Both conditions fit the contract."),
        ),
    ),
    Asked(
        "Administrators of the cloud",
        "How many people may administer our cloud at any time?",
        "Nine can today; two of them were caught by a false sign-in page this month.",
        "priya",
        "company",
        60,
        (
            _option("Three, and two sealed emergency accounts", 12_000, 90_000),
            _option("Nine, each with a key", 5_000, 400_000),
        ),
        "A",
        ("Cloud locked after loss of admin accounts",),
        (Said("idris", 58), Said("marta", 57), Said("marta", 2, reason="More reason to be three.")),
    ),
    Asked(
        "Historian of Eastmere in the cloud",
        "Shall the quality data of Eastmere be kept in the cloud from next year on?",
        "The historian's maker ends support in June. Its follower runs with the maker only, or on two servers of our own.",
        "lena",
        "eastmere",
        6,
        (
            _option("With the maker, read from the plant one way only", 70_000, 35_000),
            replace(
                _option("On two servers of our own", 190_000, 50_000),
                conditions="Two people of Eastmere are trained to run them\nRestoring is tried before the line is moved",
            ),
            _option("Stay without support for another year", 0, 240_000),
        ),
        "A",
        ("Historian loses a month of quality data",),
        (
            Said("marta", 4, reason="It saves 120,000 and two people's weekends, and the way is one way."),
            Said(
                "idris",
                3,
                "OPPOSE",
                "One way is a promise of the maker until somebody has tested it on our line.",
                {"preferred_option": "B", "would_change_my_mind": "A test of the one-way link by somebody who is not the maker."},
            ),
        ),
        answer_in_days=20,
        days=((80, 95, 140), (130, 150, 220), (0, 0, 0)),
        month_costs=4_000,
        marks=(
            ("marta", 5, "A", "Sooner and cheaper, and nobody patches servers at night."),
            ("idris", 5, "B", "The figures of A hold once somebody has tested the one way."),
        ),
    ),
    Asked(
        "Sealed machines of guests",
        "May visitors' machines be sealed instead of being locked away?",
        "Auditors of customers wait half an hour at the gate on most days.",
        "nora",
        "company",
        2,
        (
            _option("Seal cameras and ports, note it at the gate", 2_000, None),
            _option("Lock machines away, as today", 0, None),
        ),
        "A",
        put=False,
    ),
)


CHARTER_DAYS_AGO = 250
CHARTER = Words(
    who_decides="The CIO decides how a system is run; the CISO decides what must hold before it runs.\n"
    "A fault with a known attack is closed within three days, whatever else waits.\n"
    "What could hurt people stops the line first and is discussed after.",
    speakers="Outages: Marta Lindqvist\nAttacks and data: Idris Okafor\nPlants and people: Helen Marsh",
    key_messages="One register, one number, two signatures.\nWe say what we do not know yet.",
    reason="Both had answered for suppliers, and nobody for backups of the plants.",
)
WISHES = (("backup-and-restore", "CIO", "SUPPORTS", "marta"), ("backup-and-restore", "CISO", "READY", "idris"))


def _charter(people: dict[str, User]) -> list[Event]:
    """Both signed who leads what; lately one would rather support what the other is ready to lead."""

    def propose() -> None:
        with acting(people["marta"]):
            ownership.propose(list(ownership_page.OFFERED), CHARTER, actor=people["marta"])

    def sign() -> None:
        for who in ("marta", "idris"):
            with acting(people[who]):
                signatures.sign(ownership.proposed(), actor=people[who], factor_at=clock.now())

    def say() -> None:
        for area, office, stance, who in WISHES:
            with acting(people[who]):
                ownership.wish(area, stance, office=office, actor=people[who])

    return [Event(CHARTER_DAYS_AGO, AFTER_ALL_ELSE, propose), Event(CHARTER_DAYS_AGO - 1, AFTER_ALL_ELSE, sign), Event(12, 0, say)]


def happenings(people: dict[str, User], tree: dict[str, Unit]) -> list[Event]:
    """All of it, each on its day."""
    events = _charter(people)
    for one in ASKED:
        events.append(Event(one.days_ago, AFTER_ALL_ELSE, _ask(one, people, tree)))
        events += [Event(mark[1], AFTER_ALL_ELSE, _mark(one, mark, people)) for mark in one.marks]
        events += [Event(said.days_ago, AFTER_ALL_ELSE, _answer(one, said, people)) for said in one.answers]
        if one.arbiter is not None:
            days_ago, option, reason = one.arbiter
            events.append(Event(days_ago, AFTER_ALL_ELSE, _settle(one, option, reason, people)))
    events.append(Event(35, AFTER_ALL_ELSE, _meet("The vendor's people sign in by name, with a second factor", people)))
    return events


def _ask(one: Asked, people: dict[str, User], tree: dict[str, Unit]) -> Callable[[], None]:
    def happen() -> None:
        by, today = people[one.by], organisations.today()
        with acting(by):
            decision = decisions.ask(
                actor=by,
                unit=tree[one.unit],
                title=one.title,
                question=one.question,
                context=one.context,
                touches_safety=False,
                is_confidential=False,
                proposed_option=one.proposed,
                decide_by=None if one.answer_in_days is None else today + timedelta(days=one.answer_in_days),
                options=_dated(one, today),
                delay_cost_per_month=None if one.month_costs is None else Decimal(one.month_costs),
                rests_on=Risk.objects.filter(title__in=one.risks),
            )
            if one.put:
                decisions.put(decision, actor=by)

    return happen


def _dated(one: Asked, today: date) -> Sequence[Option]:
    if not one.days:
        return one.options
    first = today + timedelta(days=one.days_ago)
    days = [[first + timedelta(days=step) for step in steps] for steps in one.days]
    return [
        replace(option, earliest_on=early, ready_on=likely, latest_on=late)
        for option, (early, likely, late) in zip(one.options, days, strict=True)
    ]


def _mark(one: Asked, mark: tuple[str, int, str, str], people: dict[str, User]) -> Callable[[], None]:
    def happen() -> None:
        by, _days_ago, letter, why = mark
        with acting(people[by]):
            marks.mark(Decision.objects.get(title=one.title), letter, actor=people[by], reason=why)

    return happen


def _answer(one: Asked, said: Said, people: dict[str, User]) -> Callable[[], None]:
    def happen() -> None:
        by, today = people[said.by], organisations.today()
        told = [Wanted(text, people[who], today + timedelta(days=said.days_ago + due)) for text, who, due in said.told]
        given = {"actor": by, "factor_at": clock.now(), "reason": said.reason, "told": told, **said.more}
        with acting(by):
            positions.take(Decision.objects.get(title=one.title), said.stance, **given)

    return happen


def _settle(one: Asked, option: str, reason: str, people: dict[str, User]) -> Callable[[], None]:
    def happen() -> None:
        by = people["viktor"]
        with acting(by):
            positions.arbitrate(Decision.objects.get(title=one.title), option, reason, actor=by, factor_at=clock.now())

    return happen


def _meet(text: str, people: dict[str, User]) -> Callable[[], None]:
    def happen() -> None:
        with acting(people["priya"]):
            conditions.meet(Condition.objects.get(text=text), actor=people["priya"], note="Eleven keys were handed over by name.")

    return happen
