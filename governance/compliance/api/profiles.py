"""Profiles and practices for integrations."""

from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assets.api.assets import UnitTreeFilter
from governance.change.models import Initiative
from governance.compliance import profiles, shortfalls
from governance.compliance.models import Owner, Practice, PracticeRating, Profile, ShortfallPlan
from portal import subjects
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet
from risks.models import Office

READ, RATE, OPEN = "compliance.view_framework", "compliance.rate_practice", "compliance.open_profile"
LEVEL = {"min_value": 0, "max_value": 4}


class ProfileSerializer(RowSerializer):
    framework = Linked("framework")
    unit = Linked("unit")

    class Meta:
        model = Profile
        fields = ["id", "framework", "unit", "current_tier", "target_tier", "opened_at", "archived_at", "version"]
        read_only_fields = ["current_tier", "target_tier", "opened_at", "archived_at", "version"]


class TiersSerializer(serializers.Serializer):
    """The tiers of the organisation as a whole, 1 partial to 4 adaptive."""

    current_tier = serializers.IntegerField(min_value=1, max_value=4, allow_null=True)
    target_tier = serializers.IntegerField(min_value=1, max_value=4, allow_null=True)


class ProfileFilters(django_filters.FilterSet):
    framework = LinkedFilter("framework", field_name="framework_id")
    unit = UnitTreeFilter("unit", help_text="With everything below it.")

    class Meta:
        model = Profile
        fields: list[str] = []


class ProfileViewSet(RegisterSet):
    """One framework in one unit: how well everything is practised, and how well it should be."""

    kind = "profile"
    serializer_class = ProfileSerializer
    permission, write_permission = READ, OPEN
    filterset_class = ProfileFilters
    ordering_fields = ("opened_at",)
    lookup_value_regex = "[0-9]{1,18}"

    def perform_register(self, validated: Any, actor: Any) -> Profile:
        return profiles.open_one(validated["framework"], validated["unit"], actor=actor)

    @state_change(RATE, request=TiersSerializer)
    def tiers(self, instance: Profile, validated: Any, actor: Any) -> Profile:
        """Set the tiers of the organisation; other units have none."""
        return profiles.set_tiers(instance, actor=actor, version=None, **validated)


class PracticeRatingSerializer(serializers.ModelSerializer):
    """What one office said, and when."""

    rated_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = PracticeRating
        fields = ["office", "level", "reason", "rated_by", "known_at"]
        read_only_fields = fields


class PracticeSerializer(RowSerializer):
    profile = Linked("profile", read_only=True)
    requirement = Linked("requirement", read_only=True)
    identifier = serializers.CharField(source="requirement.identifier", read_only=True)
    gap = serializers.SerializerMethodField(help_text="Levels still to go; null where one of the two is not known.")
    ratings = serializers.SerializerMethodField(help_text="The newest of each office.")

    class Meta:
        model = Practice
        fields = [
            *("id", "profile", "requirement", "identifier", "owner", "current_level", "target_level", "gap", "offices_differ"),
            *("note", "ratings", "version"),
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.IntegerField(allow_null=True, **LEVEL))
    def get_gap(self, row: Practice) -> int | None:
        return row.gap

    @extend_schema_field(PracticeRatingSerializer(many=True))
    def get_ratings(self, row: Practice) -> list[Any]:
        newest = {one.office: one for one in row.ratings.all()}
        return PracticeRatingSerializer([newest[office] for office in sorted(newest)], many=True).data


class AimSerializer(serializers.Serializer):
    """Whose subject it is, and how well it should be done."""

    owner = serializers.ChoiceField(choices=Owner.choices)
    target_level = serializers.IntegerField(allow_null=True, **LEVEL)
    note = serializers.CharField(max_length=profiles.LONGEST, allow_blank=True, default="")


class RateSerializer(serializers.Serializer):
    """How well it is done, as one office sees it: 0 not done to 4 always and improving."""

    office = serializers.ChoiceField(choices=Office.choices)
    level = serializers.IntegerField(**LEVEL)
    reason = serializers.CharField(max_length=profiles.LONGEST, allow_blank=True, default="")


