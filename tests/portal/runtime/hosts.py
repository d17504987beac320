"""Concord on several hosts: web, worker and beat twice over, under production settings, on servers of somebody else."""

import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psycopg2
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from portal.runtime import servers
from portal.runtime.instance import OUTSIDE
from tests.outside import Addresses, free_port

ROOT = Path(__file__).resolve().parents[3]
NAME = "concord.verrow.example"
PATIENCE = 60  # seconds before a step counts as stuck


@dataclass
class Hosts:
    """The processes of two hosts, and what a person at one of them can do."""

    folder: Path
    addresses: Addresses
    mail_port: int = field(default_factory=free_port)
    metrics_token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        here = {key: value for key, value in os.environ.items() if key not in (*OUTSIDE, "DEMO", "PORT")}
        self.environment = here | {
            "DJANGO_SETTINGS_MODULE": "portal.settings.production",
            "DATABASE_URL": self.addresses.database_url,
            "REDIS_URL": self.addresses.redis_url,
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ALLOWED_HOSTS": NAME,
            "TRUSTED_PROXIES": "1",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "METRICS_TOKEN": self.metrics_token,
            "DEMO_ACCOUNTS": str(self.folder / "demo-accounts.json"),
            "FIRST_SIGN_IN": str(self.folder / "first-sign-in.txt"),
        }

    def prepare(self) -> None:
        """Migrate and move the demo in, as the owner; the other processes never learn that address."""
        owner = self.environment | {"DATABASE_OWNER_URL": self.addresses.owner_url}
        done = subprocess.run([sys.executable, "-m", "portal.runtime.prepare"], cwd=ROOT, env=owner, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        for host in ("a", "b"):
            port = self.ports[host] = free_port()
            counts = self.folder / f"metrics-{host}"
            counts.mkdir()
            bind = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "2"]
            self.run(f"web-{host}", "gunicorn", "portal.wsgi", "--preload", *bind, PROMETHEUS_MULTIPROC_DIR=str(counts))
            celery = ("celery", "-A", "portal.celery:app")
            self.run(f"worker-{host}", *celery, "worker", "-Q", "celery,record", "-c", "1", "-n", f"{host}@verrow", "-l", "warning")
            self.run(f"beat-{host}", *celery, "beat", "-s", str(self.folder / f"beat-{host}"), "--pidfile=", "-l", "warning")
        for host in self.ports:
            assert servers.wait_until(lambda host=host: self.is_ready(host), PATIENCE), self.log(f"web-{host}")

    def run(self, name: str, *arguments: str, **settings: str) -> None:
        with (self.folder / f"{name}.log").open("w") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=self.environment | settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()[-3000:]

    def command(self, *arguments: str) -> subprocess.Popen:
        """`manage.py …` on one of the hosts."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True
        )

    def said(self, *arguments: str) -> str:
        command = self.command(*arguments)
        output, _ = command.communicate(timeout=PATIENCE)
        assert command.returncode == 0
        return output

    def is_ready(self, host: str) -> bool:
        with suppress(OSError, http.client.HTTPException):
            return Visitor(self).get(host, "/readyz").status == 200
        return False

    def measured(self, host: str) -> dict[str, float]:
        """The gauges that this host shows to a collector."""
        text = Visitor(self, token=self.metrics_token).get(host, "/metrics").body.decode()
        return {name: float(value) for name, value in re.findall(r"^(concord_\w+) (\S+)$", text, re.MULTILINE)}

    def ask(self, statement: str) -> list[tuple]:
        with closing(psycopg2.connect(self.addresses.owner_url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []

    def wait_for(self, condition, what: str) -> None:
        assert servers.wait_until(condition, PATIENCE), f"{what}: not within {PATIENCE} s"


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: http.client.HTTPMessage

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> dict:
        assert self.status < 300, (self.status, self.text[:500])
        return json.loads(self.body)


@dataclass
class Visitor:
    """Somebody behind the proxy that ends TLS: a person with a session, or a program with a token; at either host."""

    hosts: Hosts
    token: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, host: str, path: str) -> Answer:
        return self._ask(host, "GET", path)

    def post_json(self, host: str, path: str, body: dict, key: str = "") -> Answer:
        headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
        return self._ask(host, "POST", path, json.dumps(body).encode(), headers)

    def post_file(self, host: str, path: str, fields: dict) -> Answer:
        return self._ask(host, "POST", path, encode_multipart(BOUNDARY, fields), {"Content-Type": MULTIPART_CONTENT})

    def post_form(self, host: str, path: str, fields: dict[str, str]) -> Answer:
        """As a browser sends the form of that page."""
        [token] = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(host, path).text))
        body = urlencode({"csrfmiddlewaretoken": token} | fields).encode()
        return self._ask(host, "POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def sign_in(self, host: str, door: dict[str, str]) -> None:
        """By password and second factor."""
        asked = self.post_form(host, "/accounts/login/", {"login": door["email"], "password": door["password"]})
        assert asked.status == 302, asked.text
        code = format_hotp_value(hotp_value(door["totp_secret"], next(yield_hotp_counters_from_time())))
        entered = self.post_form(host, urlsplit(asked.headers["Location"]).path, {"code": code})
        assert entered.status == 302, entered.text

    def _ask(self, host: str, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        sent = {
            "Host": NAME,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "192.0.2.10",
            "Referer": f"https://{NAME}{path}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **({"Authorization": f"Bearer {self.token}"} if self.token else {}),
            **(headers or {}),
        }
        with closing(http.client.HTTPConnection("127.0.0.1", self.hosts.ports[host], timeout=PATIENCE)) as connection:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.read(), response.headers)
        for line in response.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer
