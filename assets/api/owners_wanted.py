"""Where assets wait for an owner, and who was asked to name one."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assets import care_book
from assets.models import Asset, OwnersWanted
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class OwnersWantedSerializer(RowSerializer):
    unit = Linked("unit", read_only=True)
    asked = Linked("user", read_only=True, allow_null=True, help_text="Who is to name owners there; null where nobody may.")
    asset_count = serializers.IntegerField(read_only=True, allow_null=True, help_text="How many wait; null where none does.")
    first_due_on = serializers.DateField(read_only=True, allow_null=True, help_text="Until when the first of them.")

    class Meta:
        model = OwnersWanted
        fields = ["id", "unit", "asked", "asset_count", "first_due_on", "since", "archived_at", "version"]
        read_only_fields = ["id", "since", "archived_at", "version"]


class WaitingAssetSerializer(serializers.Serializer):
    """An asset without an owner."""

    asset = serializers.IntegerField(source="asset.pk")
    number = serializers.CharField(source="asset.number")
    name = serializers.CharField(source="asset.name")
    owner_due_on = serializers.DateField(source="asset.owner_due_on", allow_null=True)
    likely_owner = serializers.IntegerField(
        source="likely.user_id", default=None, allow_null=True, help_text="Who owns most of its kind in its unit, else most there."
    )
    likely_owner_asset_count = serializers.IntegerField(source="likely.count", default=None, allow_null=True)


class OwnersWantedFilters(django_filters.FilterSet):
    unit = LinkedFilter("unit", field_name="unit")
    asked = LinkedFilter("user", field_name="asked")

    class Meta:
        model = OwnersWanted
        fields: list[str] = []


class OwnersWantedViewSet(ReadSet):
    """One row a unit in which assets wait for an owner. Name one by POST /api/v1/assets/{id}/owner/."""

    kind = "owners-wanted"
    serializer_class = OwnersWantedSerializer
    permission = "assets.view_asset"
    filterset_class = OwnersWantedFilters
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return super().queryset_for(user).counted()

    @extend_schema(responses=WaitingAssetSerializer(many=True), parameters=[], filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def assets(self, request: Request, pk: str) -> Response:
        """Those that wait there, the 50 due first, each with whom one may think of."""
        there = Asset.objects.visible_to(request.user).current().unowned().filter(unit=self.get_object().unit_id)
        return Response(WaitingAssetSerializer(care_book.waiting(there, request.user), many=True).data)


resources.register("owners-wanted", OwnersWantedViewSet)
