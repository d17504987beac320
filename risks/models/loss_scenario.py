"""What an event of a risk costs and how often it comes, by stage; and what that adds up to in a year."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import APPEND_ONLY, tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models.levels import Levels
from risks.models.risk import Risk

RATE = {"max_digits": 12, "decimal_places": 5}  # events a year: once in 100,000 years is still a number


class LossScenarioQuerySet(VisibleQuerySet):
    def of_open_risks(self):
        return self.current().filter(risk__state=Risk.State.OPEN, risk__archived_at=None)


@tracked()
class LossScenario(models.Model):
    """One estimate of a risk in one stage: loss events a year, and the loss of an event by form (Open FAIR O-RT)."""

    class Often(models.TextChoices):
        """How the number of events a year was estimated."""

        INTERVAL = "INTERVAL", _("Between two numbers, nine times in ten")
        PERT = "PERT", _("Lowest, likeliest, highest")
        ATTEMPTS = "ATTEMPTS", _("Attempts a year, and the share that succeeds")

    class Form(models.TextChoices):
        """The forms of loss of Open FAIR."""

        PRODUCTIVITY = "PRODUCTIVITY", _("Lost production")
        RESPONSE = "RESPONSE", _("Response")
        REPLACEMENT = "REPLACEMENT", _("Replacement")
        FINES = "FINES", _("Fines and judgements")
        ADVANTAGE = "ADVANTAGE", _("Competitive advantage")
        REPUTATION = "REPUTATION", _("Reputation")

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="loss_scenarios")
    stage = models.CharField(max_length=8, choices=Levels.Stage)
    often = models.CharField(max_length=8, choices=Often)
    low_per_year = models.DecimalField(validators=[MinValueValidator(0)], **RATE)  # loss events, or attempts
    mode_per_year = models.DecimalField(null=True, blank=True, validators=[MinValueValidator(0)], **RATE)
    high_per_year = models.DecimalField(validators=[MinValueValidator(0)], **RATE)
    vulnerability_share = models.DecimalField(
        max_digits=5, decimal_places=4, default=1, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    secondary_share = models.DecimalField(
        max_digits=5, decimal_places=4, default=0, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    losses = models.JSONField(default=list)  # loss_parts.LossPart as plain values, one for each form that costs anything
    source = models.CharField(max_length=300, blank=True)  # where the number of events comes from
    estimated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    estimated_on = models.DateField()
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = LossScenarioQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["risk", "stage"], condition=Q(archived_at=None), name="one_loss_scenario_per_stage")
        ]

    def __str__(self) -> str:
        return f"{self.risk.number} {self.get_stage_display()}"

    @property
    def unit(self):
        return self.risk.unit

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        if "risks.view_loss" not in grants.permissions:
            return Q(pk__in=())
        return Q(risk__in=Risk.objects.filter(Risk.visibility(grants)))

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        if "risks.view_loss" not in grants.permissions:
            return Q(pk__in=())
        return Q(risk__in=Risk.objects.filter(Risk.countable(grants)))


class AnnualLossFigures(models.Model):
    """What a year costs [currency], six digits, and the curve: 64 quantiles of a year with a loss in 256 bytes."""

    mean = models.FloatField()
    sd = models.FloatField()
    p_none = models.FloatField()
    var95 = models.FloatField()
    var99 = models.FloatField()
    var999 = models.FloatField()
    es99 = models.FloatField()
    sketch = models.BinaryField()
    cells = models.BinaryField()  # what it adds to a sum of many: quantification.cells

    class Meta:
        abstract = True


class LossResultQuerySet(VisibleQuerySet):
    pass


class LossResult(AnnualLossFigures):
    """The annual loss of one risk in one stage as it is now. Written by recompute only; after plan it is that of now, where nobody
    estimated another one."""

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="loss_results")
    stage = models.CharField(max_length=8, choices=Levels.Stage)
    scenario = models.ForeignKey(LossScenario, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)  # of everything it depends on
    factors = models.JSONField(default=dict)  # what the mean is the product of: {"events", "share", "magnitude"}
    previous = models.JSONField(null=True)  # {"mean", "factors", "at"} before the last change of the mean
    scopes = ArrayField(models.CharField(max_length=24), default=list)  # the sums it is counted in
    computed_at = models.DateTimeField(default=clock.now)

    objects = LossResultQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["risk", "stage"], name="one_loss_result_per_stage")]
        indexes = [models.Index(fields=["stage", "-mean", "risk"], name="losses_by_mean")]

    def __str__(self) -> str:
        return f"{self.risk_id} {self.stage} {self.mean}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return LossScenario.visibility(grants)

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return LossScenario.countable(grants)


class LossMove(models.Model):
    """What a year of one risk cost in one stage before it became another, or before it counted elsewhere; without scopes: before
    anybody estimated it. Recompute writes it beside the change, so that any sum of then is that of now and what moved. No row is
    ever changed."""

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="loss_moves")
    stage = models.CharField(max_length=8, choices=Levels.Stage)
    factors = models.JSONField(default=dict)  # as in LossResult
    scopes = ArrayField(models.CharField(max_length=24), default=list)
    cells = models.BinaryField()
    moved_at = models.DateTimeField(default=clock.now)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        triggers = APPEND_ONLY
        indexes = [models.Index(fields=["stage", "moved_at"], include=["risk"], name="loss_moves_by_time")]

    def __str__(self) -> str:
        return f"{self.risk_id} {self.stage} until {self.moved_at}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return LossScenario.visibility(grants)

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return LossScenario.countable(grants)


class PortfolioLoss(AnnualLossFigures):
    """The annual loss of all risks of one scope together, folded from changes. Scopes: "unit:7" (with all below), "category:OT"."""

    scope = models.CharField(max_length=24)
    stage = models.CharField(max_length=8, choices=Levels.Stage)
    risk_count = models.IntegerField(default=0)
    computed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "stage"], name="one_portfolio_loss_per_scope")]

    def __str__(self) -> str:
        return f"{self.scope} {self.stage} {self.mean}"


class CellChange(models.Model):
    """What was added to one scope's cells and is not folded yet. Insert-only: the folder deletes exactly what it claimed."""

    scope = models.CharField(max_length=24)
    stage = models.CharField(max_length=8, choices=Levels.Stage)
    cells = models.BinaryField()
    risk_count = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.scope} {self.stage}"
