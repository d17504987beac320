"""What we watch (KRI), its dated values, and the risks it speaks of."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models.risk import Risk

VALUE = {"max_digits": 18, "decimal_places": 4}  # in the indicator's own unit of measure
# What readings say of an indicator: derived from them, so no version of the row.
FOLLOWS = ["last_value", "last_observed_at", "standing", "standing_since"]


class IndicatorQuerySet(VisibleQuerySet):
    def watched(self):
        return self.filter(retired_at=None, archived_at=None)

    def speaking_of(self, risk_id):
        return self.filter(pk__in=IndicatorRisk.objects.filter(risk=risk_id).values("indicator"))


@tracked(exclude=["search", *FOLLOWS])
class Indicator(models.Model):
    """One quantity with its bounds: at `warning_at` it is watched closely, at `breach_at` it stands outside of its bounds, until
    a reading comes back. A reading is due `every_days` after the last one."""

    class Direction(models.TextChoices):
        HIGHER = "HIGHER", _("Higher is worse")
        LOWER = "LOWER", _("Lower is worse")

    class Standing(models.TextChoices):
        UNREAD = "UNREAD", _("No reading yet")
        NORMAL = "NORMAL", _("Within bounds")
        WARNING = "WARNING", _("Near its bound")
        BREACH = "BREACH", _("Outside of its bounds")

    number = models.CharField(max_length=12, unique=True, editable=False)  # K-0001, from a sequence
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)  # how it is measured
    unit_of_measure = models.CharField(max_length=20)  # "days", "%"
    direction = models.CharField(max_length=6, choices=Direction)
    warning_at = models.DecimalField(**VALUE)
    breach_at = models.DecimalField(**VALUE)
    every_days = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(366)])
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="indicators")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="indicators")
    last_value = models.DecimalField(null=True, editable=False, **VALUE)
    last_observed_at = models.DateTimeField(null=True, editable=False)
    standing = models.CharField(max_length=7, choices=Standing, default=Standing.UNREAD, editable=False)
    standing_since = models.DateTimeField(null=True, editable=False)  # when the reading was made that brought it there
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField(default=clock.now, editable=False)
    retired_at = models.DateTimeField(null=True, editable=False)
    retiring_reason = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("name", "description", config="english"), output_field=SearchVectorField(), db_persist=True
    )

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "id"], condition=Q(archived_at=None), name="indicators_of_a_unit"),
            GinIndex(fields=["search"], name="indicators_by_words"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(direction="HIGHER", warning_at__lte=F("breach_at"))
                | Q(direction="LOWER", warning_at__gte=F("breach_at")),
                name="an_indicator_warns_before_it_breaches",
            ),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(archived_at=None) & ~Q(external_id=""),
                name="one_indicator_per_external_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        if "risks.view_indicator" not in grants.permissions:
            return Q(pk__in=())
        return grants.in_reach("unit") | Q(owner=grants.user_id)

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        """No indicator is hidden within the units one sees."""
        return cls.visibility(grants)

    def standing_at(self, value: Decimal) -> "Indicator.Standing":
        """Where `value` stands to the bounds; at a bound it has reached it."""
        sign = 1 if self.direction == self.Direction.HIGHER else -1
        if sign * value >= sign * self.breach_at:
            return self.Standing.BREACH
        return self.Standing.WARNING if sign * value >= sign * self.warning_at else self.Standing.NORMAL


class SpokenOf(VisibleQuerySet):
    """Which indicator speaks of which risk: seen by whoever may open the risk."""


@tracked()
class IndicatorRisk(models.Model):
    """This indicator speaks of this risk: outside of its bounds it adds to its score."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="risk_links")
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="indicator_links")
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    linked_at = models.DateTimeField(default=clock.now)

    objects = SpokenOf.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["indicator", "risk"], name="an_indicator_speaks_of_a_risk_once")]

    def __str__(self) -> str:
        return f"{self.indicator_id} → {self.risk_id}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(risk__in=Risk.objects.filter(Risk.visibility(grants)))


class ReadingQuerySet(VisibleQuerySet):
    def standing(self):
        return self.filter(withdrawn_at=None)


@tracked()
class Reading(models.Model):
    """One value of an indicator, as observed at a moment and known to the portal since another. It is never changed: one that was
    wrong is taken back, and stays on record."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="readings")
    value = models.DecimalField(**VALUE)
    observed_at = models.DateTimeField()
    known_at = models.DateTimeField(default=clock.now, editable=False)
    note = models.CharField(max_length=300, blank=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawing_reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["indicator", "-observed_at"], name="readings_by_moment")]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "observed_at"], condition=Q(withdrawn_at=None), name="one_reading_of_a_moment"
            ),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(withdrawn_at=None) & ~Q(external_id=""),
                name="one_reading_per_external_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.number} {self.value.normalize():f} {self.observed_at:%Y-%m-%d}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(indicator__in=Indicator.objects.filter(Indicator.visibility(grants)))

    @property
    def unit(self):
        return self.indicator.unit
