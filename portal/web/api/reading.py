"""Resources that are read: lists, single rows, and what changed since a moment."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portal import subjects
from portal.errors import Invalid
from portal.people import access
from portal.web import since
from portal.web.api import etags, fields, filters, paging, questions
from portal.web.api.door import Door


class ReadSet(Door, GenericViewSet):
    """GET the list and GET one. `kind` is one of portal.subjects, "" where the rows are no subjects (then `queryset_for`
    is written out and there is no `updated_since`). `ordering_fields` are never null; `search_config` is the text-search
    configuration of the model's `search` column. `select_related` and `prefetch_related` keep the number of queries constant."""

    kind = ""
    ordering_fields: Sequence[str] | Mapping[str, str] = ()
    ordering = "id"
    search_config = ""
    select_related: Sequence[str] = ()
    prefetch_related: Sequence[Any] = ()
    filter_backends = (filters.ExactFilters, filters.Words)
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}|[A-Z]{1,3}-[0-9]{1,9}"

    def queryset_for(self, user: Any) -> QuerySet:
        return subjects.of_kind(self.kind).visible_to(user)

    def get_queryset(self) -> QuerySet:
        """What the caller may see; lists leave archived rows out, an address of its own still answers for them."""
        queryset = self.queryset_for(self.request.user)
        if self.select_related:
            queryset = queryset.select_related(*self.select_related)
        queryset = queryset.prefetch_related(*self.prefetch_related)
        return self.current(queryset) if self.action == "list" else queryset

    def current(self, queryset: QuerySet) -> QuerySet:
        return queryset.filter(archived_at=None) if fields.has_field(queryset.model, "archived_at") else queryset

    def get_object(self) -> Any:
        found = fields.by_id_or_number(self.get_queryset(), self.kwargs["pk"])
        if found is None:
            raise Http404
        self.check_object_permissions(self.request, found)
        return found

    def known_parameters(self) -> Sequence[str]:
        if self.action == "list":
            changes = ["updated_since"] if self.kind else []
            return [*paging.PARAMETERS, "fields", *changes, *filters.known_parameters(self), *self.parameters]
        return ["fields"] if self.action == "retrieve" else self.parameters

    def list(self, request: Request) -> Response:
        if "updated_since" in request.query_params:
            return self._changes(request)
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(fields.only(self.get_serializer(rows, many=True), request).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        instance = self.get_object()
        return self.show(fields.only(self.get_serializer(instance), request))

    def show(self, serializer: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        return Response(serializer.data, status=status, headers={**etags.of(serializer.instance), **(headers or {})})

    def _changes(self, request: Request) -> Response:
        """Rows in the order of their last sealed change; {"id", "gone": true} for what was archived or is no longer visible."""
        allowed = {"updated_since", "page_size", "cursor", "fields"}
        if others := sorted(set(request.query_params) - allowed):
            told = _("With updated_since the order is that of the changes; leave this away.")
            raise Invalid(_("The question is not valid."), {name: [told] for name in others})
        asked = questions.moment(request, "updated_since")
        place = paging.cursor(request)
        after = since.sealed_by(asked) if place is None else place.get("s")
        if not isinstance(after, int) or isinstance(after, bool) or not 0 <= after < 2**63:
            raise paging.bad_cursor()
        page = since.page(
            self.kind,
            after,
            paging.page_size(request),
            visible=self.queryset_for(request.user).order_by(),
            grants=access.grants(request.user),
        )
        serializer = self._those(request, [pk for pk, _seq in page.rows])
        following = paging.address_of(request, {"s": page.rows[-1][1]}) if page.more else None
        up_to = None if page.more else page.up_to or asked
        return Response({"results": serializer, "next": following, "up_to": up_to})

    def _those(self, request: Request, ids: Sequence[int]) -> Sequence[Any]:
        current = self.current(self.get_queryset()).filter(pk__in=ids)
        shown = {row["id"]: row for row in fields.only(self.get_serializer(current, many=True), request).data}
        return [shown.get(pk) or {"id": pk, "gone": True} for pk in ids]
