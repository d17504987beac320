"""`/api/v1/jobs/`: the work behind the pages, as far as the caller may see it."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.web.api.door import Door
from portal.web.api.router import resources
from portal.workbench import jobs


class JobSerializer(serializers.Serializer):
    """One piece of work."""

    source = serializers.CharField(help_text='As in "import".')
    id = serializers.IntegerField(source="pk")
    label = serializers.CharField()
    standing = serializers.ChoiceField(choices=[one.value for one in jobs.Standing])
    state = serializers.CharField(help_text="In the words of its room.")
    percent = serializers.IntegerField(allow_null=True, help_text="Null where nobody knows how far it is.")
    error = serializers.CharField(help_text="Empty where nothing went wrong.")
    who = serializers.CharField(help_text="Empty: the portal itself.")
    since = serializers.DateTimeField()
    may_retry = serializers.BooleanField()
    page = serializers.CharField(source="url")


class JobsSerializer(serializers.Serializer):
    """What failed first, then what runs and waits, then what ended within a week."""

    results = JobSerializer(many=True)


class RetrySerializer(serializers.Serializer):
    source = serializers.CharField(max_length=40)
    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class JobViewSet(Door, ViewSet):
    """Imports, changes of many rows, discovery, previews, webhooks that are not taken."""

    parameters = ("source",)

    @extend_schema(
        responses=JobsSerializer(many=False),
        operation_id="jobs_retrieve",
        parameters=[OpenApiParameter("source", str, description="Only of this kind.")],
    )
    def list(self, request: Request) -> Response:
        """Everything that the caller may see."""
        return self._shown(request)

    @extend_schema(request=RetrySerializer, responses=JobsSerializer)
    @action(detail=False, methods=["post"])
    def retry(self, request: Request) -> Response:
        """Try one again."""
        asked = RetrySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        jobs.retry(asked.validated_data["source"], asked.validated_data["id"], actor=request.user)
        return self._shown(request)

    def _shown(self, request: Request) -> Response:
        return Response(JobsSerializer({"results": jobs.of(request.user, source=request.query_params.get("source", ""))}).data)


resources.register("jobs", JobViewSet)
