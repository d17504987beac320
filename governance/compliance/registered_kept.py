"""What is kept of every profile when a day begins: how well each requirement was practised, and should be."""

from collections.abc import Mapping

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import Avg, Count, F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject, Round
from django.utils.translation import gettext_lazy as _

from governance.compliance import practice_book
from governance.compliance.models import Practice, Profile
from portal.archive import looking_back
from portal.archive.looking_back import Fact, Facts


def _over(aggregate):
    """One number over the practices of a profile."""
    rows = Practice.objects.filter(profile=OuterRef("pk")).order_by().values("profile")
    return Subquery(rows.annotate(found=aggregate).values("found"))


def called(facts: Mapping[int, Facts]) -> dict[int, str]:
    """A profile has no title: it is called after its framework and its unit. One query."""
    return {row.pk: str(row) for row in Profile.objects.filter(pk__in=list(facts)).select_related("framework", "unit")}


_LEVELS = JSONObject(requirement="requirement_id", current="current_level", target="target_level")

looking_back.register(
    looking_back.Kept(
        kind="profile",
        permission="compliance.view_framework",
        list_name="compliance:profiles",
        page="compliance:profile",
        facts=(
            Fact("framework", "framework_id"),
            Fact("unit", "unit_id", _("Where"), "unit", brief=True),
            Fact("current", _over(Round(Avg("current_level"), 1)), _("Practised, mean level of 4"), brief=True),
            Fact("target", _over(Round(Avg("target_level"), 1)), _("Wanted, mean level of 4"), brief=True),
            Fact("rated", _over(Count("pk", filter=Q(current_level__isnull=False))), _("Requirements rated"), brief=True),
            Fact("below", _over(Count("pk", filter=Q(current_level__lt=F("target_level")))), _("Below their target"), brief=True),
            Fact("differ", _over(Count("pk", filter=Q(offices_differ=True))), _("The offices differ on")),
            Fact("current_tier", "current_tier", _("Tier now")),
            Fact("target_tier", "target_tier", _("Tier wanted")),
            Fact("levels", _over(JSONBAgg(_LEVELS, order_by="requirement_id"))),
            Fact("archived_at", "archived_at"),
        ),
        stands=lambda facts: facts["archived_at"] is None,
        named="",
        called=called,
        part="compliance/profiles/_then.html",
        reads=practice_book.levels_then,
    )
)
