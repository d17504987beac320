"""When the two meet: what was on the agenda, what was said, and what somebody does by when."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet

AT_THE_TABLE = frozenset({"CIO", "CISO", "PREPARER"})


class MeetingQuerySet(VisibleQuerySet):
    def planned(self):
        return self.current().filter(held_at=None)


@tracked()
class Meeting(models.Model):
    """One meeting of the pair. Its agenda builds itself until it is held, then it stays as it was: [part, kind, id, since]."""

    meets_on = models.DateField()
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(default=clock.now)
    minutes = models.TextField(blank=True)
    agenda = models.JSONField(default=list, blank=True)  # frozen when it was held
    held_at = models.DateTimeField(null=True, blank=True)
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)  # called off
    version = models.PositiveIntegerField(default=1)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(models.Value(True), condition=Q(held_at=None, archived_at=None), name="one_meeting_is_planned"),
            models.CheckConstraint(condition=Q(held_at=None) | ~Q(minutes=""), name="a_held_meeting_has_minutes"),
        ]

    def __str__(self) -> str:
        return f"{self.meets_on.isoformat()}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """The two, and whoever prepares for them."""
        at_the_table = "together.view_meeting" in grants.permissions and grants.names & AT_THE_TABLE
        return ~Q(pk__in=()) if at_the_table else Q(pk__in=())

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)


class ActionQuerySet(VisibleQuerySet):
    def open(self):
        return self.filter(done_at=None)


@tracked()
class MeetingAction(models.Model):
    """Something somebody does by a day, because the two said so."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="actions")
    text = models.CharField(max_length=300)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="meeting_actions")
    due_on = models.DateField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)
    done_note = models.TextField(blank=True)  # what shows it
    version = models.PositiveIntegerField(default=1)

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(done_at=None) | ~Q(done_note=""), name="a_done_action_says_what_shows_it")
        ]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Who sits at the table, and whoever sees to it."""
        return Q(meeting__in=Meeting.objects.filter(Meeting.visibility(grants))) | Q(owner=grants.user_id)

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)


class FaultSeen(models.Model):
    """Since when a fault of the charter has been open, and until when; `key` is the kind of fault and its area."""

    key = models.CharField(max_length=90)
    since = models.DateField()
    gone_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], condition=Q(gone_on=None), name="a_fault_is_open_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.since.isoformat()}"
