"""What a person's account changes about a request: whether the session still stands, a second factor first, zone, language."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation

from portal.people import second_factors, sessions
from portal.people.errors import FactorNeeded
from portal.people.organisations import zone_of

Handler = Callable[[HttpRequest], HttpResponse]

# Where somebody who must add a factor first may still go; whatever has no signed-in reader is not asked.
BEFORE_A_FACTOR = {
    "people:factors",
    "people:factor-app",
    "people:factor-passkey",
    "people:recovery-codes",
    "people:invitation",
    "people:new-password",
    "account_login",
    "account_logout",
    "theme",
    "healthz",
    "readyz",
    "metrics",
}


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


class factor_first:
    """Who needs a second factor and has none is led to it, whatever page they asked for; programs of theirs are refused."""

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> HttpResponse | None:
        match = request.resolver_match
        if not request.user.is_authenticated or (match and match.view_name in BEFORE_A_FACTOR):
            return None
        if not second_factors.lacking(request.user):
            return None
        if request.path.startswith("/api/"):
            raise FactorNeeded
        address = reverse("people:factors")
        if request.htmx and not request.htmx.boosted:
            response = HttpResponse()
            response["HX-Redirect"] = address
            return response
        return HttpResponseRedirect(address)
