"""Which request changed a row: carried into row history."""

from collections.abc import Callable

import pghistory
from django.http import HttpRequest, HttpResponse

READS = ("GET", "HEAD", "OPTIONS")


def history_context(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Each row version made inside a writing request knows the request and the person's key."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in READS:
            return get_response(request)
        with pghistory.context(request=request.id, actor=request.user.pk):
            return get_response(request)

    return middleware
