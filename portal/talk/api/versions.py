"""`/api/v1/versions/?kind=risk&subject=17`: what a subject was, version by version."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.archive import versions
from portal.archive.api.history import ChangeSerializer
from portal.talk.api import about
from portal.web.api import questions
from portal.web.api.door import Door
from portal.web.api.router import resources

BIG = 2**31 - 1


class VersionSerializer(serializers.Serializer):
    """The row as it stood from a moment on."""

    id = serializers.IntegerField()
    ordinal = serializers.IntegerField(help_text="From 1, the first on record.")
    at = serializers.DateTimeField(source="entry.at")
    actor = serializers.IntegerField(source="entry.actor", allow_null=True, help_text="Null: the portal itself.")
    who = serializers.CharField(source="entry.who")
    what = serializers.CharField(source="entry.what")
    why = serializers.CharField(source="entry.why", help_text="What they wrote with it, as far as the caller reads such words.")
    request = serializers.CharField(source="entry.request", help_text="The id of the request or job.")


class VersionsSerializer(serializers.Serializer):
    """The newest first; none of a kind that keeps none."""

    results = VersionSerializer(many=True)


class ComparisonSerializer(serializers.Serializer):
    """What differs from the older to the newer of two versions, in words."""

    older = VersionSerializer()
    newer = VersionSerializer()
    changes = ChangeSerializer(many=True)


NAMED = [
    OpenApiParameter(name, {"type": "integer", "minimum": 1, "maximum": BIG}, required=True, description="The id of a version.")
    for name in ("from", "to")
]


class VersionViewSet(Door, ViewSet):
    """The versions of one subject, for whoever may open it; two of them compared under `comparison/`."""

    def known_parameters(self) -> tuple[str, ...]:
        return ("kind", "subject") if self.action == "list" else ("kind", "subject", "from", "to")

    @extend_schema(responses=VersionsSerializer(many=False), operation_id="versions_list", parameters=about.ABOUT)
    def list(self, request: Request) -> Response:
        """What it was, version by version."""
        place = about.asked(request)
        return Response(VersionsSerializer({"results": versions.of(place.kind, place.row, request.user)}).data)

    @extend_schema(responses=ComparisonSerializer, parameters=[*about.ABOUT, *NAMED])
    @action(detail=False)
    def comparison(self, request: Request) -> Response:
        """Any two of them, field by field; 404 where one is none of this subject's."""
        place = about.asked(request)
        questions.needed(request, "from"), questions.needed(request, "to")
        first, second = (questions.whole_number(request, name, least=1, most=BIG, otherwise=0) for name in ("from", "to"))
        return Response(ComparisonSerializer(versions.compare(place.kind, place.row, request.user, first, second)).data)


resources.register("versions", VersionViewSet)
