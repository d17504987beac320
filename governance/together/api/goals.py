"""Strategy themes, shared goals under them, and what their measures said. Signing is in `signature-requests`."""

from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from governance.together import goal_page, goals, serving
from governance.together.goal_standing import BETTER_FIRST
from governance.together.goals import Measure
from governance.together.models import Goal, GoalMeasure, GoalReading, Theme
from portal import subjects
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet, WriteSet

READ, CHANGE, ADD = "together.view_goal", "together.change_goal", "together.add_goalreading"


class ThemeSerializer(RowSerializer):
    class Meta:
        model = Theme
        fields = ["id", "name", "about", "added_at", "version"]
        read_only_fields = ["added_at", "version"]
        extra_kwargs = {"about": {"max_length": goals.LONGEST_TEXT}}


class ThemeViewSet(WriteSet):
    """The themes of the strategy, three to seven; goals stand under them."""

    kind = "theme"
    permission, write_permission = READ, CHANGE
    serializer_class = ThemeSerializer
    by_external_id = None  # a strategy is set by people
    lookup_value_regex = "[0-9]{1,18}"

    def perform_register(self, validated: Any, actor: Any) -> Theme:
        return goals.add_theme(actor=actor, **validated)

    def perform_change(self, instance: Theme, validated: Any, actor: Any, version: int) -> Theme:
        return goals.change_theme(instance, actor=actor, version=version, **validated)

    @state_change(CHANGE)
    def ending(self, instance: Theme, validated: Any, actor: Any) -> Theme:
        """Take it out of the strategy."""
        return goals.end_theme(instance, actor=actor)


class MeasureSerializer(serializers.ModelSerializer):
    """By what an office tells that the goal is near."""

    class Meta:
        model = GoalMeasure
        fields = ["office", "name", "counted_in", "start_value", "target_value"]


@extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
class ThereForField(serializers.Field):
    """The risks a goal is there for, as ids; numbers are understood too. What the reader may not open does not exist here."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise serializers.ValidationError(_("Give a list of risks, each by id or number."))
        rows = subjects.of_kind("risk").visible_to(self.context["request"].user)
        found = [
            subjects.by_reference(rows, one) if isinstance(one, (int, str)) and not isinstance(one, bool) else None for one in data
        ]
        if None in found:
            raise serializers.ValidationError(_("There is no such row that you may open."))
        return found

    def get_attribute(self, instance: Goal) -> list[int]:
        seen = self.context.setdefault("seen_risks", set())
        asked = self.context.setdefault("asked_risks", set())
        whole = self.root.instance if isinstance(self.root, serializers.ListSerializer) else None
        rows: Sequence[Goal] = list(whole) if whole is not None else [instance]
        ids = {one.subject_id for row in rows for one in row.links.all() if one.archived_at is None} - asked
        if ids:
            asked |= ids
            seen |= {pk for _kind, pk in subjects.fetch([("risk", pk) for pk in ids], self.context["request"].user)}
        return [one.subject_id for one in instance.links.all() if one.archived_at is None and one.subject_id in seen]

    def to_representation(self, value: list[int]) -> list[int]:
        return value


class GoalSerializer(RowSerializer):
    theme = Linked("theme")
    measures = MeasureSerializer(many=True, max_length=2, help_text="One of the CIO and one of the CISO.")
    there_for = ThereForField(required=False, help_text="Ids of the risks it is there for.")
    standing = serializers.SerializerMethodField(help_text="Worked out from the readings and the day; never written.")
    initiatives = serializers.SerializerMethodField(help_text="That serve it, as far as the caller may open them.")
    proposed_by = Linked("user", read_only=True)

    class Meta:
        model = Goal
        fields = [
            *("id", "number", "theme", "title", "about", "from_on", "due_on", "measures", "there_for", "standing"),
            "initiatives",
            *("proposed_by", "proposed_at", "shared_at", "ended_because", "version"),
        ]
        read_only_fields = ["number", "proposed_at", "shared_at", "ended_because", "version"]
        extra_kwargs = {"about": {"max_length": goals.LONGEST_TEXT}}

    @extend_schema_field(serializers.ChoiceField(choices=BETTER_FIRST))
    def get_standing(self, instance: Goal) -> str:
        known = self.context.setdefault("standings", {})
        if instance.pk not in known:
            whole = self.root.instance if isinstance(self.root, serializers.ListSerializer) else None
            known |= goal_page.states(list(whole) if whole is not None else [instance])
        return known[instance.pk]

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_initiatives(self, instance: Goal) -> list[int]:
        known = self.context.setdefault("serving", {})
        if instance.pk not in known:
            whole = self.root.instance if isinstance(self.root, serializers.ListSerializer) else None
            ids = [goal.pk for goal in whole] if whole is not None else [instance.pk]
            known |= serving.of(ids, self.context["request"].user)
        return [one.pk for one in known[instance.pk] if one.may_open]


class EndSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=goals.LONGEST_TEXT)


class GoalFilters(django_filters.FilterSet):
    theme = LinkedFilter("theme", field_name="theme_id")

    class Meta:
        model = Goal
        fields: Sequence[str] = []


class GoalViewSet(WriteSet):
    """What both offices want by a day, with one measure from each; shared once CIO and CISO have signed it."""

    kind = "goal"
    permission, write_permission = READ, CHANGE
    serializer_class = GoalSerializer
    filterset_class = GoalFilters
    ordering_fields = ["number", "due_on"]
    by_external_id = None  # a goal is set by people

    def perform_register(self, validated: Any, actor: Any) -> Goal:
        said = dict(validated)
        return goals.propose(actor=actor, measures=_measures(said.pop("measures")), there_for=said.pop("there_for", ()), **said)

    def perform_change(self, instance: Goal, validated: Any, actor: Any, version: int) -> Goal:
        said = dict(validated)
        measures = _measures(said.pop("measures")) if "measures" in said else None
        there_for = said.pop("there_for", None)
        if there_for is not None:
            seen = {
                thing.pk
                for thing in subjects.of_kind("risk").visible_to(actor).filter(pk__in=[t.pk for t in goals.things_of(instance)])
            }
            there_for = [*there_for, *(thing for thing in goals.things_of(instance) if thing.pk not in seen)]
        return goals.change(instance, actor=actor, version=version, measures=measures, there_for=there_for, **said)

    @state_change(CHANGE, request=EndSerializer)
    def ending(self, instance: Goal, validated: Any, actor: Any) -> Goal:
        """It is no goal any more, for a reason."""
        return goals.end(instance, actor=actor, **validated)


class GoalReadingSerializer(RowSerializer):
    """What a measure said on a day; of several of one day the one that was known last counts."""

    goal = Linked("goal", source="measure.goal")
    office = serializers.ChoiceField(choices=[("CIO", "CIO"), ("CISO", "CISO")], source="measure.office")
    happened_on = serializers.DateField(required=False, help_text="Today, where it is left out.")
    taken_by = Linked("user", read_only=True)

    class Meta:
        model = GoalReading
        fields = ["id", "goal", "office", "value", "happened_on", "known_at", "note", "taken_by"]
        read_only_fields = ["known_at"]


class GoalReadingFilters(django_filters.FilterSet):
    goal = LinkedFilter("goal", field_name="measure__goal_id")
    office = django_filters.ChoiceFilter(field_name="measure__office", choices=[("CIO", "CIO"), ("CISO", "CISO")])

    class Meta:
        model = GoalReading
        fields: Sequence[str] = []


class GoalReadingViewSet(RegisterSet):
    """Readings of goals' measures, newest first."""

    permission, write_permission = READ, ADD
    serializer_class = GoalReadingSerializer
    filterset_class = GoalReadingFilters
    ordering = "-id"
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return GoalReading.objects.visible_to(user).select_related("measure__goal")

    def perform_register(self, validated: Any, actor: Any) -> GoalReading:
        said = dict(validated)
        measure = said.pop("measure")
        return goals.read_measure(measure["goal"], measure["office"], said.pop("value"), actor=actor, **said)


def _measures(told: Sequence[Mapping[str, Any]]) -> dict[str, Measure]:
    parts = ("name", "start_value", "target_value", "counted_in")
    return {one["office"]: Measure(**{part: one[part] for part in parts if part in one}) for one in told}


resources.register("themes", ThemeViewSet)
resources.register("goals", GoalViewSet)
resources.register("goal-readings", GoalReadingViewSet)
