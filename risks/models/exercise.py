"""Trying a plan: an exercise, what is fed into it, and what it found."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models.response_plan import ResponsePlan
from risks.models.risk import Risk
from risks.models.treatment import Treatment


class OfExercise(VisibleQuerySet):
    """Rows that whoever may open their exercise may open."""


@tracked()
class Exercise(models.Model):
    """One planned try of a plan, run with a clock."""

    class State(models.TextChoices):
        PLANNED = "PLANNED", _("Planned")
        RUNNING = "RUNNING", _("Running")
        DONE = "DONE", _("Done")
        CALLED_OFF = "CALLED_OFF", _("Called off")

    number = models.CharField(max_length=12, unique=True, editable=False)  # EX-0001, from a sequence
    plan = models.ForeignKey(ResponsePlan, on_delete=models.PROTECT, related_name="exercises")
    title = models.CharField(max_length=200)
    scene = models.TextField(blank=True)  # what the participants are told first
    planned_on = models.DateField()
    lead = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="exercises")
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    summary = models.TextField(blank=True)
    next_due_on = models.DateField(null=True, blank=True)  # when the plan is to be tried again, said at the end
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfExercise.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-planned_on", "-id"], name="exercises_by_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(started_at=None) | Q(ended_at__gte=F("started_at")),
                name="an_exercise_ends_after_its_start",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def unit(self):
        return self.plan.unit

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever sees the plan, and whoever leads the exercise."""
        if "risks.view_responseplan" not in grants.permissions:
            return Q(pk__in=())
        return Q(lead=grants.user_id) | Q(plan__in=ResponsePlan.objects.filter(ResponsePlan.visibility(grants)))

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        """Nobody counts what they may not open."""
        return cls.visibility(grants)


class Inject(models.Model):
    """A note that comes up so many minutes after the start."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="injects")
    at_minute = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = OfExercise.as_manager()

    class Meta:
        ordering = ["at_minute", "id"]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(exercise__in=Exercise.objects.filter(Exercise.visibility(grants)))


class Finding(models.Model):
    """What an exercise showed. A gap becomes a treatment of a risk of the plan, and each knows the other."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="findings")
    text = models.CharField(max_length=500)
    is_gap = models.BooleanField(default=True)  # else something that worked
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, null=True, blank=True, related_name="findings")
    treatment = models.OneToOneField(Treatment, on_delete=models.PROTECT, null=True, blank=True, related_name="finding")
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=clock.now)

    objects = OfExercise.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(exercise__in=Exercise.objects.filter(Exercise.visibility(grants)))
