"""What this app does when a row of its own appears: wake the worker."""

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from assets.models import DiscoveryRun
from assets.tasks import read_waiting_runs


@receiver(post_save, sender=DiscoveryRun)
def wake_reader(sender, instance, created, **kwargs):
    """The row is the truth; where the wake-up is lost, the sweep reads the run."""
    if created and instance.state == DiscoveryRun.State.WAITING:
        transaction.on_commit(read_waiting_runs.delay, robust=True)
