"""What the organisation's directory says by SCIM: of people, and of groups."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from portal import clock
from portal.people.access import EVERY_ROW, Grants, VisibleQuerySet
from portal.sign_on.models.identity_provider import MAY


class DirectoryPerson(models.Model):
    """Somebody whom the directory keeps. `said` is what it said last, as it said it (RFC 7643), of what we take from it. Without
    an e-mail address among it there is no account: people sign in by one."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="directory")
    external_id = models.CharField(max_length=200, blank=True)
    said = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["external_id"], name="people_by_directory_id")]

    def __str__(self) -> str:
        return str(self.user or self.said.get("userName", ""))


class DirectoryGroup(models.Model):
    """People who belong together there; a rule may let them act in a role here."""

    name = models.CharField(max_length=200)
    external_id = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    members = models.ManyToManyField(DirectoryPerson, related_name="groups", blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="one_directory_group_a_name")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visibility(cls, grants: Grants) -> models.Q:
        return EVERY_ROW if MAY in grants.permissions else models.Q(pk__in=())
