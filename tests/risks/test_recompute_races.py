"""Two workers and a writer on real connections, stopped at chosen points."""

import threading
import time
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from risks import facts, recompute, score_rows, stale
from risks.models import Levels, Score, StaleScore
from tests.database import somebody_waits
from tests.factories.portal import make_company
from tests.factories.risks import make_levels, make_risk

PATIENCE = 20  # seconds before a step counts as stuck


@pytest.fixture
def risk(own_db):
    risk = make_risk(unit=make_company().northfield)
    make_levels(risk, 1)
    return risk


def rate(risk, likelihood):
    with transaction.atomic():
        Levels.objects.filter(risk=risk, stage="CURRENT").update(likelihood_level=likelihood)
        stale.mark_risks([risk.pk], "risk.rated")


@contextmanager
def worker():
    """A batch on a thread and a connection of its own; done, and without an error, when the block is left."""
    failures = []

    def work():
        try:
            recompute.refresh_batch()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield thread
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert failures == []


class Stop:
    """Holds the first thread that comes by until it is let go."""

    def __init__(self):
        self.reached, self.go, self.taken = threading.Event(), threading.Event(), False

    def here(self):
        if not self.taken:
            self.taken = True
            self.reached.set()
            assert self.go.wait(PATIENCE)


def wait_until_somebody_waits_for_a_lock():
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if somebody_waits():
            return
    pytest.fail("nobody waits for a lock")


def the_newest_level_counts(risk, likelihood):
    assert Score.objects.filter(risk=risk, state="CURRENT").latest("pk").value == 3 * likelihood * 4
    assert not StaleScore.objects.exists()
    assert recompute.differences() == []


def test_a_change_made_after_a_worker_read_its_facts_is_scored_by_the_next(risk, monkeypatch):
    stop, gather = Stop(), facts.gather

    def slow(risk_ids, today):
        known = list(gather(risk_ids, today))
        stop.here()
        return known

    monkeypatch.setattr(facts, "gather", slow)
    rate(risk, 2)
    with worker():
        assert stop.reached.wait(PATIENCE)
        rate(risk, 5)
        with worker():
            wait_until_somebody_waits_for_a_lock()
            stop.go.set()

    the_newest_level_counts(risk, 5)


def test_a_worker_that_claimed_early_and_locks_late_reads_what_is_true_then(risk, monkeypatch):
    stop, lock = Stop(), score_rows.lock

    def late(risk_ids):
        stop.here()
        return lock(risk_ids)

    monkeypatch.setattr(score_rows, "lock", late)
    rate(risk, 2)
    with worker():
        assert stop.reached.wait(PATIENCE)
        rate(risk, 5)
        with worker():
            pass
        stop.go.set()

    the_newest_level_counts(risk, 5)


def test_a_change_not_committed_yet_is_scored_once_it_is(risk):
    rate(risk, 2)
    with transaction.atomic():
        Levels.objects.filter(risk=risk, stage="CURRENT").update(likelihood_level=5)
        stale.mark_risks([risk.pk], "risk.rated")
        with worker():
            pass

    assert Score.objects.filter(risk=risk, state="CURRENT").latest("pk").value == 24
    assert recompute.refresh_batch() == 1
    the_newest_level_counts(risk, 5)


def test_two_workers_that_meet_in_the_same_risks_do_not_lock_each_other_out(risk, monkeypatch):
    others = [make_risk(unit=risk.unit) for _ in range(20)]
    for other in others:
        make_levels(other, 3)
    stale.mark_risks([other.pk for other in others], "risk.rated")
    stop, gather = Stop(), facts.gather

    def slow(risk_ids, today):
        stop.here()
        return gather(risk_ids, today)

    monkeypatch.setattr(facts, "gather", slow)
    with worker():
        assert stop.reached.wait(PATIENCE)
        stale.mark_risks([other.pk for other in reversed(others)], "asset.changed")
        with worker():
            wait_until_somebody_waits_for_a_lock()
            stop.go.set()

    assert not StaleScore.objects.exists()
    assert recompute.differences() == [risk.pk]
