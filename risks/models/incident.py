"""What did happen: an incident, the risks it belongs to, and what it cost."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import APPEND_ONLY, tracked
from portal.people.access import EVERY_ROW, Clause, Grants, VisibleQuerySet, any_of
from risks.models.risk import Risk


def behind_shut_risks(grants: Grants, links: models.QuerySet) -> Q:
    """Linked, by `links` (rows with a risk, of an outer row), with a confidential risk that this person may not open: who may
    not read the risk may not read of it here either."""
    if grants.opens_confidential:
        return Q(pk__in=())
    return Q(Exists(links.filter(risk__in=Risk.objects.filter(~Risk.visibility(grants), is_confidential=True))))


class IncidentQuerySet(VisibleQuerySet):
    def open(self):
        return self.filter(closed_at=None)


@tracked()
class Incident(models.Model):
    """One thing that happened, thin: when, where, who leads, which risks and assets. Costs and links stand beside it."""

    class Stage(models.TextChoices):
        OPEN = "OPEN", _("Open")
        CONTAINED = "CONTAINED", _("Contained")
        CLOSED = "CLOSED", _("Closed")

    number = models.CharField(max_length=12, unique=True, editable=False)  # INC-0001, from a sequence
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="incidents")
    lead = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="incidents")
    is_confidential = models.BooleanField(default=False)
    risks = models.ManyToManyField(Risk, through="risks.IncidentRisk", related_name="incidents")
    assets = models.ManyToManyField("assets.Asset", blank=True, related_name="incidents")
    occurred_at = models.DateTimeField(null=True, blank=True)
    noticed_at = models.DateTimeField()
    contained_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    summary = models.TextField(blank=True)  # said when it was closed
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    known_at = models.DateTimeField(default=clock.now, editable=False)
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-noticed_at", "-id"], name="incidents_by_day"),
            models.Index(fields=["unit", "id"], condition=Q(closed_at=None), name="open_incidents_of_a_unit"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(occurred_at=None) | Q(occurred_at__lte=F("noticed_at")), name="an_incident_occurs_before_notice"
            ),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(archived_at=None) & ~Q(external_id=""),
                name="one_incident_per_external_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def stage(self) -> "Incident.Stage":
        if self.closed_at is not None:
            return self.Stage.CLOSED
        return self.Stage.OPEN if self.contained_at is None else self.Stage.CONTAINED

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return any_of(cls.clauses(grants))

    @classmethod
    def clauses(cls, grants: Grants) -> list[Clause]:
        """Each reason to see an incident. A confidential one, or one of a confidential risk, opens to whoever leads it, reported
        it or is called to it, and to the leaders; one of a confidential risk to its readers in the unit as well."""
        if "risks.view_incident" not in grants.permissions:
            return []
        if grants.opens_confidential:
            return [Clause("leader", EVERY_ROW)]
        activated = cls._meta.get_field("activations").related_model
        called = activated.people.through.objects.filter(activation__incident=OuterRef("pk"), user=grants.user_id)
        shut = behind_shut_risks(grants, IncidentRisk.objects.filter(incident=OuterRef("pk")))
        return [
            Clause("leads-it", Q(lead=grants.user_id)),
            Clause("called", Q(Exists(called))),
            Clause("reported-it", Q(reported_by=grants.user_id)),
            Clause("reach", Q(is_confidential=False) & grants.in_reach("unit") & ~shut, "unit"),
        ]

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        """Whoever sees a unit's incidents counts the confidential ones too."""
        if "risks.view_incident" not in grants.permissions:
            return Q(pk__in=())
        return cls.visibility(grants) | grants.in_reach("unit")


class OfIncident(VisibleQuerySet):
    """Rows that whoever may open their incident may open."""


@tracked()
class IncidentRisk(models.Model):
    """This incident belongs to that risk: whether the risk has come true, and how likely it is since, in the eyes of who
    looked into it. A proposal counts for nothing until the offices rate."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="risk_links")
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="incident_links")
    materialised_at = models.DateTimeField(null=True, blank=True)
    materialised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_likelihood_level = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    proposal_reason = models.TextField(blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    linked_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "risk"], name="an_incident_has_a_risk_once")]
        indexes = [models.Index(fields=["risk"], condition=Q(materialised_at__isnull=False), name="risks_that_came_true")]

    def __str__(self) -> str:
        return f"{self.incident_id} → {self.risk_id}"


class IncidentLoss(models.Model):
    """What an incident cost in one form of loss, as somebody knew it that day. Only added: the newest of a form counts."""

    class Form(models.TextChoices):
        """The six forms of loss of Open FAIR."""

        PRODUCTIVITY = "PRODUCTIVITY", _("Productivity")
        RESPONSE = "RESPONSE", _("Response")
        REPLACEMENT = "REPLACEMENT", _("Replacement")
        FINES = "FINES", _("Fines and judgements")
        COMPETITIVE_ADVANTAGE = "COMPETITIVE_ADVANTAGE", _("Competitive advantage")
        REPUTATION = "REPUTATION", _("Reputation")

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="losses")
    form = models.CharField(max_length=21, choices=Form)
    amount = models.DecimalField(max_digits=18, decimal_places=2)  # organisation currency
    is_final = models.BooleanField(default=False)  # else an estimate
    reason = models.CharField(max_length=300, blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    known_at = models.DateTimeField(default=clock.now)

    objects = OfIncident.as_manager()

    class Meta:
        triggers = APPEND_ONLY
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="a_loss_is_no_gain")]
        indexes = [models.Index(fields=["incident", "-id"], name="losses_of_an_incident")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.form} {self.amount}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(incident__in=Incident.objects.filter(Incident.visibility(grants)))
