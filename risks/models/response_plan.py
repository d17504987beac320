"""How both offices act when a risk comes true: a plan, its versions, and what a version says."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal import clock
from portal.history import tracked
from portal.people.access import EVERY_ROW, Clause, Grants, VisibleQuerySet, any_of
from portal.people.models import Appointment
from risks.models.incident import behind_shut_risks
from risks.models.rating import Office
from risks.models.risk import Risk

PERSON = {"on_delete": models.PROTECT, "null": True, "blank": True, "related_name": "+"}
# What was sent to be signed stays as it is: another draft says it otherwise.
_FROZEN = pgtrigger.Trigger(
    name="only_a_draft_changes",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    func="""
        IF EXISTS (SELECT 1 FROM risks_planversion WHERE id = OLD.plan_version_id AND state <> 'DRAFT') THEN
            RAISE EXCEPTION 'only a draft changes';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    """,
)


class Phase(models.TextChoices):
    """The phases of an incident after NIST SP 800-61, in our own words."""

    PREPARE = "PREPARE", _("Be ready")
    NOTICE = "NOTICE", _("Notice and judge")
    CONTAIN = "CONTAIN", _("Stop the spread")
    RESTORE = "RESTORE", _("Clean up and restore")
    LEARN = "LEARN", _("Learn from it")


@tracked()
class ResponsePlan(models.Model):
    """The plan for one scenario: a free name, the risks and assets it is about, who keeps it. What it says stands in versions."""

    number = models.CharField(max_length=12, unique=True, editable=False)  # RP-0001, from a sequence
    name = models.CharField(max_length=200)  # the scenario
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="response_plans")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="response_plans")
    risks = models.ManyToManyField(Risk, blank=True, related_name="response_plans")
    assets = models.ManyToManyField("assets.Asset", blank=True, related_name="response_plans")
    review_every_days = models.PositiveSmallIntegerField(default=180)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["unit", "id"], condition=Q(archived_at=None), name="plans_of_a_unit")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return any_of(cls.clauses(grants))

    @classmethod
    def clauses(cls, grants: Grants) -> list[Clause]:
        """Each reason to see a plan; one for a confidential risk opens to the risk's readers, and to whoever acts in it."""
        if "risks.view_responseplan" not in grants.permissions:
            return []
        if grants.opens_confidential:
            return [Clause("leader", EVERY_ROW)]
        shut = behind_shut_risks(grants, cls.risks.through.objects.filter(responseplan=OuterRef("pk")))
        acts = PlanAction.objects.filter(plan_version__plan=OuterRef("pk"), person=grants.user_id)
        activated = PlanVersion._meta.get_field("activations").related_model
        called = activated.people.through.objects.filter(activation__plan_version__plan=OuterRef("pk"), user=grants.user_id)
        reached = PlanContact.objects.filter(plan_version__plan=OuterRef("pk"), person=grants.user_id)
        return [
            Clause("owner", Q(owner=grants.user_id)),
            Clause("called", Q(Exists(called))),
            Clause("in-plan", Q(Exists(acts)) | Q(Exists(reached))),
            Clause("reach", grants.in_reach("unit") & ~shut, "unit"),
        ]

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        if "risks.view_responseplan" not in grants.permissions:
            return Q(pk__in=())
        return cls.visibility(grants) | grants.in_reach("unit")


class OfPlan(VisibleQuerySet):
    """Rows that whoever may open their plan may open."""


