"""Zones and conduits (IEC 62443): what is protected alike, and what may cross from one to another."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from assets.models.asset import PURDUE_LEVELS
from assets.models.exploited import OfTheOrganisation
from portal import clock
from portal.history import tracked
from portal.people.access import VisibleQuerySet


def security_level(lowest: int):
    return models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(lowest), MaxValueValidator(4)])


@tracked()
class Zone(OfTheOrganisation, models.Model):
    """Assets belong to it by its name in their zone. Security levels: the target 1–4, and the one achieved 0–4."""

    name = models.CharField(max_length=60)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="zones")
    purdue_level = models.CharField(max_length=3, choices=PURDUE_LEVELS)
    purpose = models.CharField(max_length=200, blank=True)
    target_level = security_level(1)
    achieved_level = security_level(0)
    networks = models.JSONField(default=list, blank=True)  # ["10.20.30.0/24"]: by them a scan of it is recognised
    is_safety = models.BooleanField(default=False)  # people could be hurt: no active scan without a permit
    is_personal = models.BooleanField(default=False)  # people's own devices stand here: what is not known is forgotten
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField(default=clock.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), condition=Q(archived_at=None), name="one_zone_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_short(self) -> bool:
        """Whether less is achieved than is aimed at."""
        return self.target_level is not None and (self.achieved_level or 0) < self.target_level


@tracked()
class Conduit(OfTheOrganisation, models.Model):
    """What may cross between two zones, whichever side begins."""

    first = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="conduits_as_first")
    second = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="conduits_as_second")
    may_cross = models.CharField(max_length=200)  # "OPC UA from the historian, nothing else"
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"], condition=Q(archived_at=None), name="one_conduit_between_two_zones"
            ),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="a_conduit_names_two_zones_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first} – {self.second}"

    @property
    def unit(self):
        return self.first.unit