class PracticeFilters(django_filters.FilterSet):
    profile = LinkedFilter("profile", field_name="profile_id")
    requirement = LinkedFilter("requirement", field_name="requirement_id")

    class Meta:
        model = Practice
        fields = ["owner", "current_level", "target_level", "offices_differ"]


class ShortfallTreatmentSerializer(serializers.Serializer):
    risk = Linked("risk")
    owner = Linked("user")
    due_on = serializers.DateField()
    likelihood_level = serializers.IntegerField(min_value=1, max_value=5, help_text="After it.")
    cost = serializers.DecimalField(max_digits=16, decimal_places=2, min_value=0, default=Decimal(0))


class ShortfallInitiativeSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=Initiative.Kind.choices)
    owner = Linked("user")
    sponsor = Linked("user")


class ShortfallPlanSerializer(serializers.Serializer):
    """A treatment or an initiative that closes the shortfall of a practice."""

    id = serializers.IntegerField()
    treatment = serializers.IntegerField(source="treatment_id", allow_null=True)
    initiative = serializers.IntegerField(source="initiative_id", allow_null=True)
    cost = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True, required=False)
    loss_avoided_per_year = serializers.DecimalField(max_digits=24, decimal_places=2, allow_null=True, required=False)


class PracticeViewSet(ReadSet):
    """How well each requirement of a profile is practised."""

    kind = "practice"
    serializer_class = PracticeSerializer
    permission, write_permission = READ, RATE
    filterset_class = PracticeFilters
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        newest = PracticeRating.objects.visible_to(user).order_by("practice", "office", "-id").distinct("practice", "office")
        return subjects.of_kind("practice").visible_to(user).prefetch_related(Prefetch("ratings", newest))

    @state_change(RATE, request=AimSerializer)
    def aim(self, instance: Practice, validated: Any, actor: Any) -> Practice:
        """Say whose subject it is, and how well it should be done."""
        return profiles.aim(instance, actor=actor, version=None, **validated)

    @state_change(RATE, request=RateSerializer)
    def rating(self, instance: Practice, validated: Any, actor: Any) -> Practice:
        """Rate it for one office; a leader rates for their own alone."""
        return profiles.rate(instance, validated["office"], validated["level"], actor=actor, reason=validated["reason"])

    @state_change("risks.change_treatment", request=ShortfallTreatmentSerializer, response=ShortfallPlanSerializer, status=201)
    def treatment(self, instance: Practice, validated: Any, actor: Any) -> ShortfallPlan:
        """Propose a treatment that closes its shortfall."""
        said = dict(validated)
        return shortfalls.behind(shortfalls.treat(instance, said.pop("risk"), actor=actor, **said))

    @state_change("change.change_initiative", request=ShortfallInitiativeSerializer, response=ShortfallPlanSerializer, status=201)
    def initiative(self, instance: Practice, validated: Any, actor: Any) -> ShortfallPlan:
        """Write an initiative down that closes its shortfall."""
        return shortfalls.behind(shortfalls.begin(instance, actor=actor, **validated))

    @extend_schema(responses=ShortfallPlanSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def plans(self, request: Request, pk: str) -> Response:
        """What was begun to close its shortfall, with cost against loss avoided."""
        found = shortfalls.of_practice(self.get_object(), request.user)
        return Response([_told(one) for one in found])


def _told(one: shortfalls.Begun) -> dict[str, Any]:
    avoided = None if one.avoided is None else f"{one.avoided:.2f}"
    known = {"id": one.plan.pk, "treatment": one.plan.treatment_id, "initiative": one.plan.initiative_id}
    return known | {"cost": None if one.cost is None else f"{one.cost:.2f}", "loss_avoided_per_year": avoided}


resources.register("profiles", ProfileViewSet)
resources.register("practices", PracticeViewSet)
