"""What workers do for risks: Celery is only the wake-up, the rows say what is stale."""

import structlog
from celery import shared_task
from django.db import InterfaceError, OperationalError

from risks import deciding, exception_prices, exceptions, formula_previews, portfolio, recompute, settling
from risks.response import clocks

log = structlog.get_logger(__name__)


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def recompute_stale_scores() -> None:
    """Score again whatever is stale, until nothing is; woken by a change, and by the timetable for what was lost."""
    while recompute.refresh_batch(limit=recompute.BATCH):
        pass


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def mark_what_time_changes() -> None:
    """Mark the scores that a new day of the organisation changes, or a formula that took effect; harmless however often it runs."""
    if recompute.mark_due() + recompute.mark_outdated():
        recompute_stale_scores.delay()


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def compare_portfolio() -> None:
    """Make the sums of losses anew from the risks, each night, and say which had been wrong: there should be none."""
    if wrong := portfolio.rebuild():
        log.error("portfolio.differed", sums=[" ".join(one) for one in wrong])


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def lapse_objections() -> None:
    """Settle what nobody objected to in time; harmless however often it runs."""
    settling.lapse_objections()


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def expire_exceptions() -> None:
    """Announce every exception whose last day is over; harmless however often it runs."""
    exceptions.expire()


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def ask_who_signs() -> None:
    """Price the exceptions that wait by the losses known today, and ask whom the table of authority names for them, and for plans
    that were proposed before it spoke of those; harmless however often it runs."""
    exception_prices.renew_waiting()
    deciding.ask_waiting()


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def compute_previews() -> None:
    """Find out what drafted formula versions would change; also the sweep for those whose wake-up or worker was lost."""
    formula_previews.work_waiting()


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def watch_clocks() -> None:
    """Tell of notification clocks that have begun, run out soon or have run out; harmless however often it runs."""
    clocks.warn()
