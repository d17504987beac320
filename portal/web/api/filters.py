"""Narrowing a list: exact filters, which say so when a value is wrong, and full-text search."""

from typing import Any

import django_filters
from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from portal import subjects
from portal.errors import Invalid
from portal.web.api import questions
from portal.web.api.fields import by_id_or_number, may_mean_a_row

LONGEST_SEARCH = 200


class ExactFilters(DjangoFilterBackend):
    """The view's `filterset_class`."""

    def known_parameters(self, view: Any) -> list[str]:
        filterset = getattr(view, "filterset_class", None)
        return list(filterset.base_filters) if filterset else []

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        """django-filter reads a yes or no that is neither as no question at all; then a list would hold too much."""
        known = view.filterset_class.base_filters if getattr(view, "filterset_class", None) else {}
        told = {name: request.query_params[name] for name in known if request.query_params.get(name)}
        wrong = {name: [sentence] for name in told if (sentence := _wrong(known[name], told[name]))}
        if wrong:
            raise Invalid(_("The question is not valid."), wrong)
        return super().filter_queryset(request, queryset, view)


class Words(BaseFilterBackend):
    """`?search=ransomware line`: rows whose search vector holds all the words, where the model has one."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        told = request.query_params.get("search", "").strip()
        if not told or not self.known_parameters(view):
            return queryset
        if len(told) > LONGEST_SEARCH:
            raise Invalid(_("The question is not valid."), {"search": [_("At most %d characters.") % LONGEST_SEARCH]})
        return queryset.filter(search=SearchQuery(told, config=view.search_config, search_type="websearch"))

    def known_parameters(self, view: Any) -> list[str]:
        return ["search"] if view.search_config else []

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        if not self.known_parameters(view):
            return []
        return [
            {
                "name": "search",
                "in": "query",
                "required": False,
                "schema": {"type": "string", "maxLength": LONGEST_SEARCH},
                "description": "Rows that hold all these words.",
            }
        ]


class LinkedFilter(django_filters.CharFilter):
    """`?risk=7` or `?risk=R-0007`: rows of one subject of `kind`, as far as the caller may see it."""

    def __init__(self, kind: str, **options: Any):
        self.kind = kind
        super().__init__(**options)

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        if not value:
            return queryset
        found = by_id_or_number(subjects.of_kind(self.kind).visible_to(self.parent.request.user), value)
        return queryset.none() if found is None else queryset.filter(**{self.field_name: found.pk})


def _wrong(asked: Any, told: str) -> Any:
    """What to say about a value that this filter cannot mean; None where it may."""
    if isinstance(asked, django_filters.BooleanFilter) and told.lower() not in questions.TRUE | questions.FALSE:
        return _("Say true or false.")
    if isinstance(asked, LinkedFilter) and not may_mean_a_row(told):
        return _("Give an id, or a number such as R-0007.")
    return None


def known_parameters(view: Any) -> list[str]:
    return [name for backend in view.filter_backends for name in backend().known_parameters(view)]
