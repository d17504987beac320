"""Mail about an account that waits to be sent."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal import clock


class Letter(models.Model):
    """One mail to one person: a row first, sent by a worker, tried again until it is gone or too old to be of use.

    A new password may be asked for any `address`, so such a letter has no recipient until the worker looks for one."""

    kind = models.CharField(max_length=40)  # a key of portal.people.wording
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="letters")
    address = models.CharField(max_length=254, blank=True)
    params = models.JSONField(default=dict)  # keys and numbers
    message_id = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    next_attempt_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=120, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)  # overtaken, or nobody to send it to

    class Meta:
        indexes = [models.Index(fields=["next_attempt_at"], condition=Q(sent_at=None, dropped_at=None), name="letters_to_send")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
