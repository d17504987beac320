"""The day's head, told to one auditor."""

from django.conf import settings
from django.db import models

from portal import clock


class HeadLetter(models.Model):
    """Claimed, sent and marked per recipient and day; `message_id` is the same at each try."""

    class State(models.TextChoices):
        CLAIMED = "CLAIMED"
        SENT = "SENT"
        FAILED = "FAILED"

    head = models.ForeignKey("record.DayHead", on_delete=models.PROTECT, related_name="letters")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.CLAIMED)
    message_id = models.CharField(max_length=200)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["head", "recipient"], name="one_head_letter_a_day")]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=models.Q(state__in=["CLAIMED", "FAILED"]), name="head_letters_to_send"
            )
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.head_id} {self.state}"
