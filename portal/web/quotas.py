"""How often one caller may ask: fixed windows, counted in the cache by atomic steps; a cache that is away lets everybody pass.

Programs are counted by token or person (`api/throttles.py`), pages here: by person, and by the address they come from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.errors import Refused
from portal.people.addresses import client_address
from portal.web import pages, programs

Handler = Callable[[HttpRequest], HttpResponse]
UNCOUNTED = ("/healthz", "/readyz", "/metrics")  # whoever watches the portal is never turned away
MINUTE = 60


class TooManyRequests(Refused):
    sentence = _("These were more requests than one person or one address makes in a minute. Wait a moment, then go on.")
    code = "too-many-requests"
    status = 429


@dataclass(frozen=True, slots=True)
class Window:
    """How often a caller asked in the window that runs now."""

    used: int
    quota: int
    seconds_left: int

    @property
    def is_over(self) -> bool:
        return self.used > self.quota


@dataclass(frozen=True, slots=True)
class Measure:
    """How often `caller` may ask in one window of `scope`."""

    scope: str
    caller: str
    quota: int


def count(measures: Sequence[Measure], seconds: int) -> list[Window]:
    """One request more by each of `measures`, in their order; nothing where nobody counts."""
    now = int(clock.now().timestamp())
    keys = [f"throttle:{one.scope}:{one.caller}:{now // seconds}" for one in measures]
    try:
        used = cache.count_up(keys, seconds + 1)
    except Exception:  # whatever the cache's client raises: counting is not worth a failed request
        return []
    return [Window(times, one.quota, seconds - now % seconds) for times, one in zip(used, measures, strict=True)]


def paced(get_response: Handler) -> Handler:
    """A page for whoever asks within their measure, else one sentence and when to come back."""

    def middleware(request: HttpRequest) -> HttpResponse:
        over = None if request.path in UNCOUNTED or programs.asks(request) else _over(request)
        if over is None:
            return get_response(request)
        response = pages.refusal(request, TooManyRequests())
        response["Retry-After"] = str(over.seconds_left)
        return response

    return middleware


def _over(request: HttpRequest) -> Window | None:
    """The measure that is full, the address before the person."""
    measures = [Measure("address", client_address(request), settings.PAGES_A_MINUTE_BY_ADDRESS)]
    if request.user.is_authenticated:
        measures.append(Measure("person", str(request.user.pk), settings.PAGES_A_MINUTE_BY_PERSON))
    return next((one for one in count(measures, MINUTE) if one.is_over), None)
