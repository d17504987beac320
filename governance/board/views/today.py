"""The front page."""

from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from governance.board import dashboard
from portal.people import organisations
from portal.people.access import permitted
from portal.web.pages import answer


@require_safe
@permitted("board.view_dashboard")
def today(request):
    if not organisations.is_running() and request.user.has_perm("people.change_organisation"):
        return redirect("setup:settings")
    return answer(request, "board/dashboard/today.html", {"board": dashboard.build(request.user)})
