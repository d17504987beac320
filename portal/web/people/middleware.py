"""A second factor first: before anything else opens to who needs one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from portal.people import factor_rule, second_factors
from portal.people.errors import FactorNeeded
from portal.web import problems, programs

Handler = Callable[[HttpRequest], HttpResponse]

# Where somebody who must add a factor first may still go; whatever has no signed-in reader is not asked.
BEFORE_A_FACTOR = {
    "people:factors",
    "people:factor-app",
    "people:factor-passkey",
    "people:factor-link",
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
            return _led_once(request)
        if programs.asks(request):
            told = problems.describe(FactorNeeded())
            return JsonResponse(told.as_json(), status=told.status, content_type=problems.CONTENT_TYPE)
        address = reverse("people:factors")
        if request.htmx and not request.htmx.boosted:
            response = HttpResponse()
            response["HX-Redirect"] = address
            return response
        return HttpResponseRedirect(address)


def _led_once(request: HttpRequest) -> HttpResponse | None:
    """Whoever will need a factor soon is led to it once a session, from the first page they ask for, and may go on from there."""
    if request.method != "GET" or request.htmx or programs.asks(request) or second_factors.FIRST_PAGE in request.session:
        return None
    if factor_rule.grace_of(request.user) is None:
        return None
    request.session[second_factors.FIRST_PAGE] = request.get_full_path()
    return HttpResponseRedirect(reverse("people:factors"))
