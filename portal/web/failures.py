"""The pages for what went wrong before or outside of a view's own answer."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _

from portal.people.freshness import FactorMissing
from portal.web import problems, programs


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: most often an old one."""
    return _answered(request, 403, _("Your session changed since this was opened. Load the page again."), {"expired": True})


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The reader's roles do not open this."""
    if isinstance(exception, FactorMissing):
        return _answered(request, 403, str(exception), {"told": str(exception)})
    return _answered(request, 403, _("Your roles do not include this. An administrator can add you."))


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing here, or nothing the reader may know of: the same answer."""
    return _answered(request, 404, _("This is not here any more, or not for you."))


def failed(request: HttpRequest) -> HttpResponse:
    """A fault of ours; neither database nor context processors are asked. Programs get a problem, not a page."""
    if programs.reads(request):
        return JsonResponse(problems.fault(), status=500, content_type=problems.CONTENT_TYPE)
    return HttpResponse(loader.render_to_string("errors/500.html", {"request_id": getattr(request, "id", "")}), status=500)


def _answered(request: HttpRequest, status: int, sentence: str, context: dict | None = None) -> HttpResponse:
    """A page of its own, or for htmx one sentence in #messages, so that no fragment is replaced by a whole page."""
    if getattr(request, "htmx", False):
        response = render(request, "components/_refusal.html", {"sentence": sentence}, status=status)
        response["HX-Retarget"] = "#messages"
        response["HX-Reswap"] = "innerHTML"
        return response
    return render(request, f"errors/{status}.html", context, status=status)
