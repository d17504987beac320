"""The trade-off of a question for programs: its options weighed in one money, and what both leaders would take."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.together import marks, trade_off_page
from governance.together.models import Decision, OptionMark
from portal.signing import signatures
from portal.web.api.changes import state_change

MONEY = {"max_digits": 18, "decimal_places": 2, "allow_null": True}


class WeighedSerializer(serializers.Serializer):
    """One option beside the others; null where it does not say enough."""

    letter = serializers.CharField(source="choice.letter")
    cost = serializers.DecimalField(source="choice.cost", **MONEY)
    earliest_on = serializers.DateField(source="choice.earliest_on", allow_null=True, help_text="Sooner in one case of ten.")
    ready_on = serializers.DateField(source="choice.ready_on", allow_null=True, help_text="The likely day.")
    latest_on = serializers.DateField(source="choice.latest_on", allow_null=True, help_text="Later in one case of ten.")
    residual_loss_per_year = serializers.DecimalField(source="choice.residual_loss_per_year", **MONEY)
    avoided_per_year = serializers.DecimalField(**MONEY, help_text="Against the option that leaves most.")
    month_costs = serializers.DecimalField(**MONEY, help_text="Business that waits, and a twelfth of the avoided loss.")
    months_later = serializers.DecimalField(max_digits=8, decimal_places=1, allow_null=True, help_text="Than the soonest.")
    delay_cost = serializers.DecimalField(**MONEY, help_text="Of these months, in business that waits.")
    beaten_by = serializers.ListField(
        child=serializers.CharField(), help_text="Options at least as good in cost, day and remaining loss, and better in one."
    )


class OptionMarkSerializer(serializers.ModelSerializer):
    """Which option a leader would take; read once both have marked."""

    marked_by = serializers.IntegerField(source="marked_by_id")

    class Meta:
        model = OptionMark
        fields = ["office", "letter", "reason", "marked_by", "as_substitute", "given_at", "known_at"]


class TradeOffSerializer(serializers.Serializer):
    decision = serializers.IntegerField(source="decision.pk")
    delay_cost_per_month = serializers.DecimalField(source="decision.delay_cost_per_month", **MONEY)
    options = WeighedSerializer(many=True)
    marked = serializers.ListField(child=serializers.CharField(), help_text="Seats that have marked what stands now.")
    marks = OptionMarkSerializer(many=True, help_text="Of both, once both have marked.")


class MarkSerializer(serializers.Serializer):
    letter = serializers.CharField(max_length=1)
    reason = serializers.CharField(max_length=marks.LONGEST_REASON, required=False, allow_blank=True, default="")


class CarriedSerializer(serializers.Serializer):
    letter = serializers.CharField(max_length=1, help_text="What both marked, or one of the two where they differ.")


class TradeOffActions:
    """Actions for the set of decisions."""

    @extend_schema(responses=TradeOffSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[], url_path="trade-off")
    def trade_off(self, request: Request, pk: str) -> Response:
        """The options weighed against each other, and the marks of both leaders."""
        page = trade_off_page.read(self.get_object(), request.user)
        told = {"decision": page.decision, "options": [row.weighed for row in page.rows]}
        return Response(TradeOffSerializer(told | {"marked": page.marked, "marks": page.marks}).data)

    @state_change(signatures.SIGN, request=MarkSerializer, tries=False)
    def mark(self, instance: Decision, validated: Any, actor: Any) -> None:
        """Say for one's seat which option one would take; neither reads the other's before both have."""
        marks.mark(instance, validated["letter"], actor=actor, reason=validated["reason"])

    @state_change(signatures.SIGN, request=CarriedSerializer)
    def carrying(self, instance: Decision, validated: Any, actor: Any) -> Decision:
        """Let an option that a leader marked be the one asked for, with its cost, day and remaining loss; a leader does."""
        return marks.carry(instance, validated["letter"], actor=actor)
