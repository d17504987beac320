"""The levels of a risk that count."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from risks.models.risk import Risk


def level():
    return models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)])


@tracked()
class Levels(models.Model):
    """Likelihood and impact by area (1–5 on scales.py) of one risk in one stage; the worst area counts. One row a stage."""

    class Stage(models.TextChoices):
        INHERENT = "INHERENT", _("Inherent")
        CURRENT = "CURRENT", _("Now")
        RESIDUAL = "RESIDUAL", _("After plan (residual)")

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="levels")
    stage = models.CharField(max_length=8, choices=Stage)
    likelihood_level = level()
    financial_level = level()
    operational_level = level()
    safety_level = level()
    legal_level = level()
    reputation_level = level()
    reason = models.TextField(blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "levels"
        constraints = [models.UniqueConstraint(fields=["risk", "stage"], name="one_row_of_levels_a_stage")]

    def __str__(self) -> str:
        return f"{self.risk_id} {self.stage}"

    @property
    def impact_level(self) -> int | None:
        """The worst area, or None while no area is judged."""
        areas = [
            self.financial_level,
            self.operational_level,
            self.safety_level,
            self.legal_level,
            self.reputation_level,
        ]
        return max((one for one in areas if one), default=None)
