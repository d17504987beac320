"""Where somebody answers for another criticality than the one that follows, until a day."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models.asset import Asset
from portal import clock
from portal.history import tracked
from portal.people.access import Clause, Grants, VisibleQuerySet, any_of


@tracked()
class CriticalityOverride(models.Model):
    """In one aspect `level` counts for `asset` instead of what it inherits, and passes on below it; through `ends_on`."""

    class Aspect(models.TextChoices):
        CONFIDENTIALITY = "confidentiality", _("Confidentiality")
        INTEGRITY = "integrity", _("Integrity")
        AVAILABILITY = "availability", _("Availability")
        SAFETY = "safety", _("Safety")

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="criticality_overrides")
    aspect = models.CharField(max_length=15, choices=Aspect)
    level = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    reason = models.CharField(max_length=300)
    ends_on = models.DateField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "aspect"], condition=Q(archived_at=None), name="one_override_an_aspect"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="an_override_is_a_level"),
        ]
        indexes = [models.Index(fields=["ends_on"], condition=Q(archived_at=None), name="overrides_by_end")]

    def __str__(self) -> str:
        return f"{self.asset}: {self.get_aspect_display()} {self.level}"

    @property
    def unit(self):
        return self.asset.unit

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return any_of(cls.clauses(grants))

    @classmethod
    def clauses(cls, grants: Grants) -> list[Clause]:
        """Whoever may open the asset."""
        if "assets.view_asset" not in grants.permissions:
            return []
        return [
            Clause("reach", grants.in_reach("asset__unit"), "asset__unit"),
            Clause("owner", Q(asset__owner=grants.user_id)),
        ]
