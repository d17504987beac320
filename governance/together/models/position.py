"""How an office stood on a decision, and why."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.together.models.decision import Decision
from portal.history import APPEND_ONLY
from portal.signing.models import Signature


class PositionQuerySet(models.QuerySet):
    def with_signature(self):
        """Oldest first."""
        return self.select_related("signature").order_by("pk")


class Position(models.Model):
    """What goes with one answer of an office; the answer itself, with who, when and over which content, is the signature. A
    signature without a position supports what was asked, a refusal opposes it. No row is ever changed."""

    class Stance(models.TextChoices):
        SUPPORT = "SUPPORT", _("Support")
        CONDITIONS = "CONDITIONS", _("Support with conditions")
        OPPOSE = "OPPOSE", _("Oppose")
        DEFER = "DEFER", _("Defer to the other office")

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="positions")
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="position")
    stance = models.CharField(max_length=10, choices=Stance)
    preferred_option = models.CharField(max_length=1, blank=True)  # of who opposes
    deferred_subject = models.CharField(max_length=200, blank=True)  # in what the other office's word counts
    reason = models.TextField(blank=True)
    would_change_my_mind = models.TextField(blank=True)

    objects = PositionQuerySet.as_manager()

    class Meta:
        triggers = APPEND_ONLY
        constraints = [
            models.CheckConstraint(condition=Q(stance="SUPPORT") | ~Q(reason=""), name="a_position_says_why"),
            models.CheckConstraint(condition=~Q(stance="DEFER") | ~Q(deferred_subject=""), name="who_defers_names_the_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.stance}"
