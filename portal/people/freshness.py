"""A second factor given lately: whatever fills a seat, and every signature, asks for one not older than 15 minutes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import clock

FRESH_FOR = timedelta(minutes=15)
LONGEST_KEPT = 20_000  # letters of a form that waits in the session for the factor
_KEPT = "kept_form"


class FactorMissing(PermissionDenied):
    """This account has no second factor, so it cannot give one."""

    code = "second-factor-required"


def given_at(request: Any) -> datetime | None:
    """When whoever sits behind this session last gave a second factor; None where never, and always for a token."""
    if getattr(request, "auth", None) is not None or not request.user.is_authenticated:
        return None
    given = [one["at"] for one in get_authentication_records(request, request.user) if one.get("method") == "mfa"]
    return min(datetime.fromtimestamp(max(given), UTC), clock.now()) if given else None


def is_fresh(request: Any) -> bool:
    """Whether whoever sits behind this session gave a second factor within FRESH_FOR. Never true for a token."""
    moment = given_at(request)
    return moment is not None and clock.now() - moment < FRESH_FOR


def second_factor(back: Callable[..., str] | None = None) -> Callable:
    """A view that goes on only with a fresh factor; else it is asked for, and one comes back to `back(**arguments)`, by default
    the same address. What a form held is kept meanwhile: the page takes it by `kept`. Stands below `permitted`."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def asked(request, *args, **kwargs):
            if is_fresh(request):
                return view(request, *args, **kwargs)
            return ask(request, back(*args, **kwargs) if back else request.get_full_path())

        return asked

    return decorate


def ask(request: HttpRequest, address: str) -> HttpResponse:
    """To the page that asks for the factor, and from there to `address`. Raises FactorMissing."""
    if not is_mfa_enabled(request.user):
        raise FactorMissing(_("This needs a second factor, and your account has none yet. Ask an administrator for one."))
    if request.method == "POST":
        written = request.POST.copy()
        written.pop("csrfmiddlewaretoken", None)
        if len(written.urlencode()) <= LONGEST_KEPT:
            request.session[_KEPT] = {"address": address, "form": written.urlencode()}
    there = f"{reverse('mfa_reauthenticate')}?{urlencode({'next': address})}"
    if getattr(request, "htmx", None) and not request.htmx.boosted:
        response = HttpResponse()
        response["HX-Redirect"] = there
        return response
    return HttpResponseRedirect(there)


def kept(request: HttpRequest) -> QueryDict | None:
    """What was written on this page before the factor was asked for; once."""
    found = request.session.get(_KEPT)
    if found is None or found["address"] != request.get_full_path():
        return None
    del request.session[_KEPT]
    return QueryDict(found["form"])
