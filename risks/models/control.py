"""What works against risks, and which risks it bears on."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, Max, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from risks import control_effect
from risks.models.rating import Office
from risks.models.risk import Risk

MONEY = {"max_digits": 18, "decimal_places": 2}  # the organisation's currency


def share():
    """A share from 0 to 1, by hundredths."""
    return models.DecimalField(max_digits=3, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(1)])


class ControlQuerySet(VisibleQuerySet):
    def in_force(self):
        return self.filter(state=Control.State.IN_FORCE, archived_at=None)

    def bearing_on(self, risk_id):
        return self.filter(pk__in=ControlRisk.objects.filter(risk=risk_id).values("control"))

    def proven(self, today, *, holds=True):
        """Those whose evidence holds on `today`; with `holds` False the others."""
        rows = Control.evidence.rel.related_model._default_manager.standing().filter(control=OuterRef("pk"), valid_until__gte=today)
        return self.filter(Exists(rows) if holds else ~Exists(rows))

    def with_evidence_until(self):
        """`.evidence_until`: the last day on which its newest evidence holds; None without any."""
        return self.annotate(evidence_until=Max("evidence__valid_until", filter=Q(evidence__withdrawn_at=None)))


@tracked(exclude=["search"])
class Control(models.Model):
    """One thing that makes risks less likely or softens them: whose office runs it, and what share of a risk it removes by
    design and in operation [0–1]."""

    class State(models.TextChoices):
        PLANNED = "PLANNED", _("Planned")
        IN_FORCE = "IN_FORCE", _("In force")
        RETIRED = "RETIRED", _("Retired")

    number = models.CharField(max_length=12, unique=True, editable=False)  # C-0001, from a sequence
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    office = models.CharField(max_length=8, choices=Office)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="controls")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="controls")
    design_effectiveness = share()
    operating_effectiveness = share()
    yearly_cost = models.DecimalField(default=Decimal(0), validators=[MinValueValidator(0)], **MONEY)
    state = models.CharField(max_length=8, choices=State, default=State.PLANNED)
    retiring_reason = models.CharField(max_length=300, blank=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField(default=clock.now, editable=False)
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("name", "description", config="english"), output_field=SearchVectorField(), db_persist=True
    )

    objects = ControlQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "id"], condition=Q(archived_at=None), name="controls_of_a_unit"),
            GinIndex(fields=["search"], name="controls_by_words"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(design_effectiveness__range=(0, 1), operating_effectiveness__range=(0, 1)),
                name="controls_remove_a_share",
            ),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(archived_at=None) & ~Q(external_id=""),
                name="one_control_per_external_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        if "risks.view_control" not in grants.permissions:
            return Q(pk__in=())
        return grants.in_reach("unit") | Q(owner=grants.user_id)

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        """No control is hidden within the units one sees."""
        return cls.visibility(grants)


class Bearings(VisibleQuerySet):
    """Which control bears on which risk: seen by whoever may open the risk."""


@tracked()
class ControlRisk(models.Model):
    """This control bears on this risk: it makes it less likely, or softens it; both takes two rows."""

    class Side(models.TextChoices):
        LIKELIHOOD = control_effect.LIKELIHOOD, _("makes it less likely")
        IMPACT = control_effect.IMPACT, _("softens it")

    control = models.ForeignKey(Control, on_delete=models.PROTECT, related_name="risk_links")
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="control_links")
    bears_on = models.CharField(max_length=10, choices=Side)
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    linked_at = models.DateTimeField(default=clock.now)

    objects = Bearings.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["control", "risk", "bears_on"], name="a_control_bears_on_a_side_of_a_risk_once")
        ]

    def __str__(self) -> str:
        return f"{self.control_id} → {self.risk_id} {self.bears_on}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(risk__in=Risk.objects.filter(Risk.visibility(grants)))
