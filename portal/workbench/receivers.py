"""What this app does when a row of its own waits: wake the worker."""

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from portal.workbench.bulk_work import IN_REQUEST
from portal.workbench.models import BulkEdit, CustomField, FieldRenewal, SheetImport
from portal.workbench.tasks import renew_fields, work_on_bulk_edits, work_on_imports


@receiver(post_save, sender=SheetImport)
def wake_worker(sender, instance, update_fields, **kwargs):
    """The row is the truth; where the wake-up is lost, the sweep takes the import up. What a worker notes wakes nobody."""
    if instance.is_at_work and update_fields is None:
        transaction.on_commit(work_on_imports.delay, robust=True)


@receiver(post_save, sender=BulkEdit)
def wake_worker_for_edits(sender, instance, update_fields, **kwargs):
    """Once the request had its second: most edits are done by then."""
    if instance.is_at_work and update_fields is None:
        transaction.on_commit(lambda: work_on_bulk_edits.apply_async(countdown=2 * IN_REQUEST), robust=True)


@receiver(post_save, sender=CustomField)
@receiver(post_save, sender=FieldRenewal)
def wake_worker_for_fields(sender, instance, update_fields, **kwargs):
    """Once the request had its second. What a worker notes wakes nobody."""
    if update_fields is None:
        transaction.on_commit(lambda: renew_fields.apply_async(countdown=2 * IN_REQUEST), robust=True)
