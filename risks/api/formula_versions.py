"""Versions of the score's formula, and what each would change. CIO and CISO sign in `signature-requests`."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet
from risks import formula_in_force, formula_previews, formula_versions, formula_words, formulas
from risks.models import FormulaPreviewRow, FormulaVersion
from risks.models.score import Band

READ, DRAFT = "risks.view_score", "risks.draft_formula"
SAID = (
    "By name: a number, a list of numbers, pairs of days and points, or a rule that is on or off. What is left out stays as in the "
    "version in force; a rule is on in whatever is drafted."
)


class FormulaVersionSerializer(RowSerializer):
    parameters = serializers.DictField(help_text=SAID)
    drafted_by = Linked("user", read_only=True, allow_null=True)
    in_force_by = Linked("user", read_only=True, allow_null=True)
    state = serializers.ChoiceField(choices=FormulaVersion.State.choices, read_only=True)
    is_in_force = serializers.SerializerMethodField(help_text="Whether scores are made by it.")
    to_score = serializers.IntegerField(read_only=True, min_value=0, help_text="Risks that still wait to be scored by it.")
    reason = serializers.CharField(max_length=formula_versions.LONGEST_REASON, help_text="What it changes, and why.")

    class Meta:
        model = FormulaVersion
        fields = [
            *("id", "number", "parameters", "reason", "state", "is_in_force", "to_score", "drafted_by", "drafted_at"),
            *("proposed_at", "in_force_at", "in_force_by", "archived_at", "version"),
        ]
        read_only_fields = ["number", "drafted_at", "proposed_at", "in_force_at", "archived_at", "version"]

    @extend_schema_field(serializers.BooleanField())
    def get_is_in_force(self, row: FormulaVersion) -> bool:
        if "in_force" not in self.context:
            self.context["in_force"] = formula_in_force.now().version
        return self.context["in_force"] == row.number

    def to_representation(self, row: FormulaVersion) -> dict[str, Any]:
        shown = super().to_representation(row)
        return shown | {"parameters": formula_words.values(formulas.from_json(row.parameters))} if "parameters" in shown else shown


class FormulaPreviewSerializer(serializers.Serializer):
    """What a version would change, as far as the caller may open it; the rows are under `preview-rows`."""

    base_number = serializers.IntegerField(help_text="The version in force that it is compared with.")
    today = serializers.DateField()
    total = serializers.IntegerField(help_text="Open risks.")
    done = serializers.IntegerField(help_text="Scored by it so far.")
    finished_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(allow_blank=True, help_text="What the last failed attempt met.")
    affected = serializers.IntegerField()
    rise = serializers.IntegerField()
    fall = serializers.IntegerField()
    above = serializers.IntegerField(help_text="Above tolerance from then on.")
    within = serializers.IntegerField(help_text="Within tolerance again.")
    band_up = serializers.IntegerField()
    band_down = serializers.IntegerField()
    hidden = serializers.IntegerField(help_text="Risks it changes too, which the caller may not open.")


class FormulaVersionFilters(django_filters.FilterSet):
    class Meta:
        model = FormulaVersion
        fields = ["number", "drafted_by"]


class FormulaVersionViewSet(WriteSet):
    """Weights and bounds: drafted here, in force once CIO and CISO have signed; one that was used never changes."""

    kind = formula_in_force.KIND
    permission, write_permission = READ, DRAFT
    serializer_class = FormulaVersionSerializer
    filterset_class = FormulaVersionFilters
    ordering_fields = ["number"]
    ordering = "-number"
    lookup_value_regex = "[0-9]{1,18}"
    bulk = None  # one is drafted at a time
    by_external_id = None  # people draft it, no other system keeps it

    def queryset_for(self, user: Any) -> QuerySet:
        return formula_versions.with_to_score(super().queryset_for(user))

    def perform_register(self, validated: Any, actor: Any) -> FormulaVersion:
        return formula_versions.draft(validated["parameters"], validated["reason"], actor=actor)

    def perform_change(self, instance: FormulaVersion, validated: Any, actor: Any, version: int) -> FormulaVersion:
        said, reason = validated.get("parameters", {}), validated.get("reason", instance.reason)
        return formula_versions.change(instance, said, reason, actor=actor, version=version)

    @state_change(DRAFT)
    def proposal(self, instance: FormulaVersion, validated: Any, actor: Any) -> FormulaVersion:
        """Ask CIO and CISO to sign it."""
        return formula_versions.propose(instance, actor=actor)

    @state_change(DRAFT)
    def withdrawal(self, instance: FormulaVersion, validated: Any, actor: Any) -> FormulaVersion:
        """Take it back."""
        return formula_versions.withdraw(instance, actor=actor)

    @state_change(DRAFT)
    def computation(self, instance: FormulaVersion, validated: Any, actor: Any) -> None:
        """Find out anew what it would change, by today's facts."""
        formula_versions.preview_again(instance)

    @extend_schema(responses=FormulaPreviewSerializer)
    @action(detail=True, methods=["get"])
    def preview(self, request: Request, pk: str) -> Response:
        """How many scores it would move, and how far the computation is. 404 where none was asked for."""
        found = formula_previews.newest(self.get_object())
        if found is None:
            raise Http404
        counts = formula_previews.counts(found, request.user)
        told = {name: getattr(found, name, None) for name in ("base_number", "today", "total", "done", "finished_at", "error")}
        return Response(FormulaPreviewSerializer(told | {name: getattr(counts, name) for name in counts.__slots__}).data)


