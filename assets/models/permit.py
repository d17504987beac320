"""Leave to scan a safety zone actively, given beforehand."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from assets.models.exploited import OfTheOrganisation
from assets.models.zone import Zone
from portal import clock
from portal.history import tracked
from portal.people.access import VisibleQuerySet


@tracked()
class ScanPermit(OfTheOrganisation, models.Model):
    """In `zone` an active scan of `scope` may run between two moments; `contact` stands by in the plant meanwhile."""

    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="permits")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    scope = models.CharField(max_length=200)  # which addresses and ports, how gently
    contact = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField(default=clock.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)  # withdrawn
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="a_permit_ends_after_it_starts")]
        indexes = [models.Index(fields=["zone", "starts_at"], condition=Q(archived_at=None), name="permits_of_a_zone")]

    def __str__(self) -> str:
        return f"{self.zone} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def unit(self):
        return self.zone.unit
