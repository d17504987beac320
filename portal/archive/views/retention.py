"""What is kept how long, what would go now, and what went."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal.archive import periods, retention
from portal.archive.models import Disposal
from portal.people import freshness
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
        "going": sum(line.going for line in lines if not line.period.words_of),
        "wordless": sum(line.going for line in lines if line.period.words_of),
        "worded": [(line, *retention.named(line, request.user)) for line in lines if line.period.words_of and line.going],
        "lost": sum(line.going for line in lines),
        "held": sum(line.held for line in lines),
        "for_good": periods.FOR_GOOD,
        "runs": [(run, [(periods.word(key), count) for key, count in run.removed.items()], sum(run.held.values())) for run in runs],
    }
    return answer(request, "archive/retention.html", context)


@require_POST
@permitted("archive.dispose")
@freshness.second_factor(back=lambda: reverse("archive:retention"))
def disposal(request: HttpRequest) -> HttpResponse:
    """Do now what the night would do."""
    done = retention.dispose(actor=request.user)
    messages.info(request, _told(done))
    return redirect("archive:retention")


def _told(done: retention.Outcome | None) -> str:
    if done is None:
        return _("Nothing was over.")
    words = {period.key: str(period.word) for period in periods.table() if period.words_of}
    gone = sum(count for key, count in done.removed.items() if key not in words)
    parts = [ngettext("%(count)d row went.", "%(count)d rows went.", gone) % {"count": gone}] if gone else []
    for key, word in words.items():
        if count := done.removed.get(key, 0):
            told = ngettext("%(word)s: the words of %(count)d went.", "%(word)s: the words of %(count)d went.", count)
            parts.append(told % {"count": count, "word": word})
    return " ".join(parts)