class FormulaPreviewRowSerializer(RowSerializer):
    risk = Linked("risk", read_only=True)
    before_band = serializers.ChoiceField(choices=Band.choices, allow_blank=True, read_only=True)
    after_band = serializers.ChoiceField(choices=Band.choices, allow_blank=True, read_only=True)
    points = serializers.DecimalField(max_digits=5, decimal_places=1, read_only=True)

    class Meta:
        model = FormulaPreviewRow
        fields = [
            *("id", "risk", "before_value", "after_value", "points", "before_band", "after_band"),
            *("before_residual_value", "after_residual_value", "tolerance_points", "crossing"),
        ]
        read_only_fields = fields


class FormulaPreviewRowFilters(django_filters.FilterSet):
    crossing = django_filters.ChoiceFilter(choices=[("1", "1"), ("-1", "-1")], help_text="1: above tolerance; -1: within it again.")

    class Meta:
        model = FormulaPreviewRow
        fields: list[str] = []


@extend_schema(parameters=[OpenApiParameter("run", int, OpenApiParameter.PATH, description="The formula version.")])
class FormulaPreviewRowViewSet(ReadSet):
    """Each risk whose score a version would move, now or after plan, in its newest preview."""

    resource = "formula-versions"
    permission = READ
    queryset = FormulaPreviewRow.objects.none()
    serializer_class = FormulaPreviewRowSerializer
    filterset_class = FormulaPreviewRowFilters
    ordering_fields = ["move"]
    ordering = "-move"
    lookup_value_regex = "[0-9]{1,18}"
    of_id = 0

    def dispatch(self, request: Any, *args: Any, run: str, **kwargs: Any) -> Any:
        self.of_id = int(run)
        return super().dispatch(request, *args, **kwargs)

    def queryset_for(self, user: Any) -> QuerySet:
        newest = formula_previews.newest(FormulaVersion(pk=self.of_id))
        return FormulaPreviewRow.objects.visible_to(user).filter(preview=newest)

    def list(self, request: Request) -> Response:
        get_object_or_404(FormulaVersion.objects.visible_to(request.user), pk=self.of_id)
        return super().list(request)


resources.register("formula-versions", FormulaVersionViewSet)
resources.register(r"formula-versions/(?P<run>[0-9]{1,18})/preview-rows", FormulaPreviewRowViewSet, "formula-preview-rows")
