"""Concerns for integrations: raised in two answers, settled by the triage desk."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet
from risks import concern_book, concerns, wanted
from risks.models import Concern, Risk
from risks.models.concern import SETTLE

RAISE = "risks.raise_concern"


class ConcernSerializer(RowSerializer):
    unit = Linked("unit")
    raised_by = serializers.SerializerMethodField(help_text="Null where the caller may not know who it was.")
    risk = serializers.SerializerMethodField(help_text="The number of the risk it became, where that is for everybody.")
    settled_by = Linked("user", read_only=True, allow_null=True)
    days_to_triage = serializers.SerializerMethodField(help_text="Until it was settled, or so far.")

    class Meta:
        model = Concern
        fields = [
            *("id", "number", "text", "unit", "is_anonymous", "raised_by", "raised_at", "state", "risk", "answer"),
            *("settled_by", "settled_at", "days_to_triage", "version"),
        ]
        read_only_fields = ["number", "raised_at", "state", "answer", "settled_at", "version"]

    def _line(self, instance: Concern) -> concern_book.Line:
        known = self.context.setdefault("concern_lines", {})
        if instance.pk not in known:
            whole = self.root.instance if isinstance(self.root, serializers.ListSerializer) else None
            known |= concern_book.lines(list(whole) if whole is not None else [instance], self.context["request"].user)
        return known[instance.pk]

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_raised_by(self, instance: Concern) -> int | None:
        person = self._line(instance).raised_by
        return None if person is None else person.pk

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_risk(self, instance: Concern) -> str | None:
        risk = self._line(instance).risk
        return None if risk is None else risk.number

    def get_days_to_triage(self, instance: Concern) -> int:
        return self._line(instance).days


class BecomingSerializer(serializers.Serializer):
    """A new risk, or with `known` one that is in the register already."""

    title = serializers.CharField(max_length=wanted.LONGEST_TITLE, required=False, allow_blank=True, default="")
    category = serializers.ChoiceField(choices=Risk.Category.choices, required=False, default=Risk.Category.IT)
    known = Linked("risk", required=False, allow_null=True, default=None)


class ConcernAnswerSerializer(serializers.Serializer):
    answer = serializers.CharField(max_length=wanted.LONGEST_TEXT)


class ConcernFilters(django_filters.FilterSet):
    class Meta:
        model = Concern
        fields = ["state", "is_anonymous"]


class ConcernViewSet(RegisterSet):
    """What colleagues noticed: one's own, and for the triage desk those of its units."""

    kind = "concern"
    permission, write_permission = RAISE, RAISE
    serializer_class = ConcernSerializer
    filterset_class = ConcernFilters
    ordering_fields = ["number", "raised_at"]

    def perform_register(self, validated: Any, actor: Any) -> Concern:
        return concerns.raise_one(actor=actor, **validated)

    @state_change(SETTLE, request=BecomingSerializer)
    def becoming(self, instance: Concern, validated: Any, actor: Any) -> Concern:
        """It is a risk, a new one or one that is known."""
        return concerns.become_risk(instance, actor=actor, **validated)

    @state_change(SETTLE, request=ConcernAnswerSerializer)
    def answering(self, instance: Concern, validated: Any, actor: Any) -> Concern:
        """It is no risk; whoever raised it hears why."""
        return concerns.answer(instance, validated["answer"], actor=actor)


resources.register("concerns", ConcernViewSet)
