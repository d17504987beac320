"""Verrow, running for real: servers, web, worker and beat as `make up` starts them, and a browser."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from portal import clock
from portal.people.models import User
from portal.runtime import servers
from portal.runtime.instance import OUTSIDE, Instance, write_private
from tests.browser import DESK, launched
from tests.factories.portal import freshen
from tests.house.world import BACKEND
from tests.verrow import move_into

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Verrow:
    """A running demo organisation."""

    address: str
    folder: Path
    doors: dict[str, dict[str, str]]
    environment: dict[str, str]
    mail: Path
    states: dict[str, dict] = field(default_factory=dict)

    def manage(self, *arguments: str) -> str:
        """What `manage.py …` prints on this instance; fails when the command does."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sign_in(self, page: Page, account: str) -> None:
        door = self.doors[account]
        page.goto(f"{self.address}/")
        page.fill("input[name=login]", door["email"])
        page.fill("input[name=password]", door["password"])
        page.click("main button, form button[data-kind=primary]")
        for _attempt in range(2):  # a code may run out on its way
            counter = next(yield_hotp_counters_from_time())
            page.fill("input[name=code]", format_hotp_value(hotp_value(door["totp_secret"], counter)))
            page.click("main button, form button[data-kind=primary]")
            page.wait_for_load_state()
            if not page.locator("input[name=code]").count():
                break
        page.wait_for_url(f"{self.address}/")


@pytest.fixture(scope="session")
def verrow(tmp_path_factory) -> Iterator[Verrow]:
    """Made once; each journey leaves things behind in it as people do."""
    home = tmp_path_factory.mktemp("verrow")
    write_private(home / "demo-accounts.json", move_into(home / "up"))
    with running(home) as started:
        yield started


@pytest.fixture
def empty_portal(tmp_path) -> Iterator[Verrow]:
    """Nobody lives here yet."""
    with running(tmp_path, DEMO="0") as started:
        yield started


@contextmanager
def running(home: Path, **more: str) -> Iterator[Verrow]:
    """`make up` with everything it keeps in `home`."""
    folder, log = home / "up", home / "log"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    outside = {name: value for name, value in os.environ.items() if name not in (*OUTSIDE, "DJANGO_SETTINGS_MODULE", "DEMO")}
    outside |= {"PORT": str(port), "MAIL_FOLDER": str(home / "mail")} | more
    with log.open("w") as output:
        command = [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from portal.runtime import runner, up; runner.die_with_parent(); "
            f"sys.exit(up.main(Path({str(folder)!r})))",
        ]
        process = subprocess.Popen(command, cwd=ROOT, env=outside, stdout=output, stderr=subprocess.STDOUT)
    try:
        ready = servers.wait_until(lambda: "\nConcord is ready" in log.read_text() or process.poll() is not None, 300)
        assert ready and process.poll() is None, log.read_text()
        instance = Instance(folder)
        environment = outside | instance.environment | {"DJANGO_SETTINGS_MODULE": "portal.settings.development"}
        accounts = home / "demo-accounts.json"
        doors = json.loads(accounts.read_text()) if accounts.exists() else {}
        yield Verrow(f"http://localhost:{port}", folder, doors, environment, home / "mail")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def as_account(verrow, chromium) -> Iterator[Callable[..., Page]]:
    """`as_account("cio", scripts=False)`: a page of somebody who is signed in; each signs in once a session."""
    contexts = []

    def open_page(account: str, *, scripts: bool = True) -> Page:
        context = chromium.new_context(
            viewport=DESK, java_script_enabled=scripts, storage_state=verrow.states.get(account), locale="en-GB"
        )
        contexts.append(context)
        page = context.new_page()
        if account not in verrow.states:
            verrow.sign_in(page, account)
            verrow.states[account] = context.storage_state()
        page.goto(f"{verrow.address}/")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def at_desk(own_live_server, chromium) -> Iterator[Callable[[User], Page]]:
    """`at_desk(person)`: a page of theirs in a portal of this process, over a database of this test alone, with a second factor
    given this moment. No worker runs beside it: the test does what one would do."""
    contexts = []

    def open_page(person: User) -> Page:
        client = Client()
        client.force_login(person, backend=BACKEND)
        freshen(client, person)
        name = settings.SESSION_COOKIE_NAME
        context = chromium.new_context(viewport=DESK, locale="en-GB", base_url=own_live_server.url)
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": own_live_server.url}])
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def later(monkeypatch) -> Callable[..., None]:
    """`later(days=11)`: from now on the portal of this process has its clock so far ahead, in every thread."""

    def ahead(**span: float) -> None:
        present = clock.now
        monkeypatch.setattr(clock, "now", lambda: present() + timedelta(**span))

    return ahead


def number_in(text: str) -> int:
    """The first whole number of a text."""
    return int(re.search(r"\d+", text).group())
