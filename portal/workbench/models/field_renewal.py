"""Words of a custom field that search has to forget, or to read anew, in all the rows that it stands beside."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal import clock
from portal.people.access import Grants, VisibleQuerySet
from portal.workbench.models.custom_field import CustomField


class RenewalQuerySet(VisibleQuerySet):
    def at_work(self) -> "RenewalQuerySet":
        return self.filter(finished_at=None)


class FieldRenewal(models.Model):
    """A field was retired, or calls a choice otherwise: its words in search are written anew, batch by batch. The database notes
    it by a trigger (`search_told.py`), whoever changed the field."""

    MOST_ATTEMPTS = 5  # in a row that got no further

    field = models.ForeignKey(CustomField, on_delete=models.PROTECT, related_name="renewals")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    rows = models.PositiveIntegerField(null=True)  # how many, counted as it began
    done = models.PositiveIntegerField(default=0)
    reached = models.BigIntegerField(default=0)  # the last particulars that were read, in their order
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    objects = RenewalQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(finished_at=None), name="field_renewals_at_work")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_given_up(self) -> bool:
        return self.finished_at is None and self.attempts > self.MOST_ATTEMPTS

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever defines fields."""
        return Q() if "workbench.define_field" in grants.permissions else Q(pk__in=())
