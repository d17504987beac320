"""Words that were taken away, by whom and why."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import clock
from portal.archive.models.by_permission import Kept


class Redaction(Kept):
    """Proposed by one person, carried out when a second agrees; or by the retention table, once the time of the words is over.
    `fields` are columns, `entries` audit entries with words."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", gettext_lazy("Waits for a second person")
        DONE = "DONE", gettext_lazy("Carried out")
        REFUSED = "REFUSED", gettext_lazy("Refused")

    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    fields = models.JSONField(default=list)
    entries = models.JSONField(default=list)
    wholes = models.JSONField(default=list)  # [kind, id] of what was signed with these words as a part of it
    with_present = models.BooleanField(default=True)  # what the row says today goes as well
    reason = models.TextField(blank=True)
    by_retention = models.BooleanField(default=False)  # the table says so, nobody proposes; `decided_by` null: the night
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    versions = models.PositiveIntegerField(default=0)  # of rows that were overwritten
    texts = models.PositiveIntegerField(default=0)  # of audit entries that were taken away

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="redactions_of_a_subject")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(by_retention=True) | (models.Q(proposed_by__isnull=False) & ~models.Q(reason="")),
                name="somebody_asks_for_a_redaction_and_says_why",
            )
        ]

    def __str__(self) -> str:
        return _("Redaction %(id)d of %(day)s") % {"id": self.pk, "day": f"{self.proposed_at:%Y-%m-%d}"}

    @property
    def key(self) -> tuple[str, int]:
        """(kind, id) of the subject, as `subjects.fetch` takes it."""
        return self.subject_kind, self.subject_id
