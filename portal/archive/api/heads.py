"""Where the log stood, day by day."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from portal.archive import heads
from portal.record.models import DayHead
from portal.web.api.fields import RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class HeadSerializer(RowSerializer):
    mailed = serializers.IntegerField(read_only=True, help_text="To how many auditors.")

    class Meta:
        model = DayHead
        fields = ["id", "day", "seq", "hash", "noted_at", "mailed"]
        read_only_fields = fields


class HeadFilters(django_filters.FilterSet):
    day = django_filters.DateFilter(help_text="In the organisation's zone.")

    class Meta:
        model = DayHead
        fields: list[str] = []


class HeadViewSet(ReadSet):
    """The last seal of each day: it stands for every entry before it."""

    permission = "record.view_auditentry"
    serializer_class = HeadSerializer
    filterset_class = HeadFilters
    ordering_fields = ["day"]

    def queryset_for(self, user: Any) -> QuerySet:
        return heads.noted()


resources.register("heads", HeadViewSet)
