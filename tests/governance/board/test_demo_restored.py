"""Verrow as `make up` builds it, by the owner: its months are on record, and all of it comes back from one file."""

import html
import re
from datetime import datetime, time, timedelta
from io import StringIO

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.management import call_command
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from governance.board.demo import times
from governance.board.demo.build import FOUNDED_DAYS_AGO
from portal.archive import heads
from portal.people import organisations
from portal.people.models import User
from portal.record import sealing
from portal.record.models import AuditEntry, DayHead, Seal
from portal.settings import base
from tests.browser import launched
from tests.disaster import answers, empty_server, restored
from tests.house.world import BACKEND

pytestmark = pytest.mark.operation

ASKED = (
    "/api/v1/dashboard/",
    "/api/v1/heads/?page_size=500",
    *(
        f"/api/v1/{name}/?page_size=500"
        for name in ("assets", "audit-entries", "controls", "dependencies", "exceptions", "risks", "scores", "treatments", "units")
    ),
)


def told(doors):
    """What two leaders and the auditor are told of everything."""
    return {name: answers(User.objects.get(email=doors[name]["email"]), ASKED) for name in ("cio", "ciso", "auditor")}


def figures(page):
    """The position as Today says it: how many above tolerance, how many differ, and so on, in words and numbers."""
    block = re.search(r'<dl class="figures.*?</dl>', page, re.DOTALL).group()
    return html.unescape(re.sub(r"<[^>]*>", " ", block)).split()


def read_before(door):
    """Today as the person read it before anything happened."""
    client = Client()
    client.force_login(User.objects.get(email=door["email"]), backend=BACKEND)
    return figures(client.get("/").content.decode())


def read_in_a_browser(door):
    """The same by somebody who comes to the restored portal: with their password and the factor they had."""
    server = LiveServer("localhost")
    try:
        with launched() as browser:
            page = browser.new_page()
            page.set_default_timeout(15_000)
            page.goto(f"{server.url}/")
            page.fill("input[name=login]", door["email"])
            page.fill("input[name=password]", door["password"])
            page.click("form button[data-kind=primary]")
            code = hotp_value(door["totp_secret"], next(yield_hotp_counters_from_time()))
            page.fill("input[name=code]", format_hotp_value(code))
            page.click("form button[data-kind=primary]")
            page.wait_for_url(f"{server.url}/")
            return figures(page.content())
    finally:
        server.stop()


def verified(*arguments):
    out = StringIO()
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


def test_verrow_looks_back_on_nine_months_and_comes_back_from_a_backup(verrow_db, tmp_path, settings):
    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS  # passwords are as `make up` made them
    sealing.seal_all()
    today = organisations.today()
    days = list(DayHead.objects.order_by("day").values_list("day", flat=True))
    assert 270 <= FOUNDED_DAYS_AGO <= 280
    assert days == [today - timedelta(days=ago) for ago in range(FOUNDED_DAYS_AGO, 0, -1)]
    assert AuditEntry.objects.earliest("at").at.astimezone(times.ZONE).date() == days[0]
    midnight = datetime.combine(today, time(), times.ZONE)
    assert not AuditEntry.objects.filter(at__gte=midnight, actor__isnull=False).exists()  # what people did ends yesterday
    in_order = list(Seal.objects.order_by("seq").values_list("entry__at", flat=True))
    assert in_order == sorted(in_order)
    halfway = DayHead.objects.get(day=today - timedelta(days=140))
    assert sealing.seq_at(datetime.combine(halfway.day + timedelta(days=1), time(), times.ZONE)) == halfway.seq
    before, position = told(verrow_db), read_before(verrow_db["cio"])
    assert any(map(str.isdigit, position))
    assert len(before["cio"]["/api/v1/risks/?page_size=500"]["results"]) == 47
    assert "The log is what was sealed." in verified("--head", halfway.hash)
    file = tmp_path / "verrow.backup"
    call_command("backup", str(file), stdout=StringIO())

    with empty_server():
        restored(file)

        assert told(verrow_db) == before
        assert read_in_a_browser(verrow_db["cio"]) == position
        assert "The log is what was sealed." in verified("--head", halfway.hash)
        assert heads.note_yesterday().day == today - timedelta(days=1)
