"""Levels that somebody answers for instead of what follows, for integrations."""

from typing import Any

import django_filters

from assets import overrides
from assets.models import CriticalityOverride
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet


class CriticalityOverrideSerializer(RowSerializer):
    asset = Linked("asset")

    class Meta:
        model = CriticalityOverride
        fields = ["id", "asset", "aspect", "level", "reason", "ends_on", "set_at", "archived_at", "version"]
        read_only_fields = ["set_at", "archived_at", "version"]
        extra_kwargs = {"ends_on": {"help_text": "The last day on which it counts, within a year."}}


class CriticalityOverrideFilters(django_filters.FilterSet):
    asset = LinkedFilter("asset", field_name="asset")

    class Meta:
        model = CriticalityOverride
        fields = ["aspect"]


class CriticalityOverrideViewSet(RegisterSet):
    """A level that counts for an asset in one aspect instead of what follows; an earlier one of the aspect ends."""

    kind = "criticality-override"
    serializer_class = CriticalityOverrideSerializer
    permission, write_permission = "assets.view_asset", "assets.change_asset"
    filterset_class = CriticalityOverrideFilters
    ordering_fields = ("set_at",)

    def perform_register(self, validated: Any, actor: Any) -> CriticalityOverride:
        told = dict(validated)
        return overrides.put(told.pop("asset"), actor=actor, **told)

    @state_change("assets.change_asset")
    def end(self, instance: CriticalityOverride, validated: Any, actor: Any) -> CriticalityOverride:
        """Let what follows count again."""
        return overrides.end(instance, actor=actor)


resources.register("criticality-overrides", CriticalityOverrideViewSet)
