"""Questions to released packs and the files of these, for integrations; signing an answer takes a session, never a token."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from governance.board import pack_files, questions
from governance.board.models import AnswerWords, PackBlock, PackFile, PackQuestion
from governance.board.models.pack import VIEW
from governance.board.pack_page import ASK
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet

ANSWER = "board.answer_question"


class PackAnswerSerializer(serializers.ModelSerializer):
    """Words of an answer, and who wrote them for which seat; the newest are what both sign."""

    written_by = Linked("user", read_only=True)

    class Meta:
        model = AnswerWords
        fields = ["text", "office", "written_by", "written_at"]
        read_only_fields = fields


class PackQuestionSerializer(RowSerializer):
    block = serializers.PrimaryKeyRelatedField(queryset=PackBlock.objects.none(), help_text="A block of a released pack (id).")
    pack = Linked("board-pack", source="block.pack", read_only=True)
    asked_by = Linked("user", read_only=True)
    answers = PackAnswerSerializer(many=True, read_only=True, help_text="The newest first.")

    class Meta:
        model = PackQuestion
        fields = ["id", "pack", "block", "text", "asked_by", "asked_at", "answers", "answered_at", "version"]
        read_only_fields = ["asked_at", "answered_at", "version"]

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        user = getattr(self.context.get("request"), "user", None)
        if user is not None and not fields["block"].read_only:
            fields["block"].queryset = PackBlock.objects.visible_to(user).current().select_related("pack")
        return fields


class JointAnswerSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=questions.LONGEST_ANSWER)


class QuestionFilters(django_filters.FilterSet):
    pack = LinkedFilter("board-pack", field_name="block__pack_id")
    is_answered = django_filters.BooleanFilter(field_name="answered_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = PackQuestion
        fields: list[str] = []


class QuestionViewSet(RegisterSet):
    """What readers of released packs asked; answered once CIO and CISO have signed the same words."""

    kind = "board-question"
    permission, write_permission = VIEW, ASK
    serializer_class = PackQuestionSerializer
    filterset_class = QuestionFilters
    lookup_value_regex = "[0-9]{1,18}"
    bulk = None  # one is asked at a time

    def queryset_for(self, user: Any) -> QuerySet:
        return PackQuestion.objects.visible_to(user).whole()

    def perform_register(self, validated: Any, actor: Any) -> PackQuestion:
        return questions.ask(validated["block"], validated["text"], actor=actor)

    @state_change(ANSWER, request=JointAnswerSerializer)
    def answer(self, instance: PackQuestion, validated: Any, actor: Any) -> None:
        """Write the words both are to sign; what was signed of other words holds no longer."""
        questions.answer(instance, validated["text"], actor=actor)


class PackFileSerializer(serializers.ModelSerializer):
    pack = Linked("board-pack", read_only=True)

    class Meta:
        model = PackFile
        fields = ["id", "pack", "format", "name", "size", "sha256", "made_at", "disposed_at"]
        read_only_fields = fields

    name = serializers.CharField(read_only=True)
    disposed_at = serializers.DateTimeField(
        read_only=True,
        allow_null=True,
        help_text="When its bytes went, ten years after the pack was closed; null while they are there.",
    )


class FileFilters(django_filters.FilterSet):
    pack = LinkedFilter("board-pack", field_name="pack_id")
    sha256 = django_filters.CharFilter(
        method="of_hash", help_text="No row: this is not a file of a released pack that you may open."
    )

    class Meta:
        model = PackFile
        fields = ["format"]

    def of_hash(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        return rows.filter(sha256=value.strip().lower())


class FileViewSet(ReadSet):
    """The files of released packs as they went out. Asked with `?sha256=`, it says whether a file is the signed-off one."""

    kind = ""
    permission = VIEW
    serializer_class = PackFileSerializer
    filterset_class = FileFilters
    lookup_value_regex = "[0-9]{1,18}"
    also_answers = (409,)

    def queryset_for(self, user: Any) -> QuerySet:
        return PackFile.objects.visible_to(user).told().select_related("pack")

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def content(self, request: Request, pk: str) -> HttpResponse:
        """Its bytes; refused once they were disposed of."""
        found = self.get_object()
        headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
        return HttpResponse(pack_files.bytes_of(found), content_type=pack_files.TYPES[found.format], headers=headers)


resources.register("board-questions", QuestionViewSet)
resources.register("board-pack-files", FileViewSet)
