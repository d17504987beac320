"""What the beat asks of decisions."""

from celery import shared_task
from django.db import InterfaceError, OperationalError

from governance.together import achievements, agenda, alignment, culture, moving


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def move_decisions() -> None:
    """Differences that stayed open go to the arbiter; decisions whose ground has moved are asked anew, unless all have signed it so
    before."""
    moving.escalate()
    moving.free()
    moving.renew()


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def measure_alignment() -> None:
    """The eight terms as they stand, while both agree to be measured."""
    alignment.measure()


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def note_faults() -> None:
    """Since when each fault of the charter is open: the pair's meeting asks."""
    agenda.note_faults()


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def propose_achievements() -> None:
    """Facts that both may be proud of wait for the two."""
    achievements.propose()


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, retry_backoff_max=30, max_retries=5)
def draw_up_culture() -> None:
    """The quarter that is over, two weeks after its end, while both agree to it."""
    culture.draw_up_due()
