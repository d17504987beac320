"""Service accounts and their tokens, from the list of people to a request that comes in by one."""

import re

import pytest
from django.test import Client

from portal.people import service_accounts
from portal.people.models import ServiceToken, User
from portal.record.models import AuditEntry
from portal.web.models import IdempotencyKey
from tests.factories.portal import freshen
from tests.house.world import BACKEND

JSON = "application/json"


@pytest.fixture
def admin(person):
    return person("ADMIN")


@pytest.fixture
def desk(admin):
    client = Client()
    client.force_login(admin, backend=BACKEND)
    freshen(client, admin)
    return client


def come_in(secret, address="/api/v1/risks/"):
    return Client().get(address, headers={"Authorization": f"Bearer {secret}"}).status_code


def test_a_program_gets_an_account_and_a_token_that_is_shown_once_and_taken_back(desk, admin, company):
    told = {"name": "Press sensor", "email": "Sensor@verrow.example", "unit": company.northfield.pk}
    wrong = desk.post("/people/service-accounts/", told | {"name": ""})
    assert (wrong.status_code, list(wrong.context["service_form"].errors)) == (422, ["name"])
    there = desk.post("/people/service-accounts/", told)["Location"]
    taken = desk.post("/people/service-accounts/", told)
    assert (taken.status_code, "There is an account with this e-mail already" in taken.content.decode()) == (409, True)
    assert "Press sensor" in desk.get("/people/?standing=SERVICE").content.decode()
    assert "Press sensor" not in desk.get("/people/").content.decode()
    page = desk.get(there).content.decode()
    assert "It has no token yet" in page and "End every session" not in page

    wish = {"name": "Readings", "scopes": "risks:read, assets:write", "days": "30", "allowed_addresses": "127.0.0.0/8 ::1"}
    for change, field in ({"scopes": "horses:read"}, "scopes"), ({"days": "731"}, "days"), ({"allowed_addresses": "x"}, None):
        refused = desk.post(f"{there}tokens/", wish | change)
        assert (refused.status_code, next(iter(refused.context["token_form"].errors))) == (422, field or "allowed_addresses")
    issued = desk.post(f"{there}tokens/", wish)

    secret = re.search(r"concord_[\w-]{40,}", issued.content.decode())[0]
    token = ServiceToken.objects.get()
    assert (issued.status_code, issued["Cache-Control"].count("no-store"), token.created_by) == (201, 1, admin)
    assert (token.scopes, token.allowed_addresses) == (["assets:write", "risks:read"], ["127.0.0.0/8", "::1/128"])
    assert (come_in(secret), come_in(secret, "/api/v1/users/")) == (200, 403)
    shown = desk.get(there).content.decode()
    assert secret not in shown and secret[:12] in shown and "127.0.0.1" in shown  # last used from there
    desk.post(f"{there}tokens/{token.pk}/revocation/")
    assert come_in(secret) == 401
    assert "taken back" in desk.get(there).content.decode()
    verbs = AuditEntry.objects.filter(kind="user", subject_id=token.user_id).order_by("pk").values_list("verb", "actor")
    assert list(verbs) == [(f"user.{one}", admin.pk) for one in ("made", "role_given", "token_issued", "token_revoked")]


def test_a_token_asks_for_a_factor_keeps_what_was_written_and_is_of_no_person(desk, admin, company, person):
    machine = service_accounts.make("m@verrow.example", "M", unit=company.northfield, actor=admin)
    wish = {"name": "Readings", "scopes": "risks:read", "days": "30"}
    freshen(desk, admin, seconds_ago=3600)

    asked = desk.post(f"/people/{machine.pk}/tokens/", wish)

    assert (asked.status_code, "reauthenticate" in asked["Location"], ServiceToken.objects.count()) == (302, True, 0)
    assert 'value="Readings"' in desk.get(f"/people/{machine.pk}/").content.decode()
    freshen(desk, admin)
    dana = person("ANALYST")
    assert desk.post(f"/people/{dana.pk}/tokens/", wish).status_code == 422
    other = Client()
    other.force_login(dana, backend=BACKEND)
    assert other.post(f"/people/{machine.pk}/tokens/", wish).status_code == 403
    assert other.post("/people/service-accounts/", wish).status_code == 403
    assert not ServiceToken.objects.exists()


def test_programs_are_made_and_tokens_issued_through_the_api_and_no_secret_is_kept(desk, admin, company, person):
    told = {"name": "Press sensor", "email": "sensor@verrow.example", "unit": company.northfield.pk}
    made = desk.post("/api/v1/users/service-accounts/", told, content_type=JSON)
    assert (made.status_code, made.json()["is_service"], made.json()["account"]["roles"][0]["role"]) == (201, True, "INTEGRATION")
    here, wish = f"/api/v1/users/{made.json()['id']}/", {"name": "Readings", "scopes": ["risks:read"]}

    issued = desk.post(f"{here}tokens/", wish, content_type=JSON, headers={"Idempotency-Key": "k-1"})
    again = desk.post(f"{here}tokens/", wish, content_type=JSON, headers={"Idempotency-Key": "k-1"})

    secret = issued.json()["secret"]
    assert (issued.status_code, come_in(secret)) == (201, 200)
    assert (again.status_code, again.json()["id"], again.json()["secret"]) == (201, issued.json()["id"], "")
    assert secret.encode() not in bytes(IdempotencyKey.objects.get().body)
    (listed,) = desk.get(f"{here}tokens/").json()["tokens"]
    assert (listed["standing"], listed["prefix"], "secret" in listed) == ("LIVING", secret[:12], False)
    assert desk.post(f"{here}tokens/", wish | {"scopes": ["horses:read"]}, content_type=JSON).status_code == 422
    assert desk.post(f"{here}token-revocation/", {"token": listed["id"]}, content_type=JSON).status_code == 200
    assert (come_in(secret), desk.get(f"{here}tokens/").json()["tokens"][0]["standing"]) == (401, "REVOKED")
    freshen(desk, admin, seconds_ago=3600)
    assert desk.post(f"{here}tokens/", wish, content_type=JSON).status_code == 403
    analyst = Client()
    analyst.force_login(person("ANALYST"), backend=BACKEND)
    assert analyst.get(f"{here}tokens/").status_code in (403, 404)
    assert User.objects.get(pk=made.json()["id"]).tokens.count() == 1
