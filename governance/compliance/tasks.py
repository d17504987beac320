"""What runs beside the pages: coverage follows the log, and the day."""

from celery import shared_task

from governance.compliance import covering


@shared_task
def follow() -> None:
    """Renew the coverage of whatever a changed control or its evidence answers; safe to run twice."""
    covering.follow()


@shared_task
def renew_due() -> None:
    """Renew what the end of evidence lowers; safe to run twice."""
    covering.renew_due()