@tracked()
class PlanVersion(models.Model):
    """One wording of a plan. Drafted, sent to both leaders, in force once both have signed, and never changed from then on."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        ASKED = "ASKED", _("Waits for signatures")
        IN_FORCE = "IN_FORCE", _("In force")
        SUPERSEDED = "SUPERSEDED", _("Replaced")

    plan = models.ForeignKey(ResponsePlan, on_delete=models.PROTECT, related_name="versions")
    ordinal = models.PositiveSmallIntegerField()  # 1, 2, 3 of its plan
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=clock.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PERSON)
    in_force_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfPlan.as_manager()

    class Meta:
        ordering = ["-ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "ordinal"], name="a_plan_counts_its_versions"),
            models.UniqueConstraint(fields=["plan"], condition=Q(state="IN_FORCE"), name="one_version_in_force"),
            models.UniqueConstraint(fields=["plan"], condition=Q(state__in=["DRAFT", "ASKED"]), name="one_draft_of_a_plan"),
        ]

    def __str__(self) -> str:
        return f"{self.plan}, {self.ordinal}"

    @property
    def unit(self):
        return self.plan.unit

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(plan__in=ResponsePlan.objects.filter(ResponsePlan.visibility(grants)))

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        """Nobody counts what they may not open."""
        return cls.visibility(grants)


class PlanAction(models.Model):
    """One thing one office does in one phase: by whom, in which order, within how many minutes, done when."""

    plan_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="actions")
    phase = models.CharField(max_length=8, choices=Phase)
    office = models.CharField(max_length=8, choices=Office)
    place = models.PositiveSmallIntegerField()  # its order in the version
    title = models.CharField(max_length=200)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, **PERSON)
    seat = models.CharField(max_length=12, choices=Appointment.Seat, blank=True)  # whoever fills it then; a person or a seat
    minutes_allowed = models.PositiveIntegerField(null=True, blank=True)  # from activation
    done_when = models.CharField(max_length=300, blank=True)

    objects = OfPlan.as_manager()

    class Meta:
        ordering = ["place", "id"]
        triggers = [_FROZEN]
        indexes = [models.Index(fields=["plan_version", "place"], name="actions_of_a_version")]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(plan_version__in=PlanVersion.objects.filter(PlanVersion.visibility(grants)))


class PlanContact(models.Model):
    """Somebody to be reached: what they are called, for what, how. Private numbers lie apart."""

    plan_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="contacts")
    place = models.PositiveSmallIntegerField()
    below = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="called")  # who calls them
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, **PERSON)  # where they have an account
    reach = models.CharField(max_length=200, blank=True)  # at work

    objects = OfPlan.as_manager()

    class Meta:
        ordering = ["place", "id"]
        triggers = [_FROZEN]

    def __str__(self) -> str:
        return f"{self.name}, {self.role}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(plan_version__in=PlanVersion.objects.filter(PlanVersion.visibility(grants)))


class PrivateReach(models.Model):
    """How to reach somebody at home. No history and no audit content; shown in an activated plan alone, each look noted."""

    contact = models.OneToOneField(PlanContact, on_delete=models.PROTECT, related_name="private")
    reach = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"of contact {self.contact_id}"


class PlanClock(models.Model):
    """By when whom an outside body must be told. The figures are data; counsel says whether they apply."""

    class Starts(models.TextChoices):
        AWARENESS = "AWARENESS", _("once we are aware")
        MATERIALITY = "MATERIALITY", _("once it is found material or major")

    class Measure(models.TextChoices):
        HOURS = "HOURS", _("hours")
        WORKING_DAYS = "WORKING_DAYS", _("working days")
        MONTHS = "MONTHS", _("months")

    plan_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="clocks")
    place = models.PositiveSmallIntegerField()
    law = models.CharField(max_length=60)
    name = models.CharField(max_length=120)  # what is told to whom
    starts = models.CharField(max_length=11, choices=Starts, default=Starts.AWARENESS)
    amount = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=12, choices=Measure, default=Measure.HOURS)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, **PERSON)
    seat = models.CharField(max_length=12, choices=Appointment.Seat, blank=True)

    objects = OfPlan.as_manager()

    class Meta:
        ordering = ["place", "id"]
        triggers = [_FROZEN]

    def __str__(self) -> str:
        return f"{self.law}: {self.name}"

    @property
    def limit(self) -> str:
        """24 hours, 1 month, 4 working days."""
        words = {
            self.Measure.HOURS: ngettext("%(n)d hour", "%(n)d hours", self.amount),
            self.Measure.WORKING_DAYS: ngettext("%(n)d working day", "%(n)d working days", self.amount),
            self.Measure.MONTHS: ngettext("%(n)d month", "%(n)d months", self.amount),
        }
        return words[self.Measure(self.measure)] % {"n": self.amount}

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(plan_version__in=PlanVersion.objects.filter(PlanVersion.visibility(grants)))
