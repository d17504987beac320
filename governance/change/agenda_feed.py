"""What this room puts on the agenda of the pair: gates on which security's promise ends within a week, or has ended."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from governance.change.models import Gate
from governance.together import agenda
from portal.people import organisations

AHEAD = timedelta(days=7)


def gates_due() -> QuerySet:
    """Those whose next word is security's, the one that is due first."""
    today = organisations.today()
    return Gate.objects.awaited(today, today + AHEAD).order_by("promised_on", "pk").values("id", "promised_on")


agenda.add_rows(
    "gates",
    _("Gates that are due"),
    gates_due,
    lambda row: agenda.Point("gate", row["id"], row["promised_on"]),
    is_due=True,
)
