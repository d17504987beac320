"""The front page, today or as of a day that is over."""

from datetime import timedelta

from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from governance.board import dashboard, positions_kept, then_page
from portal.archive import looking_back
from portal.people import organisations
from portal.people.access import permitted
from portal.web.pages import answer

NEW_HERE = timedelta(days=30)  # as long as Today leads to the first hour


@require_safe
@permitted("board.view_dashboard")
def today(request):
    if not organisations.is_running() and request.user.has_perm("people.change_organisation"):
        return redirect("setup:settings")
    if "as_of" in request.GET:
        return _then(request, request.GET["as_of"])
    board = dashboard.build(request.user)
    is_new_here = board.at - request.user.date_joined < NEW_HERE
    return answer(request, "board/dashboard/today.html", {"board": board, "is_new_here": is_new_here})


def _then(request, told):
    """The same position at the end of that day, in the organisation's zone; or what two days differ in."""
    day = looking_back.day_from(told)
    found = positions_kept.at(request.user, looking_back.end_of(day))
    if request.GET.get("against"):
        other = looking_back.day_from(request.GET["against"], "against")
        two = sorted([(day, found), (other, positions_kept.at(request.user, looking_back.end_of(other)))], key=lambda one: one[0])
        lines = then_page.compared(two[0][1], two[1][1])
        context = {"days": (two[0][0], two[1][0]), "then": (two[0][1], two[1][1]), "lines": lines}
        return answer(request, "board/dashboard/compared.html", context)
    return answer(request, "board/dashboard/then.html", {"then": found, "page": then_page.of(found), "day": day})
