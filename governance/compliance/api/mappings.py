"""Which control answers which requirement, what corresponds, and coverage with its terms, for integrations."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from governance.compliance import coverage, covering, crosswalks, mappings
from governance.compliance.models import ControlMapping, Coverage, Crosswalk, CrosswalkPair, Relationship
from portal.people import organisations
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet
from risks import formula_in_force
from risks.models import Control

READ, IMPORT, MAP = "compliance.view_framework", "compliance.import_catalog", "compliance.map_control"
WORDS = [(one, one) for one in (coverage.COVERED, coverage.PARTLY, coverage.OPEN)]


class ControlMappingSerializer(RowSerializer):
    control = Linked("control")
    requirement = Linked("requirement")
    relationship = serializers.ChoiceField(choices=Relationship.choices, help_text="What the control does of what is asked.")
    mapped_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = ControlMapping
        fields = [
            *("id", "control", "requirement", "relationship", "state", "note", "mapped_by", "mapped_at", "archived_at", "version")
        ]
        read_only_fields = ["state", "mapped_at", "archived_at", "version"]


class RewordingSerializer(serializers.Serializer):
    """What is said otherwise."""

    relationship = serializers.ChoiceField(choices=Relationship.choices)
    note = serializers.CharField(max_length=mappings.LONGEST_NOTE, allow_blank=True, default="")


class ControlMappingFilters(django_filters.FilterSet):
    control = LinkedFilter("control", field_name="control_id")
    requirement = LinkedFilter("requirement", field_name="requirement_id")
    framework = LinkedFilter("framework", field_name="requirement__framework_id")

    class Meta:
        model = ControlMapping
        fields = ["relationship", "state"]


class ControlMappingViewSet(RegisterSet):
    """Which control answers which requirement, as people said."""

    kind = "control-mapping"
    serializer_class = ControlMappingSerializer
    permission, write_permission = READ, MAP
    filterset_class = ControlMappingFilters
    ordering_fields = ("mapped_at",)
    lookup_value_regex = "[0-9]{1,18}"

    def perform_register(self, validated: Any, actor: Any) -> ControlMapping:
        said = dict(validated)
        return mappings.add(said.pop("control"), said.pop("requirement"), said.pop("relationship"), actor=actor, **said)

    @state_change(MAP, request=RewordingSerializer)
    def rewording(self, instance: ControlMapping, validated: Any, actor: Any) -> ControlMapping:
        """Say otherwise how the control relates to the requirement."""
        return mappings.change(instance, actor=actor, version=None, **validated)

    @state_change(MAP)
    def removal(self, instance: ControlMapping, validated: Any, actor: Any) -> ControlMapping:
        """It does not answer the requirement after all."""
        return mappings.remove(instance, actor=actor)


class CrosswalkSerializer(RowSerializer):
    source = Linked("framework", read_only=True)
    target = Linked("framework", read_only=True)

    class Meta:
        model = Crosswalk
        fields = ["id", "source", "target", "pair_count", "digest", "imported_at", "archived_at"]
        read_only_fields = fields


class CrosswalkPairSerializer(serializers.ModelSerializer):
    """The target requirement answers the source one in this way."""

    source_identifier = serializers.CharField(source="source.identifier")
    target_identifier = serializers.CharField(source="target.identifier")

    class Meta:
        model = CrosswalkPair
        fields = ["source", "source_identifier", "target", "target_identifier", "relationship"]
        read_only_fields = fields


class CrosswalkFileSerializer(serializers.Serializer):
    """A CSV with the columns source, target and relationship."""

    file = serializers.FileField(allow_empty_file=True)
    source = Linked("framework", required=False, allow_null=True)
    target = Linked("framework", required=False, allow_null=True)


class CrosswalkViewSet(ReadSet):
    """What publishers say corresponds between two frameworks. POST a CSV as multipart/form-data."""

    kind = ""
    serializer_class = CrosswalkSerializer
    permission, write_permission = READ, IMPORT
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return Crosswalk.objects.visible_to(user)

    def get_parsers(self) -> list[Any]:
        method = getattr(self.request, "method", None) or ""  # the schema asks without a request
        return [MultiPartParser()] if self.action_map.get(method.lower()) == "create" else super().get_parsers()

    @extend_schema(
        request={"multipart/form-data": CrosswalkFileSerializer}, responses={201: CrosswalkSerializer, 200: CrosswalkSerializer}
    )
    def create(self, request: Request) -> Response:
        """Take in one crosswalk, whole or not at all: 200 where it changes nothing."""
        asked = CrosswalkFileSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        found, is_new = crosswalks.take_in(told.pop("file"), actor=request.user, **told)
        headers = {"Location": f"{request.path}{found.pk}/"}
        return self.show(self.get_serializer(found), 201 if is_new else 200, headers)

    @extend_schema(responses=CrosswalkPairSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def pairs(self, request: Request, pk: str) -> Response:
        """Which requirements correspond, in the order of the source."""
        rows = self.get_object().pairs.select_related("source", "target").order_by("source__place", "target__place")
        return Response(CrosswalkPairSerializer(rows, many=True).data)


class CoverageTermSerializer(serializers.Serializer):
    """What one control brings."""

    control = serializers.IntegerField(source="control_id")
    reach = serializers.DecimalField(max_digits=3, decimal_places=2)
    operating = serializers.DecimalField(max_digits=5, decimal_places=4, help_text="What counts of its operation today, 0 to 1.")
    brings = serializers.DecimalField(max_digits=6, decimal_places=5)
    proof = serializers.ChoiceField(
        choices=[(one, one) for one in (coverage.PROVEN, coverage.STALE, coverage.NEVER, coverage.NOT_IN_FORCE)]
    )


class CoverageSerializer(RowSerializer):
    id = serializers.IntegerField(source="pk", read_only=True, help_text="That of the requirement.")
    requirement = Linked("requirement", read_only=True)
    word = serializers.SerializerMethodField(help_text="COVERED from 0.75 on, PARTLY above 0, else OPEN.")
    terms = serializers.SerializerMethodField(help_text="Of the controls that the reader may open.")
    hidden_controls = serializers.SerializerMethodField(help_text="How many more count that the reader may not open.")

    class Meta:
        model = Coverage
        fields = [
            *("id", "requirement", "share", "word", "controls", "unproven", "next_change_on", "counted_at", "terms"),
            "hidden_controls",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=WORDS))
    def get_word(self, row: Coverage) -> str:
        return coverage.word(row.share)

    @extend_schema_field(CoverageTermSerializer(many=True))
    def get_terms(self, row: Coverage) -> list[Any]:
        found, visible = self._explained()
        return CoverageTermSerializer([term for term in found[row.pk].terms if term.control_id in visible], many=True).data

    @extend_schema_field(serializers.IntegerField(min_value=0))
    def get_hidden_controls(self, row: Coverage) -> int:
        found, visible = self._explained()
        return sum(term.control_id not in visible for term in found[row.pk].terms)

    def _explained(self) -> Any:
        """Of all rows of the answer at once: two queries."""
        if "explained" not in self.context:
            rows = self.instance if self.parent is None else self.parent.instance
            ids = [row.pk for row in (rows if isinstance(rows, list | QuerySet) else [rows])]
            found = covering.compute(ids, organisations.today(), formula_in_force.known())
            named = {term.control_id for one in found.values() for term in one.terms}
            seen = Control.objects.visible_to(self.context["request"].user).filter(pk__in=named)
            self.context["explained"] = found, set(seen.values_list("pk", flat=True))
        return self.context["explained"]


class CoverageFilters(django_filters.FilterSet):
    framework = LinkedFilter("framework", field_name="requirement__framework_id")
    requirement = LinkedFilter("requirement", field_name="requirement_id")

    class Meta:
        model = Coverage
        fields: list[str] = []


class CoverageViewSet(ReadSet):
    """How far the controls of the whole organisation answer each requirement, and why. Its id is that of the requirement."""

    kind = ""
    serializer_class = CoverageSerializer
    permission = READ
    filterset_class = CoverageFilters
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return Coverage.objects.visible_to(user)


resources.register("control-mappings", ControlMappingViewSet)
resources.register("crosswalks", CrosswalkViewSet)
resources.register("coverage", CoverageViewSet)
