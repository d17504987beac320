"""Real processes: workers killed, broker and database restarted under them, while people go on editing."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg2
import pytest
from celery import Celery

from portal.runtime.instance import Instance
from portal.settings import environment

ROOT = Path(__file__).resolve().parents[2]
RISKS = 2000
PATIENCE = 60  # seconds before a step counts as stuck

pytestmark = pytest.mark.kill


class Portal:
    """A cluster, a broker and processes of this test alone."""

    def __init__(self, folder):
        self.folder, self.instance, self.processes = folder, Instance(folder / "portal", durable=False), []
        addresses = self.instance.start()
        self.database = environment.database(addresses.database_url)
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "portal.settings.development",
            "DATABASE_URL": addresses.database_url,
            "DATABASE_OWNER_URL": addresses.database_owner_url,
            "REDIS_URL": addresses.redis_url,
            "SECRET_KEY": json.loads((self.instance.folder / "environment.json").read_text())["SECRET_KEY"],
        }

    def manage(self, *arguments):
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name, *arguments):
        """A Celery process whose connections to the database carry its name."""
        with (self.folder / f"{name}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "portal.celery:app", *arguments],
                cwd=ROOT,
                env=self.environment | {"PGAPPNAME": name},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def worker(self, name):
        return self.start(name, "worker", "-c", "1", "-Q", "celery,record", "-n", f"{name}@here", "-l", "warning")

    def beat(self):
        return self.start("beat", "beat", "-s", str(self.folder / "beat"), "-l", "warning")

    def wake(self):
        """What a committed change sends; later ones are left to the timetable."""
        broker, _cache = environment.redis_addresses(self.environment["REDIS_URL"])
        with Celery(broker=broker, set_as_current=False) as app:
            app.send_task("risks.tasks.recompute_stale_scores")

    def kill(self, process):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self):
        for process in self.processes:
            self.kill(process)
        self.instance.stop()

    def connect(self):
        known = self.database
        connection = psycopg2.connect(dbname=known["NAME"], user=known["USER"], password=known["PASSWORD"], host=known["HOST"])
        connection.autocommit = True
        return connection

    def ask(self, question, *values):
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(question, values)
            return cursor.fetchall()

    def stale(self):
        return self.ask("SELECT count(*) FROM risks_stalescore")[0][0]

    def is_amid_a_batch(self, name):
        """Whether that worker (a LIKE pattern) holds a transaction in which it has locked scores."""
        return self.ask(
            """
            SELECT 1 FROM pg_stat_activity AS activity JOIN pg_locks AS held ON held.pid = activity.pid
            WHERE activity.application_name LIKE %s AND activity.xact_start IS NOT NULL
            AND held.relation = 'risks_scorestate'::regclass AND held.mode = 'RowShareLock'
            """,
            name,
        )


@pytest.fixture
def portal(tmp_path):
    portal = Portal(tmp_path)
    try:
        portal.manage("migrate", "--verbosity", "0")
        portal.manage("seed_scale", "--assets", "100", "--risks", str(RISKS))
        yield portal
    finally:
        portal.end()


def wait_for(condition, what):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(psycopg2.OperationalError):
            if condition():
                return
        threading.Event().wait(0.01)
    pytest.fail(f"{what}: not within {PATIENCE} s")


def rate_anew(cursor, dice, risk_ids):
    """What every verb does: the change and its stale rows in one transaction."""
    cursor.execute("BEGIN")
    cursor.execute(
        "UPDATE risks_levels SET likelihood_level = 1 + (likelihood_level + %s) %% 5, version = version + 1 "
        "WHERE stage = 'CURRENT' AND likelihood_level IS NOT NULL AND risk_id = ANY(%s)",
        [dice.randrange(4), risk_ids],
    )
    cursor.execute(
        "INSERT INTO risks_stalescore (risk_id, cause, attempts, error, created_at) SELECT unnest(%s), 'risk.rated', 0, '', now()",
        [risk_ids],
    )
    cursor.execute("COMMIT")


@contextmanager
def people_editing(portal, risk_ids):
    """Two people who change risks all the while, and go on after a lost connection. Yields how often each succeeded."""
    enough, edits = threading.Event(), [0, 0]

    def edit(number):
        dice = random.Random(number)
        while not enough.is_set():
            with suppress(psycopg2.OperationalError, psycopg2.InterfaceError), closing(portal.connect()) as connection:
                cursor = connection.cursor()
                while not enough.wait(0.02):
                    rate_anew(cursor, dice, dice.sample(risk_ids, 3))
                    edits[number] += 1

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield edits
    finally:
        enough.set()
        for thread in threads:
            thread.join(PATIENCE)


@pytest.mark.longest
def test_after_every_accident_each_score_equals_a_computation_from_scratch(portal):
    risk_ids = [pk for (pk,) in portal.ask("SELECT id FROM risks_risk WHERE state = 'OPEN' ORDER BY id")]
    with closing(portal.connect()) as connection, connection.cursor() as cursor:
        rate_anew(cursor, random.Random(0), risk_ids)
    first = portal.worker("worker-1")
    portal.beat()
    portal.wake()

    wait_for(lambda: portal.is_amid_a_batch("worker-1"), "a batch of the first worker")
    portal.kill(first)
    wait_for(lambda: not portal.is_amid_a_batch("worker-1"), "the end of its transaction")
    assert portal.stale() > 0

    with people_editing(portal, risk_ids) as edits:
        portal.worker("worker-2")
        portal.worker("worker-3")
        portal.instance.valkey.stop()
        portal.instance.valkey.start()
        wait_for(lambda: portal.is_amid_a_batch("worker-_"), "a batch after the broker's restart")
        portal.instance.postgres.stop()
        portal.instance.postgres.start()
        before = list(edits)
        wait_for(lambda: all(now > was + 10 for now, was in zip(edits, before, strict=True)), "edits after the database's restart")

    wait_for(lambda: portal.stale() == 0, "the last stale row")
    assert portal.manage("recompute", "--check") == "Every score equals a computation from scratch.\n"
    counted = portal.ask(
        """
        SELECT unit::bigint, measure, sum(amount::bigint)::bigint
        FROM risks_scorestate AS state, jsonb_array_elements_text(state.counted -> 'units') AS unit,
            jsonb_each_text(state.counted -> 'measures') AS kept(measure, amount)
        GROUP BY 1, 2
        """
    )
    kept = portal.ask(
        """
        SELECT scope, measure, sum(amount)::bigint FROM (
            SELECT scope, measure, amount FROM record_total UNION ALL SELECT scope, measure, amount FROM record_totalchange
        ) AS parts WHERE measure LIKE '%%risks.%%' GROUP BY 1, 2 HAVING sum(amount) <> 0
        """
    )
    assert sorted(kept) == sorted(counted)
