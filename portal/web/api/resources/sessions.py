"""Where the caller is signed in."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from portal.people import sessions
from portal.people.access import OPEN_TO_ALL
from portal.people.models import BrowserSession
from portal.web.api.changes import state_change
from portal.web.api.fields import RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class SessionSerializer(RowSerializer):
    is_this = serializers.SerializerMethodField(help_text="The question came by this session.")

    class Meta:
        model = BrowserSession
        fields = ["id", "device", "address", "since", "last_seen_at", "ended_at", "is_this"]
        read_only_fields = fields
        extra_kwargs = {"device": {"help_text": "As in Firefox on Windows; empty where the browser says nothing known."}}

    def get_is_this(self, instance: BrowserSession) -> bool:
        request = self.context["request"]
        return request.auth is None and sessions.this(request) == instance.pk


class SessionViewSet(ReadSet):
    """The caller's own open sessions; nobody else's are listed here."""

    queryset = BrowserSession.objects.none()  # what the description speaks of
    serializer_class = SessionSerializer
    ordering_fields = ["last_seen_at"]

    def queryset_for(self, user: Any) -> QuerySet:
        return sessions.open_of(user).order_by()

    @state_change(OPEN_TO_ALL)
    def ending(self, instance: BrowserSession, validated: Any, actor: Any) -> BrowserSession:
        """Sign that browser out at its next request."""
        sessions.end(instance, actor=actor)
        instance.refresh_from_db()
        return instance


resources.register("sessions", SessionViewSet)
