"""What could happen."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.access import EVERY_ROW, Clause, Grants, VisibleQuerySet, any_of


class RiskQuerySet(VisibleQuerySet):
    def open(self):
        return self.filter(state=Risk.State.OPEN)

    def owned_by(self, user):
        return self.filter(Q(it_owner=user) | Q(security_owner=user))


@tracked(exclude=["search"])
class Risk(models.Model):
    """One thing that could happen, once in the register: cause, event, consequence, two owners of whom one is accountable."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("Open")
        CLOSED = "CLOSED", _("Closed")

    class Category(models.TextChoices):
        IT = "IT", _("IT")
        OT = "OT", _("OT")
        DATA = "DATA", _("Data")
        SUPPLIER = "SUPPLIER", _("Supplier")
        PEOPLE = "PEOPLE", _("People")
        FACILITIES = "FACILITIES", _("Facilities")
        FINANCE = "FINANCE", _("Finance")
        LEGAL = "LEGAL", _("Legal")

    class Accountable(models.TextChoices):
        IT = "IT", _("IT owner")
        SECURITY = "SECURITY", _("Security owner")

    number = models.CharField(max_length=12, unique=True, editable=False)  # R-0001, from a sequence
    title = models.CharField(max_length=200)  # the event: what could happen
    cause = models.TextField(blank=True)
    consequence = models.TextField(blank=True)
    grounds = models.TextField(blank=True)  # what makes us think so
    category = models.CharField(max_length=12, choices=Category)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="risks")
    assets = models.ManyToManyField("assets.Asset", through="risks.RiskAsset", related_name="risks")
    it_owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="it_risks")
    security_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="security_risks"
    )
    accountable = models.CharField(max_length=8, choices=Accountable, blank=True)
    is_confidential = models.BooleanField(default=False)
    named_people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    review_every_days = models.PositiveSmallIntegerField(default=90)
    reviewed_on = models.DateField(null=True, blank=True)
    review_due_on = models.DateField(null=True, blank=True)  # mirrors the open review; read by the care terms
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    closing_reason = models.CharField(max_length=300, blank=True)
    logged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="logged_risks")
    logged_at = models.DateTimeField(default=clock.now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("title", "cause", "consequence", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = RiskQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "id"], condition=Q(state="OPEN"), name="open_risks_of_a_unit"),
            models.Index(fields=["it_owner"], condition=Q(state="OPEN"), name="open_risks_of_an_it_owner"),
            models.Index(fields=["security_owner"], condition=Q(state="OPEN"), name="open_risks_of_a_sec_owner"),
            models.Index(fields=["review_due_on", "id"], include=["unit"], condition=Q(state="OPEN"), name="open_risks_by_review"),
            models.Index(fields=["logged_at", "id"], include=["unit"], condition=Q(state="OPEN"), name="open_risks_by_logging"),
            models.Index(
                fields=["category", "id"],
                include=["is_confidential", "it_owner", "security_owner", "logged_by", "unit", "archived_at"],  # who may see it
                condition=Q(state="OPEN"),
                name="open_risks_of_a_category",
            ),
            models.Index(fields=["unit", "id"], condition=Q(is_confidential=True), name="confidential_risks_of_a_unit"),
            GinIndex(fields=["search"], name="risks_by_words"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(accountable="")
                | Q(accountable="IT", it_owner__isnull=False)
                | Q(accountable="SECURITY", security_owner__isnull=False),
                name="who_is_accountable_is_named",
            ),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(archived_at=None) & ~Q(external_id=""),
                name="one_risk_per_external_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def accountable_owner(self):
        """The one person who answers for this risk, or None while nobody is named."""
        return {"IT": self.it_owner, "SECURITY": self.security_owner}.get(self.accountable)

    @property
    def agreement(self) -> str:
        """How the offices stand to the levels that count now; "" while there are none."""
        return getattr(getattr(self, "score_state", None), "agreement", "")

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return any_of(cls.clauses(grants))

    @classmethod
    def clauses(cls, grants: Grants) -> list[Clause]:
        """Each reason to see a risk, on its own."""
        if "risks.view_risk" not in grants.permissions:
            return []
        if grants.opens_confidential:
            return [Clause("leader", EVERY_ROW)]
        # The database asks them in this order and stops at the first that holds: what reads another table comes last.
        named = Risk.named_people.through.objects.filter(risk=OuterRef("pk"), user=grants.user_id)
        return [
            Clause("it-owner", Q(it_owner=grants.user_id)),
            Clause("security-owner", Q(security_owner=grants.user_id)),
            Clause("logged", Q(is_confidential=False, logged_by=grants.user_id)),
            Clause("reach", Q(is_confidential=False) & grants.in_reach("unit"), "unit"),
            Clause("named", Q(Exists(named))),
        ]

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        """Confidential risks count in the totals of the units one sees, though one may not open them."""
        return cls.visibility(grants) | (grants.in_reach("unit") if "risks.view_risk" in grants.permissions else Q(pk__in=()))


@tracked()
class RiskAsset(models.Model):
    """This risk would befall this asset."""

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="asset_links")
    asset = models.ForeignKey("assets.Asset", on_delete=models.PROTECT, related_name="risk_links")
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    linked_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["risk", "asset"], name="a_risk_has_an_asset_once")]

    def __str__(self) -> str:
        return f"{self.risk} → {self.asset}"
