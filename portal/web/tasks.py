"""What workers do to be seen."""

import structlog
from celery import shared_task

from portal.web import clocks, pulse

log = structlog.get_logger(__name__)


@shared_task
def leave_pulse(queue: str) -> None:
    """Every few seconds, through each queue; says so when the worker's clock is wrong."""
    lead = pulse.leave(queue)
    if abs(lead) > clocks.TOLERANCE_SECONDS:
        log.error("clock.wrong", lead_seconds=round(lead))
