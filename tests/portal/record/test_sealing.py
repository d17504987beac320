from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, transaction

from portal import clock
from portal.record import audit, sealing, tasks
from portal.record.errors import NotSealedYet
from portal.record.models import AuditEntry, Seal
from portal.runtime import servers
from tests.conftest import APPLICATION, OWNER, acting_as
from tests.database import another_connection

INSERT = """
    INSERT INTO record_auditentry (verb, kind, subject_id, params, text_digest, request_id, at)
    VALUES (%s, 'risk', 1, '{}', '', '', now()) RETURNING id
"""


def entered(verb="risk.logged", **fields):
    return AuditEntry.objects.create(**{"verb": verb, "kind": "risk", "subject_id": 1} | fields)


def order():
    return list(Seal.objects.order_by("seq").values_list("seq", "entry__verb"))


def enter_on(other, verb):
    with other.cursor() as cursor:
        cursor.execute(INSERT, [verb])
        return cursor.fetchone()[0]


def test_entries_are_sealed_in_order_without_gaps(db):
    for verb in ("first", "second", "third"):
        entered(verb)

    assert sealing.seal() == 3

    assert order() == [(1, "first"), (2, "second"), (3, "third")]
    assert sealing.seal() == 0


def test_a_batch_is_bounded_and_the_task_goes_on(db):
    for number in range(5):
        entered(f"verb.{number}")

    assert sealing.seal(2) == 2
    tasks.seal()

    assert [seq for seq, _ in order()] == [1, 2, 3, 4, 5]


def test_an_entry_committed_late_gets_a_later_place_and_nothing_is_lost(own_db):
    with another_connection(APPLICATION) as late, another_connection(APPLICATION) as early:
        late_id = enter_on(late, "late")
        early_id = enter_on(early, "early")
        early.commit()
        assert sealing.seal() == 1
        late.commit()
        assert sealing.seal() == 1

    assert late_id < early_id
    assert order() == [(1, "early"), (2, "late")]


def put_mark_back_by(seconds):
    """As if the sealer's mark had been set that long ago."""
    with acting_as(OWNER), connection.cursor() as cursor:
        cursor.execute("UPDATE record_sealmark SET coming_at = coming_at - %s * interval '1 second'", [seconds])


def marked():
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id FROM record_sealmark")
        return cursor.fetchone()[0]


@pytest.mark.kill  # it waits for every transaction on the server, and those of other tests here are long
@pytest.mark.patient
def test_the_mark_never_passes_an_entry_that_is_still_to_be_committed(own_db):
    with another_connection(APPLICATION) as late:
        late_id = enter_on(late, "late")
        early_id = entered("early").pk
        for _ in range(4):
            sealing.seal()
            put_mark_back_by(3600)
        assert marked() < late_id
        late.commit()
        sealing.seal()

    def mark_has_passed():
        sealing.seal()
        put_mark_back_by(3600)
        return marked() >= early_id

    # Any transaction that is open anywhere on the server holds the mark back, those of other tests too.
    assert servers.wait_until(mark_has_passed, 60)
    assert order() == [(1, "early"), (2, "late")]
    entered("after the mark")
    assert sealing.seal() == 1


def test_an_entry_rolled_back_leaves_no_gap(own_db):
    with another_connection(APPLICATION) as other:
        enter_on(other, "never")
        other.rollback()
    entered("kept")

    sealing.seal()

    assert order() == [(1, "kept")]


def test_two_sealers_at_once_seal_each_entry_once(own_db):
    audit.record_many(None, "risk.logged", "risk", [(number, {}) for number in range(400)])
    together = Barrier(2)

    def sealer():
        try:
            together.wait()
            return sum(sealing.seal(50) for _ in range(8))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        counts = [future.result() for future in [pool.submit(sealer) for _ in range(2)]]
    sealing.seal_all()

    assert sum(counts) <= 400
    assert list(Seal.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 401))
    assert Seal.objects.values("entry_id").distinct().count() == 400


def test_a_sealer_does_not_wait_for_another(own_db):
    entered()
    with another_connection(APPLICATION) as other, other.cursor() as cursor:
        cursor.execute("SELECT seal_entries(10)")

        assert sealing.seal() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO record_seal (seq, entry_id, hash, sealed_at) VALUES (1, {entry}, '', now())",
        "UPDATE record_seal SET hash = ''",
        "DELETE FROM record_seal",
        "TRUNCATE record_seal",
        "UPDATE record_sealmark SET entry_id = 1000000",
        "CREATE OR REPLACE FUNCTION public.seal_entries(integer) RETURNS integer LANGUAGE sql AS 'SELECT 0'",
    ],
)
def test_the_application_only_seals_by_the_function(db, statement):
    entry = entered()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(entry=entry.pk))


def test_the_function_ignores_what_a_session_puts_in_its_way(own_db):
    entered()
    with connection.cursor() as cursor:
        cursor.execute("SET search_path = pg_temp, public")
        cursor.execute("SET concord.now = '2020-01-01'")
    sealing.seal()

    assert Seal.objects.get().sealed_at > clock.now() - timedelta(hours=1)


def test_what_was_known_at_a_moment_stays_known(own_db):
    entered("first")
    sealing.seal()
    first = Seal.objects.get(seq=1).sealed_at
    entered("second")
    sealing.seal()

    assert sealing.seq_at(first - timedelta(seconds=1)) == 0
    assert sealing.seq_at(first) == 1
    assert sealing.seq_at(clock.now()) == 2


def test_a_moment_that_may_still_grow_is_refused(own_db):
    entered("first")
    sealing.seal()
    sealed_at = Seal.objects.get().sealed_at
    entered("second")

    with pytest.raises(NotSealedYet):
        sealing.seq_at(clock.now())
    assert sealing.seq_at(sealed_at) == 1


def test_the_future_is_refused(db):
    with pytest.raises(NotSealedYet):
        sealing.seq_at(clock.now() + timedelta(minutes=1))


def test_before_the_first_entry_nothing_was_known(db):
    assert sealing.seq_at(clock.now()) == 0


def test_the_tail_is_what_waits(db):
    assert sealing.tail() == sealing.Tail(0, None)

    entry = entered(at=clock.now() - timedelta(seconds=90))

    assert sealing.tail() == sealing.Tail(1, entry.at)
    assert 89 < sealing.tail().age_seconds < 120


def test_the_head_is_the_last_seal(db):
    assert sealing.head() == (0, "")

    entered()
    sealing.seal()

    assert sealing.head() == (1, Seal.objects.get().hash)
