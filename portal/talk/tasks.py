"""What beat wakes."""

from celery import shared_task

from portal.talk import following


@shared_task
def tell_watchers() -> None:
    """Read on in the sealed log for those who watch; safe to run twice, and at once."""
    following.tell()
