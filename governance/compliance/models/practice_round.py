"""Rounds in which the two offices say how well a requirement is practised: what is blind, what was revealed, what counted when."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.compliance.models.profile import Practice, level
from portal import clock
from portal.history import APPEND_ONLY, tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models import Office, RatingRound


@tracked()
class PracticeRound(models.Model):
    """One question put to the offices: how well is this practised? At most one is under way a practice; a round ends by the rule
    it began under, whoever owns the practice meanwhile."""

    State = RatingRound.State

    class Outcome(models.TextChoices):
        AGREED = "AGREED", _("Agreed")
        NOT_OBJECTED = "NOT_OBJECTED", _("Not objected")
        LEFT = "LEFT", _("Left to the office that owns it")
        ENDED = "ENDED", _("Ended unread")

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="rounds")
    needs_both = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    rated_offices = ArrayField(models.CharField(max_length=8, choices=Office), default=list, blank=True)  # who, never what
    objection_until = models.DateField(null=True, blank=True)
    level_before = level(null=True, blank=True)  # what counted before it; None: nothing yet
    talk_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    talk_asked_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(default=clock.now)
    revealed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice"], condition=~Q(state="SETTLED"), name="one_round_of_a_practice_at_a_time"),
        ]
        indexes = [
            models.Index(fields=["state", "id"], condition=~Q(state="SETTLED"), name="practice_rounds_under_way"),
            models.Index(fields=["practice", "-id"], name="rounds_of_a_practice"),
        ]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.state}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(practice__in=Practice.objects.filter(Practice.visibility(grants)))

    @property
    def is_provisional(self) -> bool:
        """Whether the lower of two levels counts only because nothing was ever agreed."""
        return self.state == self.State.DIFFERENT and self.level_before is None

    @property
    def seats_waited_for(self) -> tuple[str, ...]:
        """The leaders that have not rated yet, in fixed order, while it is blind."""
        if self.state != self.State.OPEN:
            return ()
        return tuple(seat for office, seat in ((Office.IT, "CIO"), (Office.SECURITY, "CISO")) if office not in self.rated_offices)


class BlindPracticeRating(models.Model):
    """What an office thinks before the other has said so. No history, no audit content; gone once both are revealed."""

    round = models.ForeignKey(PracticeRound, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=8, choices=Office)
    level = level()
    reason = models.CharField(max_length=500, blank=True)
    rated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "office"], name="an_office_rates_a_practice_blind_once"),
            models.CheckConstraint(condition=Q(level__lte=4), name="blind_levels_are_0_to_4"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.office}"


class CountedLevel(models.Model):
    """The level of a practice that counted from a moment on: the trend reads these, never what one office said."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="counted_levels")
    level = level()
    known_at = models.DateTimeField(default=clock.now)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        triggers = APPEND_ONLY
        indexes = [models.Index(fields=["practice", "known_at"], name="levels_that_counted")]
        constraints = [models.CheckConstraint(condition=Q(level__lte=4), name="counted_levels_are_0_to_4")]

    def __str__(self) -> str:
        return f"{self.practice_id}: {self.level}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(practice__in=Practice.objects.filter(Practice.visibility(grants)))
