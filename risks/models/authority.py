"""Who may accept what, up to which band and sum."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet


class Covers(models.TextChoices):
    """What a line of the table speaks of."""

    RISK_ACCEPTANCE = "RISK_ACCEPTANCE", _("Risk acceptance")
    POLICY_EXCEPTION = "POLICY_EXCEPTION", _("Policy exception")
    GATE_WAIVER = "GATE_WAIVER", _("Gate waiver")
    TREATMENT = "TREATMENT", _("Treatment")
    DECISION = "DECISION", _("Decision")


@tracked()
class AuthorityTable(models.Model):
    """One edition of the table. Each of `lines` holds kind, up_to_band, up_to_amount (a decimal string in the organisation's
    currency; null: any sum) and offices. In force once CIO and CISO have signed it, until a newer one is."""

    lines = models.JSONField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    signed_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)  # proposed, but taken back
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["archived_at"],
                condition=Q(signed_at=None, archived_at=None),
                nulls_distinct=False,
                name="one_table_is_proposed",
            )
        ]

    def __str__(self) -> str:
        return _("Table of authority of %(day)s") % {"day": f"{self.proposed_at:%Y-%m-%d}"}

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever reads exceptions reads who may accept them."""
        return ~Q(pk__in=()) if "risks.view_exception" in grants.permissions else Q(pk__in=())
