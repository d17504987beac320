"""How often one caller may ask: a count a minute for each token, or each person; told in the RateLimit headers."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from portal.web import quotas

SECONDS = {"s": 1, "sec": 1, "min": 60, "m": 60, "hour": 3600, "h": 3600}


class PerToken(BaseThrottle):
    """Fixed windows, counted in the cache by one atomic step; a cache that is away lets everybody pass."""

    scope = "token"

    def allow_request(self, request: Request, view: Any) -> bool:
        self.quota, self.window = self._rate()
        caller = f"t{request.auth.pk}" if request.auth is not None else f"u{request.user.pk}"
        counted = quotas.count([quotas.Measure(self.scope, caller, self.quota)], self.window)
        if not counted:
            return True
        [found] = counted
        self.left_seconds = found.seconds_left
        left = max(found.quota - found.used, 0)
        request._request.rate = (self.scope, found.quota, self.window, left, found.seconds_left)
        return not found.is_over

    def wait(self) -> int:
        return self.left_seconds

    def _rate(self) -> tuple[int, int]:
        count, _, period = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"][self.scope].partition("/")
        return int(count), SECONDS[period]


def headers(request: Any) -> dict[str, str]:
    """`RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers) for a counted request, else nothing."""
    rate = getattr(request, "rate", None)
    if rate is None:
        return {}
    scope, quota, window, remaining, seconds = rate
    return {"RateLimit-Policy": f'"{scope}";q={quota};w={window}', "RateLimit": f'"{scope}";r={remaining};t={seconds}'}
