"""The one tree of units: company, division, department, site."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.history import tracked
from portal.people.reach import Grants, VisibleQuerySet


class UnitQuerySet(VisibleQuerySet):
    def below(self, ids: Iterable[int], field: str) -> models.Q:
        """Rows whose `field` lies in one of these subtrees; none for ids that are no units. One query."""
        found = models.Q(pk__in=())
        for path in self.filter(pk__in=list(ids)).values_list("path", flat=True):
            found |= models.Q(**{f"{field}__path__startswith": path})
        return found


@tracked()
class Unit(models.Model):
    """One place in the organisation. `path` holds the ids from the root down, as in "/1/4/9/", so a subtree is a prefix."""

    class Kind(models.TextChoices):
        COMPANY = "COMPANY", _("Company")
        DIVISION = "DIVISION", _("Division")
        DEPARTMENT = "DEPARTMENT", _("Department")
        SITE = "SITE", _("Site")

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=255, unique=True)
    position = models.PositiveIntegerField(default=0)  # organisation order among siblings
    head = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="heads_of")
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["path"]
        indexes = [models.Index(fields=["path"], name="unit_by_prefix", opclasses=["varchar_pattern_ops"])]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=models.Q(archived_at=None),
                name="sibling_units_have_different_names",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visibility(cls, grants: Grants) -> models.Q:
        """The tree is known to everybody who has a role: a risk may be noticed anywhere."""
        return models.Q() if grants.names else models.Q(pk__in=())

    @property
    def lineage(self) -> list[int]:
        """Ids of this unit and everything above it, root first: the scopes its things count in."""
        return [int(part) for part in self.path.strip("/").split("/")]

    @property
    def depth(self) -> int:
        """How many units stand above this one."""
        return len(self.lineage) - 1
