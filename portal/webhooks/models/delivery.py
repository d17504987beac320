"""One message to one subscription, and each try to hand it over."""

import uuid

from django.db import models
from django.db.models import Q

from portal import clock
from portal.people.access import EVERY_ROW, Grants, VisibleQuerySet
from portal.webhooks.models.subscription import Subscription


class DeliveryQuerySet(VisibleQuerySet):
    def waiting(self):
        return self.filter(delivered_at=None, dropped_at=None, subscription__archived_at=None, subscription__stopped_at=None)


def _message_id() -> str:
    return f"msg_{uuid.uuid4().hex}"


class Delivery(models.Model):
    """What the message says is made when it is sent, from the sealed entry; `message_id` stays the same however often it is.
    `place` counts without gaps, so that a receiver puts messages in order and sees what is missing, and learns nothing of entries
    it is not told of, as the log's own sequence would let it."""

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="deliveries")
    seq = models.BigIntegerField(null=True)  # of the sealed entry; None: a ping
    place = models.BigIntegerField(null=True)  # 1, 2, 3 … of its subscription, in sealed order; None: a ping
    verb = models.CharField(max_length=80)
    message_id = models.CharField(max_length=40, unique=True, default=_message_id)
    created_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    delivered_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)  # given up, or not for the reader any more
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=80, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "seq"], name="one_delivery_an_entry"),
            models.UniqueConstraint(fields=["subscription", "place"], name="one_delivery_a_place"),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(delivered_at=None, dropped_at=None), name="deliveries_waiting"),
            models.Index(fields=["subscription", "-id"], name="deliveries_of_a_webhook"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.message_id}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return EVERY_ROW if "webhooks.change_webhook" in grants.permissions else Q(pk__in=())


class Attempt(models.Model):
    """One try: what came back, or what went wrong, and how long it took."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="tries")
    at = models.DateTimeField(default=clock.now)
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=80, blank=True)
    milliseconds = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.at} {self.status or self.error}"
