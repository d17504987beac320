"""The sealed log, to read."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from portal.record import readable
from portal.record.models import Seal
from portal.web.api.fields import Linked
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class AuditEntrySerializer(serializers.ModelSerializer):
    id = serializers.IntegerField(source="seq", read_only=True, help_text="The place in the one order of everything, without gaps.")
    actor = Linked("user", source="entry.actor", read_only=True, allow_null=True, help_text="Null: the portal itself.")
    verb = serializers.CharField(source="entry.verb", read_only=True)
    kind = serializers.CharField(source="entry.kind", read_only=True)
    subject = serializers.IntegerField(source="entry.subject_id", read_only=True)
    params = serializers.JSONField(source="entry.params", read_only=True)
    text_digest = serializers.CharField(source="entry.text_digest", read_only=True, help_text="SHA-256 of the words beside it.")
    request_id = serializers.CharField(source="entry.request_id", read_only=True)
    at = serializers.DateTimeField(source="entry.at", read_only=True)

    class Meta:
        model = Seal
        fields = ["id", "actor", "verb", "kind", "subject", "params", "text_digest", "request_id", "at", "sealed_at", "hash"]
        read_only_fields = ["sealed_at", "hash"]


class AuditEntryFilters(django_filters.FilterSet):
    kind = django_filters.CharFilter(field_name="entry__kind", max_length=40, help_text='As in "risk".')
    subject = django_filters.NumberFilter(field_name="entry__subject_id", min_value=1, max_value=2**63 - 1)
    verb = django_filters.CharFilter(field_name="entry__verb", max_length=80, help_text='As in "risk.logged".')
    actor = django_filters.NumberFilter(field_name="entry__actor_id", min_value=1, max_value=2**63 - 1)
    after = django_filters.NumberFilter(
        field_name="seq", lookup_expr="gt", min_value=0, max_value=2**63 - 1, help_text="Entries beyond this sequence."
    )

    class Meta:
        model = Seal
        fields: list[str] = []


class AuditEntryViewSet(ReadSet):
    """Who did what to which subject, in the sealed order; entries about what the caller may not open are left out."""

    permission = "record.view_auditentry"
    serializer_class = AuditEntrySerializer
    filterset_class = AuditEntryFilters
    select_related = ["entry"]

    def queryset_for(self, user: Any) -> QuerySet:
        return readable.seals_for(user)


resources.register("audit-entries", AuditEntryViewSet)
