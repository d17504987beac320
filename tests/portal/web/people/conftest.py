from types import SimpleNamespace

import pytest
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.people import accounts

PASSWORD = "a-long-enough-pass-phrase"
BACKEND = f"{AuthenticationBackend.__module__}.{AuthenticationBackend.__qualname__}"


def code_for(secret):
    """The six digits an app shows now, as if none had been typed before."""
    cache.clear()
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


def who(client):
    """The key of whoever this browser is signed in as."""
    return get_user(SimpleNamespace(session=client.session, META={})).pk


@pytest.fixture
def browser():
    """`browser(user)` is signed in by password alone; `secret=` uses the factor as well."""

    def open_browser(user=None, *, secret=""):
        client = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"})
        if user is not None and not secret:
            client.force_login(user, backend=BACKEND)
        elif user is not None:
            client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
            client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
        return client

    return open_browser


@pytest.fixture
def with_app():
    """`with_app(user)` gives them a password and an authenticator app, and returns its secret."""

    def give(user):
        Authenticator.objects.filter(user=user).delete()
        accounts.set_password(user, PASSWORD, actor=None)
        secret = generate_totp_secret()
        TOTP.activate(user, secret)
        return secret

    return give
