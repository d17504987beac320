"""Exercises: planned, run and followed up."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from portal.errors import Invalid
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet
from risks.api.risks import ImpactSerializer, level
from risks.api.treatments import TreatmentSerializer
from risks.models import Exercise, Finding, Inject, Treatment
from risks.response import exercises, plan_reading
from risks.response.api.activations import ActivationSerializer, EndingSerializer
from risks.response.exercises import Fed
from risks.treatment_book import of_user as treatments_of

VIEW, PLAN = "risks.view_responseplan", exercises.PERMISSION


class InjectSerializer(RowSerializer):
    """A note that comes up so many minutes after the start."""

    told_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Inject
        fields = ["id", "at_minute", "text", "told_at", "told_by"]
        read_only_fields = ["told_at"]


class FindingSerializer(RowSerializer):
    """What it showed; a gap names the treatment made of it."""

    treatment = serializers.SerializerMethodField(help_text="Made of a gap; null for none, and for one the reader may not open.")
    noted_by = Linked("user", read_only=True)

    class Meta:
        model = Finding
        fields = ["id", "text", "is_gap", "treatment", "noted_by", "noted_at"]
        read_only_fields = ["noted_at"]

    def get_treatment(self, row: Finding) -> int | None:
        return row.treatment.pk if row.treatment else None


class ExerciseSerializer(RowSerializer):
    plan = Linked("response-plan")
    lead = Linked("user", required=False)
    planned_by = Linked("user", read_only=True)
    injects = InjectSerializer(many=True, required=False)
    findings = FindingSerializer(many=True, read_only=True)

    class Meta:
        model = Exercise
        fields = ["id", "number", "plan", "title", "scene", "planned_on", "lead", "state", "injects", "findings", "started_at"]
        fields += ["ended_at", "summary", "next_due_on", "planned_by", "archived_at", "version"]
        read_only_fields = ["number", "state", "started_at", "ended_at", "summary", "next_due_on", "archived_at", "version"]

    def validate(self, attrs: Any) -> Any:
        if self.instance is not None and "plan" in attrs and attrs["plan"] != self.instance.plan:
            raise serializers.ValidationError({"plan": [_("This stays as it was planned. Plan a new one.")]})
        return attrs


class InjectTellingSerializer(serializers.Serializer):
    """Which note is fed in."""

    inject = serializers.IntegerField()


class FindingNoteSerializer(serializers.Serializer):
    """What it showed."""

    text = serializers.CharField(max_length=exercises.LONGEST)
    is_gap = serializers.BooleanField(default=True)


class ExerciseEndingSerializer(EndingSerializer):
    """How it went, and by when the plan is tried again."""

    next_due_on = serializers.DateField(required=False, allow_null=True, default=None)


class CallingOffSerializer(serializers.Serializer):
    """Why it does not take place."""

    reason = serializers.CharField(max_length=exercises.LONGEST)


class GapTreatmentSerializer(serializers.Serializer):
    """A gap as a treatment of a risk, in one step."""

    finding = serializers.IntegerField()
    risk = Linked("risk")
    title = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=Treatment.Kind.choices)
    owner = Linked("user")
    due_on = serializers.DateField()
    likelihood_level = level()
    impact = ImpactSerializer(required=False)


class ExerciseFilters(django_filters.FilterSet):
    plan = LinkedFilter("response-plan", field_name="plan_id")
    lead = LinkedFilter("user", field_name="lead_id")

    class Meta:
        model = Exercise
        fields = ["state"]


class ExerciseViewSet(WriteSet):
    """Plans tried with a clock. A gap becomes a treatment under treatments/."""

    kind = "exercise"
    serializer_class = ExerciseSerializer
    permission, write_permission = VIEW, PLAN
    filterset_class = ExerciseFilters
    ordering_fields = ("number", "planned_on")
    by_external_id = None  # people plan exercises

    def queryset_for(self, user: Any) -> QuerySet:
        return plan_reading.exercises(user)

    def perform_register(self, validated: Any, actor: Any) -> Exercise:
        said = dict(validated)
        return exercises.plan_one(said.pop("plan"), actor=actor, injects=_fed(said.pop("injects", [])), **said)

    def perform_change(self, instance: Exercise, validated: Any, actor: Any, version: int) -> Exercise:
        said = {name: value for name, value in validated.items() if name != "plan"}
        injects = _fed(said.pop("injects")) if "injects" in said else None
        return exercises.change(instance, actor=actor, version=version, injects=injects, **said)

    @state_change(PLAN, response=ActivationSerializer, session=True, tries=False, status=201)
    def starting(self, instance: Exercise, validated: Any, actor: Any) -> Any:
        """Begin now; the answer is the plan at work. In a session alone, as every activation."""
        return exercises.start(instance, actor=actor)

    @state_change(PLAN, request=InjectTellingSerializer)
    def injects(self, instance: Exercise, validated: Any, actor: Any) -> None:
        """Feed a note in."""
        exercises.tell(_one(instance.injects, validated["inject"], "inject"), actor=actor)

    @state_change(PLAN, request=FindingNoteSerializer)
    def findings(self, instance: Exercise, validated: Any, actor: Any) -> None:
        """Note what it showed."""
        exercises.find(instance, actor=actor, **validated)

    @state_change("risks.change_treatment", request=GapTreatmentSerializer, response=TreatmentSerializer, status=201)
    def treatments(self, instance: Exercise, validated: Any, actor: Any) -> Any:
        """Make a treatment of a gap; each names the other."""
        said = dict(validated)
        gap, risk = _one(instance.findings, said.pop("finding"), "finding"), said.pop("risk")
        made = exercises.treat(gap, risk, actor=actor, **said)
        return treatments_of(actor).filter(pk=made.pk).first() or made

    @state_change(PLAN, request=ExerciseEndingSerializer)
    def ending(self, instance: Exercise, validated: Any, actor: Any) -> Exercise:
        """It is over."""
        return exercises.end(instance, actor=actor, **validated)

    @state_change(PLAN, request=CallingOffSerializer)
    def calling_off(self, instance: Exercise, validated: Any, actor: Any) -> Exercise:
        """It does not take place."""
        return exercises.call_off(instance, actor=actor, reason=validated["reason"])


def _fed(rows: Any) -> list[Fed]:
    return [Fed(row["at_minute"], row["text"]) for row in rows]


def _one(rows: Any, pk: int, field: str) -> Any:
    found = rows.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if found is None:
        sentence = _("Give the id of one of this exercise.")
        raise Invalid(sentence, {field: [sentence]})
    return found


resources.register("exercises", ExerciseViewSet)
