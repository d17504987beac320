"""Sheets brought by programs, from the file to its undoing."""

from typing import Any

import django_filters
from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.workbench import importable, imports
from portal.workbench.models import ImportProblem, ImportRow, SheetImport

MAY = "workbench.import"


class ColumnSerializer(serializers.Serializer):
    """One column of the sheet and what it may be."""

    name = serializers.CharField()
    letter = serializers.CharField()
    examples = serializers.ListField(child=serializers.CharField())
    guess = serializers.CharField(allow_null=True, help_text="A field, empty: ignored on purpose the last time, null: unknown.")
    is_sure = serializers.BooleanField(help_text="Whether the words are known or were settled before; else look at it.")
    day_order = serializers.CharField(help_text="What its days show by themselves: DAY_FIRST, MONTH_FIRST or nothing.")
    has_ambiguous_days = serializers.BooleanField()


class ImportSerializer(RowSerializer):
    unit = Linked("unit", read_only=True, allow_null=True)
    started_by = Linked("user", read_only=True)
    columns = ColumnSerializer(many=True, read_only=True)
    mapping = serializers.DictField(child=serializers.CharField(), read_only=True, help_text="Column → field, empty: ignored.")
    choices = serializers.DictField(child=serializers.CharField(), read_only=True)
    suggestions = serializers.DictField(
        child=serializers.IntegerField(), read_only=True, help_text="Names that are no address → the only person so called."
    )
    confirmed = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    layout = serializers.DictField(read_only=True, help_text="How the file was read: format, encoding, delimiter, sheet.")

    class Meta:
        model = SheetImport
        fields = [
            *("id", "kind", "source", "unit", "file_name", "sha256", "layout", "columns", "mapping", "choices"),
            *("suggestions", "confirmed", "skip_bad_rows", "state", "refusal", "row_count", "done_count"),
            *("made_count", "changed_count", "unchanged_count", "bad_count", "problem_count"),
            *("started_by", "created_at", "applied_at", "finished_at", "version"),
        ]
        read_only_fields = fields


class SheetSerializer(serializers.Serializer):
    """A file with what the file does not say."""

    file = serializers.FileField(allow_empty_file=True, help_text="Excel (.xlsx) or CSV; its first row names the columns.")
    kind = serializers.CharField(max_length=40, default="risk", help_text="What its rows become.")
    source = serializers.CharField(max_length=imports.LONGEST_SOURCE, help_text="Where it comes from, the same name each time.")
    unit = Linked("unit", required=False, allow_null=True, help_text="Where rows belong that name no unit.")

    def validate_kind(self, kind: str) -> str:
        if kind not in importable.all_kinds():
            raise serializers.ValidationError(f"Choose one of: {', '.join(importable.all_kinds())}.")
        return kind


class MappingSerializer(serializers.Serializer):
    """What every column is."""

    columns = serializers.DictField(
        child=serializers.CharField(allow_blank=True, allow_null=True),
        help_text="Every column of the sheet → a field, or null or empty to ignore it on purpose.",
    )
    choices = serializers.DictField(child=serializers.CharField(), required=False, help_text="Question → answer, as in residual.")
    confirmed_names = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, max_length=500, help_text="Suggestions that are meant."
    )


class ApplicationSerializer(serializers.Serializer):
    skip_bad_rows = serializers.BooleanField(required=False, default=False, help_text="Leave out the rows that do not fit.")


class ImportFilters(django_filters.FilterSet):
    class Meta:
        model = SheetImport
        fields = ["kind", "source", "state"]


