"""What surrounds every request: its id, privacy of pages, and one answer to every refusal."""

import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from portal.errors import ConcordError
from portal.web import pages

Handler = Callable[[HttpRequest], HttpResponse]


def request_identity(get_response: Handler) -> Handler:
    """Give the request an id, in the log lines, the audit entries and the answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.id = uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request.id)
        response = get_response(request)
        response["X-Request-Id"] = request.id
        return response

    return middleware


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
        return pages.refusal(request, exception) if isinstance(exception, ConcordError) else None
