"""What workers do for the record."""

from celery import shared_task

from portal.record import sealing, totals


@shared_task
def seal() -> None:
    """Each second: give committed entries their place in the order."""
    sealing.seal_all()


@shared_task
def fold_totals() -> None:
    """Every few seconds: sum up what changed, until nothing waits."""
    while totals.fold():
        pass
