"""The one order of everything: committed entries get a sequence number and a hash that chains them to all before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, connections

from portal import clock
from portal.record.errors import NotSealedYet
from portal.record.models import Seal

BATCH = 2000

_TAIL = """
    SELECT count(*), min(e.at) FROM record_auditentry e
    WHERE e.id > (SELECT entry_id FROM record_sealmark) AND NOT EXISTS (SELECT FROM record_seal s WHERE s.entry_id = e.id)
"""

# The mark counts in transactions of its server. In another one, after a restore, none of those is under way.
_MARK = """
    UPDATE record_sealmark SET coming_id = (SELECT coalesce(max(id), 0) FROM record_auditentry),
        coming_xid = pg_snapshot_xmax(pg_current_snapshot()), coming_at = clock_timestamp()
    WHERE coming_xid > pg_snapshot_xmax(pg_current_snapshot())
"""


@dataclass(frozen=True)
class Tail:
    """Committed entries without a seal; `oldest_at` is None where there are none."""

    count: int
    oldest_at: datetime | None

    @property
    def age_seconds(self) -> float:
        return max(0.0, (clock.now() - self.oldest_at).total_seconds()) if self.oldest_at else 0.0


def seal(batch: int = BATCH) -> int:
    """Seal at most `batch` committed entries, oldest first; returns how many, 0 also while another sealer is at work.

    An entry that is committed late gets a later number. Not inside a verb: the sealer's lock lasts as long as the transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT seal_entries(%s)", [batch])
        return cursor.fetchone()[0]


def seal_all(batch: int = BATCH) -> int:
    """Seal until nothing is left; returns how many."""
    total = 0
    while sealed := seal(batch):
        total += sealed
    return total


def tail() -> Tail:
    """What is committed and not sealed yet."""
    with connection.cursor() as cursor:
        cursor.execute(_TAIL)
        return Tail(*cursor.fetchone())


def head() -> tuple[int, str]:
    """(sequence, hash) of the last seal; (0, "") before the first."""
    return Seal.objects.order_by("-seq").values_list("seq", "hash").first() or (0, "")


def seq_at(moment: datetime) -> int:
    """The last sequence number sealed at or before `moment`, 0 before the first; the answer stays the same for ever.

    Raises NotSealedYet for the future and for moments after the last seal while entries wait for theirs.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s > clock_timestamp()", [moment])  # the clock that stamps the seals
        if cursor.fetchone()[0]:
            raise NotSealedYet
    waiting = tail().count  # asked first: what is sealed in between lies after `moment` then, or is seen below
    newest = Seal.objects.order_by("-seq").first()
    if waiting and (newest is None or moment > newest.sealed_at):
        raise NotSealedYet
    return Seal.objects.filter(sealed_at__lte=moment).order_by("-seq").values_list("seq", flat=True).first() or 0


def settle_mark(using: str = "default", **_: Any) -> None:
    """Let a sealer that came here from another server pass over what was sealed there. After every migrate, as the owner."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT to_regclass('public.record_sealmark') IS NOT NULL AND has_table_privilege('record_sealmark', 'UPDATE')"
        )
        if cursor.fetchone()[0]:
            cursor.execute(_MARK)
