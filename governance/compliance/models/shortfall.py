"""What was begun because a requirement is practised below its target: a treatment of a risk, or an initiative."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from governance.compliance.models.profile import Practice
from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet


@tracked()
class ShortfallPlan(models.Model):
    """One way out of the shortfall of a practice: exactly one of `treatment` and `initiative`."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="plans")
    treatment = models.OneToOneField("risks.Treatment", on_delete=models.PROTECT, null=True, related_name="+")
    initiative = models.OneToOneField("change.Initiative", on_delete=models.PROTECT, null=True, related_name="+")
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    begun_at = models.DateTimeField(default=clock.now)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(treatment=None, initiative__isnull=False) | Q(treatment__isnull=False, initiative=None),
                name="a_shortfall_is_treated_or_changed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.practice_id} → {self.treatment_id or self.initiative_id}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(practice__in=Practice.objects.filter(Practice.visibility(grants)))
