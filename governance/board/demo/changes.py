"""What changes at Verrow: twenty-two initiatives, of which one was quick by a pattern, one never asked security, and one brought
more than it had declared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from assets import inventory
from governance.board.demo.events import Event
from governance.board.demo.times import acting
from governance.change import aims, bearing, declarations, gates, initiatives, patterns, sightings, stages, waivers
from governance.change.declarations import Said
from governance.change.models import Criterion, Gate, Initiative, Pattern, SeenAsset
from governance.change.wanted import Planned
from governance.together.models import Goal
from portal import clock
from portal.people import organisations
from portal.people.models import Unit, User
from portal.signing import signatures
from risks.models import Risk

AFTER_ALL_ELSE = 6000
PATTERN_DAYS_AGO = 180
COATING, PAYROLL, PORTAL, REMOTE, LABELS, BACKUPS = (
    "Sensors along the coating line",
    "Payroll moves to the cloud",
    "Order portal for dealers",
    "Remote service for the press maker",
    "Labels printed from the warehouse system",
    "Backups of both plants kept apart",
)


SERVING = (  # initiative, shared goal, risk, who says so
    (BACKUPS, "A plant is back within two days", "Ransomware reaches Northfield line control", "priya"),
    (REMOTE, "No office machine reaches a press line unseen", "Remote access gateway taken over", "lena"),
    (PORTAL, "Customers see their own orders and nobody else's", "Customer prices seen by another customer", "tomas"),
)


@dataclass(frozen=True)
class Begun:
    """One initiative: who sees to it and pays, since when, what it may cost, and what it declares when it leaves the idea."""

    title: str
    kind: str
    unit: str
    owner: str
    sponsor: str
    days_ago: int
    budget: int
    live_in_days: int  # from the demo's first day
    adds: tuple[str, str, int] | None = None  # kind, class of data, how many; None: it is an idea still
    zone: str = ""
    reach: str = "INTERNAL"
    purpose: str = ""
    security: str = ""  # who speaks for security, beside the CISO
    more: Mapping[str, Any] | None = None


BEGUN = (
    Begun("Single sign-on in both plants", "IT", "it", "priya", "marta", 250, 60_000, 44, ("APPLICATION", "INTERNAL", 1)),
    Begun(
        *("Badge readers with the new hall", "OT", "facilities", "henri", "viktor", 246, 180_000, 120),
        *(("OT_DEVICE", "INTERNAL", 40), "Doors"),
    ),
    Begun(LABELS, "IT", "it", "priya", "lena", 240, 22_000, -12, ("APPLICATION", "INTERNAL", 1)),
    Begun(
        "Spare parts shop for customers", "CLOUD", "sales", "tomas", "viktor", 231, 240_000, 150, ("CLOUD_SERVICE", "INTERNAL", 2)
    ),
    Begun(
        BACKUPS,
        "IT",
        "it",
        "priya",
        "marta",
        222,
        95_000,
        61,
        ("SERVER", "CONFIDENTIAL", 4),
        security="sade",
    ),
    Begun(
        *(REMOTE, "OT", "northfield", "lena", "viktor", 214, 140_000, 30, ("NETWORK", "INTERNAL", 2), "Supervision", "REMOTE"),
        "The maker mends the press from afar, for one visit at a time.",
    ),
    Begun("Travel requests by phone", "CLOUD", "hr", "rosa", "viktor", 205, 18_000, 75, ("CLOUD_SERVICE", "INTERNAL", 1)),
    Begun(
        *("Heating control of Eastmere renewed", "OT", "eastmere", "lena", "viktor", 198, 75_000, 88),
        *(("OT_DEVICE", "PUBLIC", 6), "Building control"),
    ),
    Begun(
        *(PORTAL, "CLOUD", "sales", "tomas", "viktor", 120, 48_000, 9, ("CLOUD_SERVICE", "INTERNAL", 2), "", "INTERNET"),
        "Dealers see stock and orders without a call.",
    ),
    Begun("Drawings to suppliers by one door", "IT", "engineering", "tomas", "marta", 112, 35_000, 90),
    Begun("Scanners at the docks renewed", "IT", "northfield", "lena", "lena", 108, 64_000, 70),
    Begun("Forklifts that count their hours", "OT", "northfield", "lena", "lena", 104, 52_000, 160),
    Begun("Visitors sign in on a tablet", "IT", "facilities", "henri", "helen", 99, 9_000, 40),
    Begun(
        *(COATING, "OT", "eastmere", "lena", "lena", 95, 86_000, 25, ("CONNECTED_EQUIPMENT", "INTERNAL", 14), "Coating"),
        "INTERNAL",
        "Heat and thickness are seen while the line runs.",
        "sade",
    ),
    Begun("Quality pictures judged by a machine", "CLOUD", "northfield", "lena", "viktor", 88, 320_000, 240),
    Begun("Phones of the night shift", "IT", "northfield", "lena", "lena", 84, 14_000, 35),
    Begun("One directory of people", "IT", "hr", "rosa", "marta", 80, 70_000, 110),
    Begun("Energy figures of both plants", "OT", "facilities", "henri", "helen", 76, 41_000, 95),
    Begun("Old planning system switched off", "IT", "it", "priya", "marta", 72, 25_000, 20, ("APPLICATION", "INTERNAL", 1)),
    Begun("Price lists on the phones of sales", "CLOUD", "sales", "tomas", "tomas", 69, 30_000, 60),
    Begun(
        *(PAYROLL, "CLOUD", "hr", "rosa", "viktor", 66, 260_000, 36, ("CLOUD_SERVICE", "CONFIDENTIAL", 1), "", "INTERNET"),
        "Pay slips arrive on the day, and nobody types hours twice.",
        more={"is_purchase": True},
    ),
    Begun("Crane that weighs what it lifts", "OT", "eastmere", "lena", "viktor", 12, 110_000, 200),
)


def happenings(people: dict[str, User], tree: dict[str, Unit]) -> list[Event]:
    """All of it, each on its day."""
    events = []
    for one in BEGUN:
        events.append(Event(one.days_ago, AFTER_ALL_ELSE, _propose(one, people, tree)))
        if one.adds is not None:
            events.append(Event(one.days_ago - 5, AFTER_ALL_ELSE, _leave_the_idea(one, people)))
    marta, idris, tomas, lena, priya = (people[key] for key in ("marta", "idris", "tomas", "lena", "priya"))
    events += _pattern(people)
    events += [
        event
        for one in BEGUN
        if one.adds is not None and one.title not in (LABELS, REMOTE, PORTAL, PAYROLL, COATING, BACKUPS)
        for event in (
            Event(one.days_ago - 6, AFTER_ALL_ELSE, lambda title=one.title, by=people[one.owner]: _ask(title, "DESIGN", by)),
            Event(one.days_ago - 9, AFTER_ALL_ELSE, lambda title=one.title: _security_answers(title, idris)),
        )
    ]
    events += [
        Event(230, AFTER_ALL_ELSE, lambda: _ask(LABELS, "DESIGN", priya)),
        Event(219, AFTER_ALL_ELSE, lambda: _pass(LABELS, "DESIGN", priya, idris)),
        Event(203, AFTER_ALL_ELSE, lambda: _ask(REMOTE, "DESIGN", lena)),
        Event(196, AFTER_ALL_ELSE, lambda: _answer(REMOTE, "DESIGN", lena, idris, but="ot-level")),
        Event(40, AFTER_ALL_ELSE, lambda: _waive(REMOTE, "ot-level", lena)),
        Event(38, AFTER_ALL_ELSE, lambda: _sign_waiver(REMOTE)),
        Event(37, AFTER_ALL_ELSE, lambda: _advance(REMOTE, "DESIGN", lena)),
        Event(114, AFTER_ALL_ELSE, lambda: _use(PORTAL, tomas)),
        Event(113, AFTER_ALL_ELSE, lambda: _security_answers(PORTAL, idris, "LIVE")),
        Event(113, AFTER_ALL_ELSE, lambda: _advance(PORTAL, "DESIGN", tomas)),
        Event(109, AFTER_ALL_ELSE, lambda: _advance(PORTAL, "BUILD", tomas)),
        Event(105, AFTER_ALL_ELSE, lambda: _advance(PORTAL, "TEST", tomas)),
        Event(60, AFTER_ALL_ELSE, lambda: _ask(BACKUPS, "DESIGN", priya)),
        Event(3, AFTER_ALL_ELSE, lambda: _ask(COATING, "DESIGN", lena)),
        *(Event(20, AFTER_ALL_ELSE, lambda one=one: _serve(*one, people)) for one in SERVING),
        Event(6, AFTER_ALL_ELSE, lambda: _arrive(people["jonas"], tree["eastmere"])),
        Event(4, AFTER_ALL_ELSE, lambda: _belongs(marta)),
        Event(14, AFTER_ALL_ELSE, lambda: _spend(PAYROLL, 104_000, people["rosa"])),
        Event(13, AFTER_ALL_ELSE, lambda: _stand(LABELS, "OFF_TRACK", priya)),
        Event(13, AFTER_ALL_ELSE, lambda: _reach(PORTAL, tomas)),
        Event(6, AFTER_ALL_ELSE, lambda: _spend(PORTAL, 31_500, tomas)),
    ]
    return events


def _propose(one: Begun, people: dict[str, User], tree: dict[str, Unit]) -> Callable[[], None]:
    def happen() -> None:
        owner, live_on = people[one.owner], organisations.today() + timedelta(days=one.days_ago + one.live_in_days)
        with acting(owner):
            initiatives.propose(
                actor=owner,
                title=one.title,
                purpose=one.purpose,
                kind=one.kind,
                unit=tree[one.unit],
                owner=owner,
                sponsor=people[one.sponsor],
                security_lead=people[one.security] if one.security else None,
                status="ON_TRACK",
                reachability=one.reach,
                budget=Decimal(one.budget),
                starts_on=organisations.today(),
                live_on=live_on,
                milestones=[Planned("Tried by the first team", live_on - timedelta(days=21), 70)],
                **(one.more or {}),
            )

    return happen


def _leave_the_idea(one: Begun, people: dict[str, User]) -> Callable[[], None]:
    def happen() -> None:
        owner, (kind, data, count) = people[one.owner], one.adds
        with acting(owner):
            declared = declarations.declare(_of(one.title), [Said("ADDS", kind, data, count, one.zone)], actor=owner)
            stages.advance(declared, "PLAN", actor=owner)

    return happen


def _pattern(people: dict[str, User]) -> list[Event]:
    def propose() -> None:
        keys = ("sbd-owner", "sbd-data", "sbd-abuse", "sbd-sign-in", "sbd-defaults", "sbd-restore", "sbd-tested")
        answers = dict.fromkeys(keys, "As the ground of our cloud gives it; see its description.")
        with acting(people["priya"]):
            patterns.propose(
                actor=people["priya"],
                title="Web application on our cloud ground",
                description="Company accounts with a second factor, encrypted storage in Europe, backups tried each quarter, and"
                " the attack test of the ground itself. Nothing but the ordering pages is added.",
                answers=answers,
            )

    def sign() -> None:
        for who in ("marta", "idris"):
            with acting(people[who]):
                signatures.sign(Pattern.objects.get(), actor=people[who], factor_at=clock.now())

    return [Event(PATTERN_DAYS_AGO, AFTER_ALL_ELSE, propose), Event(PATTERN_DAYS_AGO - 3, AFTER_ALL_ELSE, sign)]


def _of(title: str) -> Initiative:
    return Initiative.objects.get(title=title)


def _gate(title: str, stage: str) -> Gate:
    return Gate.objects.get(initiative__title=title, opens=stage)


def _ask(title: str, stage: str, actor: User) -> None:
    with acting(actor):
        gates.put_to_security(_gate(title, stage), actor=actor)


def _answer(title: str, stage: str, owner: User, ciso: User, *, but: str = "") -> None:
    for criterion in Criterion.objects.filter(gate=_gate(title, stage)).exclude(asks__key=but):
        for who in (owner, ciso):
            with acting(who):
                gates.answer(criterion, "MET", actor=who, note="Seen together on the drawing of that week.")


def _pass(title: str, stage: str, owner: User, ciso: User) -> None:
    _answer(title, stage, owner, ciso)
    _advance(title, stage, owner)


def _advance(title: str, stage: str, actor: User) -> None:
    with acting(actor):
        stages.advance(_of(title), stage, actor=actor)


def _use(title: str, actor: User) -> None:
    with acting(actor):
        patterns.use(_of(title), Pattern.objects.get(), actor=actor)


def _waive(title: str, key: str, actor: User) -> None:
    criterion = Criterion.objects.get(gate__initiative__title=title, asks__key=key)
    with acting(actor):
        waivers.ask(
            criterion,
            Risk.objects.get(title="Remote access gateway taken over"),
            actor=actor,
            ends_on=organisations.today() + timedelta(days=61),
            reason_kind="TIME",
            reason="The levels of the zones are agreed with the new maker in January; the visit of December cannot wait.",
            compensating_control="The gateway is opened by the shift for one visit at a time, and somebody sits beside it.",
        )


def _sign_waiver(title: str) -> None:
    exception = Criterion.objects.get(gate__initiative__title=title, asks__key="ot-level").waivers.get().exception
    while (found := signatures.standing(exception)).missing:
        person = User.objects.get(pk=next(iter(signatures.able(found).values())))
        with acting(person):
            signatures.sign(exception, actor=person, factor_at=clock.now())


def _arrive(engineer: User, unit: Unit) -> None:
    """Seventeen sensors come, where fourteen were declared."""
    sensors = [
        {"name": f"Coating sensor {n:02d}", "kind": "CONNECTED_EQUIPMENT", "unit": unit, "zone": "Coating", "vendor": "Thermex"}
        for n in range(1, 18)
    ]
    with acting(engineer):
        inventory.register_many(sensors, actor=engineer)
    with acting(None):
        sightings.look()


def _belongs(cio: User) -> None:
    """The CIO has answered for one of them; security has not yet."""
    with acting(cio):
        sightings.answer(SeenAsset.objects.asked().order_by("pk").first(), "BELONGS", actor=cio)


def _serve(title: str, goal: str, risk: str, owner: str, people: dict[str, User]) -> None:
    """It says which shared goal it is for, and which risk it is there to lower."""
    with acting(people[owner]):
        aims.serve(_of(title), Goal.objects.get(title=goal), actor=people[owner])
        bearing.link(_of(title), Risk.objects.get(title=risk), actor=people[owner])


def _spend(title: str, amount: int, actor: User) -> None:
    with acting(actor):
        initiatives.change(_of(title), actor=actor, spent=Decimal(amount), spent_on=organisations.today())


def _stand(title: str, status: str, actor: User) -> None:
    with acting(actor):
        initiatives.change(_of(title), actor=actor, status=status)


def _reach(title: str, actor: User) -> None:
    with acting(actor):
        initiatives.reach(_of(title).milestones.get(), actor=actor)


def _security_answers(title: str, ciso: User, stage: str = "DESIGN") -> None:
    """Security has seen it; what is left is for IT to answer."""
    with acting(ciso):
        for criterion in Criterion.objects.filter(gate=_gate(title, stage)):
            gates.answer(criterion, "MET", actor=ciso, note="As the first drawing has it.")
