"""Resources that are written: register, change, many at once, and by the id another system gave."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal import turns
from portal.errors import Invalid, Stale
from portal.web import problems
from portal.web.api import etags
from portal.web.api.reading import ReadSet
from portal.web.problems import KINDS

MOST_ROWS = 500


class BulkResult(serializers.Serializer):
    """What became of one row of a bulk request."""

    row = serializers.IntegerField(help_text="Its place in `rows`, from 0.")
    status = serializers.IntegerField(help_text="The status it would have had alone.")
    id = serializers.IntegerField(required=False)
    version = serializers.IntegerField(required=False)
    problem = serializers.DictField(required=False, help_text="A problem, where the row was refused.")


class BulkResults(serializers.Serializer):
    results = BulkResult(many=True)


class RegisterSet(ReadSet):
    """POST one, or up to 500 under `bulk/`."""

    def perform_register(self, validated: Mapping[str, Any], actor: Any) -> Any:
        """Call the verb; returns the new row."""
        raise NotImplementedError

    def create(self, request: Request) -> Response:
        instance = self._register(self.get_serializer(data=request.data))
        return self.show(self.get_serializer(instance), 201, {"Location": f"{request.path}{instance.pk}/"})

    @extend_schema(responses=BulkResults)
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Each row stands for itself: one that is refused leaves the others in place."""
        rows = request.data.get("rows") if isinstance(request.data, Mapping) else None
        if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS:
            raise Invalid(KINDS[422][2], {"rows": [_("Send a list of 1 to %d rows.") % MOST_ROWS]})
        with transaction.atomic():
            results = [{"row": place, **self._alone(row)} for place, row in enumerate(rows)]
        return Response({"results": results})

    def bulk_row(self, row: Any) -> tuple[Any, int]:
        return self._register(self.get_serializer(data=row)), 201

    def _alone(self, row: Any) -> dict[str, Any]:
        try:
            with transaction.atomic():
                instance, status = self.bulk_row(row)
        except Exception as error:
            described = problems.describe(error)
            if described is None:
                raise
            return {"status": described.status, "problem": described.as_json()}
        return {"status": status, "id": instance.pk, "version": getattr(instance, "version", None)}

    def _register(self, serializer: Any) -> Any:
        serializer.is_valid(raise_exception=True)
        return self.fresh(self.perform_register(serializer.validated_data, self.request.user))

    def fresh(self, instance: Any) -> Any:
        """The row as a GET would show it."""
        return self.get_queryset().filter(pk=instance.pk).first() or instance


class WriteSet(RegisterSet):
    """As well PUT and PATCH with If-Match, rows with an id in `bulk/`, and `by-external-id/<source>/<id>/`."""

    def perform_change(self, instance: Any, validated: Mapping[str, Any], actor: Any, version: int) -> Any:
        """Call the verb, which checks `version` under its lock; returns the changed row."""
        raise NotImplementedError

    def update(self, request: Request, pk: str, partial: bool = False) -> Response:
        instance = self.get_object()
        version = etags.expected(request, instance)
        return self.show(self.get_serializer(self._change(instance, request.data, version, partial=partial)))

    def partial_update(self, request: Request, pk: str) -> Response:
        return self.update(request, pk, partial=True)

    def bulk_row(self, row: Any) -> tuple[Any, int]:
        """A row with an id and the version that was read is a change, one without an id is new."""
        if not isinstance(row, Mapping) or "id" not in row:
            return super().bulk_row(row)
        pk, version = row["id"], row.get("version")
        wrong = {name: [_("Give a whole number.")] for name, told in (("id", pk), ("version", version)) if type(told) is not int}
        if wrong:
            raise Invalid(KINDS[422][2], wrong)
        instance = self.get_queryset().filter(pk=pk).first()
        if instance is None:
            raise Http404
        if instance.version != version:
            raise Stale(KINDS[412][2])
        return self._change(instance, row, version, partial=True), 200

    @action(detail=False, methods=["get", "put"], url_path="by-external-id/(?P<source>[^/]{1,60})/(?P<external_id>[^/]{1,120})")
    def by_external_id(self, request: Request, source: str, external_id: str) -> Response:
        if "\x00" in source + external_id:
            raise Http404
        if request.method == "PUT":
            return self._kept(request, source, external_id)
        instance = self._known(self.get_queryset(), source, external_id).first()
        if instance is None:
            raise Http404
        return self.show(self.get_serializer(instance))

    @transaction.atomic
    def _kept(self, request: Request, source: str, external_id: str) -> Response:
        """Register or change, whichever it takes; two at once come one after the other. If-Match is checked where it is sent."""
        self._wait_for_turn(source, external_id)
        named = {"source": source, "external_id": external_id}
        instance = self._known(self.get_queryset(), source, external_id).first()
        if instance is not None:
            version = etags.expected(request, instance, required=False)
            return self.show(self.get_serializer(self._change(instance, request.data, version, partial=True, kept=named)))
        if self._known(self.serializer_class.Meta.model._default_manager, source, external_id).exists():
            raise Http404  # it is there, but not for this caller
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        instance = self.fresh(self.perform_register({**serializer.validated_data, **named}, request.user))
        place = f"{request.path.split('/by-external-id/')[0]}/{instance.pk}/"
        return self.show(self.get_serializer(instance), 201, {"Location": place})

    def _known(self, rows: Any, source: str, external_id: str) -> Any:
        return rows.filter(source=source, external_id=external_id, archived_at=None)

    def _wait_for_turn(self, source: str, external_id: str) -> None:
        turns.wait_for(f"{self.resource} {source} {external_id}")

    def _change(self, instance: Any, body: Any, version: int, *, partial: bool, kept: Collection[str] = ()) -> Any:
        serializer = self.get_serializer(instance, data=body, partial=partial)
        serializer.is_valid(raise_exception=True)
        validated = {name: value for name, value in serializer.validated_data.items() if name not in kept}
        return self.fresh(self.perform_change(instance, validated, self.request.user, version))
