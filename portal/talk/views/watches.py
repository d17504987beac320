"""What the reader watches: one subject, and all of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from portal.people.access import permitted
from portal.talk import places, watching
from portal.talk.views.page import MAY_WATCH, shown
from portal.web.pages import answer


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(MAY_WATCH)
def watch(request: HttpRequest, kind: str, reference: str) -> HttpResponse:
    """Begin, or with `stop` end; mails lead here, and nothing happens before somebody presses."""
    place = places.find(kind, reference, request.user)
    found = watching.of(place, request.user)
    if request.method != "POST":
        return answer(request, "talk/watch.html", {"place": place, "watch": found})
    if request.POST.get("stop") != "1":
        watching.begin(place, actor=request.user)
    elif found is not None:
        watching.end(found, actor=request.user)
    if request.POST.get("from") == "list":
        return redirect("talk:watches")
    return shown(request, place, then=watching.address(kind, place.pk))


@require_safe
@permitted(MAY_WATCH)
def listed(request: HttpRequest) -> HttpResponse:
    return answer(request, "talk/watches.html", {"watches": watching.own(request.user)})
