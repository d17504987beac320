"""The position with what risks have in common, for integrations."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from risks import common_causes
from risks.api.money import MONEY, sums
from risks.common_causes import Together

ASSUMED = [
    OpenApiParameter("shared_percent", str, description="Of the rarest risk's events, those that strike all: 0 to 50, usually 10."),
    OpenApiParameter("bad_year_factor", str, description="How much harder one year of twenty strikes: 1 to 3, usually 2."),
]


class AddedUpSerializer(serializers.Serializer):
    average = serializers.DecimalField(**MONEY)
    one_in_20 = serializers.DecimalField(**MONEY)
    one_in_100 = serializers.DecimalField(**MONEY)


class SharedSerializer(serializers.Serializer):
    """An asset or a supplier on which several estimated risks rest, and the event that strikes all of them."""

    kind = serializers.ChoiceField(choices=("asset", "supplier"))
    id = serializers.IntegerField()
    name = serializers.CharField()
    risks = serializers.ListField(child=serializers.IntegerField())
    per_year = serializers.FloatField(help_text="How often all are struck at once.")
    average_of_an_event = serializers.DecimalField(**MONEY)


class CommonCausesSerializer(serializers.Serializer):
    """The position with what risks have in common, under what is assumed; each risk keeps its own average."""

    in_words = serializers.CharField()
    assumed_in_words = serializers.CharField()
    shared_percent = serializers.DecimalField(max_digits=5, decimal_places=2)
    bad_year_factor = serializers.DecimalField(max_digits=5, decimal_places=2)
    struck_count = serializers.IntegerField(help_text="Risks that a bad year strikes: IT, OT, data, suppliers, and what is hidden.")
    apart = AddedUpSerializer(help_text="Each risk by itself, as the position has it.")
    with_shared = AddedUpSerializer()
    with_bad_years = AddedUpSerializer()
    with_both = AddedUpSerializer()
    shared = SharedSerializer(many=True)


class CommonCausesAction:
    """An action for the set of annual losses."""

    @extend_schema(parameters=ASSUMED, responses=CommonCausesSerializer, filters=False)
    @action(
        detail=False,
        methods=["get"],
        url_path="common-causes",
        pagination_class=None,
        filter_backends=[],
        parameters=["shared_percent", "bad_year_factor"],
    )
    def common_causes(self, request: Request) -> Response:
        """The position with shared assets and suppliers, and with years that strike all risks of a kind; nothing is kept."""
        found = common_causes.read(request.user, common_causes.assumed(request.query_params))
        if found is None:
            raise NotFound
        return Response(_together(found))


def _together(found: Together) -> dict[str, Any]:
    names = ("apart", "with_shared", "with_bad_years", "with_both")
    losses = {name: getattr(found, name) for name in names}
    return {
        "in_words": found.sentence,
        "assumed_in_words": found.assumed.sentence,
        "shared_percent": f"{found.assumed.shared_percent:.2f}",
        "bad_year_factor": f"{found.assumed.bad_year_factor:.2f}",
        "struck_count": found.struck_count,
        "shared": [
            {"kind": one.kind, "id": one.pk, "name": one.name, "risks": [risk.pk for risk in one.risks], "per_year": one.per_year}
            | sums(average_of_an_event=one.event)
            for one in found.shared
        ],
    } | {name: sums(average=one.mean, one_in_20=one.var95, one_in_100=one.var99) for name, one in losses.items()}
