"""How an integration signs in."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from portal import clock


class ServiceToken(models.Model):
    """A bearer token of a service account. Only its SHA-256 is stored; scopes are like "risks:write"."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)  # shown in lists, so a leaked token can be recognised
    digest = models.CharField(max_length=64, unique=True)  # hex SHA-256
    scopes = ArrayField(models.CharField(max_length=60))
    allowed_addresses = ArrayField(models.CharField(max_length=49), default=list, blank=True)  # networks; empty: any
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
