"""Versions of the score's formula, and what each would change."""

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from portal import clock
from portal.history import NO_TRUNCATE, tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models.risk import Risk
from risks.models.score import POINTS, Band

# Once in force, and as it came with Concord, a version is what it was: for everybody, the owner too.
USED_NEVER_CHANGES = pgtrigger.Trigger(
    name="used_never_changes",
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    condition=pgtrigger.Condition("OLD.in_force_at IS NOT NULL OR OLD.drafted_by_id IS NULL"),
    func="RAISE EXCEPTION 'a used formula version never changes';",
)


class FormulaVersionQuerySet(VisibleQuerySet):
    def open(self):
        """The one that is drafted or waits for its signatures."""
        return self.filter(in_force_at=None, archived_at=None).exclude(drafted_by=None)

    def used(self):
        return self.exclude(in_force_at=None)


@tracked()
class FormulaVersion(models.Model):
    """The weights and bounds of one version, as `proof.plain` writes a `Formula`. It is drafted, proposed to CIO and CISO, and in
    force once both have signed, until one with a higher number is. Those without `drafted_by` came with Concord."""

    class State(models.TextChoices):
        DRAFTED = "DRAFTED", _l("Draft")
        PROPOSED = "PROPOSED", _l("Waits for signatures")
        USED = "USED", _l("Took effect")
        WITHDRAWN = "WITHDRAWN", _l("Taken back")
        CAME = "CAME", _l("Came with Concord, never used here")

    number = models.PositiveSmallIntegerField(unique=True)
    parameters = models.JSONField()
    reason = models.TextField(blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField(default=clock.now)
    proposed_at = models.DateTimeField(null=True, blank=True)
    in_force_at = models.DateTimeField(null=True, blank=True)
    in_force_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)  # taken back before it was signed
    version = models.PositiveIntegerField(default=1)

    objects = FormulaVersionQuerySet.as_manager()

    class Meta:
        triggers = [USED_NEVER_CHANGES, NO_TRUNCATE]
        constraints = [
            models.UniqueConstraint(
                fields=["archived_at"],
                condition=Q(in_force_at=None, archived_at=None, drafted_by__isnull=False),
                nulls_distinct=False,
                name="one_formula_is_open",
            )
        ]

    def __str__(self) -> str:
        return _("Formula version %(number)s") % {"number": self.number}

    @property
    def state(self) -> str:
        if self.in_force_at is not None:
            return self.State.USED
        if self.drafted_by_id is None:
            return self.State.CAME
        if self.archived_at is not None:
            return self.State.WITHDRAWN
        return self.State.DRAFTED if self.proposed_at is None else self.State.PROPOSED

    @property
    def state_word(self) -> str:
        return self.State(self.state).label

    @property
    def is_open(self) -> bool:
        """Still drafted, or waiting for its signatures."""
        return self.state in (self.State.DRAFTED, self.State.PROPOSED)

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever reads scores reads what they are made by."""
        return ~Q(pk__in=()) if "risks.view_score" in grants.permissions else Q(pk__in=())


class FormulaPreview(models.Model):
    """What a version would change, by the facts of `today`, against the version in force then: computed by a worker, part by part.
    The newest one of a version counts."""

    formula_version = models.ForeignKey(FormulaVersion, on_delete=models.PROTECT, related_name="previews")
    parameters = models.JSONField()  # it was computed for
    base_number = models.PositiveSmallIntegerField()
    today = models.DateField()
    total = models.PositiveIntegerField()  # open risks
    done = models.PositiveIntegerField(default=0)
    last_risk_id = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=120, blank=True)  # what the last failed attempt met: the error's class
    asked_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(finished_at=None), name="unfinished_previews")]

    def __str__(self) -> str:
        return f"{self.formula_version_id} {self.done}/{self.total}"


class FormulaPreviewRowQuerySet(VisibleQuerySet):
    def crossing(self):
        return self.exclude(crossing=0)

    def changing_band(self):
        return self.exclude(before_band=F("after_band"))


class FormulaPreviewRow(models.Model):
    """One risk whose score a version would change, now or after plan."""

    preview = models.ForeignKey(FormulaPreview, on_delete=models.PROTECT, related_name="rows", db_index=False)
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="+")
    before_value = models.DecimalField(null=True, **POINTS)
    after_value = models.DecimalField(null=True, **POINTS)
    before_band = models.CharField(max_length=8, choices=Band, blank=True)
    after_band = models.CharField(max_length=8, choices=Band, blank=True)
    before_residual_value = models.DecimalField(null=True, **POINTS)
    after_residual_value = models.DecimalField(null=True, **POINTS)
    tolerance_points = models.PositiveSmallIntegerField(null=True)
    crossing = models.SmallIntegerField(default=0)  # 1: above tolerance from then on, -1: within it again
    move = models.DecimalField(**POINTS)  # how far the score would move [points], up or down

    objects = FormulaPreviewRowQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["preview", "-move", "-id"], name="farthest_moves_of_a_preview")]
        constraints = [models.UniqueConstraint(fields=["preview", "risk"], name="a_risk_once_a_preview")]

    def __str__(self) -> str:
        return f"{self.risk_id} {self.before_value} {self.after_value}"

    @property
    def points(self) -> Decimal:
        """How far the score would move; no number on one side counts as 0."""
        return (self.after_value or Decimal(0)) - (self.before_value or Decimal(0))

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        if "risks.view_score" not in grants.permissions:
            return Q(pk__in=())
        return Q(risk__in=Risk.objects.filter(Risk.visibility(grants)))
