import json
import logging
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse

from portal import logs
from portal.people import accounts
from portal.people.models import User
from tests.portal.web.people.conftest import code_for

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


def test_a_fault_is_a_line_of_its_request_and_tells_the_visitor_nothing(client, db, lines, monkeypatch):
    def broken(*_arguments):
        raise KeyError("a secret")

    monkeypatch.setattr("portal.web.metrics.generate_latest", broken)
    client.raise_request_exception = False

    response = client.get("/metrics")

    faults = [line for line in lines() if line["level"] == "error" and line.get("request") == response["X-Request-Id"]]
    assert response.status_code == 500
    assert any("KeyError" in json.dumps(line) for line in faults)
    assert "secret" not in response.content.decode()


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


def test_every_wrong_try_is_in_the_log_and_the_right_one_too(client, company, lines):
    dana = accounts.make("dana@verrow.example", "Dana", unit=company.root, password=PASSWORD, actor=None)
    secret = accounts.give_totp(dana)
    for name, password in (("dana", "wrong-wrong-wrong"), ("DANA ", "wrong-again-wrong"), ("nobody", "wrong"), ("dana", PASSWORD)):
        client.post(reverse("account_login"), {"login": f"{name}@verrow.example".replace(" @", "@"), "password": password})
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})

    told = [line for line in lines() if line["event"].startswith(("sign_in", "second_factor"))]
    assert [line["event"] for line in told] == [*["sign_in.failed"] * 3, "second_factor.failed", "sign_in.done"]
    assert told[0]["account"] == told[1]["account"] != told[2]["account"]
    assert told[3]["user"] == told[4]["user"] == dana.pk


def test_a_link_that_lets_in_never_reaches_the_log(company, lines):
    """Refused for want of a token against forgery: the library writes the whole path into its warning."""
    client = Client(enforce_csrf_checks=True)
    for address in ("/invitation/letmein:secret/", "/begin/letmein:secret/", "/accounts/password/new/1-letmein/"):
        assert client.post(address, {"password": PASSWORD}).status_code == 403

    told = json.dumps(lines())
    assert told.count("Forbidden") == 3
    assert "letmein" not in told


@pytest.mark.parametrize("header", ["user-agent", "x-request-id", "referer", "accept-language", "x-forwarded-for"])
def test_no_header_makes_a_line_of_its_own(client, db, lines, header):
    client.get("/accounts/login/", headers={header: 'one\r\n{"event": "forged"}'})
    client.get("/nowhere%0d%0a%7b%22event%22:%22forged%22%7d")

    assert {line["event"] for line in lines()} == {"request"}
    assert all(len(line["request"]) == 32 for line in lines())


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
