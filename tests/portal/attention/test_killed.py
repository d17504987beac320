"""A real sender, a real post office and a real kill between sending and marking."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from portal.attention import reviews
from portal.attention.models import Digest, Reminder
from portal.people import organisations
from tests.conftest import APPLICATION
from tests.factories import portal as make
from tests.portal.attention.conftest import make_subject
from tests.post_office import PATIENCE, post_office

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.kill


@pytest.fixture
def tested_kind():
    """Real risks here: the sender is another process, which knows no kind of the tests."""


def command(port):
    """`send_reminders` in a process of its own, over the database of this test."""
    user, password = (quote(APPLICATION[key], safe="") for key in ("USER", "PASSWORD"))
    address = f"postgres://{user}:{password}@/{connection.settings_dict['NAME']}?host={quote(APPLICATION['HOST'], safe='')}"
    return subprocess.Popen(
        [sys.executable, "manage.py", "send_reminders"],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "portal.settings.development",
            "DATABASE_URL": address,
            "REDIS_URL": settings.CACHES["default"]["LOCATION"].replace("?db=0", ""),
            "SECRET_KEY": settings.SECRET_KEY,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "PGAPPNAME": "sender",
        },
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(condition, what):
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, f"{what} took longer than {PATIENCE} s"
        threading.Event().wait(0.05)


def senders():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sender' AND datname = current_database()")
        return cursor.fetchone()[0]


@pytest.fixture
def owner(own_db):
    company = make.make_company()
    owner = make.make_person("OWNER", company=company)
    reviews.schedule(make_subject(company.northfield), "risk.review", organisations.today(), [], owner=owner)
    return owner


def test_a_sender_killed_between_sending_and_marking_repeats_the_same_mail_once(owner):
    with post_office() as office:
        port = office.server_address[1]
        sender = command(port)
        wait_for(lambda: office.letters, "the first mail")
        os.killpg(sender.pid, signal.SIGKILL)
        sender.wait()
        wait_for(lambda: senders() == 0, "the end of the dead sender's transaction")
        assert Digest.objects.get().state == Digest.State.CLAIMED
        office.answers.set()

        printed = [command(port).communicate(timeout=PATIENCE)[0].splitlines()[-1] for _ in range(2)]

        first, second = office.letters

    assert printed == ["0 reminders written, 1 digests sent, 0 failed.", "0 reminders written, 0 digests sent, 0 failed."]
    assert first["Message-ID"] == second["Message-ID"]
    assert (Digest.objects.get().state, Reminder.objects.count()) == ("SENT", 1)


def test_with_the_post_office_closed_the_digest_waits_and_the_inbox_has_its_reminder(owner):
    with post_office() as office:
        closed = office.server_address[1]

    printed = command(closed).communicate(timeout=PATIENCE)[0].splitlines()[-1]

    digest = Digest.objects.get()
    assert printed == "1 reminders written, 0 digests sent, 1 failed."
    assert (digest.state, digest.last_error) == ("FAILED", "ConnectionRefusedError")
    assert Reminder.objects.open().filter(recipient=owner).count() == 1
