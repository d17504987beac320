"""Discovery files pushed in parts, for connections that break."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from assets.api.discovery_runs import DiscoveryRunSerializer, WordsSerializer, unit_of
from assets.discovery import intake, parts, pushes
from assets.models import DiscoveryPart, DiscoveryPush
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources

HASH = r"^[0-9a-fA-F]{64}$"


class DiscoveryPushSerializer(RowSerializer):
    unit = Linked("unit", read_only=True)
    run = Linked("discovery-run", read_only=True, allow_null=True, help_text="What it became.")
    networks = serializers.ListField(child=serializers.CharField(), read_only=True)
    headings = serializers.ListField(child=serializers.CharField(), read_only=True)
    received_count = serializers.IntegerField(read_only=True, help_text="Parts that are here.")
    received_bytes = serializers.IntegerField(read_only=True)
    expires_at = serializers.SerializerMethodField(help_text="Until then a part has to come; null once it has ended.")

    class Meta:
        model = DiscoveryPush
        fields = [
            *("id", "source", "unit", "file_name", "networks", "headings", "is_complete", "state", "run"),
            *("received_count", "received_bytes", "started_at", "touched_at", "expires_at", "ended_at"),
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_expires_at(self, push: DiscoveryPush) -> Any:
        is_open = push.state == DiscoveryPush.State.OPEN
        return serializers.DateTimeField().to_representation(push.touched_at + parts.ABANDONED_AFTER) if is_open else None


class BeginningSerializer(WordsSerializer):
    """What the file does not say; as for a file that is sent whole."""

    file_name = serializers.CharField(max_length=255, required=False)


class PartSerializer(RowSerializer):
    class Meta:
        model = DiscoveryPart
        fields = ["number", "size", "sha256", "received_at"]
        read_only_fields = fields


class SentPartSerializer(serializers.Serializer):
    """One part of the file."""

    number = serializers.IntegerField(min_value=1, max_value=pushes.MOST_PARTS, help_text="Its place, from 1.")
    sha256 = serializers.RegexField(HASH, help_text="Of this part, in hexadecimal.")
    part = serializers.FileField(allow_empty_file=True, help_text="1 byte to 8 MB.")


class FinishSerializer(serializers.Serializer):
    part_count = serializers.IntegerField(min_value=1, max_value=pushes.MOST_PARTS, help_text="How many parts the file has.")
    sha256 = serializers.RegexField(HASH, required=False, help_text="Of the whole file as it was sent.")


class DiscoveryPushFilters(django_filters.FilterSet):
    class Meta:
        model = DiscoveryPush
        fields = ["state", "source"]


class DiscoveryPushViewSet(ReadSet):
    """A discovery file in parts. POST to begin, POST each part to `parts/` in any order, POST `finish/`. Send a part again as
    often as you like; after a cut connection GET `parts/` says what is here. Without a new part for 24 hours it is abandoned."""

    permission = write_permission = "assets.take_in_discovery"
    serializer_class = DiscoveryPushSerializer
    filterset_class = DiscoveryPushFilters
    ordering = "-id"
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return DiscoveryPush.objects.visible_to(user).select_related("run").counted()

    def get_parsers(self) -> list[Any]:
        method = getattr(self.request, "method", None) or ""  # the schema asks without a request
        sending = self.action_map.get(method.lower()) == "part"
        return [MultiPartParser()] if sending else super().get_parsers()

    @extend_schema(request=BeginningSerializer, responses={201: DiscoveryPushSerializer})
    def create(self, request: Request) -> Response:
        """Begin: say who looked and where new assets belong; 409 where the account has 20 open ones."""
        asked = BeginningSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        told["unit"] = told.get("unit") or unit_of(request.user)
        source = told.pop("source", "") or str(request.user)[: intake.LONGEST_SOURCE]
        push = pushes.begin(source, actor=request.user, **told)
        shown = self.get_queryset().get(pk=push.pk)
        return self.show(self.get_serializer(shown), 201, {"Location": f"{request.path}{push.pk}/"})

    @extend_schema(responses=PartSerializer(many=True), parameters=[], filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def parts(self, request: Request, pk: str) -> Response:
        """The parts that are here, by number."""
        rows = self.get_object().parts.defer("content").order_by("number")
        return Response(PartSerializer(rows, many=True).data)

    @extend_schema(
        request={"multipart/form-data": SentPartSerializer}, responses={201: PartSerializer, 200: PartSerializer}, filters=False
    )
    @parts.mapping.post
    def part(self, request: Request, pk: str) -> Response:
        """Send one part: 201 where it is new, 200 where the same came before, 409 where another part has this number or the push
        has ended, 422 where the hash does not fit what came."""
        push, asked = self.get_object(), SentPartSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        content = told["part"].read(pushes.PART_LIMIT + 1)
        part, is_new = pushes.put(push, told["number"], told["sha256"], content, actor=request.user)
        return Response(PartSerializer(part).data, status=201 if is_new else 200)

    @extend_schema(request=FinishSerializer, responses={201: DiscoveryRunSerializer, 200: DiscoveryRunSerializer})
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: str) -> Response:
        """Take the file in: 201 with its run, 200 with the same run on a repeat, 409 naming the parts that are missing, 422 where
        the hash does not fit or the file cannot be read; then the push stays open."""
        push, asked = self.get_object(), FinishSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        run, is_new = pushes.finish(push, actor=request.user, **asked.validated_data)
        found = DiscoveryRunSerializer(run, context=self.get_serializer_context())
        headers = {"Location": f"/api/v1/discovery-runs/{run.pk}/"} if is_new else None
        return self.show(found, 201 if is_new else 200, headers)


resources.register("discovery-pushes", DiscoveryPushViewSet)
