"""A plan at work: when it was activated, for what, and everything that was ticked, told and noted since."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal.clock import now
from portal.history import APPEND_ONLY, tracked
from portal.people.access import EVERY_ROW, Clause, Grants, VisibleQuerySet, any_of
from risks.models.exercise import Exercise
from risks.models.incident import Incident
from risks.models.response_plan import PlanAction, PlanClock, PlanVersion


class ActivationQuerySet(VisibleQuerySet):
    def live(self):
        return self.filter(ended_at=None)


@tracked()
class Activation(models.Model):
    """One version of a plan, activated for an incident or for an exercise. `people` are called: those of the plan as it stood."""

    plan_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="activations")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, blank=True, related_name="activations")
    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, null=True, blank=True, related_name="activations")
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    started_at = models.DateTimeField(default=now)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    aware_at = models.DateTimeField()  # when the organisation knew: clocks count from here
    material_at = models.DateTimeField(null=True, blank=True)  # when it was found material or major
    material_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    summary = models.TextField(blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ActivationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(incident=None, exercise__isnull=False) | Q(incident__isnull=False, exercise=None),
                name="a_plan_is_activated_for_one_thing",
            ),
            models.UniqueConstraint(
                fields=["incident", "plan_version"], condition=Q(ended_at=None), name="a_plan_is_live_once_an_incident"
            ),
            models.UniqueConstraint(fields=["exercise"], condition=Q(ended_at=None), name="an_exercise_is_live_once"),
        ]
        indexes = [models.Index(fields=["-started_at"], condition=Q(ended_at=None), name="live_activations")]

    def __str__(self) -> str:
        return f"{self.plan_version.plan}"

    @property
    def unit(self):
        return self.plan_version.plan.unit

    @property
    def is_live(self) -> bool:
        return self.ended_at is None

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return any_of(cls.clauses(grants))

    @classmethod
    def clauses(cls, grants: Grants) -> list[Clause]:
        """Whoever is called to it, and whoever sees both the plan and what it was activated for."""
        if "risks.view_responseplan" not in grants.permissions:
            return []
        if grants.opens_confidential:
            return [Clause("leader", EVERY_ROW)]
        called = cls.people.through.objects.filter(activation=OuterRef("pk"), user=grants.user_id)
        seen = Q(incident=None) | Q(incident__in=Incident.objects.filter(Incident.visibility(grants)))
        plans = Q(plan_version__in=PlanVersion.objects.filter(PlanVersion.visibility(grants)))
        return [Clause("called", Q(Exists(called))), Clause("about", seen & plans)]

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)


class OfActivation(VisibleQuerySet):
    """Rows that whoever may open their activation may open."""


class ActivationMark(models.Model):
    """One line of the log: ticked, unticked, told outside, noted. Only added, so that two people at once lose nothing."""

    class Kind(models.TextChoices):
        DONE = "DONE", _("Done")
        NOT_DONE = "NOT_DONE", _("Not done after all")
        NOTIFIED = "NOTIFIED", _("Told outside")
        NOTE = "NOTE", _("Note")

    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=8, choices=Kind)
    action = models.ForeignKey(PlanAction, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    clock = models.ForeignKey(PlanClock, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    text = models.CharField(max_length=1000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    objects = OfActivation.as_manager()

    class Meta:
        triggers = APPEND_ONLY
        indexes = [models.Index(fields=["activation", "-id"], name="marks_of_an_activation")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(activation__in=Activation.objects.filter(Activation.visibility(grants)))


class ClockWarning(models.Model):
    """That people were told of a clock: once each a stage."""

    class Stage(models.TextChoices):
        STARTED = "STARTED", _("running")
        SOON = "SOON", _("running out")
        OUT = "OUT", _("run out")

    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="+")
    clock = models.ForeignKey(PlanClock, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=7, choices=Stage)
    told_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activation", "clock", "stage"], name="a_clock_warns_once_a_stage")]

    def __str__(self) -> str:
        return f"{self.activation_id} {self.clock_id} {self.stage}"
