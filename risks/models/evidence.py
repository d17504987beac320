"""What proves that a control works, or that a treatment was done."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models.control import Control
from risks.models.treatment import Treatment


class EvidenceQuerySet(VisibleQuerySet):
    def standing(self):
        """What nobody took back."""
        return self.filter(withdrawn_at=None)


@tracked()
class Evidence(models.Model):
    """One proof of one control or one treatment: a file, a link or a fact that a system pushed, with the SHA-256 of its content.
    Only its withdrawal is ever added."""

    class Kind(models.TextChoices):
        FILE = "FILE", _("File")
        LINK = "LINK", _("Link")
        FACT = "FACT", _("Fact")

    control = models.ForeignKey(Control, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence")
    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence")
    kind = models.CharField(max_length=4, choices=Kind)
    title = models.CharField(max_length=200)
    file = models.ForeignKey("record.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    link = models.URLField(max_length=500, blank=True)
    fact = models.JSONField(null=True, blank=True)  # an object
    sha256 = models.CharField(max_length=64)  # of the file's bytes, the address, or the fact as canonical JSON
    collected_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)  # of a control: its last good day; of a treatment none is needed
    collected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    known_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawing_reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "evidence"
        indexes = [
            models.Index(fields=["control", "-valid_until"], condition=Q(withdrawn_at=None), name="standing_evidence_of_a_control")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(control__isnull=False, treatment=None, valid_until__isnull=False)
                | Q(control=None, treatment__isnull=False),
                name="evidence_proves_one_thing",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self):
        """The control or the treatment it proves."""
        return self.control or self.treatment

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(control__in=Control.objects.filter(Control.visibility(grants))) | Q(
            treatment__in=Treatment.objects.filter(Treatment.visibility(grants))
        )
