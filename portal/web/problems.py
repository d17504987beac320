"""Problems of the API by RFC 9457: one shape for everything that goes wrong, told by status, code and field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response

from portal.errors import ConcordError, Invalid, Sentence
from portal.web import collisions

CONTENT_TYPE = "application/problem+json"

# status → (code, title, what to say where nobody said more)
KINDS: dict[int, tuple[str, Sentence, Sentence]] = {
    400: ("unparsable", _("The request cannot be read"), _("Send the body as valid JSON in UTF-8.")),
    401: ("not-signed-in", _("Nobody is signed in"), _("Send a valid token: Authorization: Bearer …")),
    403: ("forbidden", _("Not allowed"), _("Your rights do not cover this. Ask an administrator which role you need.")),
    404: ("not-found", _("Not found"), _("There is nothing here that you may open.")),
    405: ("method-not-allowed", _("This address does not take this method"), _("See the documentation for what it takes.")),
    409: ("refused", _("Refused by a rule"), _("A rule refused this; nothing was changed.")),
    412: (
        "stale",
        _("Somebody else saved in between"),
        _("Read it again, see what changed, and send the new ETag in If-Match."),
    ),
    413: ("too-large", _("The body is too large"), _("Send less at once.")),
    415: ("unsupported-media-type", _("This kind of body is not understood"), _("Send the body as application/json.")),
    422: ("invalid", _("Some of it is not valid"), _("Mend the fields named here and send it again; nothing was changed.")),
    428: ("if-match-missing", _("If-Match is missing"), _("Send the ETag you read in If-Match, so that nobody's change is lost.")),
    429: ("too-many-requests", _("Too many requests"), _("Wait as long as Retry-After says.")),
    500: ("fault", _("A fault of ours"), _("This was logged. Tell an administrator the X-Request-Id of this answer.")),
    503: ("unavailable", _("Not available just now"), _("The database is too busy. Try again shortly.")),
}


class IfMatchMissing(exceptions.APIException):
    status_code = 428
    default_code = "if-match-missing"
    default_detail = KINDS[428][2]


class SessionRequired(PermissionDenied):
    """Only a person who is signed in may do this: signatures, positions, arbitration."""

    code = "session-required"


class SecondFactorRequired(PermissionDenied):
    """Only with a second factor that was given lately."""

    code = "second-factor-required"


@dataclass(frozen=True)
class Described:
    """A problem before it is an answer; `fields` maps a field's path ("levels.0.area") to its sentences."""

    status: int
    code: str
    detail: str
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "type": f"/api/v1/docs/#problem-{self.status}",
            "title": str(KINDS[self.status][1]),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "fields": dict(self.fields),
        }


def handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """The exception handler of the framework; None lets a real fault through, so that it is logged as one."""
    found = describe(exc)
    if found is None:
        return None
    if isinstance(exc, exceptions.UnsupportedMediaType):
        taken = sorted({parser.media_type for parser in context["view"].get_parsers()})
        found = replace(found, detail=str(_("Send the body as %s.")) % ", ".join(taken))
    return Response(found.as_json(), status=found.status, headers=dict(found.headers), content_type=CONTENT_TYPE)


def describe(exc: Exception) -> Described | None:
    """What to tell about `exc`; None where it is no answer but a fault of ours."""
    if isinstance(exc, ConcordError):
        fields = {name: _sentences(told) for name, told in exc.fields.items()} if isinstance(exc, Invalid) else {}
        retry = exc.facts.get("retry_after")
        return _of(exc.status, str(exc), exc.code, fields=fields, headers={"Retry-After": str(retry)} if retry else {})
    if isinstance(exc, exceptions.ValidationError):
        return _of(422, fields=dict(_flat(exc.detail)))
    if isinstance(exc, exceptions.APIException):
        return _of_framework(exc)
    if isinstance(exc, Http404):
        return _of(404)
    if isinstance(exc, PermissionDenied):
        return _of(403, str(exc), getattr(exc, "code", ""))
    if isinstance(exc, ValidationError):
        told = exc.message_dict if hasattr(exc, "error_dict") else {"": exc.messages}
        return _of(422, fields={"" if name == "__all__" else name: _sentences(each) for name, each in told.items()})
    if isinstance(exc, RequestDataTooBig):
        return _of(413)
    if isinstance(exc, UnreadablePostError):
        return _of(400)
    refusal = collisions.refusal(exc)
    return describe(refusal) if refusal is not None else None


def fault() -> dict[str, Any]:
    """What is told where something broke that no rule knows of."""
    return _of(500).as_json()


def _of(status: int, detail: str = "", code: str = "", **more: Any) -> Described:
    usual, _title, sentence = KINDS[status]
    return Described(status=status, code=code or usual, detail=detail or str(sentence), **more)


def _of_framework(exc: exceptions.APIException) -> Described | None:
    status = exc.status_code
    if status not in KINDS:
        return None
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header
    if getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(exc.wait) + 1)
    told = "" if exc.detail == type(exc).default_detail or status in (400, 404, 405, 415) else str(exc.detail)
    code = getattr(exc.detail, "code", "")
    known = getattr(type(exc), "default_code", "")
    return _of(status, told, code if code != known or code == KINDS[status][0] else "", headers=headers)


def _sentences(told: Any) -> list[str]:
    return [str(one) for one in told] if isinstance(told, (list, tuple)) else [str(told)]


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Nested errors of a serializer as {"levels.0.area": [sentence, …]}; "" is the whole."""
    if isinstance(detail, Mapping):
        for name, told in detail.items():
            below = path if name == "non_field_errors" else f"{path}.{name}".strip(".")
            yield from _flat(told, below)
    elif isinstance(detail, list) and any(isinstance(one, (Mapping, list)) for one in detail):
        for place, told in enumerate(detail):
            yield from _flat(told, f"{path}.{place}".strip("."))
    else:
        sentences = _sentences(detail)
        if sentences:
            yield path, sentences
