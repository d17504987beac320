"""The front page, of all that one may read or of one unit, today or as of a day that is over."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from governance.board import dashboard, positions_kept, then_page
from portal import clock
from portal.archive import looking_back
from portal.people import organisations
from portal.people.access import permitted
from portal.record import unchanged
from portal.web.pages import answer

NEW_HERE = timedelta(days=30)  # as long as Today leads to the first hour
LONGEST_UNASKED = 300  # seconds until a page that keeps itself fresh is read anew though nothing was done: days begin, too


@require_safe
@permitted("board.view_dashboard")
def today(request):
    if not organisations.is_running() and request.user.has_perm("people.change_organisation"):
        return redirect("setup:settings")
    if "as_of" in request.GET:
        return _then(request, request.GET["as_of"])
    stamp = f"{unchanged.last_move()}-{int(clock.now().timestamp()) // LONGEST_UNASKED}"  # before anything is read
    if request.htmx and request.GET.get("seen") == stamp:
        return HttpResponse(status=204)
    board = dashboard.build(request.user, request.GET.get("unit", ""))
    is_new_here = not board.scope.is_part and board.at - request.user.date_joined < NEW_HERE
    context = {"board": board, "where": board.scope, "is_new_here": is_new_here}
    context |= {"stamp": stamp, "is_held": request.GET.get("still") == "1"}
    return answer(request, "board/dashboard/today.html#fresh", context)


def _then(request, told):
    """The same position at the end of that day, in the organisation's zone; or what two days differ in."""
    day, unit = looking_back.day_from(told), request.GET.get("unit", "")
    found = positions_kept.at(request.user, looking_back.end_of(day), unit)
    if request.GET.get("against"):
        other = looking_back.day_from(request.GET["against"], "against")
        second = positions_kept.at(request.user, looking_back.end_of(other), unit)
        two = sorted([(day, found), (other, second)], key=lambda one: one[0])
        lines = then_page.compared(two[0][1], two[1][1])
        days = two[0][0], two[1][0]
        rows = found.scope.rows("risks:register", as_of=days[0], against=days[1])
        context = {"days": days, "then": (two[0][1], two[1][1]), "lines": lines, "where": found.scope, "rows": rows}
        return answer(request, "board/dashboard/compared.html", context)
    return answer(
        request, "board/dashboard/then.html", {"then": found, "page": then_page.of(found), "day": day, "where": found.scope}
    )
