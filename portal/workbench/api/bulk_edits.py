"""Changes of many rows by programs: choose, see the difference, apply, undo. (`POST …/bulk/` sets each row by itself.)"""

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from portal.errors import Invalid
from portal.people.access import OPEN_TO_ALL
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet
from portal.workbench import bulk_edits, bulk_work, listed, tables
from portal.workbench.models import BulkEdit, BulkEditRow


class BulkEditSerializer(RowSerializer):
    kind = serializers.ChoiceField(choices=[(name, name) for name, kind in listed.all_kinds().items() if kind.change is not None])
    rows = serializers.ListField(
        child=serializers.IntegerField(), write_only=True, required=False, max_length=500, help_text="Ids; else all of `params`."
    )
    params = serializers.DictField(
        child=serializers.CharField(max_length=2000), write_only=True, required=False, help_text="Filters of the list's address."
    )
    values = serializers.DictField(
        source="fields",
        child=serializers.CharField(max_length=10_000, allow_blank=True),
        help_text="Field → what to set in all of them; people and units by id.",
    )
    counts = serializers.SerializerMethodField(help_text="Rows by outcome.")
    started_by = Linked("user", read_only=True)

    class Meta:
        model = BulkEdit
        fields = ["id", "kind", "rows", "params", "values", "state", "refusal", "counts", "started_by", "created_at"]
        fields += ["applied_at", "finished_at", "version"]
        read_only_fields = ["state", "refusal", "created_at", "applied_at", "finished_at", "version"]

    def get_counts(self, edit: BulkEdit) -> dict[str, int]:
        return dict(edit.rows.order_by().values("outcome").annotate(count=Count("pk")).values_list("outcome", "count"))


class BulkEditViewSet(RegisterSet):
    """Set fields in many rows of a list: tried as soon as it is posted, applied when asked, undone for 24 hours."""

    kind = "bulk-edit"
    permission = OPEN_TO_ALL
    serializer_class = BulkEditSerializer
    lookup_value_regex = "[0-9]{1,18}"
    offers_dry_run = False  # trying is what it does first
    bulk = None

    def queryset_for(self, user: Any) -> QuerySet:
        return BulkEdit.objects.visible_to(user) if user.is_authenticated else BulkEdit.objects.none()

    def perform_register(self, validated: Any, actor: Any) -> BulkEdit:
        kind = listed.as_defined(validated["kind"])
        params = validated.get("params", {})
        if strange := sorted(set(params) - kind.filter_names):
            sentence = f"The list knows no {', '.join(strange)}. It knows: {', '.join(sorted(kind.filter_names))}."
            raise Invalid(sentence, {"params": [sentence]})
        try:
            with transaction.atomic():
                edit = bulk_edits.start(kind, actor=actor, question=tables.asked(kind, params), ids=validated.get("rows"))
                bulk_edits.settle(edit, actor=actor, fields=validated["fields"])
        except Invalid as error:
            raise Invalid(str(error), {_place(name): told for name, told in error.fields.items()}) from None
        return _worked(edit)

    @state_change(OPEN_TO_ALL, tries=False)
    def application(self, instance: BulkEdit, validated: Any, actor: Any) -> BulkEdit:
        """Change the rows that fit."""
        return _worked(bulk_edits.apply(instance, actor=actor))

    @state_change(OPEN_TO_ALL, tries=False)
    def undoing(self, instance: BulkEdit, validated: Any, actor: Any) -> BulkEdit:
        """Change back what nobody touched since."""
        return _worked(bulk_edits.undo(instance, actor=actor))

    @state_change(OPEN_TO_ALL, tries=False)
    def trying(self, instance: BulkEdit, validated: Any, actor: Any) -> BulkEdit:
        """Try those again that were refused or saved by others."""
        return _worked(bulk_edits.look_again(instance, actor=actor))


class BulkEditRowSerializer(RowSerializer):
    changes = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(allow_blank=True)),
        read_only=True,
        help_text="[what, before, after]",
    )

    class Meta:
        model = BulkEditRow
        fields = ["id", "subject_id", "seen_version", "outcome", "sentence", "changes"]
        read_only_fields = fields


class BulkEditRowFilters(django_filters.FilterSet):
    class Meta:
        model = BulkEditRow
        fields = ["outcome"]


@extend_schema(parameters=[OpenApiParameter("run", int, OpenApiParameter.PATH, description="The change of many rows.")])
class BulkEditRowViewSet(ReadSet):
    """What a change of many rows does to each of them, or did, as far as the caller may open them still."""

    queryset = BulkEditRow.objects.none()
    resource = "bulk-edits"
    permission = OPEN_TO_ALL
    serializer_class = BulkEditRowSerializer
    filterset_class = BulkEditRowFilters
    run_id = 0

    def dispatch(self, request: Any, *args: Any, run: str, **kwargs: Any) -> Any:
        self.run_id = int(run)
        return super().dispatch(request, *args, **kwargs)

    def queryset_for(self, user: Any) -> QuerySet:
        edit = BulkEdit.objects.visible_to(user).filter(pk=self.run_id).first()
        if edit is None:
            return BulkEditRow.objects.none()
        seen = listed.of_kind(edit.kind).subject.visible_to(user).order_by().values("pk")
        return BulkEditRow.objects.visible_to(user).filter(bulk_edit=edit, subject_id__in=seen)

    def list(self, request: Any) -> Any:
        get_object_or_404(BulkEdit.objects.visible_to(request.user), pk=self.run_id)
        return super().list(request)


def _place(name: str) -> str:
    """Where in the body a refused answer stands."""
    return name if name in ("rows", "params") else f"values.{name}" if name else "values"


def _worked(edit: BulkEdit) -> BulkEdit:
    bulk_work.work(edit.pk, bulk_work.IN_REQUEST)
    edit.refresh_from_db()
    return edit


resources.register("bulk-edits", BulkEditViewSet)
resources.register(r"bulk-edits/(?P<run>[0-9]{1,18})/rows", BulkEditRowViewSet, "bulk-edit-rows")
