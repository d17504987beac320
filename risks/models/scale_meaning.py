"""What the levels mean here."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet


@tracked()
class ScaleMeaning(models.Model):
    """One scale, likelihood or an impact area: where each level begins, in the unit of the scale, and what it is in words.

    `bounds` are five, the first 0 and each above the one before, for likelihood [events/year], financial [organisation
    currency] and operational [hours of standstill]; empty for scales that have words alone. `words` are always five.
    """

    class Scale(models.TextChoices):
        LIKELIHOOD = "likelihood", _("likelihood")
        FINANCIAL = "financial", _("financial")
        OPERATIONAL = "operational", _("operational")
        SAFETY = "safety", _("safety")
        LEGAL = "legal", _("legal")
        REPUTATION = "reputation", _("reputation")

    scale = models.CharField(max_length=12, choices=Scale, unique=True)
    bounds = ArrayField(models.DecimalField(max_digits=18, decimal_places=2), default=list, blank=True)
    words = ArrayField(models.CharField(max_length=120, blank=True))
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(words__len=5) & (Q(bounds__len=5) | Q(bounds=[])), name="a_scale_has_five_levels")
        ]

    def __str__(self) -> str:
        return self.get_scale_display()

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever reads risks reads what their levels mean."""
        return Q() if "risks.view_risk" in grants.permissions else Q(pk__in=())
