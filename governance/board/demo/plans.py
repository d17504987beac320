"""Verrow's controls with their evidence, and its treatments: proposed, decided, under way, late, done."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from governance.board.demo import sources
from governance.board.demo.events import Event
from portal import clock
from portal.people import organisations
from portal.people.models import Unit, User
from portal.signing import signatures
from risks import controls, evidence, treatments
from risks.errors import NeedsSignatures
from risks.models import Control, Levels, Risk, Treatment, TreatmentStep

SIDES = {"L": "LIKELIHOOD", "I": "IMPACT"}
REGISTERED, PROVEN, PROPOSED, DECIDED, DONE = 4000, 4100, 4200, 4300, 4400  # their order within a day
REFUSAL = "Too dear for what it covers."


def of_verrow(people: Mapping[str, User], tree: Mapping[str, Unit], made: Mapping[int, Risk]) -> list[Event]:
    """What happened to every control and treatment, each on its day."""
    found: list[Event] = []
    for number, row in enumerate(sources.table("controls")):
        found += _Controlled(row, people, tree, made).events(number)
    for number, row in enumerate(sources.table("treatments")):
        found += _Treated(row, people, made).events(number)
    return found


class _Controlled:
    """One control, from its registration to its newest evidence."""

    def __init__(self, row, people, tree, made):
        self.row, self.people, self.tree, self.made = row, people, tree, made
        self.owner: User = people[row["owner"]]
        self.control: Control | None = None

    def events(self, number: int) -> Iterator[Event]:
        yield Event(int(self.row["days_ago"]), REGISTERED + number, self._register)
        if self.row["evidence"]:
            title, _at, days = self.row["evidence"].partition("@")
            collected, valid = map(int, days.split("+"))
            days_ago = min(collected, int(self.row["days_ago"]))
            yield Event(days_ago, PROVEN + number, lambda: self._prove(title, valid - (collected - days_ago)))

    def _register(self) -> None:
        row, dana = self.row, self.people["dana"]
        self.control = controls.add(
            actor=dana,
            name=row["name"],
            office=row["office"],
            owner=self.owner,
            unit=self.tree[row["unit"]],
            design_effectiveness=Decimal(row["design"]),
            operating_effectiveness=Decimal(row["operating"]),
            yearly_cost=Decimal(row["cost"]),
            state=row["state"],
        )
        for told in row["risks"].split():
            risk, sides = told.split(":")
            controls.link(self.control, self.made[int(risk)], [SIDES[side] for side in sides], actor=dana)

    def _prove(self, title: str, valid_days: int) -> None:
        today = organisations.today()
        said = evidence.Described(title, today, today + timedelta(days=valid_days))
        evidence.add_fact(self.control, {"result": "passed", "by": self.owner.name}, said, actor=self.owner)


class _Treated:
    """One treatment, from its proposal to where it stands; days of its dates are counted from the day of the first run."""

    def __init__(self, row, people, made):
        self.row, self.people, self.made = row, people, made
        self.steps = [step.split("|") for step in row["steps"].split(";") if step]
        self.treatment: Treatment | None = None

    def events(self, number: int) -> Iterator[Event]:
        row = self.row
        yield Event(int(row["proposed_days_ago"]), PROPOSED + number, self._propose)
        if row["decided_by"]:
            yield Event(int(row["decided_days_ago"]), DECIDED + number, self._decide)
        for place, step in enumerate(self.steps, start=1):
            if step[5]:
                yield Event(int(step[5]), DONE + number, lambda place=place: self._finish_step(place))
        if row["done_days_ago"]:
            yield Event(int(row["done_days_ago"]), DONE + 100 + number, self._finish)

    def _propose(self) -> None:
        row, risk = self.row, self.made[int(self.row["risk"])]
        first_run = organisations.today() + timedelta(days=int(row["proposed_days_ago"]))
        leads = self._leads_to(risk) if row["kind"] != Treatment.Kind.RETAIN else {}
        self.treatment = treatments.propose(
            risk,
            actor=self.people[row["proposed_by"]],
            title=row["title"],
            kind=row["kind"],
            owner=self.people[row["owner"]],
            due_on=first_run + timedelta(days=int(row["due_in_days"])),
            reason=row["reason"],
            likelihood_level=leads.pop("likelihood", None),
            impact=leads,
            steps=[
                treatments.Step(office, title, self.people[by], first_run + timedelta(days=int(due)), Decimal(cost))
                for office, title, by, due, cost, _done in self.steps
            ],
        )

    def _leads_to(self, risk: Risk) -> dict[str, int]:
        """The levels after plan of the register's table, as far as they lie below those of that day."""
        after = sources.rating(sources.table("risks")[int(self.row["risk"]) - 1]["after_plan"])
        now = Levels.objects.get(risk=risk, stage=Levels.Stage.CURRENT)
        wanted = {"likelihood": after.likelihood_level, **after.impact}
        present = {name: getattr(now, f"{name}_level") for name in wanted}
        return {name: level for name, level in wanted.items() if present[name] is not None and level < present[name]}

    def _decide(self) -> None:
        by = self.people[self.row["decided_by"]]
        if self.row["state"] == Treatment.State.REFUSED:
            treatments.refuse(self.treatment, actor=by, reason=REFUSAL)
        elif self.row["kind"] == Treatment.Kind.RETAIN:
            self.treatment.refresh_from_db()  # it began with the acceptance of its risk
        else:
            try:
                treatments.approve(self.treatment, actor=by)
            except NeedsSignatures:
                self._sign()

    def _sign(self) -> None:
        """Everybody whom the table of authority names."""
        while (found := signatures.standing(self.treatment)).missing:
            person = User.objects.get(pk=next(iter(signatures.able(found).values())))
            signatures.sign(self.treatment, actor=person, factor_at=clock.now())
        self.treatment.refresh_from_db()

    def _finish_step(self, place: int) -> None:
        step = TreatmentStep.objects.select_related("treatment", "owner").get(treatment=self.treatment, place=place)
        treatments.finish_step(step, actor=step.owner)

    def _finish(self) -> None:
        owner = self.people[self.row["owner"]]
        said = evidence.Described("Acceptance of the works", organisations.today())
        evidence.add_link(self.treatment, "https://docs.verrow.example/acceptance/server-room", said, actor=owner)
        treatments.finish(self.treatment, actor=owner)
