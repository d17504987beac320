"""What a person's account changes about a request: whether the session still stands, zone, language."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from portal.people import sessions
from portal.people.organisations import zone_of

Handler = Callable[[HttpRequest], HttpResponse]


def standing_session(get_response: Handler) -> Handler:
    """A session that was ended elsewhere is no session."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not sessions.seen(request):
            auth.logout(request)
        return get_response(request)

    return middleware


def personal_settings(get_response: Handler) -> Handler:
    """Show moments in the reader's zone, words in their language."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            with timezone.override(ZoneInfo(zone_of(request.user))), translation.override(request.user.language):
                return get_response(request)
        return get_response(request)

    return middleware
