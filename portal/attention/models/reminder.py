"""What the inbox holds: one row a subject, kind, due date and recipient."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import clock, subjects
from portal.attention.models.about_subjects import ANY_KIND, TOLD, AboutSubjects


class ReminderQuerySet(AboutSubjects):
    def kinds(self) -> set[str]:
        spoken_of = {kind for kind, subject in subjects.all_kinds().items() if subject.is_spoken_of} if ANY_KIND in TOLD else set()
        return super().kinds() | TOLD | spoken_of

    def visible_to(self, user: Any, among: Collection[str] | None = None):
        """One's own, about subjects one may see. Most people hear of a few kinds: only these are asked (one small query, where
        `among` does not say them)."""
        if among is None:
            told = Reminder.objects.filter(recipient=user.pk).order_by() if user.pk else Reminder.objects.none()
            among = set(told.values_list("subject_kind", flat=True).distinct())
        return super().visible_to(user, among).filter(recipient=user.pk)

    def hidden_from(self, user: Any):
        """Nobody counts what others were told."""
        return self.none()

    def open(self):
        return self.filter(settled_at=None)

    def settled(self):
        return self.exclude(settled_at=None)


class Reminder(models.Model):
    """Told exactly once in the inbox; the digest mails it at least once."""

    class Stage(models.TextChoices):
        """In the order in which they come for one due date."""

        DUE_SOON = "due_soon", _("Due soon")
        DUE = "due", _("Due today")
        OVERDUE = "overdue", _("Overdue")
        TOLD_LINE = "told_line", _("Overdue in your line")
        TOLD_LEADER = "told_leader", _("Overdue on your side")
        TOLD_PAIR = "told_pair", _("For both leaders")
        NEWS = "news", _("News")  # nothing is asked; settled when it was read

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reminders")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)  # "<review kind>.<stage>", as in "risk.review.overdue"
    due_on = models.DateField()
    review = models.ForeignKey("attention.Review", on_delete=models.PROTECT, null=True, blank=True, related_name="reminders")
    params = models.JSONField(default=dict)  # keys and parameters, never translated text
    created_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)  # what it asked for was answered, moved or told more urgently
    digest = models.ForeignKey("attention.Digest", on_delete=models.SET_NULL, null=True, blank=True, related_name="reminders")

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind", "due_on", "recipient"], name="a_reminder_comes_once"
            )
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], condition=Q(settled_at=None), name="open_reminders_of_a_person"),
            models.Index(fields=["recipient"], condition=Q(settled_at=None, digest=None), name="reminders_to_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind} {self.subject_id} → {self.recipient_id}"

    @property
    def key(self) -> tuple[str, int]:
        """(kind, id) of the subject, as `subjects.fetch` takes it."""
        return self.subject_kind, self.subject_id

    @property
    def is_news(self) -> bool:
        return self.kind.endswith(f".{self.Stage.NEWS}")

    @property
    def stage(self) -> "Reminder.Stage":
        return self.Stage(self.kind.rpartition(".")[2])
