"""What this room tells of achievements: cash that somebody of neither office confirmed, and initiatives that passed every gate the
first time on their way to live."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from governance.change.gates import ANSWERED
from governance.change.models import Gate, Initiative, Saving, Stage, Waiver
from governance.together import achievements
from governance.together.achievements import Fact, Kind
from portal.record.models import AuditEntry


def cash_saved() -> Iterable[Fact]:
    """Lines that ended because another one does the same, as finance confirmed it."""
    rows = Saving.objects.filter(state=Saving.State.CONFIRMED, confirmed__gt=0).order_by("pk")
    return [Fact(Kind.CASH_SAVED, "saving", pk, amount) for pk, amount in rows.values_list("pk", "confirmed")]


def first_time() -> Iterable[Fact]:
    """Live, through gates at which nothing was found not met and nothing waived."""
    gates = Gate.objects.filter(initiative=OuterRef("pk"), passed_at__isnull=False)
    refused = AuditEntry.objects.filter(kind="gate", subject_id=OuterRef("pk"), verb=ANSWERED, params__answer="NOT_MET")
    stumbled = gates.filter(Exists(refused) | Exists(Waiver.objects.filter(criterion__gate=OuterRef("pk"))))
    live = Initiative.objects.filter(Exists(gates), ~Exists(stumbled), stage=Stage.LIVE, archived_at=None)
    return [Fact(Kind.FIRST_TIME, "initiative", pk) for pk in live.order_by("pk").values_list("pk", flat=True)]


for _find in (cash_saved, first_time):
    achievements.add(_find)
