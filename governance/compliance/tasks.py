"""What runs beside the pages: coverage follows the log, and the day; days to object end."""

from celery import shared_task

from governance.compliance import covering, settling


@shared_task
def follow() -> None:
    """Renew the coverage of whatever a changed control or its evidence answers; safe to run twice."""
    covering.follow()


@shared_task
def renew_due() -> None:
    """Renew what the end of evidence lowers; safe to run twice."""
    covering.renew_due()


@shared_task
def lapse_objections() -> None:
    """Settle the ratings that nobody objected to in time; safe to run twice."""
    settling.lapse_objections()
