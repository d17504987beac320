"""Internal audits, what they found, and what was done about it (ISO/IEC 27001, 9.2 and 10.2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.compliance.models.framework import VIEW, Framework, Requirement
from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet


def _person(**options):
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **options)


@tracked()
class InternalAudit(models.Model):
    """One look at how a unit does what a framework asks. Findings are written while it is not concluded."""

    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="internal_audits")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    scope = models.TextField(blank=True)  # what is looked at, and by which criteria
    lead = _person()
    planned_on = models.DateField()
    held_on = models.DateField(null=True, blank=True)
    summary = models.TextField(blank=True)
    planned_by = _person(null=True)
    concluded_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(concluded_at=None) | Q(held_on__isnull=False), name="a_concluded_audit_was_held_on_a_day"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return grants.in_reach("unit") if VIEW in grants.permissions else Q(pk__in=())


@tracked()
class AuditFinding(models.Model):
    """What an audit found. What fails a requirement is closed by a corrective action that somebody else saw to work."""

    class Grade(models.TextChoices):
        MAJOR = "MAJOR", _("Major nonconformity")
        MINOR = "MINOR", _("Minor nonconformity")
        CHANCE = "CHANCE", _("Chance to improve")

    audit = models.ForeignKey(InternalAudit, on_delete=models.PROTECT, related_name="findings")
    grade = models.CharField(max_length=6, choices=Grade)
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField()
    written_by = _person(null=True)
    written_at = models.DateTimeField(default=clock.now)
    closed_by = _person(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    def __str__(self) -> str:
        return self.text if len(self.text) <= 80 else f"{self.text[:79]}…"

    @property
    def unit(self):
        return self.audit.unit

    @property
    def is_nonconformity(self) -> bool:
        return self.grade != self.Grade.CHANCE

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(audit__in=InternalAudit.objects.filter(InternalAudit.visibility(grants)))

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        """No finding is confidential."""
        return cls.visibility(grants)


@tracked()
class CorrectiveAction(models.Model):
    """What removes the cause of a finding, by whom and until when; done, and then seen to work or not by somebody else."""

    finding = models.ForeignKey(AuditFinding, on_delete=models.PROTECT, related_name="actions")
    cause = models.TextField(blank=True)
    text = models.TextField()
    owner = _person()
    due_on = models.DateField()
    agreed_by = _person(null=True)
    agreed_at = models.DateTimeField(default=clock.now)
    done_by = _person(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    result = models.TextField(blank=True)
    is_effective = models.BooleanField(null=True, blank=True)  # once somebody looked
    verdict = models.TextField(blank=True)
    verified_by = _person(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["finding"], condition=Q(is_effective=None), name="one_corrective_action_under_way_a_finding"
            ),
            models.CheckConstraint(
                condition=Q(is_effective=None) | Q(done_at__isnull=False), name="an_action_is_verified_after_it_is_done"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id}: {self.text[:60]}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(finding__in=AuditFinding.objects.filter(AuditFinding.visibility(grants)))
