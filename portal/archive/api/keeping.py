"""Redactions, legal holds, disposals and the retention table. What takes words away, or stops that, takes a person in a session
with a fresh second factor."""

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal import subjects
from portal.archive import holds, redactions, retention
from portal.archive.models import Disposal, LegalHold, Redaction
from portal.errors import Invalid
from portal.web.api.changes import state_change
from portal.web.api.door import Door
from portal.web.api.fields import Linked, RowSerializer, by_id_or_number
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class RedactionSerializer(RowSerializer):
    redacted_fields = serializers.ListField(child=serializers.CharField(), source="fields", read_only=True)
    subject = serializers.IntegerField(source="subject_id", read_only=True, help_text="The id of what it is about.")
    proposed_by = Linked("user", read_only=True, allow_null=True, help_text="Null: the retention table.")
    decided_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Redaction
        fields = ["id", "subject_kind", "subject", "redacted_fields", "reason", "state", "proposed_by", "proposed_at", "decided_by"]
        fields += ["decided_at", "versions", "texts", "by_retention"]
        read_only_fields = fields


class RedactionProposalSerializer(serializers.Serializer):
    """Which words of which subject shall go, and why."""

    subject_kind = serializers.CharField(max_length=40)
    subject = serializers.CharField(max_length=40, help_text="An id, or a number such as R-0017.")
    redacted_fields = serializers.ListField(child=serializers.CharField(max_length=60), required=False, default=list, max_length=50)
    entries = serializers.ListField(
        child=serializers.IntegerField(), required=False, default=list, max_length=500, help_text="Audit entries whose words go."
    )
    with_present = serializers.BooleanField(default=True, help_text="What the row says today goes as well.")
    reason = serializers.CharField(max_length=2000)


class RedactionFilters(django_filters.FilterSet):
    class Meta:
        model = Redaction
        fields = ["state", "subject_kind", "by_retention"]


class RedactionViewSet(ReadSet):
    """Words that were taken away, or wait for a second person; never the words. POST proposes one; another person agrees."""

    kind = "redaction"
    permission = "archive.view_keeping"
    write_permission = "archive.redact"
    in_session = True
    serializer_class = RedactionSerializer
    filterset_class = RedactionFilters

    @extend_schema(request=RedactionProposalSerializer, responses={201: RedactionSerializer})
    def create(self, request: Request) -> Response:
        body = RedactionProposalSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        said = dict(body.validated_data)
        kind, pk = _subject(said.pop("subject_kind"), said.pop("subject"), request)
        try:
            made = redactions.propose(kind, pk, actor=request.user, fields=said.pop("redacted_fields"), **said)
        except Invalid as error:
            wrong = {"redacted_fields" if name == "fields" else name: told for name, told in error.fields.items()}
            raise Invalid(str(error), wrong) from error
        return self.show(self.get_serializer(made), 201, {"Location": f"{request.path}{made.pk}/"})

    @state_change("archive.redact", session=True)
    def agreement(self, instance: Redaction, validated: Any, actor: Any) -> Redaction:
        """Agree as the second person: the words go for good."""
        return redactions.carry_out(instance, actor=actor)

    @state_change("archive.redact", session=True)
    def refusal(self, instance: Redaction, validated: Any, actor: Any) -> Redaction:
        """Leave everything as it is; whoever proposed it takes it back so."""
        return redactions.refuse(instance, actor=actor)


class HoldSerializer(RowSerializer):
    kinds = serializers.ListField(child=serializers.CharField(), read_only=True, help_text="Kinds, or lines of the table.")
    covers_everything = serializers.BooleanField(read_only=True)
    placed_by = Linked("user", read_only=True)
    lifted_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = LegalHold
        fields = [
            "id",
            "matter",
            "reason",
            "kinds",
            "covers_everything",
            "covers_from",
            "covers_to",
            "placed_by",
            "placed_at",
            "lifted_by",
        ]
        fields += ["lifted_by", "lifted_at", "lifting_reason"]
        read_only_fields = fields


