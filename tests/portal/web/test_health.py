import json
from datetime import timedelta

import pytest
from django.db import connection

from portal import clock
from portal.record import privileges
from portal.web import health
from tests.conftest import OWNER, acting_as


def asked(client, address="/readyz"):
    response = client.get(address)
    return response.status_code, json.loads(response.content)["checks"]


def test_the_process_says_that_it_lives(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


def test_ready_names_every_check(client, db):
    assert asked(client) == (200, {"database": "ok", "broker": "ok", "migrations": "ok", "history": "ok", "clock": "ok"})


def test_not_ready_without_a_broker(client, db, monkeypatch):
    # the second first: unset, it reads as the first, and would be left as whatever the first is now
    for name in ("broker_write_url", "broker_url"):
        monkeypatch.setattr(health.current_app.conf, name, "redis+socket:///nowhere.sock")

    status, checks = asked(client)

    assert (status, checks["broker"], checks["database"]) == (503, "missing", "ok")


def test_not_ready_while_a_migration_waits(client, own_db, monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    with acting_as(OWNER), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'record'")

    status, checks = asked(client)

    assert (status, checks["migrations"]) == (503, "missing")


def test_not_ready_while_row_history_could_be_switched_off(client, own_db):
    with acting_as(OWNER), connection.cursor() as cursor:
        cursor.execute(privileges.STRICT_IGNORE.replace("AND coalesce", "OR coalesce"))

    status, checks = asked(client)

    assert (status, checks["history"]) == (503, "missing")


@pytest.mark.parametrize("lead", [timedelta(hours=1), timedelta(hours=-1), timedelta(seconds=40)])
def test_a_host_whose_clock_is_wrong_takes_no_requests(client, db, lead):
    with clock.stopped(clock.now() + lead):
        status, checks = asked(client)

    assert (status, checks["clock"], checks["database"]) == (503, "wrong", "ok")


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_is_only_read(client, db, address):
    assert client.post(address).status_code == 405
