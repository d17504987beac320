"""What is planned on which days, and where two of it do not go together."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from governance.change.models.initiative import Initiative, person
from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet

VIEW = "change.view_initiative"


class PlannedQuerySet(VisibleQuerySet):
    def ahead(self, moment: datetime):
        """Not called off, and not over at `moment`."""
        return self.current().filter(ends_at__gt=moment)

    def touching(self, asset: Any):
        return self.filter(pk__in=PlannedAsset.objects.filter(asset=asset, archived_at=None).values("planned"))


@tracked()
class PlannedChange(models.Model):
    """Something that is done to assets of a place between two moments; or a freeze: nothing changes there and below meanwhile."""

    class Kind(models.TextChoices):
        RELEASE = "RELEASE", _("Release")
        PATCH = "PATCH", _("Patch window")
        TEST = "TEST", _("Test")
        FREEZE = "FREEZE", _("Freeze")

    number = models.CharField(max_length=12, unique=True, editable=False)  # CH-0001, from a sequence
    kind = models.CharField(max_length=7, choices=Kind)
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="planned_changes")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    owner = person(related_name="planned_changes")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="planned_changes")
    planned_by = person(related_name="+", null=True)
    planned_at = models.DateTimeField(default=clock.now, editable=False)
    calling_off_reason = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)  # called off
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PlannedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["ends_at", "id"], condition=Q(archived_at=None), name="planned_changes_by_day")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="a_planned_change_takes_time"),
            models.CheckConstraint(
                condition=Q(archived_at=None) | ~Q(calling_off_reason=""), name="who_calls_off_a_change_says_why"
            ),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(archived_at=None) & ~Q(external_id=""),
                name="one_planned_change_per_external_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Within one's units, what one owns, what happens to assets there, and freezes of the units above, which hold there too."""
        if VIEW not in grants.permissions:
            return Q(pk__in=())
        reach = grants.in_reach("unit") | Q(owner=grants.user_id)
        if grants.everywhere:
            return reach
        touching = PlannedAsset.objects.filter(grants.in_reach("asset__unit"), archived_at=None)
        return reach | Q(kind=cls.Kind.FREEZE, unit__path__in=_above(grants.unit_paths)) | Q(pk__in=touching.values("planned"))

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)

    @property
    def is_freeze(self) -> bool:
        return self.kind == self.Kind.FREEZE


def _above(paths: tuple[str, ...]) -> set[str]:
    """The paths of all units over these, and their own: "/1/4/" stands under "/1/"."""
    parts = [path.strip("/").split("/") for path in paths]
    return {f"/{'/'.join(steps[:depth])}/" for steps in parts for depth in range(1, len(steps) + 1)}


@tracked()
class PlannedAsset(models.Model):
    """An asset that a planned change touches."""

    planned = models.ForeignKey(PlannedChange, on_delete=models.PROTECT, related_name="asset_links")
    asset = models.ForeignKey("assets.Asset", on_delete=models.PROTECT, related_name="planned_links")
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)  # taken off again

    class Meta:
        ordering = ["planned_id", "asset_id"]
        constraints = [models.UniqueConstraint(fields=["planned", "asset"], name="a_planned_change_names_an_asset_once")]

    def __str__(self) -> str:
        return f"{self.planned_id} {self.asset_id}"


class ClashQuerySet(VisibleQuerySet):
    def asked(self):
        return self.filter(state=Clash.State.ASKED)

    def whole(self):
        """With both sides, whoever asks."""
        named = ("planned__unit", "planned__owner", "other__unit", "other__owner")
        return self.select_related(*named, "permit__zone__unit", "permit__contact", "initiative__unit", "initiative__owner")


@tracked()
class Clash(models.Model):
    """Two that do not go together: changes of one asset at the same time, or something inside a freeze (`planned`). Both owners
    are asked; it ends when one of them moves, or stands once each has said why both may happen."""

    class Kind(models.TextChoices):
        SAME_ASSET = "SAME_ASSET", _("One asset at the same time")
        IN_FREEZE = "IN_FREEZE", _("Inside a freeze")

    class State(models.TextChoices):
        ASKED = "ASKED", _("Both owners are asked")
        STANDS = "STANDS", _("Both owners let it stand")
        APART = "APART", _("They no longer meet")
        OVER = "OVER", _("The days have passed")

    kind = models.CharField(max_length=10, choices=Kind)
    planned = models.ForeignKey(PlannedChange, on_delete=models.PROTECT, related_name="clashes")
    other = models.ForeignKey(PlannedChange, on_delete=models.PROTECT, null=True, blank=True, related_name="clashes_as_other")
    permit = models.ForeignKey("assets.ScanPermit", on_delete=models.PROTECT, null=True, blank=True, related_name="clashes")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="clashes")  # goes live
    starts_at = models.DateTimeField()  # of the time in which they meet
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State, default=State.ASKED)
    planned_reason = models.CharField(max_length=300, blank=True)  # why it may happen all the same
    planned_by = person(related_name="+", null=True, blank=True)
    planned_at = models.DateTimeField(null=True, blank=True)
    other_reason = models.CharField(max_length=300, blank=True)
    other_by = person(related_name="+", null=True, blank=True)
    other_at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ClashQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "starts_at"], name="clashes_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(other__isnull=False, permit=None, initiative=None)
                | Q(other=None, permit__isnull=False, initiative=None)
                | Q(other=None, permit=None, initiative__isnull=False),
                name="a_clash_is_of_two",
            ),
            models.CheckConstraint(condition=Q(other=None) | ~Q(other=F("planned")), name="nothing_clashes_with_itself"),
            *(
                models.UniqueConstraint(fields=["planned", side], condition=Q(state="ASKED"), name=f"asked_once_about_{side}")
                for side in ("other", "permit", "initiative")
            ),
        ]

    def __str__(self) -> str:
        return _("%(one)s and %(other)s") % {"one": self.planned.number, "other": self.other_number}

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever may open one of the two, and who stands by at a scan."""
        if VIEW not in grants.permissions:
            return Q(pk__in=())
        planned = PlannedChange.objects.filter(PlannedChange.visibility(grants)).values("pk")
        initiatives = Initiative.objects.filter(Initiative.visibility(grants)).values("pk")
        return Q(planned__in=planned) | Q(other__in=planned) | Q(initiative__in=initiatives) | Q(permit__contact=grants.user_id)

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)

    @property
    def thing(self) -> Any:
        """The other one of the two: a planned change, a permit to scan, or an initiative that goes live."""
        return self.other or self.permit or self.initiative

    @property
    def other_number(self) -> str:
        return str(_("a scan")) if self.permit_id else self.thing.number

    @property
    def other_owner(self) -> Any:
        return self.permit.contact if self.permit_id else self.thing.owner

    @property
    def unit(self):
        return self.planned.unit
