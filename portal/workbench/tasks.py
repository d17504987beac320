"""What workers do for the workbench."""

from celery import shared_task
from django.db import OperationalError

from portal.workbench import bulk_work, renewing, work

HOURS = 3600


# Longer than other tasks may take: 100,000 rows by their verbs. A message that is delivered again meanwhile finds the import
# claimed and ends at once.
@shared_task(acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3, time_limit=6 * HOURS)
def work_on_imports() -> None:
    """Check, apply or undo every import that waits; also the sweep for those whose wake-up or worker was lost."""
    work.work_waiting()


@shared_task(acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3, time_limit=HOURS)
def work_on_bulk_edits() -> None:
    """Go on with every change of many rows that waits; also the sweep for those whose request or worker was lost."""
    bulk_work.work_waiting()


@shared_task(acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3, time_limit=HOURS)
def renew_fields() -> None:
    """Have search read anew what custom fields say that were changed; also the sweep for what was left behind."""
    renewing.work_waiting()
