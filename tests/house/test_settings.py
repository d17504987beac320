"""Production starts with strong secrets or not at all, and its policy has no gap."""

import os
import subprocess
import sys

import pytest

from portal.settings import base
from tests.house.source import ROOT

STRONG = {
    "SECRET_KEY": "vT7dQm2zXc9LrK4nWf8sHb6yPe3uJg5aRt1oNi0qMxZl7kDsU8wE6hB",
    "DATABASE_URL": "postgres://concord_app:pass@database.example/concord",
    "DATABASE_OWNER_URL": "postgres://concord_owner:pass@database.example/concord",
    "REDIS_URL": "redis://broker.example:6379/0",
    "ALLOWED_HOSTS": "concord.example",
}


def started(code="import portal.settings.production as s; print(s.DEBUG, s.SESSION_COOKIE_SECURE)", **changes):
    given = {name: value for name, value in {**STRONG, **changes}.items() if value is not None}
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "portal.settings.production", **given}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_production_starts_with_strong_secrets():
    done = started()

    assert (done.returncode, done.stdout.strip()) == (0, "False True"), done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", None),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 64),
        ("SECRET_KEY", "django-insecure-vT7dQm2zXc9LrK4nWf8sHb6yPe3uJg5aRt1oNi0q"),
        ("SECRET_KEY", "changeme-changeme-changeme-changeme-changeme-changeme"),
        ("DATABASE_URL", None),
        ("REDIS_URL", None),
        ("ALLOWED_HOSTS", None),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "concord.example, *"),
        ("METRICS_TOKEN", "short"),
        ("METRICS_TOKEN", "secret-secret-secret-secret-secret-1234567890"),
        ("TRUSTED_PROXIES", "all"),
        ("PORT", "eighty"),
    ],
)
def test_production_refuses_in_one_sentence(name, value):
    done = started(**{name: value})

    assert done.returncode == 1
    assert name in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_production_gives_every_cookie_to_this_host_alone_and_by_https_alone():
    done = started(
        code="""
import portal.settings.production as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.THEME_COOKIE_NAME)
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE)
print(s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS >= 31536000, s.SECURE_HSTS_INCLUDE_SUBDOMAINS)
print(s.MESSAGE_STORAGE.rsplit(".", 1)[1])
"""
    )

    assert done.stdout.split() == [
        *("__Host-session", "__Host-csrf", "__Host-theme"),
        *("True", "True", "True", "True", "Lax"),
        *("True", "True", "True", "SessionStorage"),
    ], done.stderr


def test_the_content_policy_has_no_gap():
    directives = base.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert directives["default-src"] == ["'self'"]
    assert directives["form-action"] == ["'self'"]
    assert all(directives[name] == ["'none'"] for name in ("base-uri", "frame-ancestors", "object-src"))
    assert "unsafe" not in str(directives)
