"""When Verrow's CIO and CISO met, and what somebody does since."""

from collections.abc import Callable
from datetime import timedelta

from governance.board.demo.decisions import AFTER_ALL_ELSE
from governance.board.demo.events import Event
from governance.board.demo.times import acting
from governance.together import agenda, meetings
from governance.together.models import Meeting
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

    return [
        Event(FAULTS_SEEN_DAYS_AGO, AFTER_ALL_ELSE + 4, agenda.note_faults),
        Event(PLANNED_DAYS_AGO, AFTER_ALL_ELSE + 4, plan(PLANNED_DAYS_AGO - HELD_DAYS_AGO)),
        Event(HELD_DAYS_AGO, AFTER_ALL_ELSE + 4, hold),
        Event(NEXT_DAYS_AGO, AFTER_ALL_ELSE + 4, plan(6)),
        Event(NEXT_DAYS_AGO, AFTER_ALL_ELSE + 5, agenda.note_faults),
    ]
