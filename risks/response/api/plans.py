"""Response plans, their versions and exercises, and plans at work. Private numbers never leave by the API."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from assets.api.assets import UnitTreeFilter
from portal.people.models import Appointment
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet
from risks.models import Office, Phase, PlanClock, PlanVersion, ResponsePlan
from risks.response import activations, plan_content, plan_reading, plans
from risks.response.api.activations import ActivationSerializer
from risks.response.plan_content import Action, Contact, Duty

VIEW, PLAN = "risks.view_responseplan", plans.PERMISSION


class PlanActionSerializer(serializers.Serializer):
    """One action of one office: done by a person or by whoever fills a seat."""

    id = serializers.IntegerField(read_only=True)
    phase = serializers.ChoiceField(choices=Phase.choices)
    office = serializers.ChoiceField(choices=Office.choices)
    title = serializers.CharField(max_length=plan_content.LONGEST_TITLE)
    person = Linked("user", required=False, allow_null=True)
    seat = serializers.ChoiceField(choices=Appointment.Seat.choices, required=False, allow_blank=True)
    minutes_allowed = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=plan_content.MOST_MINUTES)
    done_when = serializers.CharField(required=False, allow_blank=True, max_length=plan_content.LONGEST_WORDS)


class PlanContactSerializer(serializers.Serializer):
    """Somebody to be reached at work; private numbers are written on the page alone and never read here."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=plan_content.LONGEST_NAME)
    role = serializers.CharField(max_length=plan_content.LONGEST_NAME)
    reach = serializers.CharField(required=False, allow_blank=True, max_length=plan_content.LONGEST_REACH)
    person = Linked("user", required=False, allow_null=True)
    called_by = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, source="below_place", help_text="The row, from 1, of whoever calls them."
    )


class PlanClockSerializer(serializers.Serializer):
    """By when an outside body is to be told; check with counsel."""

    id = serializers.IntegerField(read_only=True)
    law = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=plan_content.LONGEST_NAME)
    starts = serializers.ChoiceField(choices=PlanClock.Starts.choices, required=False)
    amount = serializers.IntegerField(min_value=1, max_value=plan_content.MOST_AMOUNT)
    measure = serializers.ChoiceField(choices=PlanClock.Measure.choices, required=False)
    person = Linked("user", required=False, allow_null=True)
    seat = serializers.ChoiceField(choices=Appointment.Seat.choices, required=False, allow_blank=True)


class PlanVersionSerializer(RowSerializer):
    plan = Linked("response-plan", read_only=True)
    drafted_by = Linked("user", read_only=True)
    actions = PlanActionSerializer(many=True, read_only=True)
    contacts = PlanContactSerializer(many=True, read_only=True)
    clocks = PlanClockSerializer(many=True, read_only=True)

    class Meta:
        model = PlanVersion
        fields = ["id", "plan", "ordinal", "state", "drafted_by", "drafted_at", "in_force_at"]
        fields += ["actions", "contacts", "clocks", "version"]


class ContentSerializer(serializers.Serializer):
    """What a draft says; what is left out stays."""

    actions = PlanActionSerializer(many=True, required=False)
    contacts = PlanContactSerializer(many=True, required=False)
    clocks = PlanClockSerializer(many=True, required=False)


class PlanVersionFilters(django_filters.FilterSet):
    plan = LinkedFilter("response-plan", field_name="plan_id")

    class Meta:
        model = PlanVersion
        fields = ["state"]


class PlanVersionViewSet(ReadSet):
    """What a plan says, version by version. One that was sent to be signed never changes."""

    kind = "response-plan-version"
    permission, write_permission = VIEW, PLAN
    serializer_class = PlanVersionSerializer
    filterset_class = PlanVersionFilters
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return plan_reading.with_content(super().queryset_for(user))

    @state_change(PLAN, request=ContentSerializer)
    def content(self, instance: PlanVersion, validated: Any, actor: Any) -> PlanVersion:
        """Write a draft: each part that is sent replaces that part."""
        made = {"actions": _action, "contacts": _contact, "clocks": _clock}
        said = {name: [made[name](row) for row in rows] for name, rows in validated.items()}
        return plans.write(instance, actor=actor, expected=None, **said)

    @state_change(PLAN)
    def proposal(self, instance: PlanVersion, validated: Any, actor: Any) -> PlanVersion:
        """Send a draft to both leaders to sign."""
        return plans.propose(instance, actor=actor)

    @state_change(PLAN)
    def withdrawal(self, instance: PlanVersion, validated: Any, actor: Any) -> PlanVersion:
        """Make a draft of what waits for signatures again."""
        return plans.take_back(instance, actor=actor)


