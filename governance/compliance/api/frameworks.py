"""Frameworks and their requirements for integrations."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from governance.compliance import frameworks, oscal_out
from governance.compliance.api import files
from governance.compliance.models import Framework, Requirement
from governance.compliance.readers import csv_catalog
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources

READ, IMPORT = "compliance.view_framework", "compliance.import_catalog"


class FrameworkSerializer(RowSerializer):
    replaces = Linked("framework", read_only=True, allow_null=True, help_text="The edition before this one.")
    based_on = Linked("framework", read_only=True, allow_null=True, help_text="The catalog that a profile selects from.")
    imported_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Framework
        fields = [
            *("id", "key", "edition", "name", "publisher", "is_official", "state", "replaces", "based_on"),
            *("requirement_count", "assessable_count", "digest", "source_id", "imported_by", "imported_at", "version"),
        ]
        read_only_fields = fields
        extra_kwargs = {"is_official": {"help_text": "Whether the wording is the publisher's; otherwise it is our own."}}


class CatalogSerializer(serializers.Serializer):
    """A file with what the file does not say."""

    file = serializers.FileField(allow_empty_file=True, help_text="An OSCAL catalog or profile as JSON, or a CSV list.")
    replaces = Linked("framework", required=False, allow_null=True, help_text="Of which framework it is a new edition.")
    based_on = Linked("framework", required=False, allow_null=True, help_text="From which catalog a profile selects.")


class IntakeSerializer(serializers.Serializer):
    """What the file did."""

    outcome = serializers.ChoiceField(
        choices=[
            (one, one)
            for one in (frameworks.ADDED, frameworks.NEW_EDITION, frameworks.OLD_EDITION, frameworks.REWORDED, frameworks.UNCHANGED)
        ]
    )
    framework = FrameworkSerializer()
    added = serializers.ListField(child=serializers.CharField(), source="comparison.added")
    changed = serializers.ListField(child=serializers.CharField(), source="comparison.changed")
    withdrawn = serializers.ListField(child=serializers.CharField(), source="comparison.withdrawn")


class FrameworkFilters(django_filters.FilterSet):
    class Meta:
        model = Framework
        fields = ["key", "edition", "state"]


class FrameworkViewSet(ReadSet):
    """Editions of frameworks. POST a catalog, a profile or a CSV list as multipart/form-data."""

    kind = "framework"
    serializer_class = FrameworkSerializer
    permission, write_permission = READ, IMPORT
    filterset_class = FrameworkFilters
    ordering_fields = ("name", "imported_at")

    def get_parsers(self) -> list[Any]:
        method = getattr(self.request, "method", None) or ""  # the schema asks without a request
        return [MultiPartParser()] if self.action_map.get(method.lower()) == "create" else super().get_parsers()

    @extend_schema(request={"multipart/form-data": CatalogSerializer}, responses={201: IntakeSerializer, 200: IntakeSerializer})
    def create(self, request: Request) -> Response:
        """Take in one file, whole or not at all: 200 where it changes nothing."""
        asked = CatalogSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        done = frameworks.take_in(told.pop("file"), actor=request.user, **told)
        status = 200 if done.outcome == frameworks.UNCHANGED else 201
        headers = {"Location": f"{request.path}{done.framework.pk}/"}
        return Response(IntakeSerializer(done, context=self.get_serializer_context()).data, status=status, headers=headers)

    @extend_schema(responses=files.OSCAL, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def oscal(self, request: Request, pk: str) -> Response:
        """Our controls for it that the reader may open, as an OSCAL component definition."""
        return Response(oscal_out.component_definition(self.get_object(), request.user))

    @extend_schema(responses=files.CSV, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def csv(self, request: Request, pk: str) -> StreamingHttpResponse:
        """The catalog as a sheet."""
        found = self.get_object()
        return files.sheet(csv_catalog.write(frameworks.of_framework(found)), f"framework-{found.pk}")


class RequirementSerializer(RowSerializer):
    framework = Linked("framework", read_only=True)
    parent = Linked("requirement", read_only=True, allow_null=True)

    class Meta:
        model = Requirement
        fields = [
            *("id", "framework", "parent", "identifier", "kind", "title", "text", "guidance", "assessable", "is_withdrawn"),
            *("depth", "place", "last_place", "parts"),
        ]
        read_only_fields = fields
        extra_kwargs = {
            "assessable": {"help_text": "False for groups, which are not assessed themselves."},
            "text": {"help_text": "The publisher's wording, where it was imported."},
            "place": {"help_text": "Its place in the tree; what stands below it has the places up to last_place."},
        }


class RequirementFilters(django_filters.FilterSet):
    framework = LinkedFilter("framework", field_name="framework_id")
    parent = LinkedFilter("requirement", field_name="parent_id")

    class Meta:
        model = Requirement
        fields = ["identifier", "assessable", "kind"]


class RequirementViewSet(ReadSet):
    """What the frameworks ask for, each edition as a tree."""

    kind = ""
    serializer_class = RequirementSerializer
    permission = READ
    filterset_class = RequirementFilters
    ordering_fields = ("place", "identifier")
    search_config = "english"
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return Requirement.objects.visible_to(user).defer("search", "parameters")


resources.register("frameworks", FrameworkViewSet)
resources.register("requirements", RequirementViewSet)
