import re
from contextlib import contextmanager
from html import unescape
from threading import Event, Thread
from types import SimpleNamespace

import psycopg2.errors
import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.signals import connection_created
from django.urls import reverse

from assets.discovery import precedence
from assets.models import SourceOrder
from portal import turns
from portal.web import collisions

HIDDEN = re.compile(r'<input type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)">')
WRITTEN = {"field": "location", "sources": "cmdb, nmap & co"}


@contextmanager
def turn_taken(name: str):
    """Somebody else, in a transaction of their own, is at it."""
    taken, over = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            turns.wait_for(name)
            taken.set()
            over.wait(20)
        connections.close_all()

    other = Thread(target=hold)
    other.start()
    assert taken.wait(20)
    try:
        yield
    finally:
        over.set()
        other.join()


@pytest.fixture
def at_desk(client, person, company):
    client.force_login(person("ENGINEER", unit=company.root), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def impatient() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '50ms'")


def test_what_was_written_can_be_sent_again_where_somebody_else_was_at_it(at_desk):
    impatient()
    with turn_taken("source order location"):
        refused = at_desk.post(reverse("assets:source-orders"), WRITTEN)
        partial = at_desk.post(reverse("assets:source-orders"), WRITTEN, headers={"HX-Request": "true"})

    again = {unescape(name): unescape(value) for name, value in HIDDEN.findall(refused.text)}
    assert (refused.status_code, again) == (409, WRITTEN)
    assert "Try again with what I wrote" in refused.text
    assert (partial.status_code, partial["HX-Retarget"], "hidden" in partial.text) == (409, "#messages", False)
    assert not SourceOrder.objects.exists()
    assert at_desk.post(reverse("assets:source-orders"), again).status_code == 302
    assert SourceOrder.objects.get().sources == ["cmdb", "nmap & co"]


@pytest.mark.parametrize(("times", "status"), [(1, 302), (2, 409)])
def test_a_deadlock_is_tried_once_more(at_desk, monkeypatch, times, status):
    put, failures = precedence.put, iter([True] * times)

    def unlucky(*told, **more):
        if next(failures, False):
            raise OperationalError("deadlock detected") from psycopg2.errors.lookup("40P01")()
        return put(*told, **more)

    monkeypatch.setattr(precedence, "put", unlucky)
    monkeypatch.setattr(psycopg2.errors.DeadlockDetected, "pgcode", "40P01", raising=False)
    monkeypatch.setattr(collisions, "connection", SimpleNamespace(in_atomic_block=False))

    assert at_desk.post(reverse("assets:source-orders"), WRITTEN).status_code == status
    assert SourceOrder.objects.count() == (status == 302)


def test_a_web_server_waits_three_seconds_for_a_lock_and_ten_for_an_answer(db):
    collisions.bound_waiting()
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
            assert cursor.fetchone() == ("3s", "10s")
    finally:
        other.close()
        assert connection_created.disconnect(dispatch_uid="portal.web.collisions")
