"""Every answer is guarded, whoever gives it: a view, a static file, a redirect, a refusal or a fault."""

import json
from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from portal.web import bounds

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
POLICY = {"default-src 'self'", "form-action 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"}
ANSWERED = [
    ("/accounts/login/", 200),
    ("/", 302),
    ("/nowhere/", 404),
    ("/healthz", 200),
    ("/metrics", 200),
    ("/admin/", 302),
    ("/api/v1/assets/", 401),
    ("/api/v1/nowhere/", 404),
    ("/api/v1/docs/", 302),
]


def policy(response):
    return set(response.headers.get("Content-Security-Policy", "").split("; "))


def guards(response):
    names = ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")
    return [response.headers.get(name) for name in (*names, "Cross-Origin-Resource-Policy")]


GUARDS = ["nosniff", "DENY", "same-origin", "same-origin", "same-origin"]


def served(path, **environ):
    """As a server asks: whitenoise and all, on a handler made with the settings of this moment."""
    told = {}
    asked = RequestFactory().get(path, **environ)
    body = WSGIHandler()(asked.environ, lambda status, headers: told.update(status=int(status[:3]), headers=dict(headers)))
    b"".join(body)
    return HttpResponse(status=told["status"], headers=told["headers"])


@pytest.mark.parametrize(("address", "status"), ANSWERED)
def test_every_answer_is_guarded(client, db, address, status):
    response = client.get(address)

    assert response.status_code == status
    assert policy(response) == POLICY
    assert guards(response) == GUARDS
    assert "camera=()" in response["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in response


@pytest.mark.parametrize("address", ["/", "/account/", "/people/", "/admin/", "/admin/people/user/", "/api/v1/users/", "/nowhere/"])
def test_so_is_every_answer_to_an_administrator(client, person, address):
    client.force_login(person("ADMIN"), backend=BACKEND)

    response = client.get(address)

    assert policy(response) == POLICY
    assert guards(response) == GUARDS
    assert "no-store" in response["Cache-Control"]


def test_a_static_file_is_guarded_and_lent_to_no_other_site(db, settings, tmp_path):
    (tmp_path / "one.css").write_text("a { color: red }")
    settings.STATIC_ROOT, settings.WHITENOISE_AUTOREFRESH = tmp_path, False

    response = served("/static/one.css")

    assert response.status_code == 200
    assert policy(response) == POLICY
    assert guards(response) == GUARDS
    assert "Access-Control-Allow-Origin" not in response


@pytest.mark.parametrize("name", ["evil.example", "localhost.evil.example", "evil.example:80@localhost"])
def test_another_name_for_the_portal_is_refused_and_never_repeated(client, db, name):
    response = client.get("/accounts/login/", headers={"host": name})

    assert response.status_code == 400
    assert b"evil" not in response.content
    assert policy(response) == POLICY
    assert guards(response) == GUARDS


def test_no_header_of_a_client_makes_another_name(client, db):
    tricks = {"X-Forwarded-Host": "evil.example", "X-Host": "evil.example", "Forwarded": "host=evil.example"}

    assert b"evil" not in client.get("/accounts/password/reset/", headers=tricks).content


@pytest.fixture
def https_alone(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True


def test_a_page_leads_to_https(https_alone, client, db):
    response = client.get("/accounts/login/")

    assert (response.status_code, response["Location"]) == (301, "https://testserver/accounts/login/")
    assert policy(response) == POLICY


@pytest.mark.parametrize("address", ["/api/v1/assets/", "/scim/v2/Users"])
def test_a_program_is_told_and_not_led_to_https(https_alone, client, db, address):
    response = client.get(address, headers={"authorization": "Bearer concord_x"})

    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["code"] == "https-only"


def test_by_https_a_browser_is_told_to_stay_there(https_alone, client, db):
    response = client.get("/accounts/login/", secure=True)

    assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_stranger_sends_no_file(client, db):
    """Refused by the announced length: nothing was read, so nothing was written to disk."""
    body = BytesIO(b"")
    sent = {"CONTENT_LENGTH": str(bounds.STRANGERS_LIMIT + 1), "wsgi.input": body}

    response = client.generic("POST", reverse("account_login"), b"", "multipart/form-data; boundary=x", **sent)

    assert response.status_code == 413
    assert b"Send less" in response.content
    assert guards(response) == GUARDS


@pytest.mark.parametrize(("more", "refused"), [(0, False), (1, True)])
def test_a_signed_in_browser_sends_what_its_door_takes(client, person, settings, more, refused):
    client.force_login(person("ANALYST"), backend=BACKEND)
    sent = {"CONTENT_LENGTH": str(settings.BROWSER_UPLOAD_LIMIT + bounds.AROUND_A_FILE + more), "wsgi.input": BytesIO(b"")}

    response = client.generic("POST", "/imports/", b"", "application/octet-stream", **sent)

    assert (response.status_code == 413) is refused


def test_a_program_is_told_that_its_body_is_too_large(client, db, settings):
    sent = {"CONTENT_LENGTH": str(settings.PUSH_UPLOAD_LIMIT * 2), "wsgi.input": BytesIO(b"")}

    response = client.generic("POST", "/api/v1/discovery-runs/", b"", "multipart/form-data; boundary=x", **sent)

    assert (response.status_code, json.loads(response.content)["code"]) == (413, "too-large")


@pytest.mark.parametrize("length", ["-1", "abc", "", "1e9", "٣"])
def test_a_length_that_is_no_number_harms_nothing(client, db, length):
    response = client.generic("POST", reverse("account_login"), b"", "application/x-www-form-urlencoded", CONTENT_LENGTH=length)

    assert response.status_code in (200, 400, 403)
