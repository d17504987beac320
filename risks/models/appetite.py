"""What we want to carry, and how far beyond it we still accept: by kind of risk and by place."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models.control import MONEY
from risks.models.risk import Risk


def bound_in_money():
    """A mean yearly loss [organisation currency a year]; None where nobody said one."""
    return models.DecimalField(null=True, blank=True, validators=[MinValueValidator(Decimal(0))], **MONEY)


@tracked()
class Appetite(models.Model):
    """Points of the shared score, and where it was said the mean yearly loss in money, of one category or (empty) of all that
    have no row of their own; in one unit with everything below it, or (none) in the whole organisation. A row of all may say
    how likely, at most, everything there together costs more than a sum in one year."""

    category = models.CharField(max_length=12, choices=Risk.Category, blank=True)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="appetites")
    appetite_points = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    tolerance_points = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    appetite_amount = bound_in_money()
    tolerance_amount = bound_in_money()
    bad_year_amount = bound_in_money()  # all risks of the place together may cost more than that …
    bad_year_chance = models.DecimalField(null=True, blank=True, max_digits=5, decimal_places=4)  # … in at most so many years, 0–1
    passed_at = models.DateTimeField(null=True, blank=True, editable=False)  # since when they do more often; by the worker
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tolerance_points__gte=F("appetite_points")), name="tolerance_is_not_below_appetite"),
            models.CheckConstraint(
                condition=Q(appetite_amount=None, tolerance_amount=None) | Q(tolerance_amount__gte=F("appetite_amount")),
                name="tolerance_in_money_is_not_below_appetite",
            ),
            models.CheckConstraint(
                condition=Q(bad_year_amount=None, bad_year_chance=None)
                | Q(category="", bad_year_amount__isnull=False, bad_year_chance__gt=0, bad_year_chance__lt=1),
                name="a_bad_year_is_a_sum_and_a_chance_of_every_kind",
            ),
            models.UniqueConstraint(fields=["unit", "category"], nulls_distinct=False, name="one_appetite_by_unit_and_category"),
        ]

    def __str__(self) -> str:
        return f"{self.category or '*'} {self.appetite_points}/{self.tolerance_points}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever reads risks reads what we want to carry."""
        return Q() if "risks.view_risk" in grants.permissions else Q(pk__in=())
