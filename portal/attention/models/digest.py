"""One mail a person a day."""

from django.conf import settings
from django.db import models

from portal import clock


class Digest(models.Model):
    """Claimed, sent and marked per recipient and local day; `message_id` is the same at each try."""

    class State(models.TextChoices):
        CLAIMED = "CLAIMED"
        SENT = "SENT"
        FAILED = "FAILED"

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="digests")
    day = models.DateField()  # in the recipient's zone
    state = models.CharField(max_length=7, choices=State, default=State.CLAIMED)
    message_id = models.CharField(max_length=200)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "day"], name="one_digest_a_day")]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(state__in=["CLAIMED", "FAILED"]), name="digests_to_send")
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.day} {self.state}"
