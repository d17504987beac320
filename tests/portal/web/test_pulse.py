"""A task comes through every queue now and then: what a monitor sees when none does, or when its host's clock is wrong."""

from datetime import timedelta

import pytest
from celery import current_app
from django.core.cache import cache

from portal import clock
from portal.settings import base
from portal.web import clocks, pulse, tasks

HOUR = timedelta(hours=1)


def test_where_no_task_ever_ran_the_age_is_infinite(db):
    assert pulse.age_seconds("celery") == float("inf")


def test_the_age_counts_from_the_last_task_of_each_queue(db, monkeypatch):
    monkeypatch.setattr(pulse, "_database_seconds", lambda: 1000.0)
    tasks.leave_pulse("celery")
    monkeypatch.setattr(pulse, "_database_seconds", lambda: 1025.0)
    tasks.leave_pulse("record")

    assert (pulse.age_seconds("celery"), pulse.age_seconds("record")) == (25.0, 0.0)


def test_the_age_does_not_believe_a_wrong_clock(db):
    with clock.stopped(clock.now() - HOUR):
        tasks.leave_pulse("celery")

    assert pulse.age_seconds("celery") < 60


@pytest.mark.parametrize("lead", [HOUR, -HOUR])
def test_a_worker_whose_clock_is_wrong_is_seen_and_says_so(db, monkeypatch, lead):
    said = []
    monkeypatch.setattr(tasks.log, "error", lambda event, **facts: said.append((event, facts)))
    tasks.leave_pulse("record")
    with clock.stopped(clock.now() + lead):
        tasks.leave_pulse("celery")

    assert pulse.worst_lead_seconds() == pytest.approx(lead.total_seconds(), abs=clocks.TOLERANCE_SECONDS)
    assert said == [("clock.wrong", {"lead_seconds": round(pulse.worst_lead_seconds())})]


def test_what_lies_at_the_broker_is_counted(db):
    with current_app.connection_for_write() as broker:
        broker.default_channel.client.rpush("record", "one", "two")
        waiting = pulse.waiting_messages()
        broker.default_channel.client.delete("record")

    assert waiting == 2


def test_the_timetable_sends_one_through_every_queue():
    sent = {
        entry["options"]["queue"]: entry["args"]
        for entry in base.CELERY_BEAT_SCHEDULE.values()
        if entry["task"] == "portal.web.tasks.leave_pulse"
    }

    assert sent == {queue: (queue,) for queue in pulse.QUEUES}


def test_an_emptied_cache_only_forgets_until_the_next_one(db):
    tasks.leave_pulse("celery")
    cache.clear()
    assert pulse.age_seconds("celery") == pulse.NEVER

    tasks.leave_pulse("celery")

    assert pulse.age_seconds("celery") < 60
