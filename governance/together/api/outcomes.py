"""What became of decisions, for the pair alone."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from governance.together import outcomes
from governance.together.models import DecisionOutcome
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet

NOTE = "together.note_outcome"


class OutcomeSerializer(RowSerializer):
    """What happened; what was foretold stands in the decision as it was signed."""

    decision = Linked("decision")
    happened_on = serializers.DateField(required=False, help_text="Today, where it is left out.")
    noted_by = Linked("user", read_only=True)

    class Meta:
        model = DecisionOutcome
        fields = [
            *("id", "decision", "bore_out", "what_happened", "happened_on", "known_at"),
            *("actual_cost", "actual_ready_on", "actual_loss", "noted_by"),
        ]
        read_only_fields = ["known_at"]
        extra_kwargs = {"what_happened": {"max_length": outcomes.LONGEST}}


class OutcomeFilters(django_filters.FilterSet):
    decision = LinkedFilter("decision", field_name="decision_id")

    class Meta:
        model = DecisionOutcome
        fields = ["bore_out"]


class OutcomeViewSet(RegisterSet):
    """Notes of what happened since something was decided, newest first; the last one of a decision counts."""

    permission = write_permission = NOTE
    serializer_class = OutcomeSerializer
    filterset_class = OutcomeFilters
    ordering = "-id"
    lookup_value_regex = "[0-9]{1,18}"
    bulk = None  # each is noted by a person

    def queryset_for(self, user: Any) -> QuerySet:
        return DecisionOutcome.objects.visible_to(user)

    def perform_register(self, validated: Any, actor: Any) -> DecisionOutcome:
        said = dict(validated)
        return outcomes.note(said.pop("decision"), actor=actor, **said)


resources.register("decision-outcomes", OutcomeViewSet)
