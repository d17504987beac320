"""Scoring and previews of formulas in the list of jobs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.workbench import jobs
from portal.workbench.jobs import Job, Standing
from risks import formula_previews, formula_versions, recompute, stale
from risks.models import FormulaPreview, FormulaVersion, StaleScore


def _scoring(user: Any, since: datetime) -> Sequence[Job]:
    """One line for all that waits, and one for what was given up, which is tried again as a whole."""
    if not user.has_perm("risks.view_recompute"):
        return []
    given_up = Q(attempts__gte=stale.MOST_ATTEMPTS)
    found = StaleScore.objects.aggregate(
        waiting=Count("risk", distinct=True, filter=~given_up),
        oldest=Min("created_at", filter=~given_up),
        failed=Count("risk", distinct=True, filter=given_up),
        failed_since=Min("created_at", filter=given_up),
    )
    here = reverse("risks:recompute")
    lines = []
    if found["failed"]:
        state = ngettext("%(n)d risk could not be scored", "%(n)d risks could not be scored", found["failed"]) % {
            "n": found["failed"]
        }
        told, may = _("They are tried again at their next change."), user.has_perm(recompute.RETRY)
        failed = Job("scoring", 1, _("Scores"), here, Standing.FAILED, state, found["failed_since"], error=told, may_retry=may)
        lines.append(failed)
    if found["waiting"]:
        state = ngettext("%(n)d risk waits", "%(n)d risks wait", found["waiting"]) % {"n": found["waiting"]}
        lines.append(Job("scoring", 2, _("Scores"), here, Standing.RUNNING, state, found["oldest"]))
    return lines


def _scoring_again(_pk: int, actor: Any) -> None:
    if not actor.has_perm("risks.view_recompute"):
        raise Http404
    recompute.try_again(actor=actor)


def _previews(user: Any, since: datetime) -> Sequence[Job]:
    versions = FormulaVersion.objects.visible_to(user)
    rows = FormulaPreview.objects.filter(formula_version__in=versions.values("pk")).filter(
        Q(finished_at=None) | Q(finished_at__gte=since)
    )
    may = user.has_perm("risks.draft_formula")
    rows = rows.select_related("formula_version__drafted_by").order_by("-pk")[: jobs.SHOWN]
    return [_preview(row, may) for row in rows]


def _preview(row: FormulaPreview, may: bool) -> Job:
    failed = row.finished_at is None and row.attempts >= formula_previews.MOST_ATTEMPTS
    running = row.finished_at is None and not failed
    drafted_by = row.formula_version.drafted_by
    return Job(
        source="preview",
        pk=row.pk,
        label=str(row.formula_version),
        url=reverse("risks:formula-version", args=[row.formula_version_id]),
        standing=Standing.FAILED if failed else Standing.RUNNING if running else Standing.DONE,
        state=_("given up") if failed else _("Being computed") if running else _("Computed"),
        since=row.finished_at or row.asked_at,
        who=drafted_by.name if drafted_by else "",
        percent=jobs.percent(row.done, row.total) if running else None,
        error=row.error if row.finished_at is None else "",
        may_retry=failed and may,
    )


def _preview_again(pk: int, actor: Any) -> None:
    versions = FormulaVersion.objects.visible_to(actor)
    row = get_object_or_404(FormulaPreview.objects.filter(formula_version__in=versions.values("pk")), pk=pk)
    if not actor.has_perm("risks.draft_formula"):
        raise PermissionDenied
    formula_versions.preview_again(row.formula_version)


jobs.register(jobs.Source("scoring", gettext_lazy("Scoring"), _scoring, _scoring_again))
jobs.register(jobs.Source("preview", gettext_lazy("Preview of a formula"), _previews, _preview_again))
