"""Who leads which subject: the charter both leaders signed, its areas, and what each office would like."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import APPEND_ONLY, tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models import Risk


class Office(models.TextChoices):
    CIO = "CIO", _("CIO")
    CISO = "CISO", _("CISO")
    CSO = "CSO", _("CSO")
    BUSINESS = "BUSINESS", _("Business")


class Part(models.TextChoices):
    """What an office does for an area, by the letters everybody uses for it."""

    RESPONSIBLE = "R", _("Responsible: does it")
    ACCOUNTABLE = "A", _("Accountable: answers for it")
    CONSULTED = "C", _("Consulted before")
    INFORMED = "I", _("Informed after")


class _Known(VisibleQuerySet):
    """Seen by whoever reads decisions: who leads what is no secret inside the house."""


@tracked()
class Charter(models.Model):
    """One edition: areas, who decides what, who speaks. In force once CIO and CISO have signed it; never changed, only followed
    by another."""

    who_decides = models.TextField(blank=True)  # who decides what, one clause a line
    speakers = models.TextField(blank=True)  # who speaks for the two, one subject a line
    key_messages = models.TextField(blank=True)  # what both say, one a line
    reason = models.TextField(blank=True)  # why this edition
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    signed_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)  # taken back
    version = models.PositiveIntegerField(default=1)

    objects = _Known.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(models.Value(True), condition=Q(signed_at=None, archived_at=None), name="one_charter_waits")
        ]

    def __str__(self) -> str:
        return f"{_('Charter')} {self.proposed_at.date().isoformat()}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return ~Q(pk__in=()) if "together.view_decision" in grants.permissions else Q(pk__in=())

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)


class AreaQuerySet(_Known):
    def in_force(self):
        """Those of the newest charter that both signed."""
        later = Charter.objects.filter(signed_at__isnull=False, pk__gt=OuterRef("charter"))
        return self.filter(~Exists(later), charter__signed_at__isnull=False)


class OwnershipArea(models.Model):
    """A subject that somebody leads, as one edition of the charter has it. `key` stays from edition to edition."""

    charter = models.ForeignKey(Charter, on_delete=models.PROTECT, related_name="areas")
    place = models.PositiveSmallIntegerField()
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    about = models.CharField(max_length=300, blank=True)
    cio = models.CharField(max_length=1, choices=Part, blank=True)
    ciso = models.CharField(max_length=1, choices=Part, blank=True)
    cso = models.CharField(max_length=1, choices=Part, blank=True)
    business = models.CharField(max_length=1, choices=Part, blank=True)
    risk_categories = ArrayField(
        models.CharField(max_length=10, choices=Risk.Category), default=list, blank=True
    )  # that fall under it

    objects = AreaQuerySet.as_manager()

    class Meta:
        triggers = APPEND_ONLY
        ordering = ["charter_id", "place"]
        constraints = [models.UniqueConstraint(fields=["charter", "key"], name="one_area_a_key_in_a_charter")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Charter.visibility(grants)

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)

    @property
    def parts(self) -> dict[str, str]:
        """Office → letter, "" where it has no part."""
        return {"CIO": self.cio, "CISO": self.ciso, "CSO": self.cso, "BUSINESS": self.business}

    @property
    def accountable(self) -> list[str]:
        """The offices that answer for it; one where all is well."""
        return [office for office, part in self.parts.items() if part == Part.ACCOUNTABLE]


class OwnershipWish(models.Model):
    """What an office says about leading an area. The newest row of an area and office counts; no row is ever changed."""

    class Stance(models.TextChoices):
        WANTS = "WANTS", _("Want to lead")
        READY = "READY", _("Ready to lead")
        SUPPORTS = "SUPPORTS", _("Would rather support")

    area_key = models.SlugField(max_length=60)
    office = models.CharField(max_length=8, choices=Office)
    stance = models.CharField(max_length=8, choices=Stance)
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField(default=clock.now)

    objects = _Known.as_manager()

    class Meta:
        triggers = APPEND_ONLY
        indexes = [models.Index(fields=["area_key", "office", "-id"], name="wishes_of_an_area")]

    def __str__(self) -> str:
        return f"{self.area_key} {self.office} {self.stance}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Charter.visibility(grants)

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)
