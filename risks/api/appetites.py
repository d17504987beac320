"""What we want to carry, and how far beyond it we still accept: by kind of risk and by place."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet
from risks import appetite
from risks.appetite import Bounds
from risks.models import Appetite, Risk

READ, SET = "risks.view_risk", "risks.set_appetite"
_BOUNDS = tuple(field.name for field in fields(Bounds))


def _amount(told: str) -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=18, decimal_places=2, min_value=Decimal(0), required=False, allow_null=True, help_text=told
    )


class AppetiteSerializer(RowSerializer):
    category = serializers.ChoiceField(
        choices=Risk.Category.choices,
        allow_blank=True,
        required=False,
        default="",
        help_text="Empty: every kind without its own row.",
    )
    unit = Linked("unit", required=False, allow_null=True, default=None, help_text="With everything below it; null: everywhere.")
    appetite_amount = _amount("Mean loss of a risk a year that we want to carry; the position of annual losses tells who is above.")
    tolerance_amount = _amount("Mean loss of a risk a year that we still accept.")

    bad_year_amount = _amount("Of the row with an empty category: what everything there together should seldom cost in one year.")
    bad_year_chance = serializers.DecimalField(
        max_digits=5,
        decimal_places=4,
        min_value=Decimal(0),
        max_value=Decimal(1),
        required=False,
        allow_null=True,
        help_text="The share of years, at most, that may cost more than that. Both or neither.",
    )

    class Meta:
        model = Appetite
        fields = ["id", "category", "unit", *_BOUNDS, "passed_at", "version"]
        read_only_fields = ["passed_at", "version"]

    def validate(self, attrs: Any) -> Any:
        for name in ("category", "unit"):
            if self.instance is not None and name in self.initial_data and attrs[name] != getattr(self.instance, name):
                raise serializers.ValidationError({name: [_("This stays as it is. Say it for the other place or kind.")]})
        return attrs


class AppetiteFilters(django_filters.FilterSet):
    unit = LinkedFilter("unit", field_name="unit_id", help_text="Said for this very unit.")

    class Meta:
        model = Appetite
        fields = ["category"]


class AppetiteViewSet(WriteSet):
    """Points of the shared score, 0 to 100, and money a year; the nearest unit up the tree holds, then its row of the category,
    then the one with an empty category."""

    kind = "appetite"
    permission, write_permission = READ, SET
    serializer_class = AppetiteSerializer
    filterset_class = AppetiteFilters
    ordering_fields = ["category"]
    lookup_value_regex = "[0-9]{1,18}"
    by_external_id = None  # the leaders say it here

    def perform_register(self, validated: Any, actor: Any) -> Appetite:
        category = validated["category"]
        bounds = Bounds(**{name: validated.get(name) for name in _BOUNDS})
        return appetite.say(category, bounds, actor=actor, unit=validated["unit"], version=None)

    def perform_change(self, instance: Appetite, validated: Any, actor: Any, version: int) -> Appetite:
        bounds = Bounds(**{name: validated.get(name, getattr(instance, name)) for name in _BOUNDS})
        return appetite.say(instance.category, bounds, actor=actor, unit=instance.unit, version=version)

    @state_change(SET)
    def ending(self, instance: Appetite, validated: Any, actor: Any) -> Appetite:
        """Let this row hold no more: what is said further up, or for every kind, holds instead."""
        return appetite.say(instance.category, None, actor=actor, unit=instance.unit, version=instance.version)


resources.register("appetites", AppetiteViewSet)
