"""What beat wakes: the rows say what is due, so running twice or late changes nothing."""

from celery import shared_task
from django.db import OperationalError

from portal.attention import digests, reminders


@shared_task(acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def remind():
    reminders.remind()


@shared_task(acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def send_digests():
    digests.send_due()
