"""Somebody leaves: what they hold, who takes it, and what became of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_http_methods

from portal.people import freshness, holdings, leaving
from portal.people.access import OPEN_TO_ALL, permitted
from portal.people.models import Departure, User
from portal.web import listing
from portal.web.offices.forms.leaving import HandOverForm
from portal.web.offices.forms.seats import people
from portal.web.offices.views.saving import saved
from portal.web.pages import answer

BY_NAME = listing.Order("name", "name")


@require_GET
@permitted(OPEN_TO_ALL)
def listed(request: HttpRequest) -> HttpResponse:
    """Whose leaving the reader may arrange, and who left."""
    asked = request.GET.get("q", "").strip()[:120].replace("\x00", "")
    is_closed = request.GET.get("closed") == "1"
    rows = leaving.people_for(request.user).filter(is_active=not is_closed).select_related("unit", "reports_to")
    rows = rows.filter(name__icontains=asked) if asked else rows
    page = listing.page_of(rows, BY_NAME, request.GET, total=rows.count())
    left = Departure.objects.visible_to(request.user).select_related("person", "handed_over_by").order_by("-pk")[:20]
    context = {"page": page, "rows": page.rows, "q": asked, "closed": is_closed, "left": list(left)}
    return answer(request, "people/leaving/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(OPEN_TO_ALL)
@freshness.second_factor()
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    rows = leaving.people_for(request.user).select_related("unit", "reports_to")
    person = get_object_or_404(rows, pk=pk)
    found = leaving.preview(person, request.user)
    context = {"person": person, "held": found.held, "obstacles": found.obstacles}
    template = "people/leaving/hand_over.html"
    options: dict[str, Any] = {
        "held": found.held,
        "people": people().exclude(pk=person.pk).select_related("unit"),
        "may_give_roles": request.user.has_perm("people.assign_role"),
    }
    if request.method != "POST":
        form = HandOverForm(freshness.kept(request), initial={"state": found.state}, **options)
        return answer(request, template, context | {"form": form})
    form = HandOverForm(request.POST, **options)
    return saved(
        request,
        form,
        lambda said: leaving.hand_over(person, form.choices(), actor=request.user, state=said["state"]),
        template,
        context,
        None,
    )


@require_GET
@permitted(OPEN_TO_ALL)
def departure(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of everything somebody held."""
    rows = Departure.objects.visible_to(request.user).select_related("person", "handed_over_by")
    found = get_object_or_404(rows, pk=pk)
    shares = found.shares()
    names = User.objects.visible_to(request.user).in_bulk([successor for _key, successor, _count in shares if successor])
    labels = {group.key: group.label for group in holdings.groups()}
    context = {
        "departure": found,
        "shares": [(labels.get(key, key), names.get(successor), count) for key, successor, count in shares],
    }
    return answer(request, "people/leaving/departure.html", context)
