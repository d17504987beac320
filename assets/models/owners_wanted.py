"""Where assets wait for somebody to answer for them, and who was asked to name one."""

from django.conf import settings
from django.db import models
from django.db.models import Count, Min, OuterRef, Q, Subquery

from assets.models.asset import Asset
from portal import clock
from portal.history import tracked
from portal.people.access import Clause, Grants, VisibleQuerySet, any_of


class OwnersWantedQuerySet(VisibleQuerySet):
    def counted(self):
        """With `asset_count` and `first_due_on` of what waits in the unit."""
        waiting = Asset.objects.current().unowned().filter(unit=OuterRef("unit")).order_by().values("unit")
        return self.annotate(
            asset_count=Subquery(waiting.annotate(n=Count("pk")).values("n")),
            first_due_on=Subquery(waiting.annotate(first=Min("owner_due_on")).values("first")),
        )


@tracked()
class OwnersWanted(models.Model):
    """The question to one unit: who answers for its assets without an owner? Archived while none there waits."""

    unit = models.OneToOneField("people.Unit", on_delete=models.PROTECT, related_name="+")
    asked = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")  # None: nobody can
    since = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = OwnersWantedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "owners wanted"

    def __str__(self) -> str:
        return str(self.unit)

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return any_of(cls.clauses(grants))

    @classmethod
    def clauses(cls, grants: Grants) -> list[Clause]:
        """Whoever sees the assets of the unit."""
        return [Clause("reach", grants.in_reach("unit"), "unit")] if "assets.view_asset" in grants.permissions else []

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)
