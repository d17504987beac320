"""What workers do for the record."""

import structlog
from celery import shared_task

from portal.record import clearing, sealing, totals

log = structlog.get_logger(__name__)


@shared_task
def seal() -> None:
    """Each second: give committed entries their place in the order."""
    sealing.seal_all()


@shared_task
def fold_totals() -> None:
    """Every few seconds: sum up what changed, until nothing waits."""
    while totals.fold():
        pass


@shared_task
def clear_away() -> None:
    """Each night: work files past their day, idempotency keys past their use, sign-ins of long ago."""
    log.info(
        "record.cleared",
        files=clearing.clear_work_files(),
        keys=clearing.clear_idempotency_keys(),
        sign_ins=clearing.clear_sign_ins(),
    )
