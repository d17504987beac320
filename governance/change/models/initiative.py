"""What is under way: one change from the idea to live, and the days it promises."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models import Asset
from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet


class Stage(models.TextChoices):
    """The way of every initiative, in this order."""

    IDEA = "IDEA", _("Idea")
    PLAN = "PLAN", _("Plan")
    DESIGN = "DESIGN", _("Design")
    BUILD = "BUILD", _("Build")
    TEST = "TEST", _("Test")
    LIVE = "LIVE", _("Live")

    @property
    def following(self) -> "Stage | None":
        """The one after it, None after the last."""
        stages = list(Stage)
        place = stages.index(self) + 1
        return stages[place] if place < len(stages) else None


class InitiativeQuerySet(VisibleQuerySet):
    def under_way(self):
        return self.current().exclude(stage=Stage.LIVE).exclude(status=Initiative.Status.STOPPED)


def money():
    return models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)  # organisation currency


def person(**options):
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, **options)


@tracked()
class Initiative(models.Model):
    """One change. Its stage moves by `stages.advance` alone, a step at a time."""

    class Kind(models.TextChoices):
        IT = "IT", _("IT")
        CLOUD = "CLOUD", _("Cloud")
        OT = "OT", _("OT and industry")

    class Status(models.TextChoices):
        ON_TRACK = "ON_TRACK", _("On track")
        AT_RISK = "AT_RISK", _("Its date is at risk")
        OFF_TRACK = "OFF_TRACK", _("Its date is lost")
        PAUSED = "PAUSED", _("Paused")
        STOPPED = "STOPPED", _("Stopped")

    number = models.CharField(max_length=12, unique=True, editable=False)  # I-0001, from a sequence
    title = models.CharField(max_length=200)
    purpose = models.TextField(blank=True)
    kind = models.CharField(max_length=5, choices=Kind)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="initiatives")
    sponsor = person(related_name="sponsored_initiatives")
    owner = person(related_name="initiatives")
    security_lead = person(related_name="secured_initiatives", null=True, blank=True)  # speaks for security, beside the CISO
    stage = models.CharField(max_length=6, choices=Stage, default=Stage.IDEA)
    stage_since = models.DateTimeField(default=clock.now)
    status = models.CharField(max_length=9, choices=Status, default=Status.ON_TRACK)
    is_purchase = models.BooleanField(default=False)  # something is bought, so the supplier is asked
    reachability = models.CharField(max_length=8, choices=Asset.Reachability, default=Asset.Reachability.INTERNAL)  # once live
    touches_safety = models.BooleanField(default=False)  # people could be hurt
    budget = money()
    spent = money()
    spent_on = models.DateField(null=True, blank=True)  # the day up to which `spent` counts
    benefits = models.TextField(blank=True)
    benefit_per_year = money()
    starts_on = models.DateField(null=True, blank=True)
    live_on = models.DateField(null=True, blank=True)  # planned
    declared_at = models.DateTimeField(null=True, blank=True, editable=False)  # when it first said what it adds or changes
    security_asked_at = models.DateTimeField(null=True, blank=True, editable=False)  # a gate was put to security
    joined_entry = models.ForeignKey(  # the first thing that the security office did for it; its seal says when
        "record.AuditEntry", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    proposed_by = person(related_name="+", null=True)
    proposed_at = models.DateTimeField(default=clock.now, editable=False)
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)
    stopping_reason = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = InitiativeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "id"], condition=Q(archived_at=None), name="initiatives_of_a_unit"),
            models.Index(fields=["stage", "id"], condition=Q(archived_at=None), name="initiatives_by_stage"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(status="STOPPED") | ~Q(stopping_reason=""), name="a_stopped_initiative_says_why"),
            models.CheckConstraint(condition=Q(spent=None) | Q(spent_on__isnull=False), name="what_is_spent_is_dated"),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(archived_at=None) & ~Q(external_id=""),
                name="one_initiative_per_external_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Within one's units, and what one sponsors, owns or speaks for."""
        if "change.view_initiative" not in grants.permissions:
            return Q(pk__in=())
        me = grants.user_id
        return grants.in_reach("unit") | Q(owner=me) | Q(sponsor=me) | Q(security_lead=me)

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        """No initiative is hidden within the units one sees."""
        return cls.visibility(grants)

    @property
    def is_open(self) -> bool:
        """Still moving: neither live nor stopped."""
        return self.stage != Stage.LIVE and self.status != self.Status.STOPPED and self.archived_at is None

    @property
    def next_stage(self) -> Stage | None:
        return Stage(self.stage).following


@tracked()
class Milestone(models.Model):
    """A day an initiative promises, and how sure its owner is of it [percent]."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="milestones")
    title = models.CharField(max_length=200)
    due_on = models.DateField()
    confidence = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    reached_on = models.DateField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)  # taken out of the plan

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["initiative", "due_on"], condition=Q(archived_at=None), name="milestones_of_an_initiative")]
        constraints = [models.CheckConstraint(condition=Q(confidence__lte=100), name="confidence_is_a_percentage")]

    def __str__(self) -> str:
        return f"{self.title}, {self.due_on.isoformat()}"


@tracked()
class InitiativeGoal(models.Model):
    """A shared goal that an initiative serves: the step between them in the line of sight."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="goal_links")
    goal = models.ForeignKey("together.Goal", on_delete=models.PROTECT, related_name="initiative_links")
    linked_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)  # taken off again

    class Meta:
        ordering = ["initiative_id", "goal_id"]
        constraints = [models.UniqueConstraint(fields=["initiative", "goal"], name="an_initiative_names_a_goal_once")]

    def __str__(self) -> str:
        return f"{self.initiative_id} {self.goal_id}"


@tracked()
class InitiativeRisk(models.Model):
    """A risk that an initiative brings, or is there to lower."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="risk_links")
    risk = models.ForeignKey("risks.Risk", on_delete=models.PROTECT, related_name="initiative_links")
    linked_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)  # taken off again

    class Meta:
        ordering = ["initiative_id", "risk_id"]
        constraints = [models.UniqueConstraint(fields=["initiative", "risk"], name="an_initiative_names_a_risk_once")]

    def __str__(self) -> str:
        return f"{self.initiative_id} {self.risk_id}"
