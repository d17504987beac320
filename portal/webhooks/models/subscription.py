"""An address of another system that wants to be told."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from portal import clock
from portal.people.access import EVERY_ROW, Grants, VisibleQuerySet


class SubscriptionQuerySet(VisibleQuerySet):
    def running(self):
        return self.filter(archived_at=None, stopped_at=None)


class Subscription(models.Model):
    """`events` holds kinds ("risk") and verbs ("risk.closed"), empty: everything. `reader` is the service account as whom the
    log is read: what it may not see is not told. Its secrets are sealed by SECRET_KEY."""

    name = models.CharField(max_length=120)
    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    secret = models.CharField(max_length=400, editable=False)
    former_secret = models.CharField(max_length=400, blank=True, editable=False)  # signs as well until `former_until`
    former_until = models.DateTimeField(null=True, blank=True)
    after_seq = models.BigIntegerField()  # the log was read up to here
    told_count = models.BigIntegerField(default=0)  # messages made so far
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    failing_since = models.DateTimeField(null=True, blank=True)  # None: the last attempt was taken
    stopped_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=20, blank=True, choices=[("BY_HAND", "BY_HAND"), ("GONE", "GONE")])
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return EVERY_ROW if "webhooks.change_webhook" in grants.permissions else Q(pk__in=())
