"""The documentation of the API as pages of the portal: no script, no other site."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from portal.people.access import OPEN_TO_ALL, permitted
from portal.web.api import guide
from portal.web.api.described import described_to
from portal.web.problems import KINDS


@permitted(OPEN_TO_ALL)
def documentation(request: HttpRequest) -> HttpResponse:
    """The rules, the problems, and the way to every resource."""
    problems = [{"status": status, "code": code, "title": title, "told": told} for status, (code, title, told) in KINDS.items()]
    context = {"resources": _resources(request), "problems": problems, "host": _host(request)}
    return render(request, "api/index.html", context)


@permitted(OPEN_TO_ALL)
def resource(request: HttpRequest, noun: str) -> HttpResponse:
    """One resource: addresses, fields, scopes, examples."""
    found = _resources(request)
    chosen = next((one for one in found if one.noun == noun), None)
    if chosen is None:
        raise Http404
    return render(request, "api/resource.html", {"resource": chosen, "resources": found})


def _host(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _resources(request: HttpRequest) -> list[guide.Resource]:
    return guide.resources(described_to(request.user), _host(request))
