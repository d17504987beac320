"""The money page for integrations: what the position is made of, what plans would buy, and where something is to be looked at."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.errors import Invalid
from risks import loss_words, money_book, sensitivity
from risks.bad_year import BadYear
from risks.loss_limits import Limits
from risks.money_book import Book
from risks.sensitivity import Sensitivity

MONEY = {"max_digits": 24, "decimal_places": 2}
BUDGET = OpenApiParameter("budget", str, description="What may be spent on plans; all of them without it.")


class ShareSerializer(serializers.Serializer):
    risk = serializers.IntegerField()
    average = serializers.DecimalField(**MONEY)
    one_in_20 = serializers.DecimalField(**MONEY)


class QualitySerializer(serializers.Serializer):
    """Shares of the average by what its estimates rest on, and the average with the three largest inputs off by two at once."""

    old_share = serializers.FloatField(help_text="Older than a year.")
    unbacked_share = serializers.FloatField(help_text="Without a source.")
    single_share = serializers.FloatField(help_text="On the word of one person.")
    average_if_halved = serializers.DecimalField(**MONEY)
    average_if_doubled = serializers.DecimalField(**MONEY)


class PositionIfSerializer(serializers.Serializer):
    average = serializers.DecimalField(**MONEY)
    one_in_20 = serializers.DecimalField(**MONEY)


class InputSerializer(serializers.Serializer):
    """One number of one estimate, and the position at half and at twice of what was said."""

    risk = serializers.IntegerField()
    input = serializers.CharField(help_text='"events", "share" (of attempts), "secondary" (its chance), or a form of loss.')
    name = serializers.CharField(help_text="The same in words.")
    said = serializers.CharField(help_text="What was estimated, in words.")
    if_halved = PositionIfSerializer()
    if_doubled = PositionIfSerializer()


class SensitivitySerializer(serializers.Serializer):
    """The three inputs that move the average most if they are off by two, each by itself and all at once."""

    in_words = serializers.CharField()
    inputs = InputSerializer(many=True)
    all_if_halved = PositionIfSerializer()
    all_if_doubled = PositionIfSerializer()


class PlanSerializer(serializers.Serializer):
    risk = serializers.IntegerField()
    cost = serializers.DecimalField(**MONEY)
    saves = serializers.DecimalField(**MONEY, help_text="Of the average of a year.")
    is_mandatory = serializers.BooleanField(help_text="Safety: first, whatever it costs.")
    is_in = serializers.BooleanField(help_text="Fits under the budget.")
    return_share = serializers.FloatField(allow_null=True, help_text="In the first year.")
    payback_years = serializers.FloatField(allow_null=True)


class RankingSerializer(serializers.Serializer):
    plans = PlanSerializer(many=True)
    spent = serializers.DecimalField(**MONEY)
    joint = serializers.DecimalField(**MONEY, help_text="How much lower one year in twenty is with all that fit.")
    summed = serializers.DecimalField(**MONEY, help_text="The same plan by plan, summed.")
    saves = serializers.DecimalField(**MONEY, help_text="Of the average of a year, by all that are in.")
    saves_at_most = serializers.DecimalField(**MONEY, help_text="No set under the budget saves more; equal up to 25 plans.")
    is_exact = serializers.BooleanField(help_text="No other set under the budget saves more.")
    left_out_saves = serializers.DecimalField(**MONEY, help_text="What was left out would save.")
    over_budget = serializers.DecimalField(**MONEY, help_text="By which what is mandatory passes the budget.")


class AboveSerializer(serializers.Serializer):
    risk = serializers.IntegerField()
    average = serializers.DecimalField(**MONEY)
    appetite = serializers.DecimalField(**MONEY)
    tolerance = serializers.DecimalField(**MONEY)
    is_breach = serializers.BooleanField()


class ChanceSerializer(serializers.Serializer):
    now = serializers.FloatField(help_text="Of a year that costs more.")
    after_plan = serializers.FloatField()


class LimitsSerializer(serializers.Serializer):
    """The sums of what is agreed for the judged risks, as points on the curve of the position."""

    appetite = serializers.DecimalField(**MONEY)
    tolerance = serializers.DecimalField(**MONEY)
    average = serializers.DecimalField(**MONEY, help_text="Of the judged risks, which is held against them.")
    above_appetite = ChanceSerializer()
    above_tolerance = ChanceSerializer()
    in_words = serializers.CharField()


class BadYearSerializer(serializers.Serializer):
    """How likely, at most, a year may cost everything together more than a sum, and how likely it is."""

    amount = serializers.DecimalField(**MONEY)
    at_most = serializers.DecimalField(max_digits=5, decimal_places=4, help_text="Of years, 0 to 1.")
    chance = ChanceSerializer()
    is_passed = serializers.BooleanField(help_text="Likelier than agreed.")
    passed_at = serializers.DateTimeField(allow_null=True, help_text="Since when; both leaders were asked then.")
    in_words = serializers.CharField()


class ApartSerializer(serializers.Serializer):
    risk = serializers.IntegerField()
    score_place = serializers.IntegerField()
    money_place = serializers.IntegerField()
    of = serializers.IntegerField()
    average = serializers.DecimalField(**MONEY)


class PricedSerializer(serializers.Serializer):
    exception = serializers.IntegerField()
    average = serializers.DecimalField(**MONEY, allow_null=True, help_text="Its share of what all leave; null: not estimated.")


class PricesSerializer(serializers.Serializer):
    """The loss with all live exceptions minus without them; part of the position."""

    average = serializers.DecimalField(**MONEY)
    one_in_20 = serializers.DecimalField(**MONEY)
    rows = PricedSerializer(many=True)


class YearSerializer(serializers.Serializer):
    year = serializers.IntegerField()
    amount = serializers.DecimalField(**MONEY)
    incidents = serializers.IntegerField()
    chance = serializers.FloatField(allow_null=True, help_text="Of a year as bad, by the years that are over; null: it runs.")


class PositionInMoneySerializer(serializers.Serializer):
    """Of the whole organisation, or of the caller's part of it. Sums count what may not be opened, rows leave it out."""

    scope = serializers.CharField()
    risk_count = serializers.IntegerField()
    hidden_count = serializers.IntegerField()
    unestimated = serializers.IntegerField(help_text="Open risks without an estimate.")
    in_words = serializers.CharField()
    contributors = ShareSerializer(many=True)
    quality = QualitySerializer(allow_null=True)
    sensitivity = SensitivitySerializer(allow_null=True)
    ranking = RankingSerializer(allow_null=True)
    judged_count = serializers.IntegerField(help_text="Risks with an estimate and an agreed sum.")
    limits = LimitsSerializer(allow_null=True)
    bad_year = BadYearSerializer(allow_null=True)
    above_appetite = AboveSerializer(many=True)
    score_against_money = ApartSerializer(many=True)
    exception_prices = PricesSerializer(allow_null=True)
    years = YearSerializer(many=True)


