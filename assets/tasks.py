"""What workers do for assets."""

from celery import shared_task
from django.db import OperationalError

from assets import overrides, owners
from assets.discovery import parts, reading


@shared_task(acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def read_waiting_runs() -> None:
    """Read every discovery run that waits; also the sweep for those whose wake-up or worker was lost."""
    reading.read_waiting()


@shared_task(acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def end_overrides() -> None:
    """What follows counts again where the last day of an override is over."""
    while overrides.end_due():
        pass


@shared_task(acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def ask_for_owners() -> None:
    """Let the question of each unit in which assets wait for an owner stand as they do."""
    owners.follow()


@shared_task(acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def expire_pushes() -> None:
    """Forget the parts of pushes to which none came for a day."""
    parts.expire()
