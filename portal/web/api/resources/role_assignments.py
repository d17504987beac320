"""Who acts in which role, and where."""

from typing import Any

import django_filters
from django.db.models import QuerySet

from portal.people.models import RoleAssignment
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class RoleAssignmentSerializer(RowSerializer):
    user = Linked("user", read_only=True)
    unit = Linked("unit", read_only=True)
    granted_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = RoleAssignment
        fields = ["id", "user", "role", "unit", "for_seat", "granted_by", "granted_at", "ended_at"]
        read_only_fields = fields
        extra_kwargs = {"for_seat": {"help_text": "The seat that a preparer or counsel is named for."}}


class RoleAssignmentFilters(django_filters.FilterSet):
    user = LinkedFilter("user")
    ended = django_filters.BooleanFilter(field_name="ended_at", lookup_expr="isnull", exclude=True, help_text="Ended ones or not.")

    class Meta:
        model = RoleAssignment
        fields = ["role", "for_seat"]


class RoleAssignmentViewSet(ReadSet):
    """Roles given to people: all of them for administrators and auditors, one's own and those around seats for everybody."""

    serializer_class = RoleAssignmentSerializer
    filterset_class = RoleAssignmentFilters
    ordering_fields = ["granted_at"]

    def queryset_for(self, user: Any) -> QuerySet:
        return RoleAssignment.objects.visible_to(user)


resources.register("role-assignments", RoleAssignmentViewSet)
