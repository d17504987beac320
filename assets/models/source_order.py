"""Whose word counts for a field of assets."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models.exploited import OfTheOrganisation
from portal import clock
from portal.history import tracked
from portal.people.access import VisibleQuerySet


@tracked()
class SourceOrder(OfTheOrganisation, models.Model):
    """For one field the sources whose word counts, the strongest first; what is not named counts less than all that are."""

    class Field(models.TextChoices):
        """What a source may state of an asset that stands in the inventory already."""

        VENDOR = "vendor", _("Vendor")
        PRODUCT = "product", _("Product")
        VERSION = "version_in_use", _("Version or firmware")
        SERIAL = "serial_number", _("Serial number")
        SYSTEM = "operating_system", _("Operating system")
        LOCATION = "location", _("Location")

    field = models.CharField(max_length=40, choices=Field)
    sources = models.JSONField()  # names as runs give them, or BY_HAND
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField(default=clock.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["field"], condition=Q(archived_at=None), name="one_source_order_a_field")]

    def __str__(self) -> str:
        return f"{self.get_field_display()}: {', '.join(self.sources)}"
