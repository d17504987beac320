"""What workers do for the archive."""

from celery import shared_task
from django.db import OperationalError

from portal.archive import heads, reconciling, retention


@shared_task
def dispose() -> None:
    """Each night: what is over and not held."""
    retention.dispose(actor=None)


@shared_task(acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def send_heads() -> None:
    """Every few minutes: yesterday's head to the auditors who have not got it."""
    heads.send_due()


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def reconcile_totals() -> None:
    """Each night: what is kept in sums against the rows themselves; there should be no difference."""
    reconciling.reconcile()
