"""Which addresses programs ask: they read a problem where people read a page, and follow no redirect unseen."""

from django.http import HttpRequest

PREFIXES = ("/api/", "/scim/")
PAGES = "/api/v1/docs/"  # among them, for people


def asks(request: HttpRequest) -> bool:
    return request.path.startswith(PREFIXES)


def reads(request: HttpRequest) -> bool:
    """Whether a program, and no person, reads what went wrong."""
    return asks(request) and not request.path.startswith(PAGES)
