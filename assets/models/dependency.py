"""What leans on what."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assets.models.asset import Asset
from portal import clock
from portal.history import tracked
from portal.people.access import Clause, Grants, VisibleQuerySet, any_of


@tracked()
class Dependency(models.Model):
    """`dependent` leans on `supporting`: so what matters about the dependent matters about the supporting one."""

    class Kind(models.TextChoices):
        RUNS_ON = "RUNS_ON", _("runs on")
        USES_DATA = "USES_DATA", _("uses data of")
        CONTROLLED_BY = "CONTROLLED_BY", _("is controlled by")
        CONNECTED_THROUGH = "CONNECTED_THROUGH", _("is connected through")
        NEEDS = "NEEDS", _("needs")

    dependent = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="leans_on")
    supporting = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="carries")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.NEEDS)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "dependencies"
        constraints = [
            models.UniqueConstraint(
                fields=["dependent", "supporting", "kind"],
                condition=Q(archived_at=None),
                name="one_dependency_a_pair_and_kind",
            ),
            models.CheckConstraint(condition=~Q(dependent=F("supporting")), name="nothing_leans_on_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.dependent} {self.get_kind_display()} {self.supporting}"

    @property
    def unit(self):
        return self.dependent.unit

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return any_of(cls.clauses(grants))

    @classmethod
    def clauses(cls, grants: Grants) -> list[Clause]:
        if "assets.view_asset" not in grants.permissions:
            return []
        both = grants.in_reach("dependent__unit") & grants.in_reach("supporting__unit")
        return [Clause("reach", both, "dependent__unit")]
