"""`/api/v1/watches/`: what the caller hears of."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.talk import watching
from portal.talk.api import about
from portal.web.api.door import Door
from portal.web.api.router import resources


class WatchSerializer(serializers.Serializer):
    """One subject, or one saved view, of which the caller hears."""

    id = serializers.IntegerField()
    kind = serializers.CharField(source="subject_kind")
    subject = serializers.IntegerField(source="subject_id")
    since = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class WatchesSerializer(serializers.Serializer):
    """The newest first."""

    results = WatchSerializer(many=True)


class WatchViewSet(Door, ViewSet):
    """What the caller watches. POST begins (a saved view is of kind "saved-view"), `ending/` stops."""

    permission = "attention.view_inbox"
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(responses=WatchesSerializer(many=False), operation_id="watches_list")
    def list(self, request: Request) -> Response:
        """All that the caller watches and may still open."""
        return Response(WatchesSerializer({"results": [watch for watch, _place in watching.own(request.user)]}).data)

    @extend_schema(request=about.SubjectSerializer, responses={201: WatchSerializer})
    def create(self, request: Request) -> Response:
        """Hear of what others do with a subject."""
        told = about.body(about.SubjectSerializer, request)
        watch = watching.begin(about.place_of(request, told["kind"], told["subject"]), actor=request.user)
        return Response(WatchSerializer(watch).data, status=201, headers={"Location": f"{request.path}{watch.pk}/"})

    @extend_schema(responses=WatchSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One of them."""
        return Response(WatchSerializer(self._one(request, pk)).data)

    @extend_schema(request=None, responses=WatchSerializer)
    @action(detail=True, methods=["post"])
    def ending(self, request: Request, pk: str) -> Response:
        """Hear no more of it."""
        return Response(WatchSerializer(watching.end(self._one(request, pk), actor=request.user)).data)

    def _one(self, request: Request, pk: str) -> Any:
        found = watching.find(int(pk), request.user)
        if found is None:
            raise Http404
        return found


resources.register("watches", WatchViewSet)
