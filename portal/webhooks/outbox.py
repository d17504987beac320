"""Reads the sealed log for every subscription: what is new becomes a delivery, in the transaction that notes how far it was read.

A worker that dies leaves both undone. An entry makes at most one delivery a subscription, so nothing is told twice under two ids.
"""

from django.db import transaction

from portal.record.models import Seal
from portal.webhooks import messages
from portal.webhooks.models import Delivery, Subscription

BATCH = 500  # entries a transaction


def take_up() -> int:
    """Make the deliveries of everything sealed since the last time; returns how many."""
    made = 0
    for pk in Subscription.objects.running().values_list("pk", flat=True):
        more = True
        while more:
            new, more = _take_up(pk)
            made += new
    return made


@transaction.atomic
def _take_up(pk: int) -> tuple[int, bool]:
    """(deliveries made, whether the log goes on); nothing where another worker reads for this subscription."""
    rows = Subscription.objects.running().select_related("reader").select_for_update(of=("self",), skip_locked=True)
    one = rows.filter(pk=pk).first()
    if one is None:
        return 0, False
    seals = list(Seal.objects.filter(seq__gt=one.after_seq).select_related("entry").order_by("seq")[:BATCH])
    if not seals:
        return 0, False
    told = messages.readable([seal for seal in seals if messages.wanted(one, seal)], one.reader)
    Delivery.objects.bulk_create(
        Delivery(subscription=one, seq=seal.seq, place=place, verb=seal.entry.verb)
        for place, seal in enumerate(told, one.told_count + 1)
    )
    one.after_seq, one.told_count = seals[-1].seq, one.told_count + len(told)
    one.save(update_fields=["after_seq", "told_count"])
    return len(told), len(seals) == BATCH