class PositionAction:
    """An action for the set of annual losses."""

    @extend_schema(parameters=[BUDGET], responses=PositionInMoneySerializer, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=[], parameters=["budget"])
    def position(self, request: Request) -> Response:
        """What the money page shows: contributors, quality, plans, appetite, exceptions, score against money, past years."""
        return Response(_told(money_book.read(request.user, {"budget": _budget(request)})))


def _budget(request: Request) -> str:
    asked = request.query_params.get("budget", "")
    try:
        fits = not asked or 0 <= Decimal(asked) < Decimal(10) ** 15
    except InvalidOperation:
        fits = False
    if not fits:
        raise Invalid(_("The question is not valid."), {"budget": [_("Give a sum of money, as in 250000.00.")]})
    return asked


def _told(book: Book) -> dict[str, Any]:
    quality, ranking, prices, off = book.quality, book.ranking, book.prices, book.sensitivity
    return {
        "scope": book.scope,
        "risk_count": book.risk_count,
        "hidden_count": max(book.hidden_count, 0),
        "unestimated": book.unestimated,
        "in_words": book.sentence,
        "contributors": [
            {"risk": one.risk.pk} | sums(average=one.average, one_in_20=one.one_in_twenty) for one in book.contributors
        ],
        "quality": quality
        and {"old_share": quality.old, "unbacked_share": quality.unbacked, "single_share": quality.single}
        | sums(average_if_halved=off and off.half.average, average_if_doubled=off and off.twice.average),
        "sensitivity": off and _off(off),
        "ranking": ranking
        and {"plans": _plans(ranking.plans), "spent": str(ranking.spent)}
        | sums(joint=ranking.joint, summed=ranking.summed, saves=ranking.best.gain, saves_at_most=ranking.best.most)
        | sums(left_out_saves=ranking.missed)
        | {"is_exact": ranking.best.is_exact, "over_budget": str(ranking.over)},
        "judged_count": book.judged.count if book.judged else 0,
        "limits": book.limits and _limits(book, book.limits),
        "bad_year": book.bad_year and _bad_year(book, book.bad_year),
        "above_appetite": [
            {"risk": one.risk.pk, "appetite": str(one.appetite), "tolerance": str(one.tolerance), "is_breach": one.is_breach}
            | sums(average=one.average)
            for one in (book.judged.above if book.judged else ())
        ],
        "score_against_money": [
            {"risk": risk.pk, "score_place": one.score_place, "money_place": one.money_place, "of": one.of} | sums(average=average)
            for risk, one, average in book.apart
        ],
        "exception_prices": prices
        and sums(average=prices.average, one_in_20=prices.one_in_twenty)
        | {"rows": [{"exception": row.exception.pk, "average": amount_of(row.average)} for row in prices.rows]},
        "years": [
            {"year": one.year, "amount": str(one.amount), "incidents": one.incidents, "chance": one.chance} for one in book.years
        ],
    }


