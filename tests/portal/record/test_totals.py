from concurrent.futures import ThreadPoolExecutor
from threading import Event

from django.db import connection

from portal.record import tasks, totals
from portal.record.models import Total, TotalChange
from tests.conftest import APPLICATION
from tests.database import another_connection


def test_a_reading_is_what_was_folded_and_what_waits(db):
    totals.add([(1, "risks.open", 3), (1, "risks.band.HIGH", 1)])
    totals.fold()
    totals.add([(1, "risks.open", -1)])

    assert totals.read(1, prefix="risks.") == {"risks.open": 2, "risks.band.HIGH": 1}


def test_a_scope_and_a_prefix_bound_the_reading(db):
    totals.add([(1, "risks.open", 3), (2, "risks.open", 1), (1, "assets.current", 9)])

    assert totals.read(1, prefix="risks.") == {"risks.open": 3}


def test_several_scopes_are_added_up(db):
    totals.add([(1, "risks.open", 3), (2, "risks.open", 1)])

    assert totals.read(1, 2) == {"risks.open": 4}


def test_what_moves_is_taken_from_one_and_given_to_the_other(db):
    totals.move(None, ([1, 2], {"risks.open": 1}))
    totals.move(([1, 2], {"risks.open": 1}), ([1, 3], {"risks.open": 1}))

    assert (totals.read(1), totals.read(2), totals.read(3)) == ({"risks.open": 1}, {}, {"risks.open": 1})
    assert TotalChange.objects.filter(scope=1).count() == 1


def test_folding_takes_bounded_batches_until_nothing_waits(db):
    totals.add((scope, "risks.open", 1) for scope in range(10))
    assert totals.fold(4) == 4
    assert totals.waiting() == 6

    tasks.fold_totals()

    assert totals.waiting() == 0
    assert Total.objects.count() == 10


def test_folding_twice_adds_up(db):
    for amount in (5, -2):
        totals.add([(1, "risks.open", amount)])
        totals.fold()

    assert Total.objects.get().amount == 3
    assert totals.checked_sum(1, "risks.open") == 3


def test_only_one_folder_works_at_a_time_and_none_waits(own_db):
    totals.add([(1, "risks.open", 1)])
    with another_connection(APPLICATION) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(1129270851, 2)")

        assert totals.fold() == 0

    assert totals.fold() == 1


def test_a_change_not_committed_yet_is_folded_later(own_db):
    with another_connection(APPLICATION) as other, other.cursor() as cursor:
        cursor.execute("INSERT INTO record_totalchange (scope, measure, amount) VALUES (1, 'risks.open', 4)")
        totals.add([(1, "risks.open", 1)])
        assert totals.fold() == 1
        other.commit()

    assert totals.read(1) == {"risks.open": 5}
    assert totals.fold() == 1
    assert totals.read(1) == {"risks.open": 5}


def test_a_reading_is_exact_at_any_moment_while_folders_work(own_db):
    """Each writer's transaction adds one and takes one away again: whoever reads must always see zero."""
    stop = Event()

    def write():
        for _ in range(150):
            totals.add([(1, "risks.open", 1), (1, "risks.open", -1), (1, "risks.written", 1)])
        connection.close()

    def fold():
        while not stop.is_set():
            totals.fold(40)
        connection.close()

    def read():
        opened, written = set(), []
        while not stop.is_set():
            seen = totals.read(1)
            opened.add(seen.get("risks.open", 0))
            written.append(seen.get("risks.written", 0))
        connection.close()
        return opened, written

    with ThreadPoolExecutor(5) as pool:
        reader, folders = pool.submit(read), [pool.submit(fold) for _ in range(2)]
        for writer in [pool.submit(write) for _ in range(2)]:
            writer.result()
        stop.set()
        opened, written = reader.result()
        for folder in folders:
            folder.result()

    assert opened == {0}
    assert written == sorted(written)
    assert totals.read(1) == {"risks.written": 300}
