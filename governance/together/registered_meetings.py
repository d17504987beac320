"""What this room adds to the registry of kinds for the pair's meeting and its actions."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from governance.together import meetings
from governance.together.models import Meeting, MeetingAction
from portal import subjects
from portal.attention import calendars, reviews
from portal.people import holdings
from portal.people.models import User
from portal.people.reach import grants

subjects.register(
    subjects.Subject(
        kind="meeting",
        model="together.Meeting",
        word=_("meeting of the pair"),
        plural=_("meetings of the pair"),
        resource="meetings",
        page="together:meeting",
        url=lambda meeting: reverse("together:meeting", args=[meeting.pk]),
        label=lambda meeting: _t("Meeting of the pair, %s") % meeting,
        unit=lambda _meeting: None,
    )
)
subjects.register(
    subjects.Subject(
        kind="meeting-action",
        model="together.MeetingAction",
        word=_("action"),
        plural=_("actions"),
        resource="meeting-actions",
        url=lambda _action: reverse("attention:reviews"),  # where its owner answers it; the meeting is for the two
        label=str,
        unit=lambda _action: None,
        related=("owner",),
    )
)
reviews.on_answer(meetings.DUE, meetings.take_answer)
reviews.ask_with(meetings.DUE, _("Is it done?"))


def _sees_to(person: User):
    return MeetingAction.objects.open().filter(owner=person)


def _pass_on(row: MeetingAction, *, person: User, successor: User, actor: Any) -> User:
    return meetings.hand_over(row, successor, actor=actor)


holdings.register(
    holdings.Group(
        key="meeting-actions",
        label=_("Actions of the pair's meeting they see to"),
        rows=_sees_to,
        way=holdings.Way.SUCCESSOR,
        pass_on=_pass_on,
        kind="meeting-action",
        word=_("The minutes stay as they were written."),
        order=43,
    )
)


def next_meeting(user: Any) -> list[calendars.Dated]:
    """The day of the next meeting, for who sits at the table."""
    if "together.view_meeting" not in grants(user).permissions:
        return []
    rows = Meeting.objects.visible_to(user).planned()
    return [
        calendars.Dated(
            f"meeting-{row.pk}",
            row.meets_on,
            row,
            _t("Meeting"),
            reverse("together:meeting", args=[row.pk]),
            row.planned_at,
            row.version,
        )
        for row in rows
    ]


calendars.add(next_meeting)