class AboutSerializer(serializers.Serializer):
    kind = serializers.CharField(max_length=40)
    subject = serializers.CharField(max_length=40, help_text="An id, or a number such as R-0017.")


class HoldPlacingSerializer(serializers.Serializer):
    """What must not go while a matter is open; with neither kinds nor single things it covers everything."""

    matter = serializers.CharField(max_length=120)
    reason = serializers.CharField(max_length=2000)
    kinds = serializers.ListField(child=serializers.CharField(max_length=60), required=False, default=list, max_length=100)
    about = AboutSerializer(many=True, required=False, default=list)
    covers_from = serializers.DateField(required=False, allow_null=True)
    covers_to = serializers.DateField(required=False, allow_null=True)


class LiftingSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=2000)


class HoldFilters(django_filters.FilterSet):
    lifted = django_filters.BooleanFilter(field_name="lifted_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = LegalHold
        fields: list[str] = []


class HoldViewSet(ReadSet):
    """Matters that stop disposal and redaction. POST places one."""

    kind = "hold"
    permission = "archive.view_keeping"
    write_permission = "archive.place_hold"
    in_session = True
    serializer_class = HoldSerializer
    filterset_class = HoldFilters

    @extend_schema(request=HoldPlacingSerializer, responses={201: HoldSerializer})
    def create(self, request: Request) -> Response:
        body = HoldPlacingSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        said = dict(body.validated_data)
        about = [_subject(one["kind"], one["subject"], request) for one in said.pop("about")]
        made = holds.place(said.pop("matter"), actor=request.user, about=about, **said)
        return self.show(self.get_serializer(made), 201, {"Location": f"{request.path}{made.pk}/"})

    @state_change("archive.place_hold", session=True, request=LiftingSerializer)
    def lifting(self, instance: LegalHold, validated: Any, actor: Any) -> LegalHold:
        """The matter is over: time runs again from today."""
        return holds.lift(instance, actor=actor, **validated)


class DisposalSerializer(RowSerializer):
    started_by = Linked("user", read_only=True, allow_null=True, help_text="Null: the night.")
    removed = serializers.DictField(
        child=serializers.IntegerField(), read_only=True, help_text="Rows that went, or lost their words, by line of the table."
    )
    held = serializers.DictField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = Disposal
        fields = ["id", "at", "started_by", "removed", "held"]
        read_only_fields = fields


class DisposalViewSet(ReadSet):
    """What went because its time was over."""

    kind = "disposal"
    permission = "archive.view_keeping"
    serializer_class = DisposalSerializer


class RetentionLineSerializer(serializers.Serializer):
    """One line of the table, with what a disposal would do now."""

    key = serializers.CharField(source="period.key")
    what = serializers.CharField(source="period.word")
    kept = serializers.CharField(source="period.kept")
    words_only = serializers.BooleanField(source="period.words_of", help_text="The rows stay, their words go.")
    going = serializers.IntegerField()
    held = serializers.IntegerField()


class RetentionSerializer(serializers.Serializer):
    lines = RetentionLineSerializer(many=True)


class RetentionViewSet(Door, ViewSet):
    """How long what is kept."""

    permission = "archive.view_keeping"

    @extend_schema(responses=RetentionSerializer(many=False), operation_id="retention_retrieve")
    def list(self, request: Request) -> Response:
        """Every line of the retention table, with how many rows would go now and how many a hold keeps back."""
        return Response(RetentionSerializer({"lines": retention.preview()}).data)


def _subject(kind: str, told: str, request: Request) -> tuple[str, int]:
    """Kind and id of something the caller may open. Raises Invalid."""
    if kind in subjects.all_kinds():
        found = by_id_or_number(subjects.of_kind(kind).visible_to(request.user), told.strip().upper())
        if found is not None:
            return kind, found.pk
    sentence = _("There is no %(thing)s that you may open.") % {"thing": f"{kind} {told}"}
    raise Invalid(sentence, {"subject": [sentence]})


resources.register("redactions", RedactionViewSet)
resources.register("legal-holds", HoldViewSet)
resources.register("disposals", DisposalViewSet)
resources.register("retention", RetentionViewSet)
