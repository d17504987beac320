"""Why the money moved, for integrations."""

from datetime import date
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from risks import loss_words, moved_money
from risks.api.money import MONEY, PositionIfSerializer, position_if, sums
from risks.models import Risk
from risks.moved_money import Moved

MOVED = [
    OpenApiParameter("since", date, description="From the morning of this day on; a quarter ago by default."),
    OpenApiParameter(
        "category", str, enum=Risk.Category.values, description="Of one kind of risk, in the whole organisation only."
    ),
]


class MovedLossPartSerializer(serializers.Serializer):
    factor = serializers.ChoiceField(choices=("events", "share", "magnitude"))
    amount = serializers.DecimalField(max_digits=24, decimal_places=2)


class ReasonSerializer(serializers.Serializer):
    """What one reason did; all of them add up to the change."""

    reason = serializers.ChoiceField(choices=moved_money.GROUPS)
    name = serializers.CharField(help_text="The same in words.")
    risk_count = serializers.IntegerField()
    average = serializers.DecimalField(**MONEY)
    one_in_20 = serializers.DecimalField(**MONEY, help_text="Its mean over all orders of the reasons (Shapley).")
    inputs = MovedLossPartSerializer(many=True, help_text="Where it was estimated anew: of which inputs the average is made.")


class MovedRiskSerializer(serializers.Serializer):
    risk = serializers.IntegerField()
    reason = serializers.CharField()
    average = serializers.DecimalField(**MONEY)


class MovedPositionSerializer(serializers.Serializer):
    """Why the position moved since a day: of the caller's part of the organisation, or of one category of the whole."""

    since = serializers.DateField()
    in_words = serializers.CharField()
    before = PositionIfSerializer()
    after = PositionIfSerializer()
    reasons = ReasonSerializer(many=True)
    risks = MovedRiskSerializer(many=True, help_text="The largest that may be opened.")
    other_risks = serializers.DecimalField(**MONEY, help_text="What all others did to the average.")
    other_count = serializers.IntegerField()


class MovesAction:
    """An action for the set of annual losses."""

    @extend_schema(parameters=MOVED, responses=MovedPositionSerializer, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=[], parameters=["since", "category"])
    def moves(self, request: Request) -> Response:
        """Why the average and one year in twenty moved; the parts add up to the change."""
        found = moved_money.read(request.user, *moved_money.asked_for(request.query_params))
        if found is None:
            raise NotFound
        return Response(_moved(found))


def _moved(found: Moved) -> dict[str, Any]:
    """Each figure rounded so that the parts still add up."""
    average, tail = (_change(found, name) for name in ("average", "one_in_twenty"))
    averages = loss_words.parts({part.name: part.average for part in found.parts}, average)
    tails = loss_words.parts({part.name: part.one_in_twenty for part in found.parts}, tail)
    reasons = [
        {"reason": part.name, "name": part.words, "risk_count": part.count}
        | {"average": str(averages[part.name]), "one_in_20": str(tails[part.name])}
        | {"inputs": _inputs(dict(part.of), averages[part.name])}
        for part in found.parts
    ]
    rows = [{"risk": risk.pk, "reason": words} | sums(average=amount) for risk, words, amount in found.rows]
    return {
        "since": found.since.isoformat(),
        "in_words": found.sentence,
        "before": position_if(found.before),
        "after": position_if(found.after),
        "reasons": reasons,
        "risks": rows,
        "other_risks": str(average - sum((loss_words.exact(amount) for _risk, _words, amount in found.rows), Decimal(0))),
        "other_count": found.others_count,
    }


def _change(found: Moved, name: str) -> Decimal:
    return loss_words.exact(getattr(found.after, name)) - loss_words.exact(getattr(found.before, name))


def _inputs(amounts: dict[str, float], whole: Decimal) -> list[dict[str, str]]:
    return [{"factor": name, "amount": str(amount)} for name, amount in loss_words.parts(amounts, whole).items()]
