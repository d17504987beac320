"""The tree of units, to read."""

import django_filters

from portal.people.models import Unit
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class UnitSerializer(RowSerializer):
    parent = Linked("unit", read_only=True, allow_null=True)
    head = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Unit
        fields = ["id", "name", "kind", "parent", "path", "position", "head", "version"]


class UnitFilters(django_filters.FilterSet):
    parent = LinkedFilter("unit", help_text="Units right below this one.")

    class Meta:
        model = Unit
        fields = ["kind", "parent"]


class UnitViewSet(ReadSet):
    """The one tree of places: company, division, department, site. `path` holds the ids from the root down."""

    kind = "unit"
    serializer_class = UnitSerializer
    filterset_class = UnitFilters
    ordering_fields = ["path", "name"]
    ordering = "path"


resources.register("units", UnitViewSet)
