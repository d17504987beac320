"""What we want to carry, and how far beyond it we still accept."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models.risk import Risk


@tracked()
class Appetite(models.Model):
    """Points of the shared score, for one category or (empty) for all that have no own row."""

    category = models.CharField(max_length=12, choices=Risk.Category, blank=True, unique=True)
    appetite_points = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    tolerance_points = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tolerance_points__gte=F("appetite_points")), name="tolerance_is_not_below_appetite")
        ]

    def __str__(self) -> str:
        return f"{self.category or '*'} {self.appetite_points}/{self.tolerance_points}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever reads risks reads what we want to carry."""
        return Q() if "risks.view_risk" in grants.permissions else Q(pk__in=())
