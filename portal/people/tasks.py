"""What beat and a fresh letter wake: the rows say what is to be sent, so running twice or late changes nothing."""

from celery import shared_task
from django.db import OperationalError

from portal.people import letters, proposals


@shared_task(acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def send_letters():
    letters.send_waiting()


@shared_task
def fill_seats() -> None:
    """Let confirmed changes of seats take effect whose day has come."""
    proposals.take_effect()
