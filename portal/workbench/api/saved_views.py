"""Named views of lists for programs."""

from typing import Any

import django_filters
from rest_framework import serializers

from portal.people.access import OPEN_TO_ALL
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet
from portal.workbench import listed, saved_views
from portal.workbench.models import SavedView


class SavedViewSerializer(RowSerializer):
    kind = serializers.ChoiceField(choices=[(kind, kind) for kind in listed.all_kinds()])
    params = serializers.DictField(
        child=serializers.CharField(max_length=2000),
        help_text="Words of the list's address: its filters, columns, sort, group.",
    )
    unit = Linked("unit", required=False, allow_null=True)
    owner = Linked("user", read_only=True)
    url = serializers.SerializerMethodField(help_text="The list as the view asks for it.")

    class Meta:
        model = SavedView
        fields = [
            *("id", "kind", "name", "params", "audience", "unit", "role", "is_default"),
            *("owner", "url", "created_at", "archived_at", "version"),
        ]
        read_only_fields = ["created_at", "archived_at", "version"]

    def get_url(self, view: SavedView) -> str:
        return saved_views.url(view)


class SavedViewFilters(django_filters.FilterSet):
    class Meta:
        model = SavedView
        fields = ["kind", "audience", "role", "is_default"]


class SavedViewViewSet(WriteSet):
    """Questions to lists that somebody gave a name; each shows its reader the rows that they may open."""

    kind = "saved-view"
    permission = OPEN_TO_ALL
    serializer_class = SavedViewSerializer
    filterset_class = SavedViewFilters
    ordering_fields = ("name",)
    lookup_value_regex = "[0-9]{1,18}"
    by_external_id = None
    bulk = None

    def perform_register(self, validated: Any, actor: Any) -> SavedView:
        return saved_views.keep(actor=actor, **validated)

    def perform_change(self, instance: SavedView, validated: Any, actor: Any, version: int) -> SavedView:
        fields = {name: value for name, value in validated.items() if name != "kind"}
        return saved_views.change(instance, actor=actor, version=version, **fields)

    @state_change(OPEN_TO_ALL)
    def removal(self, instance: SavedView, validated: Any, actor: Any) -> SavedView:
        """Offer it no more."""
        return saved_views.remove(instance, actor=actor)


resources.register("saved-views", SavedViewViewSet)
