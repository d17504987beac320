"""One sheet that somebody imports, what is wrong with it, and what each of its rows does."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.people.access import Grants, VisibleQuerySet


class OwnQuerySet(VisibleQuerySet):
    def at_work(self):
        return self.filter(state__in=SheetImport.AT_WORK)


class SheetImport(models.Model):
    """One sheet of one source for one kind of things. Nothing is written before it is applied, and then all of it or nothing."""

    class State(models.TextChoices):
        MAPPING = "MAPPING", _("Waits for its mapping")
        CHECKING = "CHECKING", _("Being checked")
        CHECKED = "CHECKED", _("Checked")
        APPLYING = "APPLYING", _("Being imported")
        APPLIED = "APPLIED", _("Imported")
        UNDOING = "UNDOING", _("Being undone")
        UNDONE = "UNDONE", _("Undone")
        REFUSED = "REFUSED", _("Refused")

    AT_WORK = (State.CHECKING, State.APPLYING, State.UNDOING)

    kind = models.CharField(max_length=40)  # of portal.subjects: what a row becomes
    source = models.CharField(max_length=60)  # "risk-register-finance": the same name the next time
    file = models.ForeignKey("record.StoredFile", on_delete=models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    layout = models.JSONField(default=dict)  # portal.workbench.sheets.Layout
    columns = models.JSONField(default=list)  # [{"name", "letter", "examples", "guess", "is_sure"}]
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, null=True, related_name="+")  # of rows that name none
    mapping = models.JSONField(default=dict)  # column name → field; "" is ignored on purpose
    choices = models.JSONField(default=dict)  # question → answer
    suggestions = models.JSONField(default=dict)  # a name that is no address → id of the only person of that name
    confirmed = models.JSONField(default=dict)  # the suggestions that somebody confirmed
    skip_bad_rows = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.MAPPING)
    refusal = models.CharField(max_length=500, blank=True)  # why the last step did not come to its end, as a sentence
    row_count = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)  # rows read by the step under way, where it shows them as it goes
    made_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    bad_count = models.PositiveIntegerField(default=0)  # rows that do not fit
    problem_count = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    applied_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = OwnQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["started_by", "-id"], name="imports_of_a_person"),
            models.Index(fields=["kind", "source", "-id"], name="imports_of_a_source"),
            models.Index(fields=["id"], condition=Q(state__in=["CHECKING", "APPLYING", "UNDOING"]), name="imports_at_work"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """A sheet may hold what only its owner may see: whoever brought it sees it."""
        return Q(started_by=grants.user_id) if "workbench.import" in grants.permissions else Q(pk__in=())


class ImportRow(models.Model):
    """What one row of a sheet does, or did."""

    class Outcome(models.TextChoices):
        MADE = "MADE", _("New")
        CHANGED = "CHANGED", _("Changed")
        UNCHANGED = "UNCHANGED", _("Unchanged")
        BAD = "BAD", _("Does not fit")

    sheet_import = models.ForeignKey(SheetImport, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField()  # as the spreadsheet counts, the row of names included
    outcome = models.CharField(max_length=9, choices=Outcome)
    identity = models.CharField(max_length=120, blank=True)  # by which the next import of the source knows the row again
    label = models.CharField(max_length=200, blank=True)
    subject_id = models.BigIntegerField(null=True)
    changes = models.JSONField(default=list)  # [[what, before, after]] as people read it
    undo = models.JSONField(default=dict)  # what brings the row's subject back
    seen = models.CharField(max_length=64, blank=True)  # what it would change, told short: whether that is so still is asked again
    last_entry = models.BigIntegerField(null=True)  # the subject's newest audit entry when the row was done

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet_import", "number"], name="one_import_row_a_place")]
        indexes = [models.Index(fields=["sheet_import", "outcome", "number"], name="import_rows_by_outcome")]

    def __str__(self) -> str:
        return f"{self.number} {self.label}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(sheet_import__started_by=grants.user_id) if "workbench.import" in grants.permissions else Q(pk__in=())


class ImportProblem(models.Model):
    """One thing that does not fit, by row and column."""

    sheet_import = models.ForeignKey(SheetImport, on_delete=models.PROTECT, related_name="problems")
    number = models.PositiveIntegerField()  # of the row
    column = models.CharField(max_length=120, blank=True)  # its name in the sheet, "" for the row as a whole
    value = models.CharField(max_length=200, blank=True)
    sentence = models.CharField(max_length=500)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["sheet_import", "number", "id"], name="import_problems_by_row")]

    def __str__(self) -> str:
        return f"{self.number} {self.column}: {self.sentence}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(sheet_import__started_by=grants.user_id) if "workbench.import" in grants.permissions else Q(pk__in=())
