"""What workers do for the record."""

import structlog
from celery import shared_task

from portal.record import clearing

log = structlog.get_logger(__name__)


@shared_task
def clear_away() -> None:
    """Each night: work files past their day, idempotency keys past their use."""
    log.info("record.cleared", files=clearing.clear_work_files(), keys=clearing.clear_idempotency_keys())
