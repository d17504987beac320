"""Many rows of a list changed at once."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.people.access import Grants, VisibleQuerySet


class BulkEditQuerySet(VisibleQuerySet):
    def at_work(self) -> "BulkEditQuerySet":
        return self.filter(state__in=BulkEdit.AT_WORK)


class BulkEdit(models.Model):
    """Rows somebody chose and fields to set in all of them: tried first, then applied, each row for itself; undone for a day."""

    class State(models.TextChoices):
        CHOOSING = "CHOOSING", _("Waits for its fields")
        CHECKING = "CHECKING", _("Being tried")
        CHECKED = "CHECKED", _("Tried")
        APPLYING = "APPLYING", _("Being applied")
        APPLIED = "APPLIED", _("Applied")
        UNDOING = "UNDOING", _("Being undone")
        UNDONE = "UNDONE", _("Undone")
        REFUSED = "REFUSED", _("Refused")

    AT_WORK = (State.CHECKING, State.APPLYING, State.UNDOING)

    kind = models.CharField(max_length=40)  # of portal.workbench.listed
    fields = models.JSONField(default=dict)  # name → value, as portal.workbench.editing.plain keeps it
    state = models.CharField(max_length=8, choices=State, default=State.CHOOSING)
    refusal = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    applied_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = BulkEditQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["started_by", "-id"], name="bulk_edits_of_a_person"),
            models.Index(fields=["id"], condition=Q(state__in=["CHECKING", "APPLYING", "UNDOING"]), name="bulk_edits_at_work"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(started_by=grants.user_id)


class BulkEditRow(models.Model):
    """What the change does to one row, or did."""

    class Outcome(models.TextChoices):
        WAITING = "WAITING", _("Not tried yet")
        FITS = "FITS", _("Will change")
        SAME = "SAME", _("Stays as it is")
        STALE = "STALE", _("Saved by somebody meanwhile")
        REFUSED = "REFUSED", _("Refused")
        DONE = "DONE", _("Changed")
        UNDONE = "UNDONE", _("Changed back")
        KEPT = "KEPT", _("Not changed back")

    bulk_edit = models.ForeignKey(BulkEdit, on_delete=models.PROTECT, related_name="rows")
    subject_id = models.BigIntegerField()
    seen_version = models.PositiveIntegerField()  # what the person looked at; after the change, what it made
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.WAITING)
    sentence = models.CharField(max_length=300, blank=True)  # why not, or by whom
    changes = models.JSONField(default=list)  # [[what, before, after]] as people read it
    undo = models.JSONField(default=dict)  # name → what stood there
    last_entry = models.BigIntegerField(null=True)  # the subject's newest audit entry when the row was done

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulk_edit", "subject_id"], name="one_bulk_row_a_subject")]
        indexes = [models.Index(fields=["bulk_edit", "outcome", "id"], name="bulk_rows_by_outcome")]

    def __str__(self) -> str:
        return f"{self.bulk_edit_id}: {self.subject_id}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(bulk_edit__started_by=grants.user_id)
