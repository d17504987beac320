"""`/api/v1/history/?kind=risk&subject=17`: who changed what, from what to what."""

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal import subjects
from portal.archive import besides, changes
from portal.web.api import fields, questions, scopes
from portal.web.api.door import Door
from portal.web.api.router import resources
from portal.web.api.schema import SUBJECT_ID


class ChangeSerializer(serializers.Serializer):
    """One field, in words; empty where there was or is nothing."""

    field = serializers.CharField(help_text='As in "owner"; empty where the change is told by words alone.')
    label = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class ChangedSerializer(serializers.Serializer):
    """One moment at which something changed."""

    at = serializers.DateTimeField()
    actor = serializers.IntegerField(allow_null=True, help_text="Null: the portal itself.")
    who = serializers.CharField()
    what = serializers.CharField()
    request = serializers.CharField(help_text="The id of the request or job.")
    changes = ChangeSerializer(many=True)


class HistorySerializer(serializers.Serializer):
    """The newest changes first."""

    results = ChangedSerializer(many=True)
    has_more = serializers.BooleanField(help_text="Older changes were left out; ask for more by `limit`.")


class HistoryViewSet(Door, ViewSet):
    """What happened to one subject, for whoever may open it."""

    parameters = ("kind", "subject", "limit")

    @extend_schema(
        responses=HistorySerializer(many=False),
        operation_id="history_retrieve",
        parameters=[
            OpenApiParameter("kind", str, required=True, description='As in "risk".'),
            OpenApiParameter("subject", SUBJECT_ID, required=True, description="The id, or the number people say."),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": changes.MOST}, description="50 by default."),
        ],
    )
    def list(self, request: Request) -> Response:
        """Every change of one subject, in words, with who and when."""
        kind = questions.needed(request, "kind")
        told = questions.needed(request, "subject")
        limit = questions.whole_number(request, "limit", least=1, most=changes.MOST, otherwise=50)
        subject = subjects.of_kind(kind)
        scopes.check_reading(request, subject.resource)
        found = fields.by_id_or_number(subject.visible_to(request.user), told)
        if found is None:
            raise Http404
        entries, has_more = besides.read(kind, found, request.user, limit)
        return Response(HistorySerializer({"results": entries, "has_more": has_more}).data)


resources.register("history", HistoryViewSet)
