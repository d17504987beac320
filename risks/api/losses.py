"""Losses in money for integrations: estimates, what they add up to in a year, curves, and the sum of any risks."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.errors import Invalid
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet
from risks import loss_card, loss_parts, loss_scenarios, loss_words, portfolio, supposed, what_if
from risks.api.common_causes import CommonCausesAction
from risks.api.money import PositionAction
from risks.api.moved_money import MovedLossPartSerializer, MovesAction
from risks.loss_parts import Downtime, LossPart
from risks.models import Levels, LossResult, LossScenario, Risk
from risks.quantification import AnnualLoss

MONEY = {"max_digits": 18, "decimal_places": 2, "min_value": 0}
MOST_LEVELS = 100


class DowntimeSerializer(serializers.Serializer):
    """A standstill of a line: hours × what an hour is worth + restart + penalty."""

    low_hours = serializers.DecimalField(**MONEY)
    mode_hours = serializers.DecimalField(**MONEY)
    high_hours = serializers.DecimalField(**MONEY)
    value_per_hour = serializers.DecimalField(**MONEY)
    restart = serializers.DecimalField(default=Decimal(0), **MONEY)
    penalty = serializers.DecimalField(default=Decimal(0), **MONEY)


class LossPartSerializer(serializers.Serializer):
    """The loss of one form in one event. Without `mode` low and high hold nine times in ten, with it they are the limits."""

    form = serializers.ChoiceField(choices=LossScenario.Form.choices)
    low = serializers.DecimalField(**MONEY)
    mode = serializers.DecimalField(required=False, allow_null=True, **MONEY)
    high = serializers.DecimalField(**MONEY)
    is_secondary = serializers.BooleanField(default=False)
    deductible = serializers.DecimalField(required=False, allow_null=True, help_text="What we bear first of each event.", **MONEY)
    limit = serializers.DecimalField(required=False, allow_null=True, help_text="What an insurer pays above it at most.", **MONEY)
    source = serializers.CharField(required=False, allow_blank=True, max_length=200)
    downtime = DowntimeSerializer(required=False, allow_null=True, help_text="Where the loss was worked out of a standstill.")
    by = serializers.IntegerField(read_only=True, help_text="Who estimated it.")
    on = serializers.DateField(read_only=True, help_text="On which day.")


class LossScenarioSerializer(RowSerializer):
    risk = Linked("risk", help_text="Only on POST; an estimate stays with its risk.")
    losses = LossPartSerializer(many=True, max_length=6)
    estimated_by = Linked("user", read_only=True, allow_null=True)
    estimated_on = serializers.DateField(required=False, help_text="Today where it is left out.")

    class Meta:
        model = LossScenario
        fields = [
            *("id", "risk", "stage", "often", "low_per_year", "mode_per_year", "high_per_year", "vulnerability_share"),
            *("secondary_share", "losses", "source", "estimated_by", "estimated_on", "archived_at", "version"),
        ]
        read_only_fields = ["archived_at", "version"]


class LossScenarioFilters(django_filters.FilterSet):
    risk = LinkedFilter("risk", field_name="risk_id", help_text="An id, or a number such as R-0007.")

    class Meta:
        model = LossScenario
        fields = ["stage", "often"]


class LossScenarioViewSet(WriteSet):
    """Estimates of how often a risk strikes and what an event costs, one for each stage of a risk. Safety is never money."""

    kind = "loss-scenario"
    serializer_class = LossScenarioSerializer
    permission, write_permission = "risks.view_loss", "risks.change_loss"
    filterset_class = LossScenarioFilters
    ordering_fields = ("estimated_on",)
    lookup_value_regex = "[0-9]{1,18}"
    by_external_id = None  # a risk and a stage name it

    def perform_register(self, validated: Any, actor: Any) -> LossScenario:
        told = dict(validated)
        losses = [_part(one) for one in told.pop("losses")]
        return loss_scenarios.estimate(told.pop("risk"), told.pop("stage"), actor=actor, version=0, losses=losses, **told)

    def perform_change(self, instance: LossScenario, validated: Any, actor: Any, version: int) -> LossScenario:
        told = dict(validated)
        if told.pop("risk", instance.risk).pk != instance.risk_id or told.pop("stage", instance.stage) != instance.stage:
            raise Invalid(_("Some answers do not fit yet."), {"risk": [_("An estimate stays with its risk and its stage.")]})
        known = {name: getattr(instance, name) for name in loss_scenarios.FIELDS if name not in ("losses", "estimated_on")}
        losses = (
            [_part(one) for one in told.pop("losses")] if "losses" in told else [loss_parts.part(one) for one in instance.losses]
        )
        return loss_scenarios.estimate(instance.risk, instance.stage, actor=actor, version=version, losses=losses, **(known | told))

    @state_change("risks.change_loss")
    def dropping(self, instance: LossScenario, validated: Any, actor: Any) -> LossScenario:
        """Take it back: the risk goes without a number in money."""
        return loss_scenarios.drop(instance, actor=actor, version=instance.version)


class FiguresSerializer(serializers.Serializer):
    """A year's loss; money in the organisation's currency, six digits."""

    average = serializers.DecimalField(max_digits=24, decimal_places=2, help_text="Over the long run, a year.")
    deviation = serializers.DecimalField(max_digits=24, decimal_places=2)
    chance_of_a_loss = serializers.DecimalField(max_digits=8, decimal_places=6)
    typical = serializers.DecimalField(max_digits=24, decimal_places=2, help_text="Half of the years with a loss cost less.")
    bad = serializers.DecimalField(max_digits=24, decimal_places=2, help_text="One of ten years with a loss costs more.")
    one_in_20 = serializers.DecimalField(max_digits=24, decimal_places=2, help_text="Passed once in twenty years.")
    one_in_100 = serializers.DecimalField(max_digits=24, decimal_places=2)
    one_in_1000 = serializers.DecimalField(max_digits=24, decimal_places=2)
    worst_hundredth = serializers.DecimalField(max_digits=24, decimal_places=2, help_text="The average of the worst 1 % of years.")
    in_words = serializers.CharField(help_text="The same as a sentence, in the language of the reader.")


class MovedLossSerializer(serializers.Serializer):
    """Why the average moved last: the part of each factor; together they are the change."""

    since = serializers.DateField()
    before = serializers.DecimalField(max_digits=24, decimal_places=2)
    after = serializers.DecimalField(max_digits=24, decimal_places=2)
    parts = MovedLossPartSerializer(many=True)


class AnnualLossSerializer(serializers.ModelSerializer):
    risk = Linked("risk", read_only=True)
    figures = serializers.SerializerMethodField()
    moved = serializers.SerializerMethodField()

    class Meta:
        model = LossResult
        fields = ["id", "risk", "stage", "scenario", "figures", "moved", "computed_at"]
        read_only_fields = ["stage", "scenario", "computed_at"]

    @extend_schema_field(FiguresSerializer)
    def get_figures(self, row: LossResult) -> dict[str, Any]:
        return told(portfolio.loss_of(row))

    @extend_schema_field(MovedLossSerializer(allow_null=True))
    def get_moved(self, row: LossResult) -> dict[str, Any] | None:
        found = loss_card.parts_of_change(row)
        if found is None:
            return None
        before, after = loss_words.exact(row.previous["mean"]), loss_words.exact(row.mean)
        parts = [{"factor": name, "amount": str(amount)} for name, amount in loss_words.parts(found, after - before).items()]
        return {"since": row.previous["at"][:10], "parts": parts, "before": str(before), "after": str(after)}


class PointSerializer(serializers.Serializer):
    chance = serializers.DecimalField(max_digits=8, decimal_places=6)
    loss = serializers.DecimalField(max_digits=24, decimal_places=2)


class CurveSerializer(serializers.Serializer):
    """Points of a loss exceedance curve: the chance that a year costs more than the loss; it never rises."""

    points = PointSerializer(many=True)


class PortfolioSerializer(serializers.Serializer):
    """Many risks together."""

    stage = serializers.ChoiceField(choices=Levels.Stage.choices)
    risk_count = serializers.IntegerField()
    figures = FiguresSerializer()
    points = PointSerializer(many=True)


class ChangeSerializer(serializers.Serializer):
    """What would become of one risk: its events and what one costs, as shares of what they are now."""

    risk = Linked("risk")
    frequency_factor = serializers.DecimalField(max_digits=8, decimal_places=4, min_value=0, max_value=100, default=Decimal(1))
    magnitude_factor = serializers.DecimalField(max_digits=8, decimal_places=4, min_value=0, max_value=100, default=Decimal(1))


class WhatIfQuestion(serializers.Serializer):
    """Changes of single risks, or a control that takes off more or less than it does; from a day on, for a sum."""

    stage = serializers.ChoiceField(choices=Levels.Stage.choices, default=Levels.Stage.CURRENT)
    changes = ChangeSerializer(many=True, max_length=100, required=False, default=list)
    control = Linked("control", required=False, allow_null=True, help_text="Instead of changes; now only.")
    takes_off_share = serializers.DecimalField(
        max_digits=4,
        decimal_places=3,
        min_value=0,
        max_value=1,
        required=False,
        allow_null=True,
        help_text="By that control, 0 to 1.",
    )
    starts_on = serializers.DateField(required=False, allow_null=True, help_text="Today where it is left out.")
    cost = serializers.DecimalField(required=False, allow_null=True, help_text="Once.", **MONEY)


class WhatIfSerializer(serializers.Serializer):
    """The position as it is, as it would be, and of the next twelve months; nothing is kept."""

    before = FiguresSerializer()
    after = FiguresSerializer()
    next_year = FiguresSerializer(help_text="Of which only what follows the day is changed.")
    saves_next_year = serializers.DecimalField(max_digits=24, decimal_places=2)
    return_share = serializers.FloatField(allow_null=True, help_text="Of the cost, in the next twelve months.")
    payback_years = serializers.FloatField(allow_null=True, help_text="Once it holds.")
    in_words = serializers.CharField()


class AnnualLossFilters(django_filters.FilterSet):
    risk = LinkedFilter("risk", field_name="risk_id", help_text="An id, or a number such as R-0007.")
    unit = LinkedFilter("unit", field_name="risk__unit_id", help_text="Of exactly this unit.")
    category = django_filters.ChoiceFilter(field_name="risk__category", choices=Risk.Category.choices)

    class Meta:
        model = LossResult
        fields = ["stage"]


LEVELS = OpenApiParameter(
    "chances", str, description="Up to 100 chances above 0 and below 1, as in 0.5,0.05; a few usual ones by default."
)


class AnnualLossViewSet(PositionAction, CommonCausesAction, MovesAction, ReadSet):
    """What each estimated risk costs in a year, by stage; computed, so the same inputs give the same figures for ever."""

    permission = "risks.view_loss"
    serializer_class = AnnualLossSerializer
    filterset_class = AnnualLossFilters
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return (
            LossResult.objects.visible_to(user).defer("cells")
            if self.action != "portfolio"
            else LossResult.objects.visible_to(user)
        )

    @extend_schema(parameters=[LEVELS], responses=CurveSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[], parameters=["chances"])
    def curve(self, request: Request, pk: str) -> Response:
        """The curve of one risk in one stage."""
        return Response({"points": _points(portfolio.loss_of(self.get_object()), _chances(request))})

    @extend_schema(parameters=[LEVELS], responses=PortfolioSerializer)
    @action(detail=False, methods=["get"], pagination_class=None, parameters=["chances", "stage", "unit", "category", "risk"])
    def portfolio(self, request: Request) -> Response:
        """All risks that fit the filters together, as far as the caller may open them; `stage` is CURRENT by default."""
        stage = request.query_params.get("stage") or Levels.Stage.CURRENT
        rows = list(self.filter_queryset(self.get_queryset()).filter(stage=stage).only("cells"))
        found = portfolio.of_results(rows)
        points = _points(found, _chances(request))
        return Response({"stage": stage, "risk_count": len(rows), "figures": told(found), "points": points})

    @extend_schema(request=WhatIfQuestion, responses=WhatIfSerializer, filters=False)
    @action(
        detail=False,
        methods=["post"],
        url_path="what-if",
        write_permission="risks.view_loss",
        pagination_class=None,
        filter_backends=[],
    )
    def what_if(self, request: Request) -> Response:
        """The position if some risks struck less often or cost less; nothing is kept."""
        asked = WhatIfQuestion(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        changes = [
            what_if.Change(one["risk"].pk, float(one["frequency_factor"]), float(one["magnitude_factor"]))
            for one in said["changes"]
        ]
        facts = (changes, said.get("control"), said.get("takes_off_share"), said.get("starts_on"), said.get("cost"))
        found = supposed.answer(request.user, supposed.of_changes(*facts), said["stage"])
        figures = {"before": told(found.before), "after": told(found.after), "next_year": told(found.next_year)}
        more = {"return_share": found.return_share, "payback_years": found.payback_years, "in_words": found.sentence}
        return Response(figures | more | {"saves_next_year": str(loss_words.exact(found.saved))})


def told(found: AnnualLoss) -> dict[str, Any]:
    """The figures as the API spells them."""
    typical, bad = loss_words.in_a_loss_year(found, [0.5, 0.9])
    sums = {
        "average": found.mean,
        "deviation": found.sd,
        "typical": typical,
        "bad": bad,
        "one_in_20": found.var95,
        "one_in_100": found.var99,
        "one_in_1000": found.var999,
        "worst_hundredth": found.es99,
    }
    plain = {name: str(loss_words.exact(value)) for name, value in sums.items()}
    return plain | {"chance_of_a_loss": f"{1 - found.p_none:.6f}", "in_words": loss_words.reading(found)}


def _points(found: AnnualLoss, chances: list[float]) -> list[Mapping[str, str]]:
    losses = found.quantiles([1 - chance for chance in chances])
    return [{"chance": f"{chance:.6f}", "loss": str(loss_words.exact(loss))} for chance, loss in zip(chances, losses, strict=True)]


def _chances(request: Request) -> list[float]:
    asked = request.query_params.get("chances", "")
    if not asked:
        return [1 / n for n in loss_words.LEVELS]
    try:
        found = [float(one) for one in asked.split(",")]
    except ValueError:
        found = []
    if not 1 <= len(found) <= MOST_LEVELS or not all(0 < one < 1 for one in found):
        raise Invalid(
            _("The question is not valid."), {"chances": [_("Give up to 100 chances above 0 and below 1, as in 0.5,0.05.")]}
        )
    return sorted(found, reverse=True)


def _part(told_part: Mapping[str, Any]) -> LossPart:
    values = {name: value for name, value in told_part.items() if value is not None}
    if down := values.get("downtime"):
        values["downtime"] = Downtime(**down)
    return LossPart(**values)


resources.register("loss-scenarios", LossScenarioViewSet)
resources.register("annual-losses", AnnualLossViewSet)
