"""What an office asked for when it agreed, or what goes with the option that was decided."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from governance.together.models.decision import Decision
from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet


class ConditionQuerySet(VisibleQuerySet):
    def standing(self):
        """Not taken back by the office that asked for it."""
        return self.current()

    def open(self):
        """To be met: the decision has taken effect."""
        return self.current().filter(met_at=None, decision__state=Decision.State.DECIDED)


@tracked()
class Condition(models.Model):
    """One step that an office made its agreement depend on, or that goes with the option decided on; followed up from the day the
    decision takes effect."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="conditions")
    office = models.CharField(max_length=8, blank=True)  # "" for what goes with an option
    from_option = models.CharField(max_length=1, blank=True)  # its letter
    text = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decision_conditions")
    due_on = models.DateField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    met_at = models.DateTimeField(null=True, blank=True)
    met_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    met_note = models.TextField(blank=True)  # what shows it
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)  # taken back before the decision took effect
    version = models.PositiveIntegerField(default=1)

    objects = ConditionQuerySet.as_manager()

    class Meta:
        ordering = ["decision_id", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(met_at=None) | ~Q(met_note=""), name="a_met_condition_says_what_shows_it")
        ]

    def __str__(self) -> str:
        return f"{self.decision.number}: {self.text[:80]}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever may open its decision."""
        return Q(decision__in=Decision.objects.filter(Decision.visibility(grants)))

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)

    @property
    def comes_from(self) -> str:
        """The office that asked for it, or the option it goes with."""
        return _("Option %(letter)s") % {"letter": self.from_option} if self.from_option else self.office

    @property
    def unit(self):
        return self.decision.unit
