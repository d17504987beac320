"""The plumbing on a resource of its own: assets by their verbs, with as little as a viewset needs."""

import django_filters
from django.urls import include, path
from rest_framework import serializers

from assets import inventory
from assets.models import Asset
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.missing import Missing
from portal.web.api.router import Resources
from portal.web.api.writing import WriteSet


class ThingSerializer(RowSerializer):
    unit = Linked("unit")
    owner = Linked("user", required=False, allow_null=True)

    class Meta:
        model = Asset
        fields = ["id", "number", "name", "kind", "unit", "owner", "location", "source", "external_id", "registered_at", "version"]
        read_only_fields = ["number", "registered_at", "version"]


class ArchivingSerializer(serializers.Serializer):
    really = serializers.BooleanField()


class ThingFilters(django_filters.FilterSet):
    class Meta:
        model = Asset
        fields = ["kind"]


class ThingViewSet(WriteSet):
    kind = "asset"
    serializer_class = ThingSerializer
    permission, write_permission = "assets.view_asset", "assets.change_asset"
    filterset_class = ThingFilters
    ordering_fields = ["number", "name", "registered_at"]
    search_config = "simple"

    def perform_register(self, validated, actor):
        return inventory.register(actor=actor, **validated)

    def perform_change(self, instance, validated, actor, version):
        return inventory.change(instance, actor=actor, version=version, **validated)

    @state_change("assets.change_asset", request=ArchivingSerializer)
    def archiving(self, instance, validated, actor):
        return inventory.archive(instance, actor=actor)

    @state_change("assets.change_asset", session=True)
    def signature(self, instance, validated, actor):
        return instance


things = Resources()
things.register("things", ThingViewSet)
urlpatterns = [path("api/v1/", include(things.urls)), path("api/v1/<path:rest>", Missing.as_view())]
handler500 = "portal.web.failures.failed"
