"""The work of the ground floor in the list of jobs: imports, changes of many rows, webhooks that are not taken."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import clock
from portal.record.models import AuditEntry
from portal.webhooks import subscriptions
from portal.webhooks.models import Subscription
from portal.workbench import bulk_edits, imports, jobs, listed, progress, renewing
from portal.workbench.jobs import Job, Standing
from portal.workbench.models import BulkEdit, FieldRenewal, SheetImport


def lag() -> tuple[int, float]:
    """How many imports, changes of many rows and renewals wait for a worker or are at work, and since when nothing was noted of
    the one that stands still longest [s]. What was given up waits for a person."""
    found: list[datetime] = []
    for kind, rows in (("import", SheetImport.objects.at_work()), ("bulk-edit", BulkEdit.objects.at_work())):
        noted = AuditEntry.objects.filter(kind=kind, subject_id=OuterRef("pk")).order_by("-pk").values("at")[:1]
        found += rows.values_list(Coalesce(Subquery(noted), "created_at"), flat=True)
    found += FieldRenewal.objects.at_work().filter(attempts__lte=FieldRenewal.MOST_ATTEMPTS).values_list("asked_at", flat=True)
    return len(found), clock.age(min(found, default=None))


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


def _renewals(user: Any, since: datetime) -> Sequence[Job]:
    """Fields whose words search reads anew; nobody else's query."""
    if not user.has_perm(renewing.DEFINE):
        return ()
    rows = FieldRenewal.objects.visible_to(user).filter(Q(finished_at=None) | Q(finished_at__gte=since))
    return [_renewal(row) for row in rows.select_related("field", "asked_by").order_by("-pk")[: jobs.SHOWN]]


def _renewal(row: FieldRenewal) -> Job:
    is_over, given_up = row.finished_at is not None, row.is_given_up
    going = Standing.RUNNING if row.attempts or row.done else Standing.WAITING
    return Job(
        source="field-renewal",
        pk=row.pk,
        label=row.field.label,
        url=reverse("workbench:custom-field", args=[row.field_id]),
        standing=Standing.DONE if is_over else Standing.FAILED if given_up else going,
        state=_("read anew by search") if is_over else _("given up") if given_up else _("being read anew by search"),
        since=row.finished_at or row.asked_at,
        who=row.asked_by.name if row.asked_by else "",
        percent=None if is_over or not row.rows else jobs.percent(row.done, row.rows),
        error=_("It got no further five times. Until it does, search finds rows by words that no longer stand.")
        if given_up
        else "",
        may_retry=given_up,
    )


def _renew_again(pk: int, actor: Any) -> None:
    renewing.try_again(get_object_or_404(FieldRenewal.objects.visible_to(actor), pk=pk), actor=actor)


jobs.register(jobs.Source("import", gettext_lazy("Import"), _imports, _import_again))
jobs.register(jobs.Source("bulk-edit", gettext_lazy("Change of many rows"), _edits, _edit_again))
jobs.register(jobs.Source("webhook", gettext_lazy("Webhook"), _webhooks, _webhook_again))
jobs.register(jobs.Source("field-renewal", gettext_lazy("Custom field"), _renewals, _renew_again))
