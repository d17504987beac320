"""What runs beside the pages: the inventory is compared with what initiatives declared, planned changes with each other."""

from celery import shared_task
from django.db import InterfaceError, OperationalError

from governance.change import clashes, joined, sightings


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def look() -> None:
    """Attribute what is new in the inventory, and see where security has joined by classifying; look for changes that
    do not go together. Safe to run twice."""
    sightings.look()
    joined.follow()
    clashes.look()
