"""The shared score as integrations read it, and why it moved."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal import clock, subjects
from portal.errors import Invalid
from portal.web.api import questions
from portal.web.api.fields import Linked, by_id_or_number
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from risks import recalculation, scores, wording
from risks.models import Levels, Risk, Score

Seen = set[tuple[str, int]]  # (kind, id) of what the caller may open


class SourceSerializer(serializers.Serializer):
    kind = serializers.CharField()
    id = serializers.IntegerField()


class TermSerializer(serializers.Serializer):
    """One part of a score."""

    name = serializers.CharField()
    label = serializers.CharField(help_text="In the language of the reader.")
    points = serializers.DecimalField(max_digits=5, decimal_places=1)
    source = SourceSerializer(allow_null=True, help_text="Null where the reader may not open it.")
    params = serializers.DictField()
    care = serializers.BooleanField(help_text="Whether it counts what was let slide, not the risk itself.")


class ScoreSerializer(serializers.ModelSerializer):
    risk = Linked("risk", read_only=True)
    value = serializers.DecimalField(max_digits=5, decimal_places=1, read_only=True, allow_null=True)
    band = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField(help_text="Why there is no value; null where there is one.")
    terms = serializers.SerializerMethodField(help_text="They add up exactly to the value.")

    class Meta:
        model = Score
        fields = [
            "id",
            "risk",
            "state",
            "value",
            "band",
            "reason",
            "terms",
            "formula_version",
            "cause",
            "previous_value",
            "computed_at",
        ]
        read_only_fields = ["state", "formula_version", "cause", "previous_value", "computed_at"]

    @extend_schema_field(serializers.ChoiceField(choices=list(wording.BANDS), allow_null=True))
    def get_band(self, score: Score) -> str | None:
        return score.band or None

    def get_reason(self, score: Score) -> str | None:
        return wording.reason(score.reason or None)

    @extend_schema_field(TermSerializer(many=True))
    def get_terms(self, score: Score) -> list[dict[str, Any]]:
        seen = self.context["seen"]
        return [
            {
                "name": term["name"],
                "label": wording.label(term["name"], term["params"]),
                "points": term["points"],
                "source": _if_seen(term["source"], seen),
                "params": term["params"],
                "care": term["care"],
            }
            for term in score.terms
        ]


class ChangeTermSerializer(serializers.Serializer):
    """What one term of a score did."""

    name = serializers.CharField()
    label = serializers.CharField()
    kind = serializers.ChoiceField(choices=["added", "changed", "removed"])
    points = serializers.DecimalField(max_digits=5, decimal_places=1)
    source = SourceSerializer(allow_null=True)


class EventSerializer(serializers.Serializer):
    """One step of a score; its terms add up to its points."""

    score = serializers.IntegerField(help_text="The id of the score it led to.")
    at = serializers.DateTimeField()
    cause = serializers.CharField()
    formula = serializers.IntegerField(allow_null=True, help_text="The version that took effect, where that is what happened.")
    actor = serializers.IntegerField(allow_null=True, help_text="Who changed what the score depends on; null: time, or the portal.")
    actor_name = serializers.CharField(allow_null=True)
    points = serializers.DecimalField(max_digits=5, decimal_places=1)
    terms = ChangeTermSerializer(many=True)


class MovedSerializer(serializers.Serializer):
    """Why a score moved: the events add up to `points`."""

    risk = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Levels.Stage.choices)
    before = ScoreSerializer(allow_null=True)
    after = ScoreSerializer(allow_null=True)
    points = serializers.DecimalField(max_digits=5, decimal_places=1)
    events = EventSerializer(many=True)


class RecalculationSerializer(serializers.Serializer):
    """What proves a score: its whole input, the formula, the claimed result."""

    formula = serializers.DictField(required=False, help_text="The formula's parameters; left out for versions 1 and 2.")
    formula_version = serializers.IntegerField()
    input = serializers.DictField()
    input_hash = serializers.CharField()
    result = serializers.DictField()


class ScoreFilters(django_filters.FilterSet):
    risk = LinkedFilter("risk", field_name="risk_id", help_text="An id, or a number such as R-0007.")
    state = django_filters.ChoiceFilter(choices=Levels.Stage.choices)
    band = django_filters.ChoiceFilter(choices=[(key, key) for key in wording.BANDS])
    history = django_filters.BooleanFilter(method="all_of_them", help_text="Earlier scores too; else only what holds now.")

    class Meta:
        model = Score
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("history") else found.newest()

    def all_of_them(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return queryset


class ScoreViewSet(ReadSet):
    """Shared scores, newest first: inherent, current and residual of each risk, with every term."""

    permission = "risks.view_score"
    serializer_class = ScoreSerializer
    filterset_class = ScoreFilters
    ordering = "-id"
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return Score.objects.visible_to(user)

    def get_serializer(self, rows: Any = None, *args: Any, **options: Any) -> Any:
        options["context"] = self.get_serializer_context() | {"seen": self._seen(rows if options.get("many") else [rows])}
        return super().get_serializer_class()(rows, *args, **options)

    @extend_schema(
        parameters=[
            OpenApiParameter("risk", str, required=True, description="An id, or a number such as R-0007."),
            OpenApiParameter("from", str, required=True, description="A day (its evening), or a moment with its zone."),
            OpenApiParameter("to", str, description="The same; now by default."),
            OpenApiParameter("state", str, enum=Levels.Stage.values, description="CURRENT by default."),
        ],
        responses=MovedSerializer,
        filters=False,
    )
    @action(
        detail=False,
        methods=["get"],
        pagination_class=None,
        filter_backends=[],
        parameters=["risk", "from", "to", "state"],
    )
    def change(self, request: Request) -> Response:
        risk = by_id_or_number(Risk.objects.visible_to(request.user), _told(request, "risk"))
        if risk is None:
            raise Http404
        state = request.query_params.get("state", Levels.Stage.CURRENT)
        if state not in Levels.Stage.values:
            raise Invalid(_("The question is not valid."), {"state": [_("Say INHERENT, CURRENT or RESIDUAL.")]})
        since, until = _moment(request, "from"), _moment(request, "to")
        if request.query_params.get("to") and since > until:
            raise Invalid(_("The question is not valid."), {"to": [_("This lies before `from`; change the two.")]})
        return Response(self._told_as(scores.moved(risk, since, until, state)))

    @extend_schema(responses=RecalculationSerializer)
    @action(detail=True, methods=["get"])
    def recalculation(self, request: Request, pk: str) -> Response:
        """The recalculation file: `python -m risks.proof FILE` computes it again without a database."""
        return Response(json.loads(recalculation.file_of(self.get_object(), request.user)))

    def _told_as(self, moved: scores.Moved) -> dict[str, Any]:
        seen = self._seen([moved.before, *(event.score for event in moved.events)])
        before, after = (None if one is None else self.get_serializer(one).data for one in (moved.before, moved.after))
        return {
            "risk": moved.risk.pk,
            "state": moved.state,
            "before": before,
            "after": after,
            "points": str(moved.points),
            "events": [_event(event, seen) for event in moved.events],
        }

    def _seen(self, rows: Sequence[Score | None]) -> Seen:
        """Which sources of terms the caller may open; one query a kind."""
        named = (term["source"] for row in rows if isinstance(row, Score) for term in row.terms if term["source"])
        wanted = {(source["kind"], source["id"]) for source in named}
        return set(subjects.fetch(sorted(wanted), self.request.user))


def _event(event: scores.Event, seen: Seen) -> dict[str, Any]:
    return {
        "score": event.score.pk,
        "at": event.score.computed_at,
        "cause": event.score.cause if event.formula is None else wording.cause_of_formula(event.formula),
        "formula": event.formula,
        "actor": None if event.actor is None else event.actor.pk,
        "actor_name": None if event.actor is None else event.actor.name,
        "points": str(event.points),
        "terms": [
            {
                "name": term.name,
                "label": wording.change_label(term),
                "kind": term.kind,
                "points": str(term.points),
                "source": _if_seen(None if term.source is None else {"kind": term.source.kind, "id": term.source.id}, seen),
            }
            for term in event.change.terms
        ],
    }


def _if_seen(source: Mapping[str, Any] | None, seen: Seen) -> Mapping[str, Any] | None:
    return source if source is not None and (source["kind"], source["id"]) in seen else None


def _told(request: Request, name: str) -> str:
    told = request.query_params.get(name, "")
    if not told:
        raise Invalid(_("The question is not valid."), {name: [_("This is needed.")]})
    return told


def _moment(request: Request, name: str) -> datetime:
    """The evening of a day, in the organisation's zone, or a moment as it is. Without `to`: the present."""
    told = _told(request, name) if name == "from" else request.query_params.get(name, "")
    day = _day(told)
    if day is not None:
        return scores.evening(day)
    return questions.moment(request, name) if told else clock.now()


def _day(told: str) -> date | None:
    try:
        found = parse_date(told)
    except ValueError:
        return None
    return found if found is not None and found < date.max else None


resources.register("scores", ScoreViewSet)
