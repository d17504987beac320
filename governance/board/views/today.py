"""The front page."""

from django.views.decorators.http import require_safe

from governance.board import dashboard
from portal.people.access import permitted
from portal.web.pages import answer


@require_safe
@permitted("board.view_dashboard")
def today(request):
    return answer(request, "board/dashboard/today.html", {"board": dashboard.build(request.user)})
