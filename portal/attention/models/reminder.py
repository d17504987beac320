"""What the inbox holds: one row a subject, kind, due date and recipient."""

from django.conf import settings
from django.db import models

from portal import clock


class Reminder(models.Model):
    """Told exactly once in the inbox; the digest mails it at least once."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reminders")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)  # "review.due", "review.overdue", "review.escalated"
    due_on = models.DateField()
    review = models.ForeignKey("attention.Review", on_delete=models.PROTECT, null=True, blank=True, related_name="reminders")
    params = models.JSONField(default=dict)  # keys and parameters, never translated text
    created_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)  # what it asked for was answered
    digest = models.ForeignKey("attention.Digest", on_delete=models.SET_NULL, null=True, blank=True, related_name="reminders")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind", "due_on", "recipient"], name="a_reminder_comes_once"
            )
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], condition=models.Q(settled_at=None), name="open_reminders_of_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind} {self.subject_id} → {self.recipient_id}"
