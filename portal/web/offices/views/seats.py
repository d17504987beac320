"""Who sits where, and who stands around each seat."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.people import access, aides, freshness, proposals, seat_table
from portal.people.access import OPEN_TO_ALL, permitted
from portal.people.models import RoleAssignment
from portal.web.offices.forms.seats import AideForm
from portal.web.offices.views.saving import saved
from portal.web.pages import answer


def _list_address(*args, **kwargs) -> str:
    return reverse("offices:seats")


@require_GET
@permitted(OPEN_TO_ALL)
def listed(request: HttpRequest) -> HttpResponse:
    held = access.grants(request.user).seats
    rows = seat_table.rows_for(request.user)
    context = {
        "rows": rows,
        "vacant": sum(row.filled is None for row in rows),
        "former": seat_table.former(request.user),
        "settled": seat_table.settled(request.user),
        "may_propose": request.user.has_perm(proposals.SETTLE),
        "may_name": bool(held) and request.user.has_perm(aides.NAME),
        "dismissable": {aide.pk for row in rows for aide in row.aides if aides.may_dismiss(aide, request.user)},
    }
    return answer(request, "people/seats/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(aides.NAME)
@freshness.second_factor()
def naming(request: HttpRequest) -> HttpResponse:
    """A leader names who prepares for their seat, or advises it."""
    seats = access.grants(request.user).seats
    template, context = "people/seats/aide.html", {}
    if request.method != "POST":
        form = AideForm(freshness.kept(request), seats=seats)
        return answer(request, template, context | {"form": form})
    form = AideForm(request.POST, seats=seats)
    return saved(
        request,
        form,
        lambda said: aides.name(said["person"], said["role"], said["seat"], actor=request.user),
        template,
        context,
        "offices:seats",
    )


@require_POST
@permitted(OPEN_TO_ALL)
@freshness.second_factor(back=_list_address)
def dismissal(request: HttpRequest, pk: int) -> HttpResponse:
    """They prepare or advise no longer."""
    aide = get_object_or_404(RoleAssignment.objects.visible_to(request.user).exclude(for_seat=""), pk=pk)
    aides.dismiss(aide, actor=request.user)
    return redirect("offices:seats")
