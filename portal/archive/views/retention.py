"""What is kept how long, what would go now, and what went."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal.archive import periods, retention
from portal.archive.models import Disposal
from portal.people.access import permitted
from portal.web.pages import answer

RUNS_SHOWN = 30


@require_safe
@permitted("archive.view_keeping")
def table(request: HttpRequest) -> HttpResponse:
    lines = retention.preview()
    runs = Disposal.objects.visible_to(request.user).select_related("started_by").order_by("-pk")[:RUNS_SHOWN]
    context = {
        "lines": lines,
        "going": sum(line.going for line in lines),
        "held": sum(line.held for line in lines),
        "for_good": periods.FOR_GOOD,
        "runs": [(run, [(periods.word(key), count) for key, count in run.removed.items()], sum(run.held.values())) for run in runs],
    }
    return answer(request, "archive/retention.html", context)


@require_POST
@permitted("archive.dispose")
def disposal(request: HttpRequest) -> HttpResponse:
    """Do now what the night would do."""
    done = retention.dispose(actor=request.user)
    count = sum(done.removed.values()) if done else 0
    told = ngettext("%(count)d row went.", "%(count)d rows went.", count) % {"count": count} if count else _("Nothing was over.")
    messages.info(request, told)
    return redirect("archive:retention")
