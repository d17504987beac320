"""What both offices want to reach: strategy themes, goals under them, what each office measures, and what was read."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from governance.together.models.charter import Office
from portal import clock
from portal.history import APPEND_ONLY, tracked
from portal.people.access import Grants, VisibleQuerySet

VALUE = {"max_digits": 18, "decimal_places": 4}


class SharedQuerySet(VisibleQuerySet):
    """Seen by whoever reads goals: what both want is no secret inside the house."""


class _Shared(models.Model):
    objects = SharedQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return ~Q(pk__in=()) if "together.view_goal" in grants.permissions else Q(pk__in=())

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)


@tracked()
class Theme(_Shared):
    """One theme of the organisation's strategy; goals stand under it."""

    name = models.CharField(max_length=120)
    about = models.TextField(blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["name"], condition=Q(archived_at=None), name="one_theme_of_a_name")]

    def __str__(self) -> str:
        return self.name


@tracked()
class Goal(_Shared):
    """Something both offices want by a day. It is shared once CIO and CISO have signed it with its measures and targets; how it
    stands is worked out from readings each time and kept nowhere."""

    number = models.CharField(max_length=12, unique=True, editable=False)  # G-0001, from a sequence
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="goals")
    title = models.CharField(max_length=200)
    about = models.TextField(blank=True)
    from_on = models.DateField()  # where the measures start
    due_on = models.DateField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    shared_at = models.DateTimeField(null=True, blank=True)  # both had signed it for the first time
    ended_because = models.TextField(blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)  # ended
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["theme", "id"], condition=Q(archived_at=None), name="goals_of_a_theme")]
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gt=models.F("from_on")), name="a_goal_takes_time"),
            models.CheckConstraint(condition=Q(archived_at=None) | ~Q(ended_because=""), name="who_ends_a_goal_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


@tracked()
class GoalMeasure(models.Model):
    """By what an office tells that a goal is near: from `start_value` to `target_value`, whichever is the larger."""

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="measures")
    office = models.CharField(max_length=8, choices=[(one.value, one.label) for one in (Office.CIO, Office.CISO)])
    name = models.CharField(max_length=200)
    counted_in = models.CharField(max_length=40, blank=True)  # "days", "% of servers"
    start_value = models.DecimalField(**VALUE)
    target_value = models.DecimalField(**VALUE)

    class Meta:
        ordering = ["goal_id", "office"]
        constraints = [
            models.UniqueConstraint(fields=["goal", "office"], name="one_measure_an_office"),
            models.CheckConstraint(condition=~Q(start_value=models.F("target_value")), name="a_target_is_not_where_one_stands"),
        ]

    def __str__(self) -> str:
        return f"{self.goal_id} {self.office} {self.name}"


class GoalReading(_Shared):
    """What a measure said on a day. A row is never changed; of several of one day the last one known counts."""

    measure = models.ForeignKey(GoalMeasure, on_delete=models.PROTECT, related_name="readings")
    value = models.DecimalField(**VALUE)
    happened_on = models.DateField()
    known_at = models.DateTimeField(default=clock.now)
    note = models.CharField(max_length=300, blank=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = APPEND_ONLY
        indexes = [models.Index(fields=["measure", "-happened_on", "-id"], name="newest_goal_readings")]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.value.normalize():f} {self.happened_on.isoformat()}"


@tracked()
class GoalLink(models.Model):
    """What a goal is there for: the next step down in the line of sight."""

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="links")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["goal_id", "subject_kind", "subject_id"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="goals_for_a_subject")]
        constraints = [models.UniqueConstraint(fields=["goal", "subject_kind", "subject_id"], name="a_goal_names_a_thing_once")]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}"
