"""Light, dark, or as the reader's system has it: kept in a cookie of the browser, not in the account."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from portal.people.access import OPEN_TO_ALL, permitted
from portal.web import shell

A_YEAR = 365 * 24 * 3600


@require_POST
@permitted(OPEN_TO_ALL)
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the theme and go back to the page; any other word than light and dark means the system's."""
    back = request.POST.get("next", "")
    response = redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "/")
    theme = request.POST.get("theme", "")
    if theme in shell.THEMES:
        kept = {"max_age": A_YEAR, "httponly": True, "samesite": "Lax", "secure": request.is_secure()}
        response.set_cookie(settings.THEME_COOKIE_NAME, theme, **kept)
    else:
        response.delete_cookie(settings.THEME_COOKIE_NAME, samesite="Lax")
    return response
