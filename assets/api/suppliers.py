"""Suppliers for integrations."""

from typing import Any

import django_filters

from assets import suppliers
from assets.models import Supplier
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet


class SupplierSerializer(RowSerializer):
    unit = Linked("unit", help_text="Whose contract it is.")
    owner = Linked("user", required=False, allow_null=True)

    class Meta:
        model = Supplier
        fields = [
            *("id", "name", "services", "contract", "contract_ends_on", "criticality_level", "contact", "owner", "unit"),
            *("source", "external_id", "registered_at", "archived_at", "version"),
        ]
        read_only_fields = ["registered_at", "archived_at", "version"]


class SupplierFilters(django_filters.FilterSet):
    owner = LinkedFilter("user", field_name="owner")
    unit = LinkedFilter("unit", field_name="unit")

    class Meta:
        model = Supplier
        fields = ["criticality_level", "source", "external_id"]


class SupplierViewSet(WriteSet):
    """Whom we lean on outside. `assets/?supplier=` gives what they supply."""

    kind = "supplier"
    serializer_class = SupplierSerializer
    permission, write_permission = "assets.view_asset", "assets.change_asset"
    filterset_class = SupplierFilters
    ordering_fields = ("name", "registered_at")

    def perform_register(self, validated: Any, actor: Any) -> Supplier:
        return suppliers.register(actor=actor, **validated)

    def perform_change(self, instance: Supplier, validated: Any, actor: Any, version: int) -> Supplier:
        return suppliers.change(instance, actor=actor, version=version, **validated)

    @state_change("assets.change_asset")
    def archiving(self, instance: Supplier, validated: Any, actor: Any) -> Supplier:
        """They supply us no more."""
        return suppliers.archive(instance, actor=actor)


resources.register("suppliers", SupplierViewSet)
