"""The job page of recompute: progress, lag, errors."""

from django.views.decorators.http import require_safe

from portal.people.access import permitted
from portal.web.pages import answer
from risks import backlog


@require_safe
@permitted("risks.view_recompute")
def recompute(request):
    """Answers the whole page, or to htmx the part that changes."""
    return answer(request, "risks/recompute.html#backlog", {"backlog": backlog.read(request.user)})
