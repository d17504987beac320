"""A way to change a risk, and the steps of both offices in its one plan."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models.control import MONEY
from risks.models.levels import level
from risks.models.rating import Office
from risks.models.risk import Risk


class TreatmentQuerySet(VisibleQuerySet):
    def standing(self):
        """Those that a plan is made of: neither refused nor withdrawn."""
        return self.filter(state__in=(Treatment.State.PROPOSED, Treatment.State.APPROVED, Treatment.State.DONE))

    def under_way(self):
        return self.filter(state=Treatment.State.APPROVED)

    def overdue(self, today):
        return self.under_way().filter(due_on__lt=today)

    def not_overdue(self, today):
        return self.exclude(state=Treatment.State.APPROVED, due_on__lt=today)


@tracked()
class Treatment(models.Model):
    """One agreed way to change a risk: avoid, reduce, share or retain (ISO 31000:2018, 6.5), with the levels (1–5 on scales.py)
    it leads to; a level left open is not changed by it."""

    class Kind(models.TextChoices):
        AVOID = "AVOID", _("Avoid")
        REDUCE = "REDUCE", _("Reduce")
        SHARE = "SHARE", _("Share")
        RETAIN = "RETAIN", _("Retain")

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", _("Proposed")
        APPROVED = "APPROVED", _("Approved")
        DONE = "DONE", _("Done")
        REFUSED = "REFUSED", _("Refused")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    number = models.CharField(max_length=12, unique=True, editable=False)  # T-0001, from a sequence
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="treatments")
    title = models.CharField(max_length=200)
    reason = models.TextField(blank=True)  # why this way
    kind = models.CharField(max_length=6, choices=Kind)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="treatments")
    due_on = models.DateField()
    likelihood_level = level()
    financial_level = level()
    operational_level = level()
    safety_level = level()
    legal_level = level()
    reputation_level = level()
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    first_proposed_by = models.ForeignKey(  # a change is proposed by whoever makes it
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)  # approved, refused or withdrawn
    deciding_reason = models.CharField(max_length=300, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = TreatmentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["risk", "id"], name="treatments_of_a_risk"),
            models.Index(fields=["due_on", "id"], condition=Q(state="APPROVED"), name="treatments_under_way_by_day"),
            models.Index(fields=["state", "id"], name="treatments_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(archived_at=None) & ~Q(external_id=""),
                name="one_treatment_per_external_id",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def unit(self):
        return self.risk.unit

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        if "risks.view_treatment" not in grants.permissions:
            return Q(pk__in=())
        return Q(risk__in=Risk.objects.filter(Risk.visibility(grants)))

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        """Plans of confidential risks count where the risks do."""
        if "risks.view_treatment" not in grants.permissions:
            return Q(pk__in=())
        return Q(risk__in=Risk.objects.filter(Risk.countable(grants)))


class OfTreatment(VisibleQuerySet):
    """Rows that whoever may open their treatment may open."""


@tracked()
class TreatmentStep(models.Model):
    """One thing one office does within a plan, in its order."""

    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="steps")
    place = models.PositiveSmallIntegerField()  # its order in the plan, from 1
    office = models.CharField(max_length=8, choices=Office)
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    cost = models.DecimalField(default=0, validators=[MinValueValidator(0)], **MONEY)
    done_on = models.DateField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    dropped_at = models.DateTimeField(null=True, blank=True)  # the plan was changed and goes without it
    version = models.PositiveIntegerField(default=1)

    objects = OfTreatment.as_manager()

    class Meta:
        ordering = ["place", "id"]
        indexes = [models.Index(fields=["treatment", "place"], name="steps_of_a_treatment")]

    def __str__(self) -> str:
        return self.title

    @property
    def unit(self):
        return self.treatment.risk.unit

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(treatment__in=Treatment.objects.filter(Treatment.visibility(grants)))

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return Q(treatment__in=Treatment.objects.filter(Treatment.countable(grants)))
