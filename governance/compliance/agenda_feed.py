"""What this room puts on the agenda of the pair: requirements that the two rate differently, and one of them would talk about."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from governance.compliance.models import Framework, PracticeRound
from governance.together import agenda
from portal.people import organisations


def to_talk_about() -> QuerySet:
    """Those of current editions, first asked first."""
    alive = {"practice__profile__framework__state": Framework.State.CURRENT, "practice__profile__archived_at": None}
    rows = PracticeRound.objects.filter(state=PracticeRound.State.DIFFERENT, talk_asked_at__isnull=False, **alive)
    return rows.order_by("talk_asked_at", "pk").values("practice", "talk_asked_at")


agenda.add_rows(
    "practices",
    _("Requirements to talk about"),
    to_talk_about,
    lambda row: agenda.Point("practice", row["practice"], organisations.day_of(row["talk_asked_at"])),
)
