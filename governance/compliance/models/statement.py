"""The statement of applicability: which controls of a framework apply to us, why, and how far they are."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.compliance.models.framework import VIEW, Framework, Requirement
from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models import Treatment


@tracked()
class Statement(models.Model):
    """One statement of a unit (ISO/IEC 27001, 6.1.3 d). A draft until CIO and CISO are asked, and again once it changes."""

    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="statements")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    scope = models.TextField(blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "unit"], condition=Q(archived_at=None), name="one_statement_a_framework_and_unit"
            )
        ]

    def __str__(self) -> str:
        return _("Statement of applicability, %(framework)s, %(unit)s") % {"framework": self.framework, "unit": self.unit.name}

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return grants.in_reach("unit") if VIEW in grants.permissions else Q(pk__in=())


@tracked()
class StatementLine(models.Model):
    """Whether one control applies, why, how far it is, and who sees to it."""

    class Status(models.TextChoices):
        OPEN = "OPEN", _("Not begun")
        PLANNED = "PLANNED", _("Planned")
        PARTLY = "PARTLY", _("In part")
        DONE = "DONE", _("In place")

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="+")
    is_applicable = models.BooleanField(null=True, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "requirement"], name="one_line_a_requirement")]

    def __str__(self) -> str:
        return f"{self.statement_id}: {self.requirement_id}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(statement__in=Statement.objects.filter(Statement.visibility(grants)))


class PlannedTreatment(models.Model):
    """One line of the risk treatment plan as CIO and CISO were asked to sign it with a statement (ISO/IEC 27001, 6.1.3 e): the
    facts of then; its words are those of the treatment itself. Set aside once the statement is a draft again."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="planned")
    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=Treatment.Kind)
    standing = models.CharField(max_length=9, choices=Treatment.State)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    cost = models.DecimalField(max_digits=18, decimal_places=2)  # of its steps, organisation currency
    frozen_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "treatment"], condition=Q(archived_at=None), name="a_treatment_is_planned_once_a_statement"
            )
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}: {self.treatment_id}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        own = Q(statement__in=Statement.objects.filter(Statement.visibility(grants)))
        return own & Q(treatment__in=Treatment.objects.filter(Treatment.visibility(grants)))
