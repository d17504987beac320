"""When the caller wants no mail."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.attention import quiet
from portal.web.api.door import Door
from portal.web.api.router import resources


class QuietHoursSerializer(serializers.Serializer):
    """By the clock of the caller's own zone; null twice: mail at any hour."""

    starts_at = serializers.TimeField(format="%H:%M", allow_null=True)
    ends_at = serializers.TimeField(format="%H:%M", allow_null=True)


class QuietHoursViewSet(Door, ViewSet):
    """The hours in which no daily mail goes out to the caller; it waits until they are over."""

    permission = "attention.view_inbox"

    @extend_schema(responses=QuietHoursSerializer(many=False), operation_id="quiet_hours_retrieve")
    def list(self, request: Request) -> Response:
        """The caller's own."""
        return self._shown(request)

    @extend_schema(request=QuietHoursSerializer, responses={200: QuietHoursSerializer})
    def create(self, request: Request) -> Response:
        """Say them, or by null twice take them back."""
        told = QuietHoursSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        quiet.keep(actor=request.user, **told.validated_data)
        return self._shown(request)

    def _shown(self, request: Request) -> Response:
        found = quiet.of(request.user)
        return Response(QuietHoursSerializer(found or {"starts_at": None, "ends_at": None}).data)


resources.register("quiet-hours", QuietHoursViewSet)
