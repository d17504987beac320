"""The pair's meetings, their agenda and actions, for whoever sits at the table."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.together import meeting_page, meetings
from governance.together.models import Meeting, MeetingAction
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet

TABLE = "together.view_meeting"


class MeetingSerializer(RowSerializer):
    held_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Meeting
        fields = ["id", "meets_on", "minutes", "held_at", "held_by", "planned_at", "version"]
        read_only_fields = ["minutes", "held_at", "planned_at", "version"]


class MeetingDaySerializer(serializers.Serializer):
    meets_on = serializers.DateField()


class MinutesSerializer(serializers.Serializer):
    minutes = serializers.CharField(max_length=meetings.LONGEST_MINUTES)


class AgendaLineSerializer(serializers.Serializer):
    label = serializers.CharField()
    page = serializers.CharField(source="url")
    since = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)


class AgendaPartSerializer(serializers.Serializer):
    key = serializers.CharField()
    word = serializers.CharField()
    lines = AgendaLineSerializer(many=True)
    hidden = serializers.IntegerField(help_text="Points that you may not open.")
    count = serializers.IntegerField(help_text="All points of it, with those that you may not open.")


class AgendaSerializer(serializers.Serializer):
    """What the meeting is about: as it is now, or as it was when the meeting was held."""

    parts = AgendaPartSerializer(many=True)


class MeetingViewSet(RegisterSet):
    """Meetings of the CIO and the CISO."""

    kind = "meeting"
    permission = write_permission = TABLE
    serializer_class = MeetingSerializer
    ordering = "-id"
    lookup_value_regex = "[0-9]{1,18}"
    bulk = None  # one is planned at a time

    def perform_register(self, validated: Any, actor: Any) -> Meeting:
        return meetings.plan(actor=actor, **validated)

    @extend_schema(responses=AgendaSerializer)
    @action(detail=True, methods=["get"])
    def agenda(self, request: Request, pk: str) -> Response:
        """The parts of its agenda."""
        return Response(AgendaSerializer(meeting_page.one(self.get_object(), request.user, most=None)).data)

    @state_change(TABLE, request=MeetingDaySerializer)
    def moving(self, instance: Meeting, validated: Any, actor: Any) -> Meeting:
        """Another day."""
        return meetings.move(instance, validated["meets_on"], actor=actor)

    @state_change(TABLE, request=MinutesSerializer)
    def holding(self, instance: Meeting, validated: Any, actor: Any) -> Meeting:
        """Close it with what was said; its agenda stays as it is."""
        return meetings.hold(instance, validated["minutes"], actor=actor)

    @state_change(TABLE)
    def calling_off(self, instance: Meeting, validated: Any, actor: Any) -> Meeting:
        """It will not be held."""
        return meetings.call_off(instance, actor=actor)


class MeetingActionSerializer(RowSerializer):
    meeting = Linked("meeting")
    owner = Linked("user")

    class Meta:
        model = MeetingAction
        fields = ["id", "meeting", "text", "owner", "due_on", "asked_at", "done_at", "done_note", "version"]
        read_only_fields = ["asked_at", "done_at", "done_note", "version"]


class DoneSerializer(serializers.Serializer):
    note = serializers.CharField(max_length=meetings.LONGEST_NOTE)


class MeetingActionFilters(django_filters.FilterSet):
    is_done = django_filters.BooleanFilter(field_name="done_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = MeetingAction
        fields: list[str] = []


class MeetingActionViewSet(RegisterSet):
    """What somebody does by a day, because the two said so."""

    kind = "meeting-action"
    permission = write_permission = TABLE
    serializer_class = MeetingActionSerializer
    filterset_class = MeetingActionFilters
    ordering_fields = ["due_on"]
    lookup_value_regex = "[0-9]{1,18}"

    def perform_register(self, validated: Any, actor: Any) -> MeetingAction:
        said = dict(validated)
        return meetings.ask(said.pop("meeting"), said.pop("text"), actor=actor, **said)

    @state_change(TABLE, request=DoneSerializer)
    def completion(self, instance: MeetingAction, validated: Any, actor: Any) -> MeetingAction:
        """It is done, and what shows it."""
        return meetings.complete(instance, validated["note"], actor=actor)


resources.register("meetings", MeetingViewSet)
resources.register("meeting-actions", MeetingActionViewSet)
