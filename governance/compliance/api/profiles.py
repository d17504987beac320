"""Profiles for integrations: open one, its tiers, its strip, and its files."""

from typing import Any

import django_filters
from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assets.api.assets import UnitTreeFilter
from governance.compliance import oscal_out, practice_book, profile_sheet, profiles
from governance.compliance.api import files
from governance.compliance.models import Profile
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet

READ, RATE, OPEN = "compliance.view_framework", "compliance.rate_practice", "compliance.open_profile"


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


class StripSumSerializer(serializers.Serializer):
    """Many practices as one: means to a tenth, null without any; how many are below their target, and how many have no level."""

    current = serializers.DecimalField(max_digits=3, decimal_places=1, allow_null=True, source="sum.current")
    target = serializers.DecimalField(max_digits=3, decimal_places=1, allow_null=True, source="sum.target")
    below = serializers.IntegerField(source="sum.below")
    unrated = serializers.IntegerField(source="sum.unrated")
    count = serializers.IntegerField(source="sum.count")


class StripPartSerializer(StripSumSerializer):
    requirement = serializers.IntegerField(source="pk", help_text="Ask for practices with `part` for its rows.")
    identifier = serializers.CharField()
    title = serializers.CharField()


class StripGroupSerializer(StripPartSerializer):
    parts = StripPartSerializer(many=True, source="columns")


class StripMonthSerializer(serializers.Serializer):
    day = serializers.DateField()
    mean = serializers.DecimalField(max_digits=4, decimal_places=2, allow_null=True)


class StripSerializer(serializers.Serializer):
    """A profile as its strip: the whole, each group with its parts, and how the mean level went over a year."""

    whole = StripSumSerializer()
    groups = StripGroupSerializer(many=True)
    trend = StripMonthSerializer(many=True)


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

    @extend_schema(responses=StripSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def strip(self, request: Request, pk: str) -> Response:
        """What its page draws: current against target by group and part, and the trend; of levels that count alone."""
        found = self.get_object()
        whole, groups = practice_book.strip_of(found)
        trend = [{"day": day, "mean": mean and round(mean, 2)} for day, mean in practice_book.means_of_the_year(found)]
        return Response(StripSerializer({"whole": {"sum": whole}, "groups": groups, "trend": trend}).data)

    @extend_schema(responses=files.OSCAL, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def oscal(self, request: Request, pk: str) -> Response:
        """What the offices found, as far as it is revealed, as OSCAL assessment results."""
        return Response(oscal_out.assessment_results(self.get_object()))

    @extend_schema(responses=files.CSV, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def csv(self, request: Request, pk: str) -> StreamingHttpResponse:
        """Owner, levels, reasons, target and note of every requirement, as a sheet; what is blind stays out of it."""
        found = self.get_object()
        return files.sheet(profile_sheet.write(found), f"profile-{found.pk}")


resources.register("profiles", ProfileViewSet)
