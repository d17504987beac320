"""A risk above tolerance: from the score that crossed it to the one that came back, and what was decided meanwhile."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models.exception import RiskException
from risks.models.risk import Risk
from risks.models.score import POINTS
from risks.models.treatment import Treatment

_STANDING = (Treatment.State.PROPOSED, Treatment.State.APPROVED)


class BreachQuerySet(VisibleQuerySet):
    def open(self):
        return self.filter(ended_at=None)

    def undecided(self, today: date):
        """Those that ask for a decision: no treatment is proposed or under way that does more than retain the risk, no acceptance
        stands or waits for signatures, and nobody said what comes, or the day they named is over."""
        plans = Treatment.objects.filter(risk=OuterRef("risk"), state__in=_STANDING).exclude(kind=Treatment.Kind.RETAIN)
        kept = RiskException.objects.open().with_standing(today).exclude(standing=RiskException.Standing.EXPIRED)
        accepted = kept.filter(risk=OuterRef("risk"), kind=RiskException.Kind.RISK_ACCEPTANCE)
        said = Q(decided_until__gte=today)
        return self.open().exclude(said).filter(~Exists(plans), ~Exists(accepted))

    def with_undecided(self, today: date):
        """`.is_undecided`: whether it is one of those."""
        asks = Exists(Breach.objects.undecided(today).filter(pk=OuterRef("pk")))
        return self.annotate(is_undecided=ExpressionWrapper(asks, output_field=models.BooleanField()))


@tracked()
class Breach(models.Model):
    """One time in which a risk stood above tolerance: `value` and `tolerance_points` are those of the score that crossed it."""

    class Course(models.TextChoices):
        """What is decided where neither a plan nor an acceptance is there yet. Carrying on is an acceptance, never said here."""

        PLAN = "PLAN", _("Treat it: a plan comes")
        ACCEPT = "ACCEPT", _("Accept it: an acceptance is asked for")
        RATE = "RATE", _("Rate it anew first")

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="breaches")
    value = models.DecimalField(**POINTS)
    tolerance_points = models.PositiveSmallIntegerField()
    began_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    course = models.CharField(max_length=6, choices=Course, blank=True)
    course_reason = models.CharField(max_length=300, blank=True)
    decided_until = models.DateField(null=True, blank=True)  # by then it is there, or the question comes back
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = BreachQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-value", "id"], condition=Q(ended_at=None), name="open_breaches_by_value")]
        constraints = [
            models.UniqueConstraint(fields=["risk"], condition=Q(ended_at=None), name="a_risk_is_above_tolerance_once"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="a_breach_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return _t("%(risk)s above tolerance") % {"risk": self.risk}

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        if "risks.view_score" not in grants.permissions:
            return Q(pk__in=())
        return Q(risk__in=Risk.objects.filter(Risk.visibility(grants)))

    @property
    def unit(self):
        return self.risk.unit
