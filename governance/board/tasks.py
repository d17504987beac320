"""What the beat asks of packs."""

from celery import shared_task
from django.db import InterfaceError, OperationalError

from governance.board import positions_kept
from governance.board.output import making


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def make_pack_files() -> None:
    """The rows say which released packs lack a file."""
    making.make_missing()


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def keep_position() -> None:
    """The first of the day writes down how everything stands; the others find it written."""
    positions_kept.keep()
