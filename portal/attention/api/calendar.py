"""`/api/v1/calendar/`: what is due to the caller, and the secret address of their calendar."""

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal import subjects
from portal.attention import calendars
from portal.people.addresses import absolute
from portal.web.api.door import Door
from portal.web.api.router import resources


class DatedSerializer(serializers.Serializer):
    """One day on which something is due."""

    uid = serializers.CharField(source="key")
    day = serializers.DateField()
    what = serializers.CharField()
    kind = serializers.SerializerMethodField()
    subject = serializers.IntegerField(source="subject.pk")
    page = serializers.CharField(source="url")

    def get_kind(self, one: calendars.Dated) -> str:
        return subjects.kind_of(one.subject)


class CalendarSerializer(serializers.Serializer):
    has_address = serializers.BooleanField()
    since = serializers.DateTimeField(allow_null=True)
    last_read_at = serializers.DateTimeField(allow_null=True)
    results = DatedSerializer(many=True, help_text="The next first.")


class AddressSerializer(serializers.Serializer):
    address = serializers.CharField(help_text="Shown this once: whoever holds it reads the calendar.")


class CalendarViewSet(Door, ViewSet):
    """What is due to the caller. POST makes a secret address for a calendar program; one from before ends."""

    permission = calendars.MAY

    @extend_schema(responses=CalendarSerializer(many=False), operation_id="calendar_retrieve")
    def list(self, request: Request) -> Response:
        """Everything due to the caller."""
        return self._shown(request)

    @extend_schema(request=None, responses={201: AddressSerializer})
    def create(self, request: Request) -> Response:
        """Make a secret address."""
        told = {"address": absolute(reverse("attention:calendar-file", args=[calendars.begin(actor=request.user)]))}
        return Response(AddressSerializer(told).data, status=201)

    @extend_schema(request=None, responses=CalendarSerializer)
    @action(detail=False, methods=["post"])
    def ending(self, request: Request) -> Response:
        """End the address."""
        calendars.end(actor=request.user)
        return self._shown(request)

    def _shown(self, request: Request) -> Response:
        feed = calendars.standing(request.user)
        told = {"has_address": feed is not None, "since": feed and feed.created_at, "last_read_at": feed and feed.last_read_at}
        return Response(CalendarSerializer(told | {"results": calendars.of(request.user)}).data)


resources.register("calendar", CalendarViewSet)
