"""Practices for integrations: what the offices say of each, how they settle it, and plans made of its shortfall."""

from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.change.models import Initiative
from governance.compliance import profiles, ratings, rounds, settling, shortfalls
from governance.compliance.models import Owner, Practice, PracticeRating, PracticeRound, ShortfallPlan
from portal import subjects
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer, by_id_or_number
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from risks.models import Office

READ, RATE = "compliance.view_framework", "compliance.rate_practice"
LEVEL = {"min_value": 0, "max_value": 4}


class PracticeRatingSerializer(serializers.ModelSerializer):
    """What one office said, as far as it is revealed, and when the other one could read it."""

    rated_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = PracticeRating
        fields = ["office", "kind", "level", "reason", "rated_by", "given_at", "known_at"]
        read_only_fields = fields


class PracticeRoundSerializer(serializers.ModelSerializer):
    """Where the offices stand on it, or how they settled it last: who has rated, never what is blind."""

    rated_offices = serializers.ListField(child=serializers.ChoiceField(choices=Office.choices), read_only=True)
    is_provisional = serializers.BooleanField(
        read_only=True, help_text="Whether the lower of two levels counts only because nothing was ever agreed."
    )
    talk_asked_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = PracticeRound
        fields = [
            *("state", "outcome", "needs_both", "rated_offices", "objection_until", "level_before", "is_provisional"),
            *("talk_asked_by", "talk_asked_at", "opened_at", "revealed_at", "settled_at"),
        ]
        read_only_fields = fields
        extra_kwargs = {"level_before": {"help_text": "What counted before it; null: nothing yet."}}


class PracticeSerializer(RowSerializer):
    profile = Linked("profile", read_only=True)
    requirement = Linked("requirement", read_only=True)
    identifier = serializers.CharField(source="requirement.identifier", read_only=True)
    gap = serializers.SerializerMethodField(help_text="Levels still to go; null where one of the two is not known.")
    round = PracticeRoundSerializer(read_only=True, allow_null=True)
    ratings = serializers.SerializerMethodField(help_text="The newest of each office that is revealed.")

    class Meta:
        model = Practice
        fields = [
            *("id", "profile", "requirement", "identifier", "owner", "current_level", "target_level", "gap", "offices_differ"),
            *("note", "round", "ratings", "version"),
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
    """How well it is done, as one office sees it: 0 not done to 4 always and improving. The reason is needed once the other office
    has read something."""

    office = serializers.ChoiceField(choices=Office.choices)
    level = serializers.IntegerField(**LEVEL)
    reason = serializers.CharField(max_length=rounds.LONGEST_REASON, allow_blank=True, default="")


class KeepSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=rounds.LONGEST_REASON)


class PartFilter(LinkedFilter):
    """The practices of a requirement and of everything below it."""

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        if not value:
            return queryset
        part = by_id_or_number(subjects.of_kind(self.kind).visible_to(self.parent.request.user), value)
        if part is None:
            return queryset.none()
        within = {"requirement__place__gte": part.place, "requirement__place__lte": part.last_place}
        return queryset.filter(requirement__framework=part.framework_id, **within)


class PracticeFilters(django_filters.FilterSet):
    profile = LinkedFilter("profile", field_name="profile_id")
    requirement = LinkedFilter("requirement", field_name="requirement_id")
    part = PartFilter("requirement", help_text="A group: with everything below it.")
    waits_for = django_filters.ChoiceFilter(
        choices=Office.choices, method="unanswered", help_text="Where this office is still to rate, or may still object."
    )
    state = django_filters.ChoiceFilter(field_name="round__state", choices=PracticeRound.State.choices)
    outcome = django_filters.ChoiceFilter(field_name="round__outcome", choices=PracticeRound.Outcome.choices)

    class Meta:
        model = Practice
        fields = ["owner", "current_level", "target_level", "offices_differ"]

    def unanswered(self, rows: QuerySet, _name: str, office: str) -> QuerySet:
        waiting = (PracticeRound.State.OPEN, PracticeRound.State.OBJECTABLE)
        return rows.filter(round__state__in=waiting).exclude(round__rated_offices__contains=[office])


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

    @state_change(RATE, request=RateSerializer, tries=False)
    def rating(self, instance: Practice, validated: Any, actor: Any) -> Practice:
        """Rate it for one office; a leader rates for their own alone. Where both offices own it neither reads the other's level
        until both have rated; where one does it counts at once, and the other may object for ten working days by rating it
        otherwise. A rating that is revealed moves, or is corrected, in the same way."""
        said = dict(validated)
        return ratings.rate(instance, said.pop("office"), said.pop("level"), actor=actor, **said, **self.read(instance))

    @state_change(RATE, tries=False)
    def agreement(self, instance: Practice, validated: Any, actor: Any) -> Practice:
        """Agree with what the other office rated alone."""
        return settling.agree(instance, actor=actor, **self.read(instance))

    @state_change(RATE, tries=False)
    def taking(self, instance: Practice, validated: Any, actor: Any) -> Practice:
        """Take the other office's level."""
        return settling.take_theirs(instance, actor=actor, **self.read(instance))

    @state_change(RATE, request=KeepSerializer, tries=False)
    def keeping(self, instance: Practice, validated: Any, actor: Any) -> Practice:
        """Hold on to one's level, for a reason."""
        return settling.keep_mine(instance, validated["reason"], actor=actor, **self.read(instance))

    @state_change(RATE, tries=False)
    def talk(self, instance: Practice, validated: Any, actor: Any) -> Practice:
        """Put the difference on the agenda of the two."""
        return settling.talk(instance, actor=actor, **self.read(instance))

    def read(self, instance: Practice) -> dict[str, Any]:
        """The version where If-Match said one: compared again within the lock."""
        return {"version": instance.version if "If-Match" in self.request.headers else None}

    @extend_schema(responses=PracticeRatingSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], url_path="said", pagination_class=None, filter_backends=[])
    def said(self, request: Request, pk: str) -> Response:
        """Everything the offices said of it, as far as it is revealed, newest first; first ratings stay."""
        rows = PracticeRating.objects.visible_to(request.user).filter(practice=self.get_object()).order_by("-pk")
        return Response(PracticeRatingSerializer(rows, many=True, context=self.get_serializer_context()).data)

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


resources.register("practices", PracticeViewSet)
