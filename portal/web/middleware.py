"""What surrounds every request: its id, privacy of pages, and one answer to every refusal."""

import uuid
from collections.abc import Callable
from time import perf_counter

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from portal.errors import ConcordError
from portal.room import with_room
from portal.web import collisions, metrics, pages, programs

log = structlog.get_logger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]


def roomy(get_response: Handler) -> Handler:
    """All that a request calls finds room for its frames."""
    return with_room(get_response)


def request_identity(get_response: Handler) -> Handler:
    """Give the request an id, in the log lines, the audit entries and the answer; count it and log one line of it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = perf_counter()
        request.id = uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request.id)
        response = get_response(request)
        response["X-Request-Id"] = request.id
        metrics.count(request, response.status_code, started)
        _log(request, response.status_code, started)
        structlog.contextvars.clear_contextvars()
        return response

    return middleware


def _log(request: HttpRequest, status: int, started: float) -> None:
    """The route, never the address as typed (it may hold what somebody searched for), and the person's key, never a name."""
    match = request.resolver_match
    person = request.__dict__.get("_cached_user") or request.__dict__.get("user")
    log.info(
        "request",
        method=request.method,
        route=match.route if match else "",
        status=status,
        milliseconds=round((perf_counter() - started) * 1000, 1),
        user=person.pk if person is not None and "_wrapped" not in person.__dict__ else None,
    )


def private_pages(get_response: Handler) -> Handler:
    """Signed-in pages stay out of every cache."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    return middleware


class refusals:
    """A rule's refusal becomes one sentence with its status; views need not catch it."""

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Where two collided the view is asked once more; programs have a handler of their own (portal/web/problems.py)."""
        if programs.reads(request):
            return pages.refusal(request, exception) if isinstance(exception, ConcordError) else None
        if collisions.passes(exception, request):
            log.warning("request.collided", code=collisions.state_of(exception))
            match = request.resolver_match
            try:
                return match.func(request, *match.args, **match.kwargs)
            except (ConcordError, DatabaseError) as error:
                exception = error
        refusal = exception if isinstance(exception, ConcordError) else collisions.refusal(exception)
        return pages.refusal(request, refusal) if refusal is not None else None
