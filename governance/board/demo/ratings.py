"""How Verrow's two leaders came to one number for each risk, and where they have not yet."""

from collections.abc import Mapping

from governance.board.demo import sources
from governance.board.demo.events import Event
from governance.board.demo.times import acting
from portal.people.models import User
from risks import effect, ratings, settling
from risks.models import Confidence, Risk
from risks.rounds import Judgement

LEADERS = {"IT": "marta", "SECURITY": "idris"}
AFTER_LOGGING, ANSWER = 2, 2  # days
LATELY_DAYS = 12  # what was logged since then, nobody has rated yet
SILENT_EVERY = 5  # of every so many the other office neither agrees nor objects
EARLY, LATE = 2100, 2200  # within a day: after the moves of other things


def of_verrow(people: Mapping[str, User], made: Mapping[int, Risk]) -> list[Event]:
    """Both leaders on most risks soon after they were logged, on every move since, and what the table tells besides."""
    found: list[Event] = []
    for number, row in enumerate(sources.table("risks"), start=1):
        days_ago = int(row["logged_days_ago"])
        if "unrated" in row["flags"].split() or days_ago <= LATELY_DAYS:
            continue
        found += _meeting(number, days_ago - AFTER_LOGGING, row["accountable"] or "IT", row["grounds"], people, made)
    for row in sources.table("moves"):
        judged = sources.rating(row["now"])
        said = Judgement(judged.likelihood_level, judged.impact, row["reason"], Confidence.HIGH)
        found += _agreement(int(row["risk"]), int(row["days_ago"]), "SECURITY", said, people, made)
    for row in sources.table("ratings"):
        found.append(Event(int(row["days_ago"]), LATE, _Said(row, people, made)))
    return found


def _meeting(number: int, days_ago: int, office: str, grounds: str, people, made) -> list[Event]:
    """The leader of the accountable side rates what stands in the register; the other agrees, or stays silent."""

    def said() -> Judgement:
        row = made[number].levels.get(stage="CURRENT")
        areas = {area: getattr(row, f"{area}_level") for area in sources.AREAS}
        return Judgement(row.likelihood_level, areas, grounds or "As it was logged.")

    return _agreement(number, days_ago, office, said, people, made, silent=number % SILENT_EVERY == 0)


def _agreement(number, days_ago, office, said, people, made, *, silent: bool = False) -> list[Event]:
    first, second = people[LEADERS[office]], people[LEADERS["SECURITY" if office == "IT" else "IT"]]
    judged = said if callable(said) else lambda: said

    def give() -> None:
        with acting(first):
            ratings.rate(made[number], judged(), actor=first)

    def answer() -> None:
        with acting(second):
            if effect.calls_for_both(made[number], judged()):
                ratings.rate(made[number], judged(), actor=second)
            elif not silent:
                settling.agree(made[number], actor=second)

    return [Event(days_ago, EARLY + number, give), Event(max(days_ago - ANSWER, 0), LATE + number, answer)]


class _Said:
    """One line of the table: somebody rates, or asks to talk."""

    def __init__(self, row, people, made):
        self.row, self.people, self.made = row, people, made

    def __call__(self) -> None:
        with acting(self.people[self.row["by"]]):
            self._say(self.made[int(self.row["risk"])], self.people[self.row["by"]])

    def _say(self, risk: Risk, actor: User) -> None:
        if self.row["verb"] == "talk":
            settling.talk(risk, actor=actor)
            return
        judged = sources.rating(self.row["now"])
        said = Judgement(judged.likelihood_level, judged.impact, self.row["reason"], self.row["confidence"])
        ratings.rate(risk, said, actor=actor, both=True)
