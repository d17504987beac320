"""`/api/v1/dashboard/`: the same numbers as Today, each with the address of its rows."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from governance.board import dashboard, positions_kept
from portal.web.api import questions
from portal.web.api.door import Door
from portal.web.api.router import resources

POINTS = {"max_digits": 5, "decimal_places": 1, "coerce_to_string": True}


class FigureSerializer(serializers.Serializer):
    """One number, for example `above_tolerance`, `band.HIGH`, `cell.4.3` (likelihood, impact)."""

    key = serializers.CharField()
    value = serializers.IntegerField()
    rows = serializers.CharField(source="url", help_text="The page that lists exactly these rows.")
    left_out = serializers.BooleanField(help_text="True where confidential risks count only in groups of three or more.")


class NeedSerializer(serializers.Serializer):
    """Something that waits for an answer."""

    kind = serializers.CharField()
    title = serializers.CharField()
    note = serializers.CharField()
    page = serializers.CharField(source="url")
    due_on = serializers.DateField(allow_null=True)


class WhySerializer(serializers.Serializer):
    label = serializers.CharField()
    points = serializers.DecimalField(**POINTS)


class MoveSerializer(serializers.Serializer):
    """A risk whose score moved; the points of `why` add up to `points`."""

    risk = serializers.IntegerField()
    number = serializers.CharField()
    before = serializers.DecimalField(allow_null=True, **POINTS)
    now = serializers.DecimalField(allow_null=True, **POINTS)
    points = serializers.DecimalField(**POINTS)
    why = WhySerializer(many=True)


class PracticeSumSerializer(serializers.Serializer):
    """A part of the organisation's CSF profile: mean levels of 4, how many requirements are below their target or not rated."""

    identifier = serializers.CharField()
    title = serializers.CharField()
    current = serializers.DecimalField(source="sum.current", max_digits=2, decimal_places=1, allow_null=True)
    target = serializers.DecimalField(source="sum.target", max_digits=2, decimal_places=1, allow_null=True)
    below = serializers.IntegerField(source="sum.below")
    unrated = serializers.IntegerField(source="sum.unrated")
    page = serializers.CharField(source="url")


class FunctionSumSerializer(PracticeSumSerializer):
    """The same of one function, and of each of its categories."""

    categories = PracticeSumSerializer(source="columns", many=True)


class DashboardSerializer(serializers.Serializer):
    """Today in numbers, for one scope at one moment."""

    scope = serializers.CharField()
    units = serializers.ListField(child=serializers.IntegerField())
    parts = serializers.ListField(
        child=serializers.IntegerField(), help_text="The units right below, each with numbers of its own."
    )
    at = serializers.DateTimeField()
    position = serializers.CharField(help_text="The position in one sentence.")
    figures = FigureSerializer(many=True)
    needs = NeedSerializer(many=True)
    moves = MoveSerializer(many=True)
    moved = serializers.IntegerField(help_text="How many risks moved in 30 days.")
    different = serializers.ListField(child=serializers.IntegerField(), help_text="Rating rounds in which the offices differ.")
    rose = serializers.IntegerField(help_text="How many of them rose.")
    fell = serializers.IntegerField(help_text="How many of them fell.")
    safety = serializers.ListField(child=serializers.IntegerField(), help_text="Risks that can hurt people, the worst first.")
    compliance = FunctionSumSerializer(many=True, help_text="The functions of the CSF, Govern first.")
    owned = serializers.ListField(child=serializers.IntegerField(), help_text="Risks you own, where Today lists them.")


class FigureThenSerializer(serializers.Serializer):
    """One number as it was known then."""

    key = serializers.CharField()
    value = serializers.IntegerField()
    left_out = serializers.BooleanField(help_text="True where confidential risks count only in groups of three or more.")


class KeptSealSerializer(serializers.Serializer):
    """The seal at which the answer was written down, once a day; the last one at or before the moment asked for."""

    day = serializers.DateField()
    seal_seq = serializers.IntegerField()
    seal_hash = serializers.CharField()
    kept_at = serializers.DateTimeField()


class DashboardThenSerializer(serializers.Serializer):
    """The numbers of a scope as they were known at a moment that is over: the same answer for ever, for equal rights."""

    as_of = serializers.DateTimeField(source="asked")
    seal = KeptSealSerializer(source="kept")
    scope = serializers.CharField(source="label", help_text="In the names of then.")
    units = serializers.ListField(child=serializers.IntegerField(), source="scope.ids")
    figures = FigureThenSerializer(many=True)


AS_OF = OpenApiParameter(
    "as_of",
    OpenApiTypes.DATETIME,
    description="A moment that is over, with its zone: the numbers as they were known at the last kept seal at or before it.",
)
UNIT = OpenApiParameter("unit", int, description="One unit within your scope, with everything below it.")
NOW_OR_THEN = PolymorphicProxySerializer(
    "DashboardNowOrThen", serializers=[DashboardSerializer, DashboardThenSerializer], resource_type_field_name=None, many=False
)


class DashboardViewSet(Door, ViewSet):
    """The shared dashboard as integrations read it."""

    permission = "board.view_dashboard"
    parameters = ("as_of", "unit")
    also_answers = (404, 409)  # no such unit; nothing is known of that moment

    @extend_schema(responses=NOW_OR_THEN, parameters=[AS_OF, UNIT], operation_id="dashboard_retrieve")
    def list(self, request: Request) -> Response:
        """Every number of Today for your scope, each with the address of its rows; with `as_of` those of then."""
        unit = request.query_params.get("unit", "")
        if "as_of" in request.query_params:
            then = positions_kept.at(request.user, questions.moment(request, "as_of"), unit)
            return Response(DashboardThenSerializer(then).data)
        found = dashboard.build(request.user, unit)
        shown = {
            "scope": found.scope.label,
            "units": found.scope.ids,
            "parts": [part.pk for part in found.scope.below],
            "at": found.at,
            "position": found.sentence.text,
            "figures": list(found.figures.by_key.values()),
            "needs": found.needs,
            "moves": [_move(move) for move in found.movers],
            "moved": found.moved,
            "different": [row.round.pk for row in found.between.different] if found.between else [],
            "rose": found.rose,
            "fell": found.fell,
            "safety": [risk.pk for risk in found.safety],
            "compliance": found.compliance.groups if found.compliance else [],
            "owned": [risk.pk for risk in found.owned],
        }
        return Response(DashboardSerializer(shown).data)


def _move(move: dashboard.Move) -> dict:
    change = move.mover.change
    return {
        "risk": move.mover.risk.pk,
        "number": move.mover.risk.number,
        "before": change.before,
        "now": change.after,
        "points": change.points,
        "why": [{"label": label, "points": points} for label, points in move.why],
    }


resources.register("dashboard", DashboardViewSet)
