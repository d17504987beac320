"""Zones and conduits for integrations."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assets import zones
from assets.discovery import permits
from assets.models import Conduit, ScanPermit, Zone
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet

READ, CHANGE = "assets.view_asset", "assets.change_asset"


class ZoneSerializer(RowSerializer):
    unit = Linked("unit")
    networks = serializers.ListField(
        child=serializers.CharField(max_length=49),
        required=False,
        help_text="As 10.20.1.0/24: by them a scan is recognised.",
    )

    class Meta:
        model = Zone
        fields = [
            *("id", "name", "unit", "purdue_level", "purpose", "target_level", "achieved_level", "is_safety", "is_personal"),
            "networks",
            *("registered_at", "archived_at", "version"),
        ]
        read_only_fields = ["registered_at", "archived_at", "version"]
        extra_kwargs = {
            "name": {"help_text": "Assets stand in it by this name in their `zone`."},
            "target_level": {"help_text": "The security level aimed at, 1–4 (IEC 62443)."},
            "achieved_level": {"help_text": "The one achieved, 0–4."},
            "is_personal": {"help_text": "People's own devices stand here: what is not known is forgotten after 30 days."},
            "is_safety": {"help_text": "People could be hurt: no active scan without a permit."},
        }


class ZoneChangeSerializer(ZoneSerializer):
    """What a change may say; the rest stays."""

    class Meta(ZoneSerializer.Meta):
        fields = [
            *("name", "unit", "purdue_level", "purpose", "target_level", "achieved_level", "is_safety", "is_personal", "networks"),
        ]
        read_only_fields: list[str] = []
        extra_kwargs = {name: {"required": False} for name in fields}

    unit = Linked("unit", required=False)


class CrossingSerializer(serializers.Serializer):
    """A dependency between two zones that no conduit joins."""

    dependency = serializers.IntegerField(source="dependency.pk")
    dependent = serializers.IntegerField(source="dependency.dependent_id")
    supporting = serializers.IntegerField(source="dependency.supporting_id")
    first = serializers.IntegerField(source="first.pk", help_text="The zone of the dependent asset.")
    second = serializers.IntegerField(source="second.pk")


class CrossingsSerializer(serializers.Serializer):
    results = CrossingSerializer(many=True)


class ZoneFilters(django_filters.FilterSet):
    class Meta:
        model = Zone
        fields = ["purdue_level", "is_safety"]


class ZoneViewSet(RegisterSet):
    """What is protected alike."""

    kind = "zone"
    serializer_class = ZoneSerializer
    permission, write_permission = READ, CHANGE
    filterset_class = ZoneFilters
    ordering_fields = ("name",)

    def perform_register(self, validated: Any, actor: Any) -> Zone:
        return zones.register(actor=actor, **validated)

    @state_change(CHANGE, request=ZoneChangeSerializer)
    def change(self, instance: Zone, validated: Any, actor: Any) -> Zone:
        """Change it; what is renamed takes its assets along."""
        return zones.change(instance, actor=actor, version=instance.version, **validated)

    @state_change(CHANGE)
    def archiving(self, instance: Zone, validated: Any, actor: Any) -> Zone:
        """Use it no more; its conduits end."""
        return zones.archive(instance, actor=actor)

    @extend_schema(responses=CrossingsSerializer, parameters=[])
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=[])
    def crossings(self, request: Request) -> Response:
        """Faults: dependencies that you may open and that cross without a conduit; at most 200."""
        return Response(CrossingsSerializer({"results": zones.crossings(request.user)}).data)


class ConduitSerializer(RowSerializer):
    first = Linked("zone")
    second = Linked("zone")

    class Meta:
        model = Conduit
        fields = ["id", "first", "second", "may_cross", "recorded_at", "archived_at", "version"]
        read_only_fields = ["recorded_at", "archived_at", "version"]


class ConduitFilters(django_filters.FilterSet):
    first = LinkedFilter("zone", field_name="first")
    second = LinkedFilter("zone", field_name="second")

    class Meta:
        model = Conduit
        fields: list[str] = []


class ConduitViewSet(RegisterSet):
    """What may cross between two zones."""

    kind = "conduit"
    serializer_class = ConduitSerializer
    permission, write_permission = READ, CHANGE
    filterset_class = ConduitFilters
    ordering_fields = ("recorded_at",)

    def perform_register(self, validated: Any, actor: Any) -> Conduit:
        return zones.connect(validated["first"], validated["second"], validated["may_cross"], actor=actor)

    @state_change(CHANGE)
    def end(self, instance: Conduit, validated: Any, actor: Any) -> Conduit:
        """Nothing may cross there any more."""
        return zones.disconnect(instance, actor=actor)


class ScanPermitSerializer(RowSerializer):
    zone = Linked("zone")
    contact = Linked("user", help_text="Who stands by in the plant.")

    class Meta:
        model = ScanPermit
        fields = ["id", "zone", "starts_at", "ends_at", "scope", "contact", "granted_at", "archived_at", "version"]
        read_only_fields = ["granted_at", "archived_at", "version"]


class ScanPermitFilters(django_filters.FilterSet):
    zone = LinkedFilter("zone", field_name="zone")

    class Meta:
        model = ScanPermit
        fields: list[str] = []


class ScanPermitViewSet(RegisterSet):
    """Leave to scan a safety zone actively, given beforehand; results without one stay in quarantine."""

    kind = "scan-permit"
    serializer_class = ScanPermitSerializer
    permission, write_permission = READ, CHANGE
    filterset_class = ScanPermitFilters
    ordering_fields = ("starts_at",)

    def perform_register(self, validated: Any, actor: Any) -> ScanPermit:
        told = dict(validated)
        return permits.grant(told.pop("zone"), actor=actor, **told)

    @state_change(CHANGE)
    def withdrawal(self, instance: ScanPermit, validated: Any, actor: Any) -> ScanPermit:
        """Nobody may scan by it any more."""
        return permits.withdraw(instance, actor=actor)


resources.register("scan-permits", ScanPermitViewSet)
resources.register("zones", ZoneViewSet)
resources.register("conduits", ConduitViewSet)
