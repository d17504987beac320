"""Assets for integrations."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from assets import components, inventory, owners, reach
from assets.api.seen import ShowsOtherAssets
from assets.exploited import possible
from assets.models import Asset, Component, ComponentList, ExploitedVulnerability, Identifier
from portal.people.models import Unit
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer, by_id_or_number
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet

ASPECTS = ("confidentiality", "integrity", "availability", "safety")
WRITTEN_BY_RULES = [
    "owner_due_on",
    "number",
    "services",
    "last_seen_at",
    "registered_at",
    "archived_at",
    "version",
    "criticality_path",
    "told_by",
]
WRITTEN_BY_RULES += [f"effective_{aspect}" for aspect in ASPECTS]


class IdentifierSerializer(RowSerializer):
    """One thing by which discovery knows the asset."""

    class Meta:
        model = Identifier
        fields = ["rung", "value"]
        read_only_fields = fields


class AssetSerializer(RowSerializer):
    unit = Linked("unit")
    owner = Linked("user", required=False, allow_null=True)
    supplier = Linked("supplier", required=False, allow_null=True, help_text="Who supplies it.")
    identifiers = IdentifierSerializer(many=True, read_only=True)
    services = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text='Open ports, as in "102/tcp iso-tsap".'
    )
    told_by = serializers.DictField(
        child=serializers.CharField(),
        read_only=True,
        help_text="Field → the source whose word it is; people wrote the rest.",
    )
    effective_criticality = serializers.IntegerField(read_only=True, allow_null=True, help_text="The worst of the four aspects.")
    criticality_path = serializers.SerializerMethodField(
        help_text="By aspect the assets it is inherited along, source first, this one last; null for one you may not open."
    )

    class Meta:
        model = Asset
        fields = [
            *(
                "id",
                "number",
                "name",
                "kind",
                "description",
                "unit",
                "owner",
                "owner_due_on",
                "location",
                "vendor",
                "product",
                "version_in_use",
            ),
            *("serial_number", "fqdn", "ip_address", "mac_address", "operating_system", "services", "identifiers"),
            *("purdue_level", "zone", "is_safety_relevant", "reachability", "data_classification", "support_ends_on"),
            *("recovery_time_hours", "recovery_point_hours", "protocols", "lifecycle", "supplier"),
            *(f"own_{aspect}" for aspect in ASPECTS),
            *(f"effective_{aspect}" for aspect in ASPECTS),
            *("effective_criticality", "criticality_path", "source", "external_id"),
            *("told_by", "last_seen_at", "registered_at", "archived_at", "version"),
        ]
        read_only_fields = WRITTEN_BY_RULES
        extra_kwargs = {"owner_due_on": {"help_text": "While nobody answers for it: until then an owner is to be named."}}

    @extend_schema_field(serializers.DictField(child=serializers.ListField(child=serializers.IntegerField(allow_null=True))))
    def get_criticality_path(self, asset: Asset) -> dict[str, list[int | None]]:
        seen = self.context["seen"]
        return {aspect: [pk if pk in seen else None for pk in path] for aspect, path in asset.criticality_path.items()}


class OwnerSerializer(serializers.Serializer):
    owner = Linked("user", help_text="Who answers for it from now on.")


class PossibleSerializer(RowSerializer):
    class Meta:
        model = ExploitedVulnerability
        fields = ["id", "cve", "name", "added_on", "is_ransomware"]
        read_only_fields = fields


class ComponentSerializer(RowSerializer):
    class Meta:
        model = Component
        fields = ["id", "key", "kind", "name", "publisher", "versions", "versions_before", "change"]
        read_only_fields = fields
        extra_kwargs = {"change": {"help_text": "Against the list before: empty, ADDED, CHANGED or GONE."}}


class ComponentListSerializer(RowSerializer):
    class Meta:
        model = ComponentList
        fields = [
            *("id", "spec_version", "sha256", "file_name", "component_count", "added_count", "changed_count", "gone_count"),
            "imported_at",
        ]
        read_only_fields = fields


class BillSerializer(serializers.Serializer):
    file = serializers.FileField(allow_empty_file=True, help_text="CycloneDX as JSON, 1.2 to 1.6.")


class ReachStepSerializer(serializers.Serializer):
    asset = serializers.IntegerField(source="asset.pk")
    depth = serializers.IntegerField(help_text="How many steps away.")
    through = serializers.SerializerMethodField(help_text="The assets one step nearer that lead there.")

    def get_through(self, step: reach.Step) -> list[int]:
        return [one.pk for one in step.through]


class ReachSideSerializer(serializers.Serializer):
    steps = ReachStepSerializer(many=True, help_text="The nearest 500.")
    more_count = serializers.IntegerField(help_text="Those that lie farther than the steps told.")
    hidden_count = serializers.IntegerField(help_text="Those that you may not open.")
    is_whole = serializers.BooleanField(help_text="False where there is more than can be walked at once.")


class ReachSerializer(serializers.Serializer):
    """Both sides of an asset."""

    fails = ReachSideSerializer(help_text="What leans on it, through however many steps.")
    leans_on = ReachSideSerializer()


class UnitTreeFilter(LinkedFilter):
    """`?unit=3`: that unit and everything below it."""

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        if not value:
            return queryset
        unit = by_id_or_number(Unit.objects.filter(archived_at=None), value)
        return queryset.none() if unit is None else queryset.filter(unit__path__startswith=unit.path)


class AssetFilters(django_filters.FilterSet):
    unit = UnitTreeFilter("unit", help_text="A unit and everything below it.")
    owner = LinkedFilter("user", field_name="owner")
    unowned = django_filters.BooleanFilter(field_name="owner", lookup_expr="isnull", help_text="Without an owner.")

    supplier = LinkedFilter("supplier", field_name="supplier")

    class Meta:
        model = Asset
        fields = ["kind", "lifecycle", "purdue_level", "is_safety_relevant", "source", "external_id"]


class AssetViewSet(ShowsOtherAssets, WriteSet):
    """What we have."""

    kind = "asset"
    serializer_class = AssetSerializer
    permission, write_permission = "assets.view_asset", "assets.change_asset"
    filterset_class = AssetFilters
    ordering_fields = ("number", "name", "registered_at")
    search_config = "simple"
    prefetch_related = ("identifiers",)

    def other_assets(self, asset: Asset) -> set[int]:
        return {pk for path in asset.criticality_path.values() for pk in path}

    def perform_register(self, validated: Any, actor: Any) -> Asset:
        return inventory.register(actor=actor, **validated)

    def perform_change(self, instance: Asset, validated: Any, actor: Any, version: int) -> Asset:
        return inventory.change(instance, actor=actor, version=version, **validated)

    @state_change("assets.change_asset")
    def archiving(self, instance: Asset, validated: Any, actor: Any) -> Asset:
        """Take it out of use; its history stays."""
        return inventory.archive(instance, actor=actor)

    @state_change("assets.change_asset", request=OwnerSerializer)
    def owner(self, instance: Asset, validated: Any, actor: Any) -> Asset:
        """Name who answers for it, where nobody does: 409 where somebody was named meanwhile."""
        return owners.name(instance, validated["owner"], actor=actor)

    @extend_schema(responses=ComponentSerializer(many=True), parameters=[], filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def components(self, request: Request, pk: str) -> Response:
        """What it is made of by the newest bill of materials, and what that changed; `gone` ones as well."""
        shown = Q(archived_at=None) | Q(change=Component.Change.GONE)
        rows = self.get_object().components.filter(shown).order_by("name", "pk")
        return Response(ComponentSerializer(rows, many=True).data)

    @extend_schema(
        request={"multipart/form-data": BillSerializer}, responses={201: ComponentListSerializer, 200: ComponentListSerializer}
    )
    @action(detail=True, methods=["post"], url_path="component-lists", parser_classes=[MultiPartParser])
    def component_lists(self, request: Request, pk: str) -> Response:
        """Take in a bill of materials, whole or not at all: 200 where it changes nothing."""
        asset, asked = self.get_object(), BillSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        file = asked.validated_data["file"]
        done = components.take_in(file, asset, actor=request.user, file_name=file.name)
        return Response(ComponentListSerializer(done.listing).data, status=201 if done.is_new else 200)

    @state_change("assets.change_asset")
    def restoring(self, instance: Asset, validated: Any, actor: Any) -> Asset:
        """Bring it back, with the dependencies that ended with it."""
        return inventory.restore(instance, actor=actor)

    @extend_schema(responses=ReachSerializer)
    @action(detail=True, methods=["get"])
    def reach(self, request: Request, pk: str) -> Response:
        """What fails with it, and what it leans on."""
        fails, leans_on, _links = reach.both_sides(self.get_object(), request.user)
        return Response(ReachSerializer({"fails": fails, "leans_on": leans_on}).data)

    @extend_schema(responses=PossibleSerializer(many=True), parameters=[], operation_id="assets_possible_vulnerabilities")
    @action(detail=True, methods=["get"], url_path="possible-vulnerabilities", pagination_class=None, filter_backends=[])
    def possible_vulnerabilities(self, request: Request, pk: str) -> Response:
        """What the list of known exploited vulnerabilities names of its product and nobody has settled; no points."""
        return Response(PossibleSerializer(possible.of_asset(self.get_object()), many=True).data)


resources.register("assets", AssetViewSet)
