"""What each office thinks of a risk: rounds, what is still blind, and what was revealed."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import APPEND_ONLY, tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models.levels import level
from risks.models.risk import Risk


class Office(models.TextChoices):
    """The two sides that rate; their leaders sit in the seats CIO and CISO."""

    IT = "IT", _("IT office")
    SECURITY = "SECURITY", _("Security office")


class Confidence(models.TextChoices):
    LOW = "LOW", _("A guess")
    MEDIUM = "MEDIUM", _("Fairly sure")
    HIGH = "HIGH", _("Sure: we have data")


class Judged(models.Model):
    """Likelihood and impact by area (1–5 on scales.py), how sure, and why; the worst area counts."""

    likelihood_level = level()
    financial_level = level()
    operational_level = level()
    safety_level = level()
    legal_level = level()
    reputation_level = level()
    confidence = models.CharField(max_length=6, choices=Confidence, default=Confidence.MEDIUM)
    reason = models.TextField()

    class Meta:
        abstract = True

    @property
    def impact_levels(self) -> dict[str, int | None]:
        """By area, None where it was not judged."""
        areas = ("financial", "operational", "safety", "legal", "reputation")
        return {area: getattr(self, f"{area}_level") for area in areas}

    @property
    def impact_level(self) -> int:
        """The worst area."""
        return max((one for one in self.impact_levels.values() if one), default=0)


class OfRisk(VisibleQuerySet):
    """Rows that whoever may open their risk may open."""


@tracked()
class RatingRound(models.Model):
    """One question put to the offices: how likely and how bad is this risk now? At most one is under way a risk."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("Waits for ratings")
        OBJECTABLE = "OBJECTABLE", _("One office rated; the other may object")
        DIFFERENT = "DIFFERENT", _("The offices differ")
        SETTLED = "SETTLED", _("Settled")

    class Outcome(models.TextChoices):
        AGREED = "AGREED", _("Agreed")
        NOT_OBJECTED = "NOT_OBJECTED", _("Not objected")
        ARBITRATED = "ARBITRATED", _("Decided by the arbiter")
        ENDED = "ENDED", _("Ended with the risk")

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="rating_rounds")
    needs_both = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    rated_offices = ArrayField(models.CharField(max_length=8, choices=Office), default=list, blank=True)  # who, never what
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    objection_until = models.DateField(null=True, blank=True)
    levels_before = models.JSONField(default=dict, blank=True)  # what the offices had agreed on; {}: nothing yet
    talk_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    talk_asked_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(default=clock.now)
    revealed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = OfRisk.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["risk"], condition=~Q(state="SETTLED"), name="one_round_of_ratings_at_a_time"),
        ]
        indexes = [
            models.Index(fields=["state", "id"], condition=~Q(state="SETTLED"), name="rounds_under_way"),
            models.Index(fields=["risk", "-id"], name="rounds_of_a_risk"),
        ]

    def __str__(self) -> str:
        return f"{self.risk_id} {self.state}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(risk__in=Risk.objects.filter(Risk.visibility(grants)))


class BlindRating(Judged):
    """What an office thinks before the other has said so. No history, no audit content; gone once both are revealed."""

    round = models.ForeignKey(RatingRound, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=8, choices=Office)
    rated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    as_substitute = models.BooleanField(default=False)
    given_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "office"], name="an_office_rates_blind_once")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.office}"


class Rating(Judged):
    """One office's revealed judgement of a risk. First ratings stay; a change is a further row, a move with a reason."""

    class Kind(models.TextChoices):
        FIRST = "FIRST", _("First rating")
        MOVED = "MOVED", _("Moved")
        TOOK_THEIRS = "TOOK_THEIRS", _("Took theirs")
        KEPT = "KEPT", _("Kept")
        ARBITER = "ARBITER", _("Decided")

    round = models.ForeignKey(RatingRound, on_delete=models.PROTECT, related_name="ratings")
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="ratings")
    office = models.CharField(max_length=8, choices=Office, blank=True)  # blank: the arbiter
    kind = models.CharField(max_length=11, choices=Kind, default=Kind.FIRST)
    rated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    as_substitute = models.BooleanField(default=False)
    given_at = models.DateTimeField(default=clock.now)
    known_at = models.DateTimeField(default=clock.now)  # when the other office could read it

    objects = OfRisk.as_manager()

    class Meta:
        triggers = APPEND_ONLY
        indexes = [models.Index(fields=["risk", "-id"], name="ratings_of_a_risk")]

    def __str__(self) -> str:
        return f"{self.risk_id} {self.office} {self.likelihood_level}×{self.impact_level}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(risk__in=Risk.objects.filter(Risk.visibility(grants)))

    @property
    def seat_mark(self) -> str:
        """The sign of the office: a ring for the CIO's, a dot for the CISO's."""
        return {Office.IT: "cio", Office.SECURITY: "ciso"}.get(self.office, "both")