class ResponsePlanSerializer(RowSerializer):
    unit = Linked("unit")
    owner = Linked("user", required=False)
    risks = Linked("risk", many=True, required=False, help_text="Those the reader may open.")
    assets = Linked("asset", many=True, required=False, help_text="Those the reader may open.")
    is_in_force = serializers.BooleanField(read_only=True, help_text="Both leaders have signed a version.")
    is_live = serializers.BooleanField(read_only=True, help_text="It is activated.")
    review_due_on = serializers.DateField(read_only=True, allow_null=True)
    exercised_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="The end of the last exercise.")

    class Meta:
        model = ResponsePlan
        fields = ["id", "number", "name", "unit", "owner", "risks", "assets", "review_every_days", "is_in_force", "is_live"]
        fields += ["review_due_on", "exercised_at", "opened_at", "archived_at", "version"]
        read_only_fields = ["number", "opened_at", "archived_at", "version"]


class PlanRetirementSerializer(serializers.Serializer):
    """Why nobody acts by it any more."""

    reason = serializers.CharField(max_length=plan_content.LONGEST_WORDS)


class PlanActivationSerializer(serializers.Serializer):
    """For which incident, and since when the organisation is aware of it."""

    incident = Linked("incident")
    aware_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class ResponsePlanFilters(django_filters.FilterSet):
    unit = UnitTreeFilter("unit", help_text="A unit and everything below it.")
    risk = LinkedFilter("risk", field_name="risks", help_text="Plans for this risk.")
    owner = LinkedFilter("user", field_name="owner_id")
    is_live = django_filters.BooleanFilter(help_text="Activated now.")
    is_in_force = django_filters.BooleanFilter(help_text="A version is signed by both leaders.")

    class Meta:
        model = ResponsePlan
        fields: list[str] = []


class ResponsePlanViewSet(WriteSet):
    """For each scenario one plan of both offices. What it says stands in its versions."""

    kind = "response-plan"
    serializer_class = ResponsePlanSerializer
    permission, write_permission = VIEW, PLAN
    filterset_class = ResponsePlanFilters
    ordering_fields = ("number", "name", "opened_at")
    by_external_id = None  # people write plans

    def queryset_for(self, user: Any) -> QuerySet:
        return plan_reading.with_links(user)

    def perform_register(self, validated: Any, actor: Any) -> ResponsePlan:
        return plans.open_plan(actor=actor, **validated)

    def perform_change(self, instance: ResponsePlan, validated: Any, actor: Any, version: int) -> ResponsePlan:
        return plans.change(instance, actor=actor, version=version, **validated)

    @state_change(PLAN, response=PlanVersionSerializer, status=201)
    def drafting(self, instance: ResponsePlan, validated: Any, actor: Any) -> PlanVersion:
        """Begin a new version, which says what the newest says."""
        return plans.draft(instance, actor=actor)

    @state_change(PLAN, request=PlanRetirementSerializer)
    def retirement(self, instance: ResponsePlan, validated: Any, actor: Any) -> ResponsePlan:
        """Nobody acts by it any more."""
        return plans.retire(instance, actor=actor, reason=validated["reason"])

    @state_change(
        activations.PERMISSION,
        request=PlanActivationSerializer,
        response=ActivationSerializer,
        session=True,
        tries=False,
        status=201,
    )
    def activation(self, instance: ResponsePlan, validated: Any, actor: Any) -> Any:
        """Let it be acted by, for an incident. In a session alone: it opens private numbers to people."""
        return activations.activate(instance, actor=actor, **validated)


def _action(row: Any) -> Action:
    return Action(**{name: value for name, value in row.items() if value is not None})


def _contact(row: Any) -> Contact:
    said = {"called_by" if name == "below_place" else name: value for name, value in row.items() if value is not None}
    return Contact(**said)


def _clock(row: Any) -> Duty:
    return Duty(**{name: value for name, value in row.items() if value is not None})


resources.register("response-plans", ResponsePlanViewSet)
resources.register("response-plan-versions", PlanVersionViewSet)
