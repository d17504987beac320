"""What became of a decision: what was foretold is locked in what was signed, what happened is noted later."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.together.models.decision import Decision
from portal import clock
from portal.history import APPEND_ONLY
from portal.people.access import Grants, VisibleQuerySet

PAIR = frozenset({"CIO", "CISO"})


class OutcomeQuerySet(VisibleQuerySet):
    """For the two alone: nobody reads who of them was right, and no number is made of it."""


class DecisionOutcome(models.Model):
    """One note of what happened since. The last one of a decision counts; no row is ever changed."""

    class Bore(models.TextChoices):
        DECIDED = "DECIDED", _("What was decided held")
        DISSENT = "DISSENT", _("The dissent proved right")
        WAITING = "WAITING", _("Waiting cost more than it saved")
        OPEN = "OPEN", _("It cannot be said yet")

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="outcomes")
    happened_on = models.DateField()
    known_at = models.DateTimeField(default=clock.now)
    actual_cost = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)  # organisation currency
    actual_ready_on = models.DateField(null=True, blank=True)
    actual_loss = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)  # organisation currency, so far
    bore_out = models.CharField(max_length=8, choices=Bore)
    what_happened = models.TextField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        triggers = APPEND_ONLY
        indexes = [models.Index(fields=["decision", "-id"], name="outcomes_of_a_decision")]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.bore_out}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return ~Q(pk__in=()) if grants.seats & PAIR else Q(pk__in=())

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)
