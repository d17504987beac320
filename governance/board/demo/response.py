"""How Verrow answers: two plans, an exercise whose gaps became treatments, and two incidents, one of them dear."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal

from assets import inventory
from assets.models import Asset
from governance.board.demo.events import Event
from governance.board.demo.times import acting
from portal import clock
from portal.people import organisations
from portal.people.models import Unit, User
from portal.signing import signatures
from risks import treatments
from risks.models import Exercise, Incident, ResponsePlan, Risk
from risks.response import exercises, incidents, plans
from risks.response.exercises import Fed
from risks.response.plan_content import OFFERED_CLOCKS, Action, Contact, Duty

AFTER_ALL_ELSE = 5000  # after risks, controls, plans and exceptions of the day
OT_PLAN, SUPPLIER_PLAN = "Ransomware in the plant network of Northfield", "A supplier is compromised"
RANSOM, SIGN_IN, LOGS, DRIFT, SHARE = (
    "Ransomware reaches Northfield line control",
    "Staff sign-in stolen and reused",
    "Log collection misses the plants",
    "Time servers drift between plants",
    "Order data copied from a supplier's share",
)
BEFORE = (  # days before the day on which they were entered
    (
        330,
        "Press line stood for two days after a controller failed",
        "A spare came from the supplier by courier; one lies on the shelf since.",
        {"PRODUCTIVITY": "612000.00", "REPLACEMENT": "41000.00"},
    ),
    (
        690,
        "Drawings of a customer sent to the wrong address",
        "The receiver deleted them in writing; the customer was told the same day.",
        {"RESPONSE": "23500.00", "REPUTATION": "120000.00"},
    ),
)
RECOVERY = {"mes-n": (8, 4), "coating": (24, None), "erp": (12, 1), "files-cloud": (24, 24)}  # hours: back within, lost at most


def happenings(people: Mapping[str, User], tree: Mapping[str, Unit], known: Mapping[str, Asset]) -> list[Event]:
    """All of it, each on its day."""
    told = _Verrow(people, tree, known)
    days = (
        (240, "marta", told.say_how_soon),
        (236, "jonas", told.remember),
        (221, "lena", told.open_ot_plan),
        (219, "marta", lambda: told.sign(OT_PLAN, "marta")),
        (218, "idris", lambda: told.sign(OT_PLAN, "idris")),
        (205, "jonas", told.plan_exercise),
        (190, "jonas", told.exercise),
        (140, "sade", told.phished),
        (139, "sade", told.phished_is_over),
        (127, "priya", told.treat_first_gap),
        (126, "idris", told.decide_first_gap),
        (110, "rosa", told.phished_is_counted),
        (95, "sade", told.open_supplier_plan),
        (94, "marta", lambda: told.sign(SUPPLIER_PLAN, "marta")),
        (93, "idris", lambda: told.sign(SUPPLIER_PLAN, "idris")),
        (83, "jonas", told.treat_second_gap),
        (20, "jonas", told.coating_stands),
        (3, "sade", told.draft_supplier_plan),
        (2, "marta", lambda: told.sign(SUPPLIER_PLAN, "marta")),
    )
    return [Event(days_ago, AFTER_ALL_ELSE + place, _By(people[who], happen)) for place, (days_ago, who, happen) in enumerate(days)]


class _By:
    """Row history says that this person did it."""

    def __init__(self, person: User, happen: Callable[[], object]):
        self.person, self.happen = person, happen

    def __call__(self) -> None:
        with acting(self.person):
            self.happen()


class _Verrow:
    def __init__(self, people: Mapping[str, User], tree: Mapping[str, Unit], known: Mapping[str, Asset]):
        self.people, self.tree, self.known = people, tree, known

    def say_how_soon(self) -> None:
        for key, (hours, lost) in RECOVERY.items():
            inventory.change(
                self.known[key], actor=self.people["marta"], version=None, recovery_time_hours=hours, recovery_point_hours=lost
            )

    def open_ot_plan(self) -> None:
        lena, jonas, sade = (self.people[name] for name in ("lena", "jonas", "sade"))
        plan = plans.open_plan(
            actor=lena,
            name=OT_PLAN,
            unit=self.tree["northfield"],
            risks=[_risk(RANSOM)],
            assets=[self.known[key] for key in ("mes-n", "coating", "erp")],
            review_every_days=270,
        )
        actions = [
            Action(
                "PREPARE",
                "IT",
                "Keep one backup of recipes and planning offline",
                self.people["priya"],
                done_when="Restored once a quarter",
            ),
            Action("PREPARE", "SECURITY", "Keep the numbers of the response firm on paper", sade),
            Action("NOTICE", "IT", "Ask the shift what stands and what still runs", jonas, minutes_allowed=15),
            Action("NOTICE", "SECURITY", "Look at one workstation: encrypted, or only stopped?", sade, minutes_allowed=30),
            Action(
                "CONTAIN", "IT", "Cut the plant from the office network", jonas, minutes_allowed=30, done_when="No route is left"
            ),
            Action("CONTAIN", "IT", "Stop the robots and lock the press by hand", jonas, minutes_allowed=45),
            Action("CONTAIN", "SECURITY", "Close every account that signed in at a workstation", sade, minutes_allowed=60),
            Action("CONTAIN", "SECURITY", "Decide whether it is material", seat="CISO", minutes_allowed=240),
            Action(
                "RESTORE", "IT", "Set the workstations up from the clean image", self.people["priya"], done_when="Checked by two"
            ),
            Action("RESTORE", "SECURITY", "Release line by line back into the network", seat="CISO"),
            Action("LEARN", "IT", "Say what it cost, by form of loss", seat="CIO"),
            Action("LEARN", "SECURITY", "Rate the risk anew with what is known now", seat="CISO"),
        ]
        contacts = [
            Contact("Marta Lindqvist", "CIO", "+49 30 5550 100", self.people["marta"], private="+49 171 5550 100"),
            Contact("Idris Okafor", "CISO", "+49 30 5550 110", self.people["idris"], 1, "+49 171 5550 110"),
            Contact("Lena Brandt", "Head of Northfield", "+49 30 5550 200", lena, 1, "+49 171 5550 200"),
            Contact("Jonas Weir", "OT engineer on duty", "+49 30 5550 210", jonas, 3, "+49 171 5550 210"),
            Contact("Sade Oyelaran", "Incident analysis", "+49 30 5550 120", sade, 2, "+49 171 5550 120"),
            Contact("Harbour Response", "Response firm, contract 2026-14", "+49 30 5559 000", None, 2),
        ]
        plans.write(plan.versions.get(), actor=lena, expected=None, actions=actions, contacts=contacts, clocks=OFFERED_CLOCKS)
        plans.propose(plan.versions.get(), actor=lena)

    def open_supplier_plan(self) -> None:
        sade, tomas, priya = (self.people[name] for name in ("sade", "tomas", "priya"))
        plan = plans.open_plan(
            actor=sade,
            name=SUPPLIER_PLAN,
            unit=self.tree["company"],
            risks=[_risk(SHARE)],
            assets=[self.known["files-cloud"], self.known["erp"]],
            review_every_days=100,
        )
        actions = [
            Action("NOTICE", "IT", "List what the supplier reaches and holds of ours", tomas, minutes_allowed=120),
            Action("NOTICE", "SECURITY", "Ask the supplier by telephone, never by mail", sade, minutes_allowed=60),
            Action(
                "CONTAIN",
                "IT",
                "Close the supplier's folders and accounts",
                priya,
                minutes_allowed=60,
                done_when="Nothing signs in",
            ),
            Action("CONTAIN", "SECURITY", "Look for what was taken since the last clean day", sade, minutes_allowed=480),
            Action("RESTORE", "IT", "Give back only the folders that are needed", priya),
            Action("LEARN", "SECURITY", "Change what the contract asks of the supplier", seat="CISO"),
        ]
        contacts = [
            Contact("Idris Okafor", "CISO", "+49 30 5550 110", self.people["idris"], private="+49 171 5550 110"),
            Contact("Tomas Ahlberg", "Knows the suppliers", "+49 30 5550 300", tomas, 1, "+49 171 5550 300"),
        ]
        clocks = [one for one in OFFERED_CLOCKS if one.law in ("NIS2", "GDPR")]
        plans.write(plan.versions.get(), actor=sade, expected=None, actions=actions, contacts=contacts, clocks=clocks)
        plans.propose(plan.versions.get(), actor=sade)

    def draft_supplier_plan(self) -> None:
        """Its second version waits for one signature."""
        sade = self.people["sade"]
        version = plans.draft(_plan(SUPPLIER_PLAN), actor=sade)
        clocks = [one for one in OFFERED_CLOCKS if one.law in ("NIS2", "GDPR")]
        customers = Duty("Contract", "The three largest customers", 48, person=self.people["tomas"])
        plans.write(version, actor=sade, expected=None, clocks=[*clocks, customers])
        plans.propose(version, actor=sade)

    def sign(self, name: str, *leaders: str) -> None:
        version = _plan(name).versions.first()
        for leader in leaders:
            signatures.sign(version, actor=self.people[leader], factor_at=clock.now())

    def plan_exercise(self) -> None:
        exercises.plan_one(
            _plan(OT_PLAN),
            actor=self.people["jonas"],
            title="A mail on Friday, a ransom note on Monday",
            planned_on=organisations.today() + timedelta(days=15),
            scene="Monday, 05:40. Press line 2 does not start; a workstation of the line shows a note in English.",
            injects=[
                Fed(0, "The shift leader calls: line 2 stands, and EWS-04 shows a note."),
                Fed(25, "EWS-07 shows the same note. Somebody has switched it off and on."),
                Fed(60, "A journalist asks the gate whether the plant was attacked."),
                Fed(90, "The newest backup of the recipes is eleven days old."),
            ],
        )

    def exercise(self) -> None:
        jonas, found = self.people["jonas"], Exercise.objects.select_related("lead").get()
        began = clock.now()
        exercises.start(found, actor=jonas)
        for inject in found.injects.all():
            with clock.stopped(began + timedelta(minutes=inject.at_minute + 1)):
                exercises.tell(inject, actor=jonas)
        with clock.stopped(began + timedelta(minutes=238)):
            self._debrief(found, jonas)

    def _debrief(self, found: Exercise, jonas: User) -> None:
        exercises.find(found, "The plant was cut from the office network in 22 minutes", actor=jonas, is_gap=False)
        exercises.find(found, "Nobody saw the first sign-in: the plant firewalls log nothing", actor=jonas, risk=_risk(RANSOM))
        exercises.find(found, "The clocks of both plants differ, so nobody could put the events in order", actor=jonas)
        summary = "Four hours from a mail to a recipe. The cut worked; what came before it could not be seen."
        exercises.end(found, actor=jonas, summary=summary, next_due_on=organisations.today() + timedelta(days=250))

    def treat_first_gap(self) -> None:
        self._treat("Nobody saw", LOGS, "priya", "Send the logs of the plant firewalls to the collector", 60 + 127)

    def treat_second_gap(self) -> None:
        self._treat("The clocks", DRIFT, "jonas", "One time source for both plants, with an alarm", 45 + 83)

    def decide_first_gap(self) -> None:
        finding = Exercise.objects.get().findings.exclude(treatment=None).select_related("treatment").first()
        treatments.approve(finding.treatment, actor=self.people["idris"])

    def _treat(self, begins: str, risk: str, owner: str, title: str, due_in_days: int) -> None:
        by = self.people[owner]
        exercises.treat(
            Exercise.objects.get().findings.get(text__startswith=begins),
            _risk(risk),
            actor=by,
            title=title,
            kind="REDUCE",
            owner=by,
            due_on=organisations.today() + timedelta(days=due_in_days),
            likelihood_level=1,
        )

    def remember(self) -> None:
        """What the old list still knew of the years before the portal, entered late."""
        for days_ago, title, summary, amounts in BEFORE:
            happened = clock.now() - timedelta(days=days_ago)
            incident = incidents.log(
                actor=self.people["jonas"],
                title=title,
                unit=self.tree["northfield"],
                lead=self.people["jonas"],
                noticed_at=happened,
            )
            incidents.contain(incident, actor=self.people["jonas"], at=happened + timedelta(hours=20))
            for form, amount in amounts.items():
                reason = "From the old list and its invoices"
                incidents.note_loss(incident, form, Decimal(amount), actor=self.people["jonas"], is_final=True, reason=reason)
            incidents.close(incident, actor=self.people["jonas"], summary=summary)

    def phished(self) -> None:
        sade = self.people["sade"]
        incident = incidents.log(
            actor=sade,
            title="Mail account of a sales team read for nine days",
            description="A password used elsewhere as well; the mails of five people were forwarded.",
            unit=self.tree["company"],
            lead=sade,
            risks=[_risk(SIGN_IN)],
            assets=[self.known["mail"], self.known["identity"]],
            noticed_at=clock.now() - timedelta(hours=5),
            occurred_at=clock.now() - timedelta(days=9),
        )
        incidents.contain(incident, actor=sade, at=clock.now() - timedelta(hours=2))
        incidents.materialise(incident, _risk(SIGN_IN), actor=sade)
        incidents.note_loss(incident, "RESPONSE", Decimal("18000.00"), actor=sade, reason="Two weeks of analysis, as offered")
        incidents.note_loss(incident, "REPUTATION", Decimal("40000.00"), actor=sade, reason="One customer's discount, a guess")

    def phished_is_over(self) -> None:
        sade, incident = self.people["sade"], Incident.objects.get(title__startswith="Mail account")
        summary = "The account was closed, the forwarding rules of all accounts were read, five customers were told."
        incidents.close(incident, actor=sade, summary=summary)

    def phished_is_counted(self) -> None:
        rosa, incident = self.people["rosa"], Incident.objects.get(title__startswith="Mail account")
        for form, amount, reason in (
            ("RESPONSE", "21340.50", "Invoices of the response firm"),
            ("REPUTATION", "27500.00", "The discount as agreed"),
            ("PRODUCTIVITY", "6200.00", "Hours of the sales team"),
        ):
            incidents.note_loss(incident, form, Decimal(amount), actor=rosa, is_final=True, reason=reason)

    def coating_stands(self) -> None:
        """Noticed, contained and closed on one day."""
        jonas = self.people["jonas"]
        incident = incidents.log(
            actor=jonas,
            title="Coating line stood for two hours after a switch restarted",
            unit=self.tree["northfield"],
            lead=jonas,
            risks=[_risk("Coating line stops when one switch fails")],
            assets=[self.known["coating"]],
            noticed_at=clock.now() - timedelta(hours=3),
        )
        incidents.contain(incident, actor=jonas, at=clock.now() - timedelta(hours=1))
        incidents.note_loss(
            incident, "PRODUCTIVITY", Decimal("9800.00"), actor=jonas, is_final=True, reason="Two hours of the line"
        )
        incidents.close(incident, actor=jonas, summary="The switch restarted by itself; its power supply was changed the same day.")


def _plan(name: str) -> ResponsePlan:
    return ResponsePlan.objects.get(name=name)


def _risk(title: str) -> Risk:
    return Risk.objects.get(title=title)
