"""What the pair agreed to about measuring how they work together."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.together.models.charter import Office
from governance.together.models.decision import Decision
from portal import clock
from portal.history import APPEND_ONLY
from portal.people.access import Grants, VisibleQuerySet


class ConsentQuerySet(VisibleQuerySet):
    """Who agreed, and when, is known to whoever may read the page."""


class AlignmentConsent(models.Model):
    """One office's word on being measured by one edition of the formula. The newest row of an office counts; both must have said
    at least as much. No row is ever changed."""

    class Level(models.TextChoices):
        OFF = "OFF", _("Do not measure it")
        PAIR = "PAIR", _("Measure it, for the two of us")
        ALL = "ALL", _("Measure it, and let others read it")

    office = models.CharField(max_length=8, choices=[(one.value, one.label) for one in (Office.CIO, Office.CISO)])
    level = models.CharField(max_length=4, choices=Level)
    formula = models.PositiveSmallIntegerField()
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=clock.now)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.office}: {self.get_level_display()}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return ~Q(pk__in=()) if "together.view_alignment" in grants.permissions else Q(pk__in=())

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)


class FormulaDecision(models.Model):
    """The decision in which the two were asked for one edition of the formula. The newest row of an edition counts; no row is ever
    changed."""

    formula = models.PositiveSmallIntegerField()
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="formula_asked")

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.formula}: {self.decision_id}"


class AlignmentReading(models.Model):
    """One term as it stood at the end of a day, written while both agree to be measured: its rows as [kind, id, went well, part].
    The last row of a term counts; no row is ever changed."""

    term = models.CharField(max_length=40)
    formula = models.PositiveSmallIntegerField()
    read_on = models.DateField()
    known_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=20)
    rows = models.JSONField(default=list)

    class Meta:
        triggers = APPEND_ONLY
        indexes = [models.Index(fields=["formula", "term", "-id"], name="newest_alignment_readings")]

    def __str__(self) -> str:
        return f"{self.term} {self.read_on.isoformat()} {self.state}"
