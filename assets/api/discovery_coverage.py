"""`/api/v1/discovery-coverage/`: what was declared against what was seen in the last 30 days."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from assets.discovery import coverage
from portal.web.api.door import Door
from portal.web.api.router import resources


class RangeSerializer(serializers.Serializer):
    """A network that a zone names."""

    network = serializers.CharField()
    zone = serializers.IntegerField(source="zone.pk")
    unit = serializers.IntegerField(source="zone.unit_id")
    known_count = serializers.IntegerField(help_text="Addresses of assets seen there within the 30 days.")
    unsettled_count = serializers.IntegerField(help_text="Addresses seen there of which nobody has settled whether they are ours.")
    last_seen_at = serializers.DateTimeField(allow_null=True, help_text="Null where nothing was ever seen.")
    is_gap = serializers.BooleanField(help_text="Nothing was seen there within the 30 days.")


class OutsideSerializer(serializers.Serializer):
    """A network of 24 leading bits (64 of IPv6) that no zone names, with what you may open of what was seen there."""

    network = serializers.CharField()
    known_count = serializers.IntegerField()
    unsettled_count = serializers.IntegerField()


class DiscoveryCoverageSerializer(serializers.Serializer):
    seen_since = serializers.DateTimeField(source="since")
    ranges = RangeSerializer(many=True, help_text="Of the units that you work for.")
    sites_without_range = serializers.SerializerMethodField(help_text="Sites for which no range is declared, there or below.")
    outside = OutsideSerializer(many=True, help_text="Seen outside of every range: the 50 networks with most.")
    gap_count = serializers.IntegerField()

    def get_sites_without_range(self, found: coverage.Coverage) -> list[int]:
        return [site.pk for site in found.sites]


class DiscoveryCoverageViewSet(Door, ViewSet):
    """Where discovery looked, and where it did not."""

    permission = "assets.view_asset"

    @extend_schema(responses=DiscoveryCoverageSerializer(many=False), operation_id="discovery_coverage_retrieve")
    def list(self, request: Request) -> Response:
        """Declared ranges and sites against what was seen in the last 30 days."""
        return Response(DiscoveryCoverageSerializer(coverage.read(request.user)).data)


resources.register("discovery-coverage", DiscoveryCoverageViewSet)
