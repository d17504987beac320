"""Alignment for integrations: the eight terms as far as the pair lets the caller, and what each office agreed to."""

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from governance.together import alignment, alignment_formula, alignment_page
from governance.together.alignment_terms import MEASURED, NOT_ENOUGH_DATA, NOT_MEASURED_YET, TERMS
from governance.together.models import AlignmentConsent
from portal.web.api import questions
from portal.web.api.door import Door
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet

READ, SAY = "together.view_alignment", "together.say_alignment"


AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATETIME, description="A moment that is over, with its zone.")


class AlignmentRowSerializer(serializers.Serializer):
    label = serializers.CharField()
    page = serializers.CharField(source="url")
    went_well = serializers.BooleanField()


class AlignmentTermSerializer(serializers.Serializer):
    """One term: a share of what happened in the last 90 days."""

    key = serializers.ChoiceField(choices=TERMS, source="measured.key")
    name = serializers.CharField()
    counts = serializers.CharField(help_text="What it counts.")
    state = serializers.ChoiceField(choices=(MEASURED, NOT_ENOUGH_DATA, NOT_MEASURED_YET), source="measured.state")
    good = serializers.IntegerField(source="measured.good")
    of = serializers.IntegerField()
    percent = serializers.DecimalField(max_digits=3, decimal_places=0, allow_null=True)


class AlignmentRowsSerializer(serializers.Serializer):
    """A term opened: its rows, those that did not go well first."""

    term = AlignmentTermSerializer()
    rows = AlignmentRowSerializer(many=True, source="lines")
    hidden = serializers.IntegerField(help_text="Rows that count and that you may not open.")


class AlignmentSerializer(serializers.Serializer):
    """How the two work together, read from what happened alone. Never of one person, and never for an appraisal."""

    level = serializers.ChoiceField(choices=AlignmentConsent.Level.choices, help_text="What both have agreed to.")
    overall = serializers.DecimalField(max_digits=3, decimal_places=0, allow_null=True, help_text="Null: not enough data.")
    read_on = serializers.DateField(allow_null=True)
    terms = AlignmentTermSerializer(many=True, help_text="Empty where the pair does not let you read them.")
    formula = serializers.IntegerField(help_text="The edition that is counted by.")
    published = serializers.CharField(help_text="What it counts, with the weights and when a term counts.")
    decision = serializers.SerializerMethodField(help_text="In which the two were asked for it, where you may open that.")
    is_decided = serializers.BooleanField(help_text="Whether the two have decided for it.")
    decided_at = serializers.DateTimeField(source="rests_on.decided_at", allow_null=True, default=None)

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_decision(self, page: alignment_page.Page) -> int | None:
        return page.rests_on.pk if page.rests_on is not None and page.may_open else None


class AlignmentViewSet(Door, ViewSet):
    """The eight published terms."""

    permission = READ
    parameters = ("as_of",)
    also_answers = (409,)  # that moment is not over yet

    @extend_schema(responses=AlignmentSerializer(many=False), parameters=[AS_OF], operation_id="alignment_retrieve")
    def list(self, request: Request) -> Response:
        """All eight, as far as the pair lets you; with `as_of` as they were known then."""
        at = questions.moment(request, "as_of") if "as_of" in request.query_params else None
        return Response(AlignmentSerializer(alignment_page.read(request.user, at)).data)

    @extend_schema(request=None, responses=AlignmentSerializer(many=False), operation_id="alignment_formula_create")
    @action(detail=False, methods=["post"], permission=SAY)
    def formula(self, request: Request) -> Response:
        """Put the formula to the two, as a decision of its own; the CIO and the CISO alone do."""
        alignment_formula.ask(actor=request.user)
        return Response(AlignmentSerializer(alignment_page.read(request.user)).data)

    @extend_schema(responses=AlignmentRowsSerializer, operation_id="alignment_rows_retrieve")
    def retrieve(self, request: Request, pk: str) -> Response:
        """The rows of one term, by its key."""
        found = alignment_page.opened(pk, request.user)
        if found is None:
            raise Http404
        return Response(AlignmentRowsSerializer(found).data)


class ConsentSerializer(RowSerializer):
    said_by = Linked("user", read_only=True)

    class Meta:
        model = AlignmentConsent
        fields = ["id", "office", "level", "formula", "said_by", "said_at"]
        read_only_fields = ["office", "formula", "said_at"]


class ConsentViewSet(RegisterSet):
    """What each office of the pair said about being measured, newest first; the last word of an office counts."""

    kind = "alignment-consent"
    permission, write_permission = READ, SAY
    serializer_class = ConsentSerializer
    ordering = "-id"
    lookup_value_regex = "[0-9]{1,18}"
    bulk = None  # said by a person, once

    def perform_register(self, validated: Any, actor: Any) -> AlignmentConsent:
        return alignment.say(validated["level"], actor=actor)


resources.register("alignment", AlignmentViewSet)
resources.register("alignment-consents", ConsentViewSet)
