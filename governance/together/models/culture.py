"""Culture by department: whether it is measured, what was counted in a quarter, what its head says of it, and who champions it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from governance.together.models.charter import Office
from portal import clock
from portal.history import APPEND_ONLY, tracked
from portal.people import organisations
from portal.people.access import Grants, VisibleQuerySet

VIEW = "together.view_culture"
COUNTED = ("concerns", "waiting", "triage_days", "answered", "unprompted", "sent", "reported", "trained")


class CultureConsent(models.Model):
    """One office's word on whether departments are counted. The newest row of an office counts; both must agree. No row is ever
    changed."""

    office = models.CharField(max_length=8, choices=[(one.value, one.label) for one in (Office.CIO, Office.CISO)])
    is_agreed = models.BooleanField()
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=clock.now)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.office}: {self.is_agreed}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return ~Q(pk__in=()) if VIEW in grants.permissions else Q(pk__in=())


class CultureCount(models.Model):
    """What another system counted in one department in one quarter; the newest row counts. No door shows a row: a department
    may be small."""

    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    quarter_on = models.DateField()  # its first day
    people = models.PositiveIntegerField()
    phishing_sent = models.PositiveIntegerField()
    phishing_reported = models.PositiveIntegerField()
    trained = models.PositiveIntegerField()
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    known_at = models.DateTimeField(default=clock.now)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        triggers = APPEND_ONLY
        indexes = [models.Index(fields=["quarter_on", "unit", "-id"], name="newest_culture_counts")]
        constraints = [
            models.CheckConstraint(condition=Q(phishing_reported__lte=F("phishing_sent")), name="no_more_reported_than_sent"),
            models.CheckConstraint(condition=Q(trained__lte=F("people")), name="no_more_trained_than_people"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.quarter_on}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(pk__in=())


class CultureQuarter(models.Model):
    """One quarter, drawn up once; others than the heads see it from `opens_on`. No row is ever changed."""

    quarter_on = models.DateField(unique=True)  # its first day
    drawn_up_at = models.DateTimeField(default=clock.now)
    opens_on = models.DateField()

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.quarter_on}"


class CultureLine(models.Model):
    """One department in one quarter, as counts. What is withheld is not stored either. No row is ever changed."""

    quarter = models.ForeignKey(CultureQuarter, on_delete=models.PROTECT, related_name="lines")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    is_withheld = models.BooleanField()
    people = models.PositiveIntegerField(null=True)
    concerns = models.PositiveIntegerField(null=True)  # raised in the quarter
    waiting = models.PositiveIntegerField(null=True)  # of them, still without an answer
    triage_days = models.DecimalField(max_digits=5, decimal_places=1, null=True)  # median of the settled ones
    answered = models.PositiveIntegerField(null=True)  # gate criteria that its initiatives answered
    unprompted = models.PositiveIntegerField(null=True)  # of them, before security had said anything
    sent = models.PositiveIntegerField(null=True)
    reported = models.PositiveIntegerField(null=True)
    trained = models.PositiveIntegerField(null=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        triggers = APPEND_ONLY
        constraints = [
            models.UniqueConstraint(fields=["quarter", "unit"], name="one_line_a_department_and_quarter"),
            models.CheckConstraint(
                condition=Q(is_withheld=False) | Q(people=None, **dict.fromkeys(COUNTED)), name="what_is_withheld_is_not_stored"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.quarter_id}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Its head at once; others in whose reach it lies once the quarter is open to them."""
        if VIEW not in grants.permissions:
            return Q(pk__in=())
        is_open = Q(quarter__opens_on__lte=organisations.today())
        return Q(unit__head=grants.user_id) | (grants.in_reach("unit") & is_open)


class CultureReply(models.Model):
    """What the head of a department says of a line; rows are only added, the newest counts."""

    line = models.ForeignKey(CultureLine, on_delete=models.PROTECT, related_name="replies")
    text = models.CharField(max_length=500)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.line_id}"


@tracked()
class CultureChampion(models.Model):
    """Somebody whom colleagues of a department ask first about security."""

    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "person"], condition=Q(ended_at=None), name="one_is_champion_of_a_department_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.unit}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return grants.in_reach("unit") | Q(person=grants.user_id) if VIEW in grants.permissions else Q(pk__in=())
