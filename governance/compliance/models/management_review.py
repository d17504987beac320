"""The review of the management system by its leaders (ISO/IEC 27001, 9.3): what lay before them, and what they decided."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from governance.compliance.models.framework import VIEW, Framework
from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet


@tracked()
class ManagementReview(models.Model):
    """One review of a unit. What lay before it is written down when it is opened; CIO and CISO sign it with its outcome."""

    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="management_reviews")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField()
    inputs = models.JSONField(default=dict)  # figures by key, as they were: management_reviews.INPUTS
    considered = models.TextField(blank=True)  # what else was considered: changes around us, interested parties
    outcome = models.TextField(blank=True)  # decisions on improvement and on changes of the management system
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "unit", "held_on"], condition=Q(archived_at=None), name="one_management_review_a_day"
            )
        ]

    def __str__(self) -> str:
        return _("Management review, %(unit)s, %(day)s") % {"unit": self.unit.name, "day": self.held_on.isoformat()}

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return grants.in_reach("unit") if VIEW in grants.permissions else Q(pk__in=())
