"""The page of jobs: what works, waits and failed, and once more."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.people.access import OPEN_TO_ALL, permitted
from portal.told import row_key
from portal.web.pages import answer
from portal.workbench import jobs
from portal.workbench.errors import NothingToTry


@require_safe
@permitted(OPEN_TO_ALL)
def listed(request: HttpRequest) -> HttpResponse:
    """Everything that the reader may see; asks again by itself while something is under way."""
    source = request.GET.get("source", "")
    found = jobs.of(request.user, source=source)
    context = {
        "jobs": [(job, jobs.word_of(job.source)) for job in found],
        "source": source,
        "sources": jobs.sources(),
        "failed": sum(job.standing == jobs.Standing.FAILED for job in found),
        "is_busy": any(job.standing in (jobs.Standing.RUNNING, jobs.Standing.WAITING) for job in found),
    }
    return answer(request, "workbench/jobs.html#jobs", context)


@require_POST
@permitted(OPEN_TO_ALL)
def retry(request: HttpRequest) -> HttpResponse:
    """Try one piece of work again."""
    key = row_key(request.POST.get("pk", ""))
    if key is None:
        raise NothingToTry
    jobs.retry(request.POST.get("source", ""), key, actor=request.user)
    messages.success(request, _("It is tried again."))
    return redirect("workbench:jobs")
