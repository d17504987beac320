"""`/api/v1/search/?q=forklift`: everything the caller may open that holds these words."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.errors import Invalid
from portal.web.api import questions
from portal.web.api.door import Door
from portal.web.api.router import resources
from portal.workbench import searchable, searching

LARGEST = 100


class HitSerializer(serializers.Serializer):
    """One subject that was found."""

    kind = serializers.CharField(help_text='As in "risk".')
    subject = serializers.IntegerField(source="subject_id", help_text="Its id.")
    number = serializers.CharField(help_text="As in R-0017; empty where its kind has none.")
    label = serializers.CharField()
    snippet = serializers.CharField(help_text="Some of its words, from around what was looked for.")
    page = serializers.CharField(source="url", help_text="Where people read it.")


class CountSerializer(serializers.Serializer):
    kind = serializers.CharField()
    count = serializers.IntegerField()


class FoundSerializer(serializers.Serializer):
    """One page, best first."""

    results = HitSerializer(source="hits", many=True)
    counts = CountSerializer(source="tabs", many=True, help_text="Of everything found, by kind.")
    total = serializers.IntegerField(help_text="Of the kind asked for, or of all.")
    has_more = serializers.BooleanField(help_text="Ask for the next page.")


class SearchViewSet(Door, ViewSet):
    """Search by words over all kinds, within what the caller may open and, for a token, within its scopes."""

    parameters = ("q", "kind", "page", "page_size")

    @extend_schema(
        responses=FoundSerializer(many=False),
        operation_id="search_retrieve",
        parameters=[
            OpenApiParameter("q", str, required=True, description="Words, of which every one must occur, or a number."),
            OpenApiParameter("kind", str, description="Only of this kind."),
            OpenApiParameter("page", {"type": "integer", "minimum": 1, "maximum": searching.MOST_PAGES}, description="From 1 on."),
            OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": LARGEST}, description="25 by default."),
        ],
    )
    def list(self, request: Request) -> Response:
        """What holds these words, what is typed as a number first."""
        words, kind = request.query_params.get("q", "").strip(), request.query_params.get("kind", "")
        if not searching.SHORTEST <= len(words) <= searching.LONGEST:
            told = _("Give from %(least)d to %(most)d letters.") % {"least": searching.SHORTEST, "most": searching.LONGEST}
            raise Invalid(_("The question is not valid."), {"q": [told]})
        if kind and kind not in searchable.all_kinds():
            told = _("Choose one of: %s.") % ", ".join(sorted(searchable.all_kinds()))
            raise Invalid(_("The question is not valid."), {"kind": [told]})
        page = questions.whole_number(request, "page", least=1, most=searching.MOST_PAGES, otherwise=1)
        size = questions.whole_number(request, "page_size", least=1, most=LARGEST, otherwise=searching.SIZE)
        scopes = None if request.auth is None else request.auth.scopes
        found = searching.find(request.user, words, kind=kind, page=page, size=size, scopes=scopes)
        return Response(FoundSerializer(found).data)


resources.register("search", SearchViewSet)
