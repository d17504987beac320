"""The shared score: its history, its present state, and which ones are stale."""

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.people.access import Grants, VisibleQuerySet
from risks.models.levels import Levels
from risks.models.risk import Risk

POINTS = {"max_digits": 5, "decimal_places": 1}


class Band(models.TextChoices):
    VERY_LOW = "VERY_LOW", _("Very low")
    LOW = "LOW", _("Low")
    MEDIUM = "MEDIUM", _("Medium")
    HIGH = "HIGH", _("High")
    SEVERE = "SEVERE", _("Severe")


class Agreement(models.TextChoices):
    """How the offices stand to the levels that count now; empty where there are none."""

    PROVISIONAL = "PROVISIONAL", _("Provisional")
    OBJECTABLE = "OBJECTABLE", _("Open to objection")
    NOT_OBJECTED = "NOT_OBJECTED", _("Not objected")
    DIFFERENT = "DIFFERENT", _("The offices differ")
    AGREED = "AGREED", _("Agreed")
    ARBITRATED = "ARBITRATED", _("Decided by the arbiter")


class ScoreQuerySet(VisibleQuerySet):
    def newest(self):
        """What counts now: the last row of each risk and state."""
        later = Score.objects.filter(risk=OuterRef("risk"), state=OuterRef("state"), pk__gt=OuterRef("pk"))
        return self.filter(~Exists(later))


class Score(models.Model):
    """One computed score of one risk in one stage, with every term. Written by recompute only, and only where it differs."""

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="scores")
    state = models.CharField(max_length=8, choices=Levels.Stage)  # inherent, current, residual
    value = models.DecimalField(null=True, **POINTS)  # null: not enough data, see reason
    band = models.CharField(max_length=8, choices=Band, blank=True)
    reason = models.CharField(max_length=60, blank=True)  # a key, where there is no value
    terms = models.JSONField(default=list)  # [{"name", "params", "points": "48.0", "source": {"kind", "id"} | null, "care": bool}]
    formula_version = models.PositiveSmallIntegerField()
    cause = models.CharField(max_length=80)  # what made it stale: "risk.changed", "asset.changed", "calendar"
    previous_value = models.DecimalField(null=True, **POINTS)
    input_digest = models.CharField(max_length=64)
    input = models.JSONField(null=True)  # everything it depends on, as proof.plain writes it; null in rows older than this column
    computed_at = models.DateTimeField(default=clock.now)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["risk", "state", "-id"], name="scores_of_a_risk"),
            models.Index(
                fields=["computed_at"],
                condition=Q(state="CURRENT", previous_value__isnull=False),
                name="moves_by_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.risk_id} {self.state} {self.value}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        if "risks.view_score" not in grants.permissions:
            return Q(pk__in=())
        return Q(risk__in=Risk.objects.filter(Risk.visibility(grants)))


class ScoreState(models.Model):
    """Where a risk stands now: the row that recompute locks, lists sort by and totals are kept from. One a risk."""

    risk = models.OneToOneField(Risk, on_delete=models.PROTECT, primary_key=True, related_name="score_state")
    inherent_value = models.DecimalField(null=True, **POINTS)
    current_value = models.DecimalField(null=True, **POINTS)
    residual_value = models.DecimalField(null=True, **POINTS)
    inherent_band = models.CharField(max_length=8, choices=Band, blank=True)
    current_band = models.CharField(max_length=8, choices=Band, blank=True)
    residual_band = models.CharField(max_length=8, choices=Band, blank=True)
    likelihood_level = models.PositiveSmallIntegerField(null=True)  # of the current stage: the heat map's cell
    impact_level = models.PositiveSmallIntegerField(null=True)
    tolerance_points = models.PositiveSmallIntegerField(null=True)
    is_above_tolerance = models.BooleanField(default=False)
    agreement = models.CharField(max_length=12, choices=Agreement, blank=True)
    it_value = models.DecimalField(null=True, **POINTS)  # what each office's own rating would score, while they differ
    security_value = models.DecimalField(null=True, **POINTS)
    is_safety = models.BooleanField(default=False)  # safety level 4 or 5 now: its own lane
    counted = models.JSONField(default=dict)  # what this risk adds to which totals: {"units": [ids], "measures": {measure: amount}}
    next_change_on = models.DateField(null=True)
    formula_version = models.PositiveSmallIntegerField(null=True)  # by which it was last looked at
    computed_at = models.DateTimeField(null=True)  # when the newest score row was written
    checked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-current_value", "risk"], include=["current_band"], name="risks_by_score"),
            models.Index(fields=["-current_value", "risk"], condition=Q(is_safety=True), name="risks_of_safety_by_score"),
            models.Index(fields=["current_band", "risk"], name="risks_of_a_band"),
            models.Index(fields=["next_change_on"], condition=Q(next_change_on__isnull=False), name="scores_that_time_changes"),
        ]

    def __str__(self) -> str:
        return f"{self.risk_id} {self.current_value}"

    @property
    def span(self) -> tuple[Any, Any] | None:
        """The lower and the higher of the two offices' numbers [points], while they differ in the number."""
        values = [value for value in (self.it_value, self.security_value) if value is not None]
        return (min(values), max(values)) if len(values) == 2 and values[0] != values[1] else None


class StaleScore(models.Model):
    """This risk must be scored again. Insert-only: a worker claims rows, and deletes exactly those it claimed."""

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=80)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=120, blank=True)  # what the last failed attempt met: the error's class
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.risk_id} {self.cause}"
