"""What the addresses of this room share: the subject they are asked about."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from portal import subjects
from portal.errors import Invalid
from portal.talk import places
from portal.talk.places import Place
from portal.web.api import questions, scopes
from portal.web.api.schema import SUBJECT_ID
from portal.web.problems import KINDS

ABOUT = [
    OpenApiParameter("kind", str, required=True, description='As in "risk".'),
    OpenApiParameter("subject", SUBJECT_ID, required=True, description="The id, or the number people say."),
]


class SubjectSerializer(serializers.Serializer):
    """Which subject it is about."""

    kind = serializers.CharField(max_length=40, help_text='As in "risk".')
    subject = serializers.CharField(max_length=40, help_text="An id, or a number such as R-0017.")


def asked(request: Request) -> Place:
    """The subject that the query names, for a caller and a token that may read it. Raises Invalid, Http404, PermissionDenied."""
    return place_of(request, questions.needed(request, "kind"), questions.needed(request, "subject"))


def place_of(request: Request, kind: str, reference: Any) -> Place:
    """Raises Http404, and PermissionDenied for a token without the scope of the subject."""
    scopes.check_reading(request, subjects.of_kind(kind).resource)
    return places.find(kind, reference, request.user)


def body(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """What was sent. Raises Invalid for a field that nobody knows, and by field."""
    told = serializer(data=request.data)
    if isinstance(request.data, dict) and (unknown := sorted(set(request.data) - set(told.fields))):
        raise Invalid(KINDS[422][2], {name: [_NO_SUCH] for name in unknown})
    told.is_valid(raise_exception=True)
    return dict(told.validated_data)


_NO_SUCH = "There is no such field."
