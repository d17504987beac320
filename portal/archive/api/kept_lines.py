"""`/api/v1/kept-lines/?kind=risk&as_of=…`: what every subject of a kind said when a day began, the same answer for ever."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal import subjects
from portal.archive import looking_back, then_book
from portal.web.api import fields, paging, questions, scopes
from portal.web.api.door import Door
from portal.web.api.router import resources
from portal.web.api.schema import SUBJECT_ID


class KeptMomentSerializer(serializers.Serializer):
    """The moment at which it was written down: the last one at or before the one asked for."""

    day = serializers.DateField()
    seal_seq = serializers.IntegerField()
    seal_hash = serializers.CharField()
    kept_at = serializers.DateTimeField()


class KeptLineSerializer(serializers.Serializer):
    """One subject as it stood. `facts` are keys, numbers, ids and days; `title` is what it was called then."""

    subject = serializers.IntegerField()
    title = serializers.CharField()
    facts = serializers.DictField()


class KeptLinesSerializer(serializers.Serializer):
    """In the order of their ids."""

    kind = serializers.CharField()
    as_of = serializers.DateTimeField()
    seal = KeptMomentSerializer()
    results = KeptLineSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class KeptLineViewSet(Door, ViewSet):
    """What was known of a kind's subjects at a moment that is over, under the rights of today."""

    parameters = ("kind", "as_of", "subject", "cursor", "page_size")
    also_answers = (409,)  # nothing is known of that moment

    @extend_schema(
        responses=KeptLinesSerializer(many=False),
        operation_id="kept_lines_list",
        parameters=[
            OpenApiParameter("kind", str, required=True, description='"risk", "decision" or "profile".'),
            OpenApiParameter("as_of", OpenApiTypes.DATETIME, required=True, description="A moment that is over, with its zone."),
            OpenApiParameter("subject", SUBJECT_ID, description="One of them alone, by id or number."),
            OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": paging.LARGEST_PAGE}),
            OpenApiParameter("cursor", str, description="From `next` of the page before."),
        ],
    )
    def list(self, request: Request) -> Response:
        """Every subject of one kind that you may open today, as it stood then."""
        kept = looking_back.of_kind(questions.needed(request, "kind"))
        scopes.check_reading(request, subjects.of_kind(kept.kind).resource)
        if not request.user.has_perm(kept.permission):
            raise PermissionDenied
        asked = questions.moment(request, "as_of")
        moment = looking_back.moment_at(asked)
        size, ids = paging.page_size(request), _ids(request, kept)
        facts = looking_back.lines(kept.kind, moment, ids[:size])
        # those that came later said nothing yet: the next page goes on behind the ids that were looked at
        following = paging.address_of(request, {"after": ids[size - 1]}) if len(ids) > size else None
        looked_at = {pk: facts[pk] for pk in ids[:size] if pk in facts}
        versions = looking_back.words_of(kept, looked_at.values())
        called = kept.called(looked_at) if looked_at else {}
        results = [
            {"subject": pk, "title": then_book.title_of(kept, one, versions) or called.get(pk, ""), "facts": one}
            for pk, one in looked_at.items()
        ]
        told = {"kind": kept.kind, "as_of": asked, "seal": moment, "results": results, "next": following}
        return Response(KeptLinesSerializer(told).data)


def _ids(request: Request, kept: looking_back.Kept) -> list[int]:
    """Those that the caller may open today, from where the page before ended, and one more than fits."""
    rows = subjects.of_kind(kept.kind).named_to(request.user)
    if told := request.query_params.get("subject"):
        found = fields.by_id_or_number(rows, told)
        if found is None:
            raise Http404
        return [found.pk]
    place = paging.cursor(request) or {}
    after = place.get("after", 0)
    if not isinstance(after, int) or isinstance(after, bool) or not 0 <= after < 2**63:
        raise paging.bad_cursor()
    return list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[: paging.page_size(request) + 1])


resources.register("kept-lines", KeptLineViewSet)
