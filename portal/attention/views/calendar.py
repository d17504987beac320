"""My calendar: its secret address, and the calendar itself for whoever holds it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.attention import calendars
from portal.people.access import permitted
from portal.people.addresses import absolute
from portal.web.pages import answer


@require_http_methods(["GET", "POST"])
@permitted(calendars.MAY)
def calendar(request: HttpRequest) -> HttpResponse:
    """Whether somebody reads it and since when; POST makes an address, shown this once."""
    address = ""
    if request.method == "POST":
        address = absolute(reverse("attention:calendar-file", args=[calendars.begin(actor=request.user)]))
    context = {"feed": calendars.standing(request.user), "address": address, "count": len(calendars.of(request.user))}
    return answer(request, "attention/calendar.html", context, status=201 if address else 200)


@require_POST
@permitted(calendars.MAY)
def ending(request: HttpRequest) -> HttpResponse:
    calendars.end(actor=request.user)
    return redirect("attention:calendar")


@require_safe
def file(request: HttpRequest, secret: str) -> HttpResponse:
    """Asked by calendar programs, which do not sign in: the address is the key."""
    person = calendars.reader_by(secret)
    if person is None:
        raise Http404
    response = HttpResponse(calendars.written(person), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="concord.ics"'
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
