"""What an initiative says it adds or changes, and what was seen of it."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models import Asset
from governance.change.models.initiative import Initiative, person
from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet

MOST_OF_A_LINE = 9999


@tracked()
class DeclaredLine(models.Model):
    """One kind of thing that is added or changed: so many in a zone, with data of a class; or one asset by its name."""

    class Act(models.TextChoices):
        ADDS = "ADDS", _("adds")
        CHANGES = "CHANGES", _("changes")

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="declared_lines")
    act = models.CharField(max_length=7, choices=Act)
    kind = models.CharField(max_length=20, choices=Asset.Kind)
    zone = models.CharField(max_length=60, blank=True)  # as the inventory calls it; "": wherever in its unit
    data_classification = models.CharField(max_length=24, choices=Asset.Classification)
    count = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MOST_OF_A_LINE)])
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, null=True, blank=True, related_name="declared_in")
    declared_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)  # said otherwise since

    class Meta:
        ordering = ["initiative_id", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=1, count__lte=MOST_OF_A_LINE), name="a_line_declares_at_least_one"),
            models.CheckConstraint(condition=Q(asset=None) | Q(count=1), name="a_named_asset_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.get_kind_display()}"


class SeenQuerySet(VisibleQuerySet):
    def asked(self):
        """What nobody has settled; what is in the inventory no more asks nothing."""
        return self.filter(state=SeenAsset.State.ASKED, asset__archived_at=None)


@tracked()
class SeenAsset(models.Model):
    """One asset that came to the inventory where an initiative is at work: declared, or a question to both offices."""

    class State(models.TextChoices):
        CONFIRMED = "CONFIRMED", _("As declared")
        ASKED = "ASKED", _("Nobody declared it")
        DECLARED = "DECLARED", _("Declared afterwards")
        STRANGE = "STRANGE", _("Does not belong to it")

    class Answer(models.TextChoices):
        BELONGS = "BELONGS", _("It belongs to the initiative")
        STRANGE = "STRANGE", _("It does not belong to it")

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="seen")
    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="seen_in")  # in one initiative at most
    line = models.ForeignKey(DeclaredLine, on_delete=models.PROTECT, null=True, blank=True, related_name="seen")
    state = models.CharField(max_length=9, choices=State)
    seen_at = models.DateTimeField(default=clock.now)
    it_answer = models.CharField(max_length=7, choices=Answer, blank=True)
    it_by = person(related_name="+", null=True, blank=True)
    it_at = models.DateTimeField(null=True, blank=True)
    security_answer = models.CharField(max_length=7, choices=Answer, blank=True)
    security_by = person(related_name="+", null=True, blank=True)
    security_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SeenQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["initiative", "state"], name="what_was_seen_of_an_initiative")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="CONFIRMED") | Q(line__isnull=False), name="what_is_as_declared_names_its_line"
            )
        ]

    def __str__(self) -> str:
        return f"{self.initiative.number}: {self.asset.number} {self.asset.name}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever may open both, the initiative and the asset."""
        return Q(initiative__in=Initiative.objects.filter(Initiative.visibility(grants))) & Q(
            asset__in=Asset.objects.filter(Asset.visibility(grants))
        )

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        """Those of the initiatives one may open: their number is no secret of the assets."""
        return Q(initiative__in=Initiative.objects.filter(Initiative.visibility(grants)))

    @property
    def unit(self):
        return self.initiative.unit

    def answer_of(self, office: str) -> str:
        return self.it_answer if office == "IT" else self.security_answer

    @property
    def differs(self) -> bool:
        """Both have answered, each something else."""
        return bool(self.it_answer and self.security_answer and self.it_answer != self.security_answer)
