"""Whose word counts for which field, for integrations."""

from typing import Any

import django_filters
from rest_framework import serializers

from assets.discovery import precedence
from assets.models import SourceOrder
from portal.web.api.changes import state_change
from portal.web.api.fields import RowSerializer
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet


class SourceOrderSerializer(RowSerializer):
    sources = serializers.ListField(
        child=serializers.CharField(max_length=precedence.LONGEST),
        max_length=precedence.MOST_SOURCES,
        help_text="Names as runs give them, the strongest first; “by hand” is what people wrote.",
    )

    class Meta:
        model = SourceOrder
        fields = ["id", "field", "sources", "set_at", "archived_at", "version"]
        read_only_fields = ["set_at", "archived_at", "version"]
        extra_kwargs = {"field": {"validators": []}}  # a field has one order at a time: a new one takes the place of the one before


class SourceOrderFilters(django_filters.FilterSet):
    class Meta:
        model = SourceOrder
        fields = ["field"]


class SourceOrderViewSet(RegisterSet):
    """For a field of assets the sources whose word counts, the strongest first: a lower one overwrites no higher one's word. POST
    one to put it in the place of the field's order before."""

    kind = "source-order"
    serializer_class = SourceOrderSerializer
    permission, write_permission = "assets.view_asset", precedence.MAY
    filterset_class = SourceOrderFilters
    ordering_fields = ("set_at",)

    def perform_register(self, validated: Any, actor: Any) -> SourceOrder:
        return precedence.put(validated["field"], validated["sources"], actor=actor)

    @state_change(precedence.MAY)
    def end(self, instance: SourceOrder, validated: Any, actor: Any) -> SourceOrder:
        """Every source counts alike for the field again."""
        return precedence.end(instance, actor=actor)


resources.register("source-orders", SourceOrderViewSet)
