import json
import logging
from io import StringIO

import pytest
from django.urls import reverse

from portal import logs
from portal.people import accounts
from portal.people.models import User

PASSWORD = "a-long-enough-pass-phrase"


@pytest.fixture
def lines(settings):
    """What the portal writes while the test runs, as parsed JSON."""
    out = StringIO()
    configuration = settings.LOGGING
    handler = logging.StreamHandler(out)
    arguments = dict(configuration["formatters"]["json"])
    handler.setFormatter(arguments.pop("()")(**arguments))
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.removeHandler(handler)


def test_an_answer_names_its_request(client, db, lines):
    response = client.get("/healthz")

    (line,) = [line for line in lines() if line["event"] == "request"]
    assert line["request"] == response["X-Request-Id"]
    assert (line["method"], line["route"], line["status"], line["user"]) == ("GET", "healthz", 200, None)


def test_a_line_knows_the_person_by_key_alone(client, person, lines):
    dana = person("ANALYST", email="dana@verrow.example")
    User.objects.filter(pk=dana.pk).update(name="Dana Whitlock")
    client.force_login(dana, backend="allauth.account.auth_backends.AuthenticationBackend")

    client.get("/risks/register/?q=secret-search")

    (line,) = [line for line in lines() if line["event"] == "request"]
    assert line["user"] == dana.pk
    assert not any(word in json.dumps(lines()) for word in ("Dana", "dana@", "secret-search"))


def test_signing_in_leaves_no_name_and_no_password_in_the_log(client, company, lines):
    accounts.make("dana@verrow.example", "Dana", unit=company.root, password=PASSWORD, actor=None)
    for password in ("wrong-wrong-wrong", PASSWORD):
        client.post(reverse("account_login"), {"login": "dana@verrow.example", "password": password})

    told = json.dumps(lines())
    assert len(lines()) >= 2
    assert not any(word in told for word in ("dana@", PASSWORD, "wrong-wrong"))


def test_fields_about_people_never_reach_the_log():
    event = {"event": "mailed", "email": "dana@verrow.example", "body": "Dear Dana", "user": 7}

    assert logs.without_people(None, "info", event) == {"event": "mailed", "user": 7}


@pytest.mark.parametrize("address", ["/", "/risks/register/", "/assets/inventory/", "/inbox/", "/nowhere/"])
def test_a_signed_in_page_stays_out_of_every_cache(client, person, address):
    client.force_login(person("ANALYST"), backend="allauth.account.auth_backends.AuthenticationBackend")

    assert "no-store" in client.get(address)["Cache-Control"]


@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/nowhere/", "/api/v1/assets/", "/healthz"])
def test_every_answer_carries_the_policy(client, db, address):
    response = client.get(address)

    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
