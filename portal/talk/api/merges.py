"""`/api/v1/merges/`: two rows that told of one thing, made one."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.talk import merging
from portal.talk.api import about
from portal.talk.models import Merge
from portal.web.api.door import Door
from portal.web.api.router import resources


class MergeSerializer(serializers.Serializer):
    """`merged` goes on in `survivor`; both keep their rows and histories."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    survivor = serializers.IntegerField(source="survivor_id")
    merged = serializers.IntegerField(source="merged_id")
    merged_by = serializers.IntegerField(source="merged_by_id")
    merged_at = serializers.DateTimeField()
    undone_by = serializers.IntegerField(source="undone_by_id", allow_null=True)
    undone_at = serializers.DateTimeField(source="ended_at", allow_null=True)


class MergesSerializer(serializers.Serializer):
    """The newest first."""

    results = MergeSerializer(many=True)


class MergingSerializer(serializers.Serializer):
    """Which two become one; the versions are those that were read."""

    kind = serializers.CharField(max_length=40, help_text='"risk" or "asset".')
    survivor = serializers.CharField(max_length=40, help_text="An id, or a number such as R-0017: that one stays.")
    merged = serializers.CharField(max_length=40, help_text="The one that goes.")
    survivor_version = serializers.IntegerField(min_value=1)
    merged_version = serializers.IntegerField(min_value=1)


class MergeViewSet(Door, ViewSet):
    """Duplicates made one. POST merges, `undoing/` makes them two again while nobody touched either."""

    write_permission = "talk.merge"
    lookup_value_regex = "[0-9]{1,18}"

    def known_parameters(self) -> tuple[str, ...]:
        return ("kind", "subject") if self.action == "list" else ()

    @extend_schema(responses=MergesSerializer(many=False), operation_id="merges_list", parameters=about.ABOUT)
    def list(self, request: Request) -> Response:
        """What was merged into one subject, or into what it went."""
        place = about.asked(request)
        found = [made for made, _other in merging.of(place.kind, place.pk, request.user)]
        return Response(MergesSerializer({"results": found}).data)

    @extend_schema(request=MergingSerializer, responses={201: MergeSerializer})
    def create(self, request: Request) -> Response:
        """Let one go on in the other."""
        told = about.body(MergingSerializer, request)
        merging.of_kind(told["kind"])
        survivor, merged = (about.place_of(request, told["kind"], told[name]).row for name in ("survivor", "merged"))
        versions = told["survivor_version"], told["merged_version"]
        made = merging.merge(told["kind"], survivor, merged, actor=request.user, versions=versions)
        return Response(MergeSerializer(made).data, status=201, headers={"Location": f"{request.path}{made.pk}/"})

    @extend_schema(responses=MergeSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One merge."""
        return Response(MergeSerializer(self._one(request, pk)).data)

    @extend_schema(request=None, responses=MergeSerializer)
    @action(detail=True, methods=["post"])
    def undoing(self, request: Request, pk: str) -> Response:
        """Two again, as they were."""
        return Response(MergeSerializer(merging.undo(self._one(request, pk), actor=request.user)).data)

    def _one(self, request: Request, pk: str) -> Merge:
        made: Any = merging.find(int(pk), request.user)
        if made is None:
            raise Http404
        about.place_of(request, made.kind, made.survivor_id)
        return made


resources.register("merges", MergeViewSet)
