"""When Verrow's CIO and CISO met, what somebody does since, and what became of what they had decided."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from governance.board.demo.decisions import AFTER_ALL_ELSE
from governance.board.demo.events import Event
from governance.board.demo.times import acting
from governance.together import agenda, meetings, outcomes
from governance.together.models import Decision, Meeting
from portal.people import organisations
from portal.people.models import User

FAULTS_SEEN_DAYS_AGO, PLANNED_DAYS_AGO, HELD_DAYS_AGO, NEXT_DAYS_AGO = 20, 12, 8, 1
MINUTES = (
    "The administrators first: three by Friday, and the sealed accounts are tried before that.\n"
    "Idris wants the one-way link of Eastmere tested by somebody who is not the maker; Marta pays for it.\n"
    "Both say the same to the plants: the line comes first."
)
# text, who sees to it, due so many days after the meeting
ACTIONS = (
    ("Try both sealed emergency accounts once", "sade", 5),
    ("Find a tester for the one-way link of Eastmere", "priya", 14),
)


# days ago, the decision, what it bore out, cost, loss so far, who noted it, what happened
BECAME = (
    (
        15,
        "Recipe server on the office network",
        "DISSENT",
        "7400.00",
        "96000.00",
        "marta",
        "A recipe differed from its paper, and the change had come through the port we had opened, as Idris had foretold. "
        "The transfer station is ordered.",
    ),
    (
        150,
        "Update of the planning system before the spring close",
        "WAITING",
        "0.00",
        "41000.00",
        "idris",
        "The second edition came seven weeks late. Two audits of customers were put off and one order went elsewhere, while nobody "
        "tried the fault: waiting cost more than it saved.",
    ),
)


def happenings(people: dict[str, User]) -> list[Event]:
    def plan(in_days: int) -> Callable[[], None]:
        def happen() -> None:
            with acting(people["nora"]):
                meetings.plan(actor=people["nora"], meets_on=organisations.today() + timedelta(days=in_days))

        return happen

    def hold() -> None:
        meeting, today = Meeting.objects.planned().get(), organisations.today()
        with acting(people["marta"]):
            for text, who, days in ACTIONS:
                meetings.ask(meeting, text, owner=people[who], due_on=today + timedelta(days=days), actor=people["marta"])
            meetings.hold(meeting, MINUTES, actor=people["marta"])

    def note(title: str, bore_out: str, cost: str, loss: str, who: str, words: str) -> Callable[[], None]:
        def happen() -> None:
            told = {"actual_cost": Decimal(cost), "actual_loss": Decimal(loss), "what_happened": words}
            with acting(people[who]):
                outcomes.note(Decision.objects.get(title=title), actor=people[who], bore_out=bore_out, **told)

        return happen

    became = [Event(days_ago, AFTER_ALL_ELSE + 6, note(*told)) for days_ago, *told in BECAME]
    return [
        *became,
        Event(FAULTS_SEEN_DAYS_AGO, AFTER_ALL_ELSE + 4, agenda.note_faults),
        Event(PLANNED_DAYS_AGO, AFTER_ALL_ELSE + 4, plan(PLANNED_DAYS_AGO - HELD_DAYS_AGO)),
        Event(HELD_DAYS_AGO, AFTER_ALL_ELSE + 4, hold),
        Event(NEXT_DAYS_AGO, AFTER_ALL_ELSE + 4, plan(6)),
        Event(NEXT_DAYS_AGO, AFTER_ALL_ELSE + 5, agenda.note_faults),
    ]
