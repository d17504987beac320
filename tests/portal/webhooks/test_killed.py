"""A real worker is killed while the other side has the message and has not answered: nothing is lost, and the id stays the same."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from portal.record import audit, sealing
from portal.webhooks import outbox, sending, subscriptions
from portal.webhooks.models import Attempt, Delivery
from tests.factories import portal as make
from tests.factories.risks import make_risk
from tests.portal.webhooks.receiver import listening
from tests.servers import ADDRESSES

ROOT = Path(__file__).resolve().parents[3]
WORKER = "import django; django.setup(); from portal.webhooks import sending; sending.send_waiting()"
POLLS = 600

pytestmark = pytest.mark.kill


def test_a_killed_worker_loses_nothing_and_the_next_one_sends_under_the_same_id(own_db, settings):
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    company = make.make_company()
    admin, machine = (make.make_person(role, company=company) for role in ("ADMIN", "INTEGRATION"))
    with listening() as receiver:
        terms = {"name": "Ticketing", "url": receiver.url, "reader": machine, "events": ["risk"]}
        _one, receiver.secret = subscriptions.subscribe(**terms, actor=admin)
        for _ in range(2):
            audit.record(None, "risk.changed", make_risk(unit=company.northfield))
        sealing.seal_all()
        assert outbox.take_up() == 2
        receiver.may_answer.clear()
        address = ADDRESSES.database_url.replace("/concord?", f"/{own_db}?")
        known = {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "portal.settings.testing", "WEBHOOK_NETWORKS": "127.0.0.0/8"}
        process = subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=os.environ | known)
        try:
            assert receiver.came.wait(60)
            assert sending.send(Delivery.objects.order_by("pk").first().pk) is None  # nobody else sends it meanwhile
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        receiver.may_answer.set()
        for _ in range(POLLS):
            sending.send_waiting()
            if not Delivery.objects.waiting().exists():
                break
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.1)")

    sent = [message_id for message_id, _message in receiver.messages]
    first, second = Delivery.objects.order_by("pk").values_list("message_id", flat=True)
    assert (sent.count(first), sent.count(second)) == (2, 1)
    assert outbox.take_up() == 0
    assert Attempt.objects.count() == 2  # the one that died left nothing behind
