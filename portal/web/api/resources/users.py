"""People and service accounts, to read: whom one may name as an owner."""

from typing import Any

import django_filters
from django.db.models import QuerySet

from portal.people.models import User
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class UserSerializer(RowSerializer):
    unit = Linked("unit", read_only=True, allow_null=True)

    class Meta:
        model = User
        fields = ["id", "name", "unit", "is_service", "is_active", "email"]
        extra_kwargs = {"email": {"help_text": "Empty for those who may not read it.", "allow_blank": True}}

    def to_representation(self, instance: User) -> dict[str, Any]:
        row = super().to_representation(instance)
        asking = self.context["request"].user
        if "email" in row and asking.pk != instance.pk and not asking.has_perm("people.view_user"):
            row["email"] = ""
        return row


class UserFilters(django_filters.FilterSet):
    unit = LinkedFilter("unit", help_text="People of this very unit.")
    name = django_filters.CharFilter(lookup_expr="icontains", max_length=120, help_text="Part of the name.")

    class Meta:
        model = User
        fields = ["unit", "is_service"]


class UserViewSet(ReadSet):
    """Names and units, for choosing owners. Who has left is not in the list, but keeps an address."""

    kind = "user"
    serializer_class = UserSerializer
    filterset_class = UserFilters
    ordering_fields = ["name"]

    def current(self, queryset: QuerySet) -> QuerySet:
        return queryset.filter(is_active=True)


resources.register("users", UserViewSet)
