"""`/api/v1/files/?kind=risk&subject=17`: the files beside a subject."""

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.archive import attachments
from portal.record.models import StoredFile
from portal.talk import attaching
from portal.talk.api import about
from portal.web.api.door import Door
from portal.web.api.router import resources

KEY = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The key of the file.")


class FileSerializer(serializers.Serializer):
    """One file; its bytes are under `content/`."""

    id = serializers.UUIDField()
    kind = serializers.CharField(source="subject_kind")
    subject = serializers.IntegerField(source="subject_id")
    name = serializers.CharField()
    content_type = serializers.CharField(help_text="What its own bytes say it is.")
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    created_by = serializers.IntegerField(source="created_by_id", allow_null=True)
    created_at = serializers.DateTimeField()
    archived_at = serializers.DateTimeField(allow_null=True)
    archived_by = serializers.IntegerField(source="archived_by_id", allow_null=True)


class FilesSerializer(serializers.Serializer):
    """All of one subject, oldest first, archived ones too."""

    results = FileSerializer(many=True)


class SentSerializer(about.SubjectSerializer):
    """Of at most 25 MB."""

    file = serializers.FileField(allow_empty_file=True)


class FileViewSet(Door, ViewSet):
    """The files that people laid beside a subject, for whoever may open it. POST one as multipart/form-data."""

    write_permission = "talk.attach"
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    def known_parameters(self) -> tuple[str, ...]:
        return ("kind", "subject") if self.action == "list" else ()

    def get_parsers(self) -> list[Any]:
        method = getattr(self.request, "method", None) or ""  # the schema asks without a request
        return [MultiPartParser()] if self.action_map.get(method.lower()) == "create" else super().get_parsers()

    @extend_schema(responses=FilesSerializer(many=False), operation_id="files_list", parameters=about.ABOUT)
    def list(self, request: Request) -> Response:
        """The files beside one subject."""
        place = about.asked(request)
        return Response(FilesSerializer({"results": attachments.of(place.kind, place.pk)}).data)

    @extend_schema(request={"multipart/form-data": SentSerializer}, responses={201: FileSerializer})
    def create(self, request: Request) -> Response:
        """Lay one beside a subject: 422, and nothing stored, where it cannot be kept."""
        sent = about.body(SentSerializer, request)
        place = about.place_of(request, sent["kind"], sent["subject"])
        made = attaching.attach(place, sent["file"], sent["file"].name, actor=request.user)
        return Response(FileSerializer(made).data, status=201, headers={"Location": f"{request.path}{made.pk}/"})

    @extend_schema(responses=FileSerializer, parameters=[KEY])
    def retrieve(self, request: Request, pk: str) -> Response:
        """What one file is."""
        return Response(FileSerializer(self._one(request, pk)).data)

    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, "Its bytes, as an attachment.")},
        parameters=[KEY],
    )
    @action(detail=True)
    def content(self, request: Request, pk: str) -> HttpResponseBase:
        """The bytes of one file."""
        return attachments.served(self._one(request, pk))

    @extend_schema(request=None, responses=FileSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def archiving(self, request: Request, pk: str) -> Response:
        """It is no longer among the files of its subject; it can still be fetched."""
        file = self._one(request, pk)
        place = about.place_of(request, file.subject_kind, file.subject_id)
        return Response(FileSerializer(attaching.archive(file, place, actor=request.user)).data)

    def _one(self, request: Request, pk: str) -> StoredFile:
        file, place = attaching.find(UUID(pk), request.user)
        about.place_of(request, place.kind, place.pk)
        return file


resources.register("files", FileViewSet)
