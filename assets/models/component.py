"""What a system is made of, as its bill of materials says."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models.asset import Asset
from portal import clock


class ComponentList(models.Model):
    """One bill of materials of a system as it was taken in, and what it did to the one before."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="component_lists")
    spec_version = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=255, blank=True)
    component_count = models.PositiveIntegerField()
    added_count = models.PositiveIntegerField()
    changed_count = models.PositiveIntegerField()
    gone_count = models.PositiveIntegerField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    imported_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["asset", "-id"], name="component_lists_of_an_asset")]

    def __str__(self) -> str:
        return f"{self.asset} {self.imported_at:%Y-%m-%d}"


class Component(models.Model):
    """One part of a system by its name without a version, and all versions in it. `change` compares with the list before."""

    class Change(models.TextChoices):
        NONE = "", _("As before")
        ADDED = "ADDED", _("New")
        CHANGED = "CHANGED", _("Another version")
        GONE = "GONE", _("Gone")

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="components")
    key = models.CharField(max_length=400)  # the package URL without its version, or kind, group and name
    kind = models.CharField(max_length=40, blank=True)  # as CycloneDX says: library, firmware, …
    name = models.CharField(max_length=300)
    publisher = models.CharField(max_length=200, blank=True)
    versions = models.CharField(max_length=300, blank=True)
    versions_before = models.CharField(max_length=300, blank=True)
    change = models.CharField(max_length=7, choices=Change, blank=True, default=Change.NONE)
    archived_at = models.DateTimeField(null=True, blank=True)  # the newest list does not name it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "key"], name="a_component_is_named_once_an_asset")]
        indexes = [models.Index(fields=["asset", "name"], condition=Q(archived_at=None), name="components_of_an_asset")]

    def __str__(self) -> str:
        return f"{self.name} {self.versions}".strip()
