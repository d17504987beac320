"""What leans on what, for integrations."""

from typing import Any

import django_filters

from assets import dependencies
from assets.models import Dependency
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet


class DependencySerializer(RowSerializer):
    dependent = Linked("asset", help_text="What leans on the other.")
    supporting = Linked("asset", help_text="What carries the other.")

    class Meta:
        model = Dependency
        fields = ["id", "dependent", "supporting", "kind", "recorded_at", "archived_at", "version"]
        read_only_fields = ["recorded_at", "archived_at", "version"]


class DependencyFilters(django_filters.FilterSet):
    dependent = LinkedFilter("asset", field_name="dependent")
    supporting = LinkedFilter("asset", field_name="supporting")

    class Meta:
        model = Dependency
        fields = ["kind"]


class DependencyViewSet(RegisterSet):
    """What leans on what: criticality passes from the dependent to the supporting asset."""

    kind = "dependency"
    serializer_class = DependencySerializer
    permission, write_permission = "assets.view_asset", "assets.change_asset"
    filterset_class = DependencyFilters
    ordering_fields = ("recorded_at",)

    def perform_register(self, validated: Any, actor: Any) -> Dependency:
        kind = validated.get("kind", Dependency.Kind.NEEDS)
        return dependencies.record(validated["dependent"], validated["supporting"], kind, actor=actor)

    @state_change("assets.change_asset")
    def removal(self, instance: Dependency, validated: Any, actor: Any) -> Dependency:
        """End it; the row stays."""
        return dependencies.remove(instance, actor=actor)


resources.register("dependencies", DependencyViewSet)
