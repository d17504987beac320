"""Which control answers which requirement, what publishers say corresponds, and how far each requirement is covered."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.compliance import coverage
from governance.compliance.models.framework import Framework, Requirement, known_to_readers
from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models import Control


class Relationship(models.TextChoices):
    """How a control relates to a requirement, or one requirement to another."""

    EQUAL = coverage.EQUAL, _("does the same")
    SUPERSET = coverage.SUPERSET, _("does more")
    SUBSET = coverage.SUBSET, _("does a part")
    INTERSECTS = coverage.INTERSECTS, _("overlaps")


class Mappings(VisibleQuerySet):
    def confirmed(self):
        return self.filter(state=ControlMapping.State.CONFIRMED, archived_at=None)


@tracked()
class ControlMapping(models.Model):
    """A person said that this control answers this requirement; or refused what a crosswalk suggested."""

    class State(models.TextChoices):
        CONFIRMED = "CONFIRMED", _("Confirmed")
        REFUSED = "REFUSED", _("Refused")

    control = models.ForeignKey(Control, on_delete=models.PROTECT, related_name="mappings")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="mappings")
    relationship = models.CharField(max_length=10, choices=Relationship)
    state = models.CharField(max_length=9, choices=State, default=State.CONFIRMED)
    suggested_by = models.ForeignKey("CrosswalkPair", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    mapped_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    mapped_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = Mappings.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["control", "requirement"], condition=Q(archived_at=None), name="a_control_answers_a_requirement_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.control_id} → {self.requirement_id} {self.relationship}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Who reads frameworks and may open the control."""
        return known_to_readers(grants) & Q(control__in=Control.objects.filter(Control.visibility(grants)))


class Crosswalk(models.Model):
    """What a publisher says corresponds between two editions. Newer files replace the pairs of older ones."""

    source = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    pair_count = models.PositiveIntegerField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    imported_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "target"], condition=Q(archived_at=None), name="one_crosswalk_of_two_editions"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return known_to_readers(grants)


class CrosswalkPair(models.Model):
    """The target requirement answers the source one in this way."""

    crosswalk = models.ForeignKey(Crosswalk, on_delete=models.PROTECT, related_name="pairs")
    source = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="pairs_from")
    target = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="pairs_to")
    relationship = models.CharField(max_length=10, choices=Relationship)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["crosswalk", "source", "target"], name="a_pair_is_there_once")]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"


class Coverage(models.Model):
    """How far the controls of the whole organisation answer one requirement. Written by `covering` alone, where it differs."""

    requirement = models.OneToOneField(Requirement, on_delete=models.PROTECT, primary_key=True, related_name="coverage")
    share = models.DecimalField(max_digits=5, decimal_places=4, default=0)
    controls = models.PositiveIntegerField(default=0)
    unproven = models.PositiveIntegerField(default=0)
    next_change_on = models.DateField(null=True, blank=True)
    counted_at = models.DateTimeField(default=clock.now)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["next_change_on"], name="coverage_that_time_changes")]

    def __str__(self) -> str:
        return f"{self.requirement_id}: {self.share}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return known_to_readers(grants)


class CoverageMark(models.Model):
    """How far `covering` has read the sealed log; one row."""

    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.seq)
