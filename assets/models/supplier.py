"""Whom we lean on outside: a thin record."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from assets.models.exploited import OfTheOrganisation
from portal import clock
from portal.history import tracked
from portal.people.access import VisibleQuerySet


@tracked()
class Supplier(OfTheOrganisation, models.Model):
    """Who supplies us with what, by which contract, and how much it would matter if they failed: criticality 1–5."""

    name = models.CharField(max_length=200)
    services = models.TextField(blank=True)
    contract = models.CharField(max_length=120, blank=True)  # its number, or where it lies
    contract_ends_on = models.DateField(null=True, blank=True)
    criticality_level = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    contact = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="suppliers")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="suppliers")
    source = models.CharField(max_length=60, blank=True)  # of external_id
    external_id = models.CharField(max_length=120, blank=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField(default=clock.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(archived_at=None) & ~Q(external_id=""),
                name="one_supplier_per_external_id",
            )
        ]
        indexes = [models.Index(fields=["name", "id"], condition=Q(archived_at=None), name="current_suppliers_by_name")]

    def __str__(self) -> str:
        return self.name
