"""What this app hears: each receiver only inserts rows and wakes a worker once they are committed."""

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from assets.signals import assets_changed
from portal.people import units
from risks import stale, tasks
from risks.models import FormulaPreview, Risk
from risks.signals import risk_changed


@receiver(assets_changed)
def mark_risks_of_assets(sender, asset_ids, cause, **kwargs):
    stale.mark_reached(asset_ids, cause)
    _wake()


@receiver(risk_changed)
def mark_risks(sender, risk_ids, cause, **kwargs):
    stale.mark_risks(risk_ids, cause)
    _wake()


@receiver(post_save, sender=FormulaPreview)
def compute_preview(sender, instance, created, **kwargs):
    if created:
        transaction.on_commit(tasks.compute_previews.delay, robust=True)


def mark_risks_of_a_moved_unit(unit, lost, gained):
    """What they count for moves with them when they are next scored."""
    ids = Risk.objects.filter(unit__path__startswith=unit.path).values_list("pk", flat=True)
    stale.mark_risks(list(ids), "unit.moved")
    _wake()


units.when_moved(mark_risks_of_a_moved_unit)


def _wake():
    """A broker that is away must not fail what is committed already: the sweep finds the rows. Once a change, not once a
    transaction: what waits in an open transaction cannot be told from what a savepoint before it left behind."""
    transaction.on_commit(tasks.recompute_stale_scores.delay, robust=True)
