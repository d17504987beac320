"""Risks for integrations, with the levels of each stage beneath them."""

from typing import Any

import django_filters
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assets.api.assets import UnitTreeFilter
from assets.models import Asset
from portal.errors import Invalid
from portal.people import organisations
from portal.web.api import etags
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet
from risks import ratings, register, scales
from risks.api.ratings import GivingSerializer, RatingRoundSerializer, judged
from risks.filters import ACCEPTANCES, accepted
from risks.models import Levels, Risk
from risks.models.score import Agreement, Band
from risks.response import incident_book

AREAS = [f"{area}_level" for area in scales.IMPACT_AREAS]
ONCE = ("likelihood_level", "impact")
STAGE = OpenApiParameter("stage", str, OpenApiParameter.PATH, enum=Levels.Stage.values)


def level(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=5, allow_null=True, required=False, **options)


class ImpactSerializer(serializers.Serializer):
    """How bad, 1 to 5, by area; what nobody judged is left out."""

    financial = level()
    operational = level()
    safety = level()
    legal = level()
    reputation = level()


class LevelsSerializer(RowSerializer):
    set_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Levels
        fields = ["stage", "likelihood_level", *AREAS, "reason", "set_by", "set_at", "version"]
        read_only_fields = ["stage", "set_at", "version"]


class RiskSerializer(RowSerializer):
    unit = Linked("unit")
    assets = Linked("asset", many=True, required=False, help_text="Those the reader may open; later by assets/ and asset-removal/.")
    it_owner = Linked("user", required=False, allow_null=True)
    security_owner = Linked("user", required=False, allow_null=True)
    named_people = Linked("user", many=True, required=False, help_text="Who else may read a confidential risk.")
    logged_by = Linked("user", read_only=True, allow_null=True)
    likelihood_level = level(write_only=True, help_text="How likely now, 1 to 5; only on POST, later by levels/CURRENT/.")
    impact = ImpactSerializer(write_only=True, required=False, help_text="How bad now; only on POST, later by levels/CURRENT/.")
    levels = LevelsSerializer(many=True, read_only=True, help_text="One row a stage that was judged.")
    current_score = serializers.SerializerMethodField(help_text="The shared score now in points; null without enough data.")
    current_band = serializers.SerializerMethodField()
    has_come_true = serializers.BooleanField(read_only=True, help_text="An incident marks it as materialised.")
    agreement = serializers.SerializerMethodField(help_text="How the offices stand to the number that counts now.")

    class Meta:
        model = Risk
        fields = [
            *("id", "number", "title", "cause", "consequence", "grounds", "category", "unit", "assets"),
            *("it_owner", "security_owner", "accountable", "is_confidential", "named_people"),
            *("likelihood_level", "impact", "levels", "current_score", "current_band", "agreement", "has_come_true"),
            *("review_every_days", "reviewed_on", "review_due_on", "state", "closing_reason"),
            *("source", "external_id", "logged_by", "logged_at", "closed_at", "archived_at", "version"),
        ]
        read_only_fields = [
            *("number", "reviewed_on", "review_due_on", "state", "closing_reason"),
            *("logged_at", "closed_at", "archived_at", "version"),
        ]

    def get_current_score(self, risk: Risk) -> str | None:
        state = getattr(risk, "score_state", None)
        return None if state is None or state.current_value is None else str(state.current_value)

    @extend_schema_field(serializers.ChoiceField(choices=Agreement.choices, allow_blank=True))
    def get_agreement(self, risk: Risk) -> str:
        return risk.agreement

    def get_current_band(self, risk: Risk) -> str:
        return getattr(getattr(risk, "score_state", None), "current_band", "")


class ClosingSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class AssetLinkSerializer(serializers.Serializer):
    asset = Linked("asset")


class OwnerFilter(LinkedFilter):
    """`?owner=3`: on either side."""

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        if not value:
            return queryset
        owner = Q(it_owner=value) | Q(security_owner=value)
        return queryset.filter(owner) if value.isascii() and value.isdigit() and len(value) < 19 else queryset.none()


