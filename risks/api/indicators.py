"""Indicators and their readings for integrations: what is watched, what was read, and which risks it speaks of."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assets.api.assets import UnitTreeFilter
from portal import subjects
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer, by_id_or_number
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet, WriteSet
from risks import indicators, readings
from risks.models import Indicator, IndicatorRisk, Reading

CHANGE, READ = "risks.change_indicator", "risks.add_reading"
_FOLLOWS = ["last_value", "last_observed_at", "standing", "standing_since"]


class SpokenOfSerializer(serializers.ModelSerializer):
    """One risk that the indicator speaks of."""

    risk = Linked("risk", read_only=True)

    class Meta:
        model = IndicatorRisk
        fields = ["risk"]


class IndicatorSerializer(RowSerializer):
    owner = Linked("user")
    unit = Linked("unit")
    risks = SpokenOfSerializer(source="risk_links", many=True, read_only=True, help_text="Those the reader may open.")
    registered_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Indicator
        fields = [
            *("id", "number", "name", "description", "unit_of_measure", "direction", "warning_at", "breach_at", "every_days"),
            *("owner", "unit", *_FOLLOWS, "risks", "retired_at", "retiring_reason"),
            *("source", "external_id", "registered_by", "registered_at", "archived_at", "version"),
        ]
        read_only_fields = ["number", *_FOLLOWS, "retired_at", "retiring_reason", "registered_at", "archived_at", "version"]
        read_only_fields += ["source", "external_id"]
        extra_kwargs = {
            "unit_of_measure": {"help_text": "In what it is counted: days, %."},
            "warning_at": {"help_text": "From this value on it is watched closely."},
            "breach_at": {"help_text": "From this value on it stands outside of its bounds, and adds to scores."},
            "every_days": {"help_text": "A reading is due so many days after the last one."},
            "standing": {"help_text": "By the newest reading, however late it came."},
        }


class SpeaksOfSerializer(serializers.Serializer):
    risk = Linked("risk")


class ReasonOfIndicatorSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class SpeakingOfFilter(LinkedFilter):
    """Indicators that speak of a risk which the caller may open."""

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        if not value:
            return queryset
        found = by_id_or_number(subjects.of_kind(self.kind).visible_to(self.parent.request.user), value)
        return queryset.none() if found is None else queryset.speaking_of(found.pk)


class IndicatorFilters(django_filters.FilterSet):
    unit = UnitTreeFilter("unit", help_text="With everything below it.")
    owner = LinkedFilter("user", field_name="owner_id")
    risk = SpeakingOfFilter("risk", help_text="Indicators that speak of this risk.")
    is_retired = django_filters.BooleanFilter(field_name="retired_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Indicator
        fields = ["standing", "direction", "source", "external_id"]


class IndicatorViewSet(WriteSet):
    """What is watched, with its bounds and where its newest reading stands to them."""

    kind = "indicator"
    serializer_class = IndicatorSerializer
    permission, write_permission = "risks.view_indicator", CHANGE
    filterset_class = IndicatorFilters
    ordering_fields = ("number", "name", "registered_at")
    search_config = "english"

    def queryset_for(self, user: Any) -> QuerySet:
        seen = IndicatorRisk.objects.visible_to(user).order_by("risk")
        return super().queryset_for(user).prefetch_related(Prefetch("risk_links", seen))

    def perform_register(self, validated: Any, actor: Any) -> Indicator:
        return indicators.add(actor=actor, **validated)

    def perform_change(self, instance: Indicator, validated: Any, actor: Any, version: int) -> Indicator:
        return indicators.change(instance, actor=actor, version=version, **validated)

    @state_change(CHANGE, request=ReasonOfIndicatorSerializer)
    def retirement(self, instance: Indicator, validated: Any, actor: Any) -> Indicator:
        """Watch it no more, for a reason; its readings stay on record."""
        return indicators.retire(instance, actor=actor, **validated)

    @state_change(CHANGE, request=SpeaksOfSerializer)
    def risks(self, instance: Indicator, validated: Any, actor: Any) -> None:
        """Say that it speaks of this risk."""
        indicators.link(instance, validated["risk"], actor=actor)

    @state_change(CHANGE, request=SpeaksOfSerializer)
    def risk_removal(self, instance: Indicator, validated: Any, actor: Any) -> None:
        """Say that it does not speak of this risk after all."""
        indicators.unlink(instance, validated["risk"], actor=actor)


class IndicatorReadingSerializer(RowSerializer):
    indicator = Linked("indicator", help_text="An id, or a number such as K-0003.")
    taken_by = Linked("user", read_only=True, allow_null=True)
    withdrawn_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Reading
        fields = [
            *("id", "indicator", "value", "observed_at", "known_at", "note", "taken_by", "source", "external_id"),
            *("withdrawn_at", "withdrawn_by", "withdrawing_reason", "version"),
        ]
        read_only_fields = ["known_at", "withdrawn_at", "withdrawing_reason", "version"]
        extra_kwargs = {
            "value": {"help_text": "In the unit of measure of the indicator."},
            "observed_at": {"help_text": "When it was so; late readings find their place by it."},
            "external_id": {"help_text": "Unique by source: the same sent again changes nothing."},
        }


class ReadingFilters(django_filters.FilterSet):
    indicator = LinkedFilter("indicator", field_name="indicator_id", help_text="An id, or a number such as K-0003.")
    observed_since = django_filters.IsoDateTimeFilter(field_name="observed_at", lookup_expr="gte")
    observed_until = django_filters.IsoDateTimeFilter(field_name="observed_at", lookup_expr="lt")
    is_withdrawn = django_filters.BooleanFilter(field_name="withdrawn_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Reading
        fields = ["source", "external_id"]


class ReadingViewSet(RegisterSet):
    """What indicators read. A reading sent again, by its moment or its external id, answers 200 with the one that stands."""

    kind = "reading"
    serializer_class = IndicatorReadingSerializer
    permission, write_permission = "risks.view_indicator", READ
    filterset_class = ReadingFilters
    ordering_fields = ("observed_at", "known_at")
    lookup_value_regex = "[0-9]{1,18}"

    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        reading, is_new = self._take(serializer.validated_data)
        shown = self.get_serializer(self.fresh(reading))
        return self.show(shown, 201, {"Location": f"{request.path}{reading.pk}/"}) if is_new else self.show(shown)

    def bulk_row(self, row: Any) -> tuple[Reading, int]:
        serializer = self.get_serializer(data=row)
        serializer.is_valid(raise_exception=True)
        reading, is_new = self._take(serializer.validated_data)
        return reading, 201 if is_new else 200

    @state_change(READ, request=ReasonOfIndicatorSerializer)
    def withdrawal(self, instance: Reading, validated: Any, actor: Any) -> Reading:
        """Take a wrong reading back, for a reason; it stays on record."""
        return readings.take_back(instance, actor=actor, **validated)

    def _take(self, validated: Any) -> tuple[Reading, bool]:
        said = dict(validated)
        return readings.take(said.pop("indicator"), said.pop("value"), said.pop("observed_at"), actor=self.request.user, **said)


resources.register("indicators", IndicatorViewSet)
resources.register("readings", ReadingViewSet)
