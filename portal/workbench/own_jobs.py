"""The work of the ground floor in the list of jobs: imports, changes of many rows, webhooks that are not taken."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.webhooks import subscriptions
from portal.webhooks.models import Subscription
from portal.workbench import bulk_edits, imports, jobs, listed, progress
from portal.workbench.jobs import Job, Standing
from portal.workbench.models import BulkEdit, SheetImport


def _imports(user: Any, since: datetime) -> Sequence[Job]:
    ended = ~Q(state__in=[SheetImport.State.MAPPING, SheetImport.State.CHECKED]) & Q(created_at__gte=since)
    rows = (
        SheetImport.objects.visible_to(user).filter(Q(state__in=SheetImport.AT_WORK) | ended).select_related("started_by", "file")
    )
    return [_import(row) for row in rows.order_by("-pk")[: jobs.SHOWN]]


def _import(row: SheetImport) -> Job:
    done = row.done_count or (progress.read(row.pk)[0] if row.is_at_work else 0)
    return Job(
        source="import",
        pk=row.pk,
        label=row.file_name,
        url=reverse("workbench:import", args=[row.pk]),
        standing=_standing(row),
        state=str(row.get_state_display()),
        since=row.finished_at or row.created_at,
        who=row.started_by.name,
        percent=jobs.percent(done, row.row_count) if row.is_at_work else None,
        error=row.refusal,
        may_retry=imports.may_try_again(row),
    )


def _import_again(pk: int, actor: Any) -> None:
    imports.try_again(get_object_or_404(SheetImport.objects.visible_to(actor), pk=pk), actor=actor)


def _edits(user: Any, since: datetime) -> Sequence[Job]:
    ended = Q(state__in=[BulkEdit.State.APPLIED, BulkEdit.State.UNDONE, BulkEdit.State.REFUSED], created_at__gte=since)
    rows = BulkEdit.objects.visible_to(user).filter(Q(state__in=BulkEdit.AT_WORK) | ended).select_related("started_by")
    return [
        Job(
            source="bulk-edit",
            pk=row.pk,
            label=_("Change of many rows"),
            url=reverse("workbench:bulk-edit", args=[row.pk]),
            standing=_standing(row),
            state=str(row.get_state_display()),
            since=row.finished_at or row.created_at,
            who=row.started_by.name,
            error=row.refusal,
            may_retry=bulk_edits.may_try_again(row) and bulk_edits.may(listed.of_kind(row.kind), user),
        )
        for row in rows.order_by("-pk")[: jobs.SHOWN]
    ]


def _edit_again(pk: int, actor: Any) -> None:
    bulk_edits.try_again(get_object_or_404(BulkEdit.objects.visible_to(actor), pk=pk), actor=actor)


def _standing(row: SheetImport | BulkEdit) -> Standing:
    if row.is_at_work:
        return Standing.RUNNING if row.attempts else Standing.WAITING
    return Standing.FAILED if row.refusal else Standing.DONE


def _webhooks(user: Any, since: datetime) -> Sequence[Job]:
    """Those whose last message was not taken."""
    rows = Subscription.objects.visible_to(user).filter(archived_at=None).exclude(failing_since=None).select_related("created_by")
    return [
        Job(
            source="webhook",
            pk=row.pk,
            label=row.name,
            url=reverse("webhooks:webhook", args=[row.pk]),
            standing=Standing.FAILED,
            state=_("stopped") if row.stopped_at else _("not taken"),
            since=row.failing_since,
            who=row.created_by.name,
            error=_("It does not take its messages; they are tried again, later and later."),
            may_retry=row.stopped_at is None,
        )
        for row in rows.order_by("-failing_since")[: jobs.SHOWN]
    ]


def _webhook_again(pk: int, actor: Any) -> None:
    subscriptions.hurry(get_object_or_404(Subscription.objects.visible_to(actor), pk=pk), actor=actor)


jobs.register(jobs.Source("import", gettext_lazy("Import"), _imports, _import_again))
jobs.register(jobs.Source("bulk-edit", gettext_lazy("Change of many rows"), _edits, _edit_again))
jobs.register(jobs.Source("webhook", gettext_lazy("Webhook"), _webhooks, _webhook_again))
