"""Something dated that people must look at again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked


@tracked()
class Review(models.Model):
    """One due look at a subject. Open until answered, or cancelled when its subject ends; one open row a subject and kind."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("Open")
        DONE = "DONE", _("Done")
        CANCELLED = "CANCELLED", _("Cancelled")

    class Outcome(models.TextChoices):
        UNCHANGED = "UNCHANGED", _("Nothing changed")
        CHANGED = "CHANGED", _("Changed")
        CLOSED = "CLOSED", _("Closed")

    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)  # "risk.review"
    due_on = models.DateField()  # in the organisation's zone
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews")  # who must answer
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")  # who is told as well
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    unchanged_in_a_row = models.PositiveSmallIntegerField(default=0)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["due_on"], condition=models.Q(state="OPEN"), name="open_reviews_by_day"),
            models.Index(fields=["owner", "due_on"], condition=models.Q(state="OPEN"), name="open_reviews_of_an_owner"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind"],
                condition=models.Q(state="OPEN"),
                name="one_open_review_a_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind} {self.subject_id} {self.due_on}"
