"""A server that says who somebody is."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from portal import clock
from portal.people.access import EVERY_ROW, Grants, VisibleQuerySet

MAY = "people.change_user"


class IdentityProviderQuerySet(VisibleQuerySet):
    def running(self):
        return self.filter(archived_at=None).exclude(started_at=None)


class IdentityProvider(models.Model):
    """An OpenID Connect provider (OpenID Connect Core 1.0), asked by the code flow with PKCE (RFC 7636).

    `secret` is sealed by SECRET_KEY. `proves_addresses`: each e-mail address that it names is its bearer's, also where it does not
    say so. `makes_accounts`: who is unknown here gets an account in `unit`. `is_required`: people sign in by it alone;
    administrators keep their password, so that a provider that fails locks nobody out for good.
    """

    key = models.SlugField(max_length=40, unique=True)  # stands in the address that the provider sends people back to
    name = models.CharField(max_length=80)
    issuer = models.CharField(max_length=500)
    client_id = models.CharField(max_length=200)
    secret = models.CharField(max_length=1000, editable=False)
    groups_claim = models.CharField(max_length=80, default="groups")
    proves_addresses = models.BooleanField(default=False)
    makes_accounts = models.BooleanField(default=False)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_required = models.BooleanField(default=False)
    origins = ArrayField(models.CharField(max_length=300), default=list, blank=True)  # where its pages are, by its own description
    checked_at = models.DateTimeField(null=True, blank=True)
    check_result = models.JSONField(default=list, blank=True)  # [[name of the step, whether it went well, detail], …]
    started_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = IdentityProviderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(makes_accounts=False) | Q(unit__isnull=False), name="new_accounts_have_a_unit"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return EVERY_ROW if MAY in grants.permissions else Q(pk__in=())

    @property
    def home(self) -> str:
        """The origin of its issuer."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"
