"""A real worker process is killed with its transaction open; the next one finishes the run, and nothing is there twice."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from assets import receivers
from assets.discovery import intake, reading
from assets.models import Asset
from tests.conftest import APPLICATION
from tests.database import another_connection
from tests.factories import portal as make
from tests.factories.assets import make_host, make_run, make_scan
from tests.servers import ADDRESSES

ROOT = Path(__file__).resolve().parents[3]
GATE = 20_261_123
HOSTS = 23
PATIENCE_POLLS = 600  # of a tenth of a second, waited for by the database

pytestmark = pytest.mark.kill


def reader_of(run, database):
    """A process of its own that reads `run` in the database of this test."""
    address = ADDRESSES.database_url.replace("/concord?", f"/{database}?")
    assert address != ADDRESSES.database_url
    known = {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "portal.settings.testing"}
    command = [sys.executable, "-m", "tests.assets.discovery.interrupted", str(run.pk), str(GATE)]
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


def read_as_soon_as_the_claim_is_gone(run):
    """The server notices within moments that the killed worker's connection is closed."""
    for _ in range(PATIENCE_POLLS):
        if reading.read(run.pk):
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.1)")
    raise AssertionError("the run stayed claimed")


def test_a_killed_worker_leaves_a_run_that_the_next_one_finishes(own_db, monkeypatch):
    monkeypatch.setattr(receivers.read_waiting_runs, "delay", lambda: None)
    company = make.make_company()
    hosts = [make_host(f"10.20.1.{n}", mac=f"00:1b:1b:9f:20:{n:02x}") for n in range(1, HOSTS + 1)]
    run = make_run(make_scan(*hosts), unit=company.northfield)
    with another_connection(APPLICATION) as gate, gate.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [GATE])
        process = reader_of(run, own_db)
        try:
            wait_until_at_the_gate(process)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    run.refresh_from_db()
    assert (run.state, run.read_count, run.matched_count) == ("READING", HOSTS, 10)
    assert run.proposals.count() == 10

    read_as_soon_as_the_claim_is_gone(run)

    run.refresh_from_db()
    assert (run.state, run.observations.count(), run.proposals.count()) == ("PROPOSED", HOSTS, HOSTS)
    intake.accept(run.proposals.all(), actor=None)
    assert Asset.objects.count() == HOSTS