class ImportViewSet(ReadSet):
    """Sheets on their way into the portal. POST one as multipart/form-data, settle its mapping, read what does not fit, apply
    it, undo it within 24 hours; a worker does the work. One sees what one brought."""

    kind = "import"
    serializer_class = ImportSerializer
    permission, write_permission = MAY, MAY
    filterset_class = ImportFilters
    ordering_fields = ("created_at",)

    def get_parsers(self) -> list[Any]:
        method = getattr(self.request, "method", None) or ""  # the schema asks without a request
        bringing = self.action_map.get(method.lower()) == "create"
        return [MultiPartParser()] if bringing else super().get_parsers()

    @extend_schema(request={"multipart/form-data": SheetSerializer}, responses={201: ImportSerializer})
    def create(self, request: Request) -> Response:
        """Bring one sheet: 422 with every sentence, and nothing stored, where the file cannot be taken."""
        asked = SheetSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        file = told.pop("file")
        limit = settings.BROWSER_UPLOAD_LIMIT
        one = imports.start(file, actor=request.user, file_name=file.name, limit_bytes=limit, **told)
        return self.show(self.get_serializer(one), 201, {"Location": f"{request.path}{one.pk}/"})

    @state_change(MAY, request=MappingSerializer)
    def mapping(self, instance: SheetImport, validated: Any, actor: Any) -> SheetImport:
        """Say what each column is; every row is checked then."""
        return imports.settle_mapping(instance, actor=actor, **validated)

    @state_change(MAY, request=ApplicationSerializer)
    def application(self, instance: SheetImport, validated: Any, actor: Any) -> SheetImport:
        """Write what was checked: all rows or none."""
        return imports.apply(instance, actor=actor, **validated)

    @state_change(MAY)
    def undoing(self, instance: SheetImport, validated: Any, actor: Any) -> SheetImport:
        """Bring back what was there before, where nobody has touched the rows since."""
        return imports.undo(instance, actor=actor)


class ImportRowSerializer(RowSerializer):
    changes = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(allow_blank=True)),
        read_only=True,
        help_text="[what, before, after]",
    )

    class Meta:
        model = ImportRow
        fields = ["id", "number", "outcome", "label", "subject_id", "changes"]
        read_only_fields = fields


class ImportProblemSerializer(RowSerializer):
    class Meta:
        model = ImportProblem
        fields = ["id", "number", "column", "value", "sentence"]
        read_only_fields = fields


class BelowImport(ReadSet):
    """What belongs to one import; 404 where the caller may not see that."""

    resource = "imports"
    permission, write_permission = MAY, MAY
    ordering_fields = ("number",)
    ordering = "number"
    run_id = 0

    def dispatch(self, request: Any, *args: Any, run: str, **kwargs: Any) -> Any:
        self.run_id = int(run)
        return super().dispatch(request, *args, **kwargs)

    def queryset_for(self, user: Any) -> QuerySet:
        return self.serializer_class.Meta.model._default_manager.visible_to(user).filter(sheet_import=self.run_id)

    def list(self, request: Any) -> Any:
        get_object_or_404(SheetImport.objects.visible_to(request.user), pk=self.run_id)
        return super().list(request)


class ImportRowFilters(django_filters.FilterSet):
    class Meta:
        model = ImportRow
        fields = ["outcome"]


class ImportProblemFilters(django_filters.FilterSet):
    class Meta:
        model = ImportProblem
        fields = ["number", "column"]


OF_ONE = extend_schema(parameters=[OpenApiParameter("run", int, OpenApiParameter.PATH, description="The import.")])


@OF_ONE
class ImportRowViewSet(BelowImport):
    """What each row of an import does, or did."""

    queryset = ImportRow.objects.none()
    serializer_class = ImportRowSerializer
    filterset_class = ImportRowFilters


@OF_ONE
class ImportProblemViewSet(BelowImport):
    """Everything that does not fit, by row and column."""

    queryset = ImportProblem.objects.none()
    serializer_class = ImportProblemSerializer
    filterset_class = ImportProblemFilters


resources.register("imports", ImportViewSet)
resources.register(r"imports/(?P<run>[0-9]{1,18})/rows", ImportRowViewSet, "import-rows")
resources.register(r"imports/(?P<run>[0-9]{1,18})/problems", ImportProblemViewSet, "import-problems")