class RiskFilters(django_filters.FilterSet):
    unit = UnitTreeFilter("unit", help_text="A unit and everything below it.")
    asset = LinkedFilter("asset", field_name="assets", help_text="Risks that would befall this asset.")
    owner = OwnerFilter("user", help_text="IT owner or security owner.")
    unowned = django_filters.BooleanFilter(method="without_owner", help_text="Nobody is accountable.")
    band = django_filters.ChoiceFilter(field_name="score_state__current_band", choices=Band.choices)
    above_tolerance = django_filters.BooleanFilter(field_name="score_state__is_above_tolerance")
    agreement = django_filters.ChoiceFilter(field_name="score_state__agreement", choices=Agreement.choices)
    safety = django_filters.BooleanFilter(field_name="score_state__is_safety", help_text="Safety level 4 or 5 now.")
    acceptance = django_filters.ChoiceFilter(
        method="accepted", choices=[(one, one) for one in ACCEPTANCES], help_text="Its acceptance is in force, or has expired."
    )
    has_come_true = django_filters.BooleanFilter(help_text="An incident marks it as materialised.")

    class Meta:
        model = Risk
        fields = ["state", "category", "is_confidential", "source", "external_id"]

    def accepted(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        may_know = self.request.user.has_perm("risks.view_exception")
        return queryset.filter(accepted(value, organisations.today())) if may_know else queryset.none()

    def without_owner(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return queryset.filter(accountable="") if value else queryset.exclude(accountable="")


class RiskViewSet(WriteSet):
    """What could happen."""

    kind = "risk"
    serializer_class = RiskSerializer
    permission, write_permission = "risks.view_risk", "risks.change_risk"
    filterset_class = RiskFilters
    ordering_fields = ("number", "logged_at")
    search_config = "english"
    select_related = ("score_state",)

    def get_permissions(self) -> list[Any]:
        if self.action == "create":  # whoever may notice something may log it
            self.write_permission = "risks.log_risk"
        return super().get_permissions()

    def queryset_for(self, user: Any) -> QuerySet:
        seen = Prefetch("assets", Asset.objects.visible_to(user))
        rows = super().queryset_for(user).annotate(has_come_true=incident_book.came_true())
        return rows.prefetch_related(seen, "named_people", "levels")

    def perform_register(self, validated: Any, actor: Any) -> Risk:
        return register.log(actor=actor, **validated)

    def perform_change(self, instance: Risk, validated: Any, actor: Any, version: int) -> Risk:
        _check_elsewhere(instance, validated)
        fields = {name: value for name, value in validated.items() if name not in (*ONCE, "assets")}
        return register.change(instance, actor=actor, version=version, **fields)

    @state_change("risks.close_risk", request=ClosingSerializer)
    def closing(self, instance: Risk, validated: Any, actor: Any) -> Risk:
        """Take it out of the open register, for a reason."""
        return register.close(instance, actor=actor, **validated)

    @state_change("risks.rate_risk", tries=False, request=GivingSerializer, response=RatingRoundSerializer, status=201)
    def rating(self, instance: Risk, validated: Any, actor: Any) -> Any:
        """Rate it for one's office; this opens a round where none is under way. `both` asks the other office to rate as well, which
        leaders alone may."""
        return ratings.rate(instance, judged(validated), actor=actor, both=validated["both"])

    @state_change("risks.change_risk", request=AssetLinkSerializer)
    def assets(self, instance: Risk, validated: Any, actor: Any) -> None:
        """Say that it would befall this asset too."""
        register.link_asset(instance, validated["asset"], actor=actor)

    @state_change("risks.change_risk", request=AssetLinkSerializer)
    def asset_removal(self, instance: Risk, validated: Any, actor: Any) -> None:
        """Say that it would not befall this asset after all."""
        register.unlink_asset(instance, validated["asset"], actor=actor)

    @extend_schema(parameters=[STAGE], request=LevelsSerializer, responses=LevelsSerializer)
    @action(detail=True, methods=["get", "put"], url_path="levels/(?P<stage>[A-Z]{1,8})")
    def levels(self, request: Request, pk: str, stage: str) -> Response:
        """How likely and how bad in one stage: INHERENT, CURRENT or RESIDUAL; version 0 until somebody judges it."""
        risk = self.get_object()
        if stage not in Levels.Stage.values:
            raise Http404
        row = risk.levels.filter(stage=stage).first() or Levels(risk=risk, stage=stage, version=0)
        if request.method == "PUT":
            row = self._judged(request, risk, row)
        return self.show(LevelsSerializer(row, context=self.get_serializer_context()))

    def _judged(self, request: Request, risk: Risk, row: Levels) -> Levels:
        version = etags.expected(request, row)
        body = LevelsSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        said = body.validated_data
        return register.set_levels(
            risk,
            row.stage,
            actor=request.user,
            version=version,
            likelihood_level=said.get("likelihood_level"),
            levels={area: said.get(f"{area}_level") for area in scales.IMPACT_AREAS},
            reason=said.get("reason", ""),
        )


def _check_elsewhere(risk: Risk, validated: Any) -> None:
    """What has an address of its own is not changed here in passing; the same again is no change."""
    wrong: dict[str, list[str]] = {}
    row = next((row for row in risk.levels.all() if row.stage == Levels.Stage.CURRENT), Levels())
    judged = {area: level for area in scales.IMPACT_AREAS if (level := getattr(row, f"{area}_level")) is not None}
    for name, now in zip(ONCE, (row.likelihood_level, judged), strict=True):
        told = validated.get(name, now)
        if ({area: level for area, level in told.items() if level is not None} if name == "impact" else told) != now:
            wrong[name] = [_("Levels change under levels/CURRENT/.")]
    if "assets" in validated and {asset.pk for asset in validated["assets"]} != {asset.pk for asset in risk.assets.all()}:
        wrong["assets"] = [_("Link assets under assets/, unlink them under asset-removal/.")]
    if wrong:
        raise Invalid(_("Some fields have addresses of their own."), wrong)


resources.register("risks", RiskViewSet)
