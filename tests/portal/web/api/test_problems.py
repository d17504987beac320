"""Every problem has one shape, its status and its code."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from portal.errors import Invalid, Refused
from portal.web import problems
from tests.factories.portal import freshen

SHAPE = {"type", "title", "status", "detail", "code", "fields"}


def test_nobody_is_asked_to_sign_in_by_bearer(things, db):
    answer = Client().get(things)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert set(answer.json()) == SHAPE


def test_a_role_that_does_not_cover_it_is_forbidden(things, api, plc):
    answer = api("AUDITOR").patch(f"{things}{plc.pk}/", {}, format="json", headers={"If-Match": '"1"'})

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_token_needs_the_scope_of_the_resource(things, api, plc):
    reader = api("ANALYST", "things:read")
    writer = api("CISO", "things:write")
    stranger = api("ENGINEER", "risks:write")
    change = {"data": {"name": "PLC 18"}, "format": "json", "headers": {"If-Match": '"1"'}}

    assert reader.get(things).status_code == 200
    assert writer.get(things).status_code == 200
    assert stranger.get(things).json()["code"] == "scope-missing"
    assert reader.patch(f"{things}{plc.pk}/", **change).status_code == 403
    assert writer.patch(f"{things}{plc.pk}/", **change).status_code == 200


def test_a_signature_needs_a_session(things, api, plc):
    by_token = api("ANALYST", "things:write").post(f"{things}{plc.pk}/signature/")

    assert (by_token.status_code, by_token.json()["code"]) == (403, "session-required")


@pytest.mark.parametrize(
    ("minutes", "status", "code"), [(None, 403, "second-factor-required"), (16, 403, "second-factor-required"), (14, 200, None)]
)
def test_a_signature_needs_a_second_factor_of_the_last_quarter_of_an_hour(things, person, plc, minutes, status, code):
    client, marta = Client(), person("CIO")
    client.force_login(marta, backend="allauth.account.auth_backends.AuthenticationBackend")
    if minutes is not None:
        freshen(client, marta, seconds_ago=minutes * 60)

    answer = client.post(f"{things}{plc.pk}/signature/")

    assert (answer.status_code, answer.json().get("code")) == (status, code)


def test_a_session_needs_the_csrf_token(things, person, plc):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("ANALYST"), backend="allauth.account.auth_backends.AuthenticationBackend")

    answer = client.post(f"{things}{plc.pk}/archiving/", {"really": True}, content_type="application/json")

    assert answer.status_code == 403
    assert set(answer.json()) == SHAPE


@pytest.mark.parametrize(
    "sent", [b"{", b"\xff", b"NaN", b'{"name": "\\u0000"}', b'{"name": "\\ud800"}', b'{"unit": 1e999}', b"[" * 100_000]
)
def test_a_body_that_cannot_be_read_is_unparsable(things, api, sent):
    answer = api("ANALYST").post(things, sent, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "unparsable")


@pytest.mark.parametrize("sent", [b"null", b"[]", b"3", b'"x"', b"{}"])
def test_a_body_that_is_no_row_is_invalid(things, api, sent):
    answer = api("ANALYST").post(things, sent, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_another_kind_of_body_is_not_understood(things, api):
    answer = api("ANALYST").post(things, "<a/>", content_type="application/xml")

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


@pytest.mark.parametrize("method", ["delete", "patch", "options"])
def test_a_method_that_is_not_taken(things, api, method):
    answer = getattr(api("ANALYST"), method)(things)

    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")


def test_an_address_that_is_not_there_is_a_problem_and_no_page(things, api):
    answer = api("ANALYST").get("/api/v1/nonsense/")
    without_slash = api("CIO").get("/api/v1/things")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert "slash" in without_slash.json()["detail"]


def test_too_many_requests_say_when_to_come_back(things, api, settings):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": {"token": "2/hour"}}
    client = api("ANALYST")

    first, _second, third = client.get(things), client.get(things), client.get(things)

    assert first["RateLimit-Policy"] == '"token";q=2;w=3600'
    assert first["RateLimit"].startswith('"token";r=1;t=')
    assert (third.status_code, third.json()["code"]) == (429, "too-many-requests")
    assert 0 < int(third["Retry-After"]) <= 3601


def test_the_limit_is_of_each_token(things, api, settings):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": {"token": "1/hour"}}

    assert api("ANALYST").get(things).status_code == 200
    assert api("CIO").get(things).status_code == 200


def test_errors_of_rules_and_models_keep_their_words():
    refused = problems.describe(Refused("The risk is closed."))
    invalid = problems.describe(Invalid("Some answers do not fit.", {"title": ["Say what could happen."]}))
    of_model = problems.describe(ValidationError({"title": ["Too long."], "__all__": ["Odd."]}))

    assert (refused.status, refused.detail) == (409, "The risk is closed.")
    assert (invalid.status, invalid.fields) == (422, {"title": ["Say what could happen."]})
    assert of_model.fields == {"title": ["Too long."], "": ["Odd."]}


def test_a_fault_of_ours_is_told_as_a_problem_without_its_words(things, api, monkeypatch):
    def broken(self, user):
        raise KeyError("secret")

    monkeypatch.setattr("tests.portal.web.api.probe.ThingViewSet.queryset_for", broken)
    client = api("ANALYST")
    client.raise_request_exception = False

    answer = client.get(things)

    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert set(answer.json()) == SHAPE
    assert b"secret" not in answer.content


def test_a_fault_of_ours_is_no_answer():
    assert problems.describe(KeyError("x")) is None
