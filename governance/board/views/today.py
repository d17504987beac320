"""The front page, today or as of a day that is over."""

from datetime import date, timedelta

from django.shortcuts import redirect
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from governance.board import dashboard, positions_kept, then_page
from portal import clock
from portal.errors import Invalid
from portal.people import organisations
from portal.people.access import permitted
from portal.web.pages import answer


@require_safe
@permitted("board.view_dashboard")
def today(request):
    if not organisations.is_running() and request.user.has_perm("people.change_organisation"):
        return redirect("setup:settings")
    if "as_of" in request.GET:
        return _then(request, request.GET["as_of"])
    return answer(request, "board/dashboard/today.html", {"board": dashboard.build(request.user)})


def _then(request, told):
    """The same position at the end of that day, in the organisation's zone."""
    day = _day(told)
    end = organisations.morning(day + timedelta(days=1)) - timedelta(microseconds=1)
    found = positions_kept.at(request.user, min(end, clock.now()) if day == organisations.today() else end)
    return answer(request, "board/dashboard/then.html", {"then": found, "page": then_page.of(found), "day": day})


def _day(told) -> date:
    try:
        day = parse_date(told)
    except ValueError:
        day = None
    if day is None or day.year < 2000 or day.year > 9000:
        sentence = _("Give a day, as in 2026-06-01.")
        raise Invalid(sentence, {"as_of": [sentence]})
    return day