def _off(found: Sensitivity) -> dict[str, Any]:
    return {
        "in_words": found.sentence,
        "inputs": [
            {"risk": one.risk.pk, "input": one.name, "name": one.words, "said": one.said}
            | {"if_halved": position_if(one.half), "if_doubled": position_if(one.twice)}
            for one in found.rows
        ],
        "all_if_halved": position_if(found.half),
        "all_if_doubled": position_if(found.twice),
    }


def _limits(book: Book, found: Limits) -> dict[str, Any]:
    (appetite, tolerance), (then_appetite, then_tolerance) = found.chances
    return {
        "appetite": str(found.appetite),
        "tolerance": str(found.tolerance),
        "above_appetite": {"now": appetite, "after_plan": then_appetite},
        "above_tolerance": {"now": tolerance, "after_plan": then_tolerance},
        "in_words": book.limits_told,
    } | sums(average=found.average)


def _bad_year(book: Book, found: BadYear) -> dict[str, Any]:
    now, then = found.chances
    return {
        "amount": str(found.amount),
        "at_most": str(found.at_most),
        "chance": {"now": now, "after_plan": then},
        "is_passed": found.is_passed,
        "passed_at": found.passed_at and found.passed_at.isoformat(),
        "in_words": book.bad_year_told,
    }


def position_if(position: sensitivity.Position) -> dict[str, str | None]:
    return sums(average=position.average, one_in_20=position.one_in_twenty)


def _plans(plans: Sequence[money_book.Plan]) -> list[dict[str, Any]]:
    return [
        {"risk": plan.risk.pk, "cost": str(plan.cost), "is_mandatory": plan.is_mandatory, "is_in": plan.is_in}
        | {"return_share": plan.return_share, "payback_years": plan.payback_years}
        | sums(saves=plan.gain)
        for plan in plans
    ]


def sums(**amounts: float) -> dict[str, str | None]:
    return {name: amount_of(amount) for name, amount in amounts.items()}


def amount_of(amount: float | None) -> str | None:
    return None if amount is None else str(loss_words.exact(amount))
