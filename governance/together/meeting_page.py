"""The pair's meetings as they are read: the next one with its agenda, those that were held, and what is still to be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from governance.together import agenda
from governance.together.agenda import Part
from governance.together.models import Meeting, MeetingAction

MOST = 60


@dataclass(frozen=True, slots=True)
class Book:
    planned: Meeting | None
    parts: Sequence[Part]  # of the agenda as it is now
    actions: Sequence[MeetingAction]  # still to be done
    held: Sequence[Meeting]

    @property
    def points(self) -> int:
        return sum(part.count for part in self.parts)


@dataclass(frozen=True, slots=True)
class Page:
    meeting: Meeting
    parts: Sequence[Part]  # as it was when the meeting was held, else as it is now
    actions: Sequence[MeetingAction]

    @property
    def is_open(self) -> bool:
        return self.meeting.held_at is None and self.meeting.archived_at is None


def read(user: Any, *, whole: str = "") -> Book:
    """What lies before the two now; of an agenda's part `whole` names, all points."""
    meetings = list(Meeting.objects.visible_to(user).current().select_related("held_by").order_by("-meets_on", "-pk")[:MOST])
    actions = MeetingAction.objects.visible_to(user).open().select_related("owner").order_by("due_on", "pk")
    return Book(
        planned=next((one for one in meetings if one.held_at is None), None),
        parts=agenda.parts(agenda.points(user), user, whole=whole),
        actions=list(actions[:MOST]),
        held=[one for one in meetings if one.held_at is not None],
    )


def one(meeting: Meeting, user: Any, *, most: int | None = agenda.MOST, whole: str = "") -> Page:
    """One meeting, with at most so many points of each part but of the one that is asked for `whole`."""
    points = agenda.points(user) if meeting.held_at is None else agenda.thawed(meeting.agenda)
    actions = meeting.actions.select_related("owner").order_by("due_on", "pk")
    return Page(meeting, agenda.parts(points, user, most=most, whole=whole), list(actions))
