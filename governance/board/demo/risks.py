"""Verrow's register: 47 risks, logged, judged, reviewed and moved over nine months."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from assets.models import Asset
from governance.board.demo import indicators, losses, plans, ratings, sources
from governance.board.demo.events import Event
from governance.board.demo.sources import Rating
from governance.board.demo.times import Calendar, acting
from portal.attention import reviews
from portal.attention.models import Review
from portal.people.models import Unit, User
from risks import appetite, meanings, recompute, register, settling
from risks.appetite import Bounds
from risks.models import Levels, Risk

MOST_UNCHANGED = 2


def set_appetite() -> None:
    """What Verrow wants to carry: less in the plants than in the offices. The numbers of the whole are the board's."""
    everywhere = Bounds(40, 70, Decimal(250_000), Decimal(1_000_000), Decimal(8_000_000), Decimal("0.05"))
    in_plants = Bounds(35, 60, Decimal(200_000), Decimal(800_000))
    appetite.agree({"": everywhere, Risk.Category.OT: in_plants}, actor=None)


def set_appetite_of_eastmere(plant: Unit, by: User) -> None:
    """The smaller plant was bought later: while its lines are renewed, a little more is accepted there, and less is carried."""
    with acting(by):
        appetite.agree({Risk.Category.OT: Bounds(30, 65, Decimal(150_000), Decimal(600_000))}, unit=plant, actor=by)


def say_what_levels_mean() -> None:
    """Verrow took the scales as they were offered."""
    for scale, meaning in meanings.OFFERED.items():
        meanings.say(scale, meaning, actor=None)


def live(
    calendar: Calendar, people: dict[str, User], tree: dict[str, Unit], assets: dict[str, Asset], happenings: Iterable[Event]
) -> None:
    """Log every risk on its day and let it be judged, reviewed and moved since, in the order of the days; `happenings` come
    in between."""
    rows = sources.table("risks")
    before = {int(row["risk"]): row["now"] for row in sources.table("before")}
    made: dict[int, Risk] = {}
    events = [*happenings]
    for number, row in enumerate(rows, start=1):
        first = sources.rating(before.get(number, row["now"]))
        events.append(Event(int(row["logged_days_ago"]), number, _Log(number, row, first, calendar, people, tree, assets, made)))
        for days_ago in _review_days(row):
            events.append(Event(days_ago, 1000 + number, _Answer(number, made)))
    events += ratings.of_verrow(people, made)
    events += plans.of_verrow(people, tree, made)
    events += indicators.of_verrow(people, tree, made)
    logged = {number: int(row["logged_days_ago"]) for number, row in enumerate(rows, start=1)}
    events += losses.of_verrow(people, made, logged)
    for event in sorted(events, key=lambda one: (-one.days_ago, one.order)):
        with calendar.at(event.days_ago):
            with acting(None):  # else the last one who acted would stand in the history of what comes after
                event.happen()
            while recompute.refresh_batch(500):
                pass


def change_of_day() -> None:
    """What time alone changes."""
    recompute.mark_due()
    settling.lapse_objections()
    while recompute.refresh_batch(500):
        pass


def _review_days(row: dict[str, str]) -> list[int]:
    """The days, counted back, on which the risk was looked at so that the next look falls due as the table says."""
    every, due_in, logged = (int(row[name]) for name in ("every_days", "due_in_days", "logged_days_ago"))
    days, day = [], every - due_in
    while day < logged:
        if day > 0:
            days.append(day)
        day += every
    return days


class _Log:
    def __init__(self, number, row, first: Rating, calendar, people, tree, assets, made):
        self.number, self.row, self.first, self.calendar = number, row, first, calendar
        self.people, self.tree, self.assets, self.made = people, tree, assets, made

    def __call__(self) -> None:
        flags = self.row["flags"].split()
        by = next((flag.removeprefix("by:") for flag in flags if flag.startswith("by:")), "dana")
        actor = self.people["idris" if "confidential" in flags else by]
        with acting(actor):
            self._log(flags, by, actor)

    def _log(self, flags: list[str], by: str, actor: User) -> None:
        row = self.row
        unrated, unowned = "unrated" in flags, "unowned" in flags
        owners = {} if unowned else {"it_owner": self._person("it_owner"), "security_owner": self._person("security_owner")}
        risk = register.log(
            actor=actor,
            title=row["title"],
            cause=row["cause"],
            consequence=row["consequence"],
            grounds=row["grounds"],
            category=row["category"],
            unit=self.tree[row["unit"]],
            assets=[self.assets[key.removeprefix("host:").lower()] for key in row["assets"].split()] if by == "dana" else (),
            likelihood_level=None if unrated else self.first.likelihood_level,
            impact=None if unrated else self.first.impact,
            accountable="" if unowned else row["accountable"],
            is_confidential="confidential" in flags,
            review_every_days=int(row["every_days"]),
            review_due_on=self._first_look(),
            **owners,
        )
        if not unrated:
            for stage, column in ((Levels.Stage.INHERENT, "inherent"), (Levels.Stage.RESIDUAL, "after_plan")):
                judged = sources.rating(row[column])
                register.set_levels(
                    risk, stage, actor=actor, likelihood_level=judged.likelihood_level, levels=judged.impact, reason=row["grounds"]
                )
        self.made[self.number] = risk

    def _person(self, column: str) -> User | None:
        return self.people[self.row[column]] if self.row[column] else None

    def _first_look(self) -> date:
        """Where later looks are on record, the day of the earliest of them."""
        days = _review_days(self.row)
        return self.calendar.day(max(days)) if days else self.calendar.day(-int(self.row["due_in_days"]))


class _Answer:
    def __init__(self, number, made):
        self.number, self.made = number, made

    def __call__(self) -> None:
        review = Review.objects.get(subject_kind="risk", subject_id=self.made[self.number].pk, state=Review.State.OPEN)
        anew = review.unchanged_in_a_row >= MOST_UNCHANGED
        with acting(review.owner):
            reviews.answer(
                review,
                Review.Outcome.CHANGED if anew else Review.Outcome.UNCHANGED,
                actor=review.owner,
                version=review.version,
                note="Rated anew; the levels hold." if anew else "",
            )
