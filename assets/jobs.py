"""Discovery in the list of jobs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets import wording
from assets.discovery import again as once_more
from assets.models import DiscoveryRun
from portal.workbench import jobs
from portal.workbench.jobs import Job, Standing

State = DiscoveryRun.State
_STANDING = {State.WAITING: Standing.WAITING, State.READING: Standing.RUNNING, State.REFUSED: Standing.FAILED}


def find(user: Any, since: datetime) -> Sequence[Job]:
    rows = DiscoveryRun.objects.visible_to(user).filter(Q(state__in=[State.WAITING, State.READING]) | Q(created_at__gte=since))
    may = user.has_perm(once_more.MAY)
    return [_job(row, may) for row in rows.select_related("started_by").order_by("-pk")[: jobs.SHOWN]]


def _job(row: DiscoveryRun, may: bool) -> Job:
    return Job(
        source="discovery",
        pk=row.pk,
        label=f"{row.source} {row.file_name}".strip(),
        url=reverse("assets:run", args=[row.pk]),
        standing=_STANDING.get(row.state, Standing.DONE),
        state=str(row.get_state_display()),
        since=row.finished_at or row.created_at,
        who=row.started_by.name if row.started_by else "",
        percent=jobs.percent(row.matched_count, row.read_count) if row.state == State.READING else None,
        error=_refusal(row),
        may_retry=may and once_more.may_be(row),
    )


def _refusal(row: DiscoveryRun) -> str:
    code = row.refusal.get("code")
    return str(wording.REFUSALS.get(code, wording.UNREADABLE)) if code else ""


def again(pk: int, actor: Any) -> None:
    once_more.read_again(get_object_or_404(DiscoveryRun.objects.visible_to(actor), pk=pk), actor=actor)


jobs.register(jobs.Source("discovery", _("Discovery"), find, again))
