"""Who answers for whom, and until when."""

from typing import Any

import django_filters

from portal.people import delegations, organisations
from portal.people.models import Delegation
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet


class DelegationSerializer(RowSerializer):
    delegator = Linked("user", required=False, help_text="Who is away; the caller by default.")
    delegate = Linked("user", help_text="Who answers for them.")
    named_by = Linked("user", read_only=True, allow_null=True)
    ended_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Delegation
        fields = ["id", "delegator", "delegate", "from_on", "to_on", "named_by", "named_at", "ended_by", "ended_at", "version"]
        read_only_fields = ["named_at", "ended_at", "version"]


class DelegationFilters(django_filters.FilterSet):
    delegator = LinkedFilter("user")
    delegate = LinkedFilter("user")
    today = django_filters.BooleanFilter(method="counting", help_text="Those that count on the organisation's today, or not.")

    class Meta:
        model = Delegation
        fields: list[str] = []

    def counting(self, queryset, name: str, value: bool):
        counting = queryset.on(organisations.today())
        return counting if value else queryset.exclude(pk__in=counting.values("pk"))


class DelegationViewSet(RegisterSet):
    """Somebody answers reviews for somebody else on some days. Writing takes a session with a fresh second factor."""

    kind = "delegation"
    write_permission = delegations.NAME
    in_session = True
    serializer_class = DelegationSerializer
    filterset_class = DelegationFilters
    ordering_fields = ["from_on", "to_on"]
    bulk = None  # each is named singly

    def perform_register(self, validated: Any, actor: Any) -> Delegation:
        return delegations.name(
            validated.get("delegator", actor),
            validated["delegate"],
            actor=actor,
            from_on=validated["from_on"],
            to_on=validated["to_on"],
        )

    @state_change(delegations.NAME, session=True)
    def ending(self, instance, validated, actor):
        return delegations.end(instance, actor=actor, version=instance.version)


resources.register("delegations", DelegationViewSet)
