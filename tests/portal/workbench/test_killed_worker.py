"""A real worker process is killed amid the rows it writes: nothing is half done, and the next one writes all of them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from portal.workbench import imports, work
from risks.models import Risk, StaleScore
from tests.conftest import APPLICATION
from tests.database import another_connection
from tests.factories import portal as make
from tests.factories.sheets import check, make_csv, make_import, make_line
from tests.servers import ADDRESSES

ROOT = Path(__file__).resolve().parents[3]
GATE = 20_261_127
ROWS = 25
PATIENCE_POLLS = 600  # of a tenth of a second, waited for by the database

pytestmark = pytest.mark.kill


def writer_of(one, database):
    """A process of its own that writes `one` into the database of this test."""
    address = ADDRESSES.database_url.replace("/concord?", f"/{database}?")
    assert address != ADDRESSES.database_url
    known = {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "portal.settings.testing"}
    command = [sys.executable, "-m", "tests.portal.workbench.interrupted", str(one.pk), str(GATE)]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | known)


def wait_until_at_the_gate(process):
    """Until the worker's transaction is open and waits for the lock that this test holds."""
    for _ in range(PATIENCE_POLLS):
        assert process.poll() is None, "the worker ended before it came to the gate"
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted", [GATE])
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.1)")
    raise AssertionError("the worker never came to the gate")


def write_as_soon_as_the_claim_is_gone(one):
    """The server notices within moments that the killed worker's connection is closed."""
    for _ in range(PATIENCE_POLLS):
        if work.work(one.pk):
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.1)")
    raise AssertionError("the import stayed claimed")


def test_a_killed_worker_writes_nothing_and_the_next_one_writes_all(own_db):
    company = make.make_company()
    analyst = make.make_person("ANALYST", company=company)
    one = check(make_import(make_csv(*(make_line(number) for number in range(ROWS))), actor=analyst))
    imports.apply(one, actor=analyst)
    with another_connection(APPLICATION) as gate, gate.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [GATE])
        process = writer_of(one, own_db)
        try:
            wait_until_at_the_gate(process)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    one.refresh_from_db()
    assert (one.state, one.attempts) == ("APPLYING", 1)
    assert (Risk.objects.count(), StaleScore.objects.count()) == (0, 0)

    write_as_soon_as_the_claim_is_gone(one)

    one.refresh_from_db()
    assert (one.state, one.attempts, one.made_count, Risk.objects.count()) == ("APPLIED", 2, ROWS, ROWS)
