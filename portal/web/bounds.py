"""What every request and answer is held to, whatever view answers: no token in clear, no body too large, apart from other sites."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _

from portal.errors import Refused
from portal.web import pages, problems, programs

Handler = Callable[[HttpRequest], HttpResponse]

STRANGERS_LIMIT = 1024 * 1024  # bytes: whoever is not signed in sends a password, not a file
AROUND_A_FILE = 1024 * 1024  # bytes of a form beside the file in it
UNUSED = ("camera", "microphone", "geolocation", "payment", "usb", "serial", "hid", "midi", "display-capture")


class InClear(Refused):
    """A redirect would hide that the token has been read by everybody on the way."""

    sentence = _("Ask by https. If you sent a token just now, have it revoked: it was readable on the way.")
    code = "https-only"
    status = 403


class BodyTooLarge(Refused):
    sentence = _("This is more than can be sent here at once. Send less.")
    code = "too-large"
    status = 413


def kept_apart(get_response: Handler) -> Handler:
    """No other site embeds our answers, and none of our pages asks for a device of the reader."""
    policy = ", ".join(f"{feature}=()" for feature in UNUSED)

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", policy)
        return response

    return middleware


def never_in_clear(get_response: Handler) -> Handler:
    """Pages asked for by plain http are led to https; programs are told, for they would not notice."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SECURE_SSL_REDIRECT and programs.asks(request) and not request.is_secure():
            return _problem(InClear())
        return get_response(request)

    return middleware


def within_size(get_response: Handler) -> Handler:
    """Refuse a body by its announced length, before any of it is written to disk. (One that announces none is read as empty.)"""

    def middleware(request: HttpRequest) -> HttpResponse:
        if _announced(request) <= _limit(request):
            return get_response(request)
        return _problem(BodyTooLarge()) if programs.asks(request) else pages.refusal(request, BodyTooLarge())

    return middleware


def _announced(request: HttpRequest) -> int:
    told = request.META.get("CONTENT_LENGTH") or "0"
    return int(told) if told.isdecimal() else 0


def _limit(request: HttpRequest) -> int:
    if programs.asks(request):
        return settings.PUSH_UPLOAD_LIMIT + AROUND_A_FILE  # read by the view, once it knows who asks
    return settings.BROWSER_UPLOAD_LIMIT + AROUND_A_FILE if request.user.is_authenticated else STRANGERS_LIMIT


def _problem(error: Refused) -> JsonResponse:
    told = problems.describe(error)
    return JsonResponse(told.as_json(), status=told.status, content_type=problems.CONTENT_TYPE)
