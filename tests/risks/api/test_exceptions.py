from datetime import timedelta

import pytest
from django.test import Client

from portal.people import organisations, tokens
from portal.signing.models import Signature
from risks.models import RiskException
from tests.factories.portal import freshen
from tests.factories.risks import make_exception, make_levels, make_risk, sign
from tests.house.world import BACKEND

EXCEPTIONS, REQUESTS = "/api/v1/exceptions/", "/api/v1/signature-requests/"
JSON = "application/json"


@pytest.fixture
def leaders(person):
    return {seat: person(seat) for seat in ("CIO", "CISO")}


@pytest.fixture
def owner(person, company):
    return person("OWNER", unit=company.northfield)


@pytest.fixture
def risk(company, owner, leaders):
    risk = make_risk(unit=company.northfield, it_owner=owner, accountable="IT")
    make_levels(risk)
    return risk


@pytest.fixture
def of():
    def session(user, *, fresh=True):
        client = Client()
        client.force_login(user, backend=BACKEND)
        if fresh:
            freshen(client, user)
        return client

    return session


def body(risk, **said):
    today = organisations.today()
    return {
        "risk": risk.pk,
        "kind": "RISK_ACCEPTANCE",
        "title": "Shared sign-ins",
        "reason_kind": "TIME",
        "reason": "New panels arrive in spring",
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=60)).isoformat(),
        **said,
    }


def test_it_is_proposed_read_extended_and_closed(risk, owner, leaders, of):
    client = of(owner)
    made = client.post(EXCEPTIONS, body(risk), JSON)
    assert (made.status_code, made.json()["standing"], made.json()["price"]) == (201, "PROPOSED", None)
    exception = RiskException.objects.get()
    sign(exception, *leaders.values())

    assert client.get(f"{EXCEPTIONS}{exception.number}/").json()["standing"] == "ACTIVE"
    assert [one["id"] for one in client.get(f"{EXCEPTIONS}?standing=ACTIVE&risk={risk.pk}").json()["results"]] == [exception.pk]

    until = (exception.ends_on + timedelta(days=30)).isoformat()
    longer = client.post(f"{EXCEPTIONS}{exception.pk}/extension/", {"ends_on": until, "reason": "Late"}, JSON)
    assert (longer.status_code, longer.json()["extends"]) == (201, exception.pk)

    refused = client.post(f"{EXCEPTIONS}{exception.pk}/closing/", {"gap_fixed": False}, JSON)
    assert (refused.status_code, set(refused.json()["fields"])) == (422, {"reason"})
    closed = client.post(f"{EXCEPTIONS}{exception.pk}/closing/", {"gap_fixed": True}, JSON)
    assert (closed.status_code, closed.json()["standing"], closed.json()["outcome"]) == (200, "CLOSED", "FIXED")


def test_a_change_takes_it_out_of_force(risk, owner, leaders, of):
    exception = make_exception(risk, by=owner)
    sign(exception, *leaders.values())
    client = of(owner)
    tag = client.get(f"{EXCEPTIONS}{exception.pk}/")["ETag"]

    changed = client.patch(f"{EXCEPTIONS}{exception.pk}/", {"reason": "Another"}, JSON, headers={"If-Match": tag})

    assert (changed.status_code, changed.json()["standing"]) == (200, "PROPOSED")
    moved = client.patch(f"{EXCEPTIONS}{exception.pk}/", {"risk": make_risk(unit=risk.unit).pk}, JSON, headers={"If-Match": "*"})
    assert moved.status_code == 422


def test_safety_on_cost_is_a_problem_of_rules(risk, owner, of):
    make_levels(risk, safety=4)

    answer = of(owner).post(EXCEPTIONS, body(risk, reason_kind="COST"), JSON)

    assert (answer.status_code, answer.json()["code"]) == (409, "safety-for-money")


def test_a_leader_signs_in_a_session_with_a_fresh_factor(risk, owner, leaders, of):
    make_exception(risk, by=owner)
    client = of(leaders["CIO"])
    (request,) = client.get(REQUESTS).json()["results"]
    address = f"{REQUESTS}{request['id']}/signature/"

    stale = of(leaders["CIO"], fresh=False).post(address, {"digest": request["digest"]}, JSON)
    assert (stale.status_code, stale.json()["code"]) == (403, "second-factor-required")
    assert client.post(address, {"digest": "0" * 64}, JSON).status_code == 412

    signed = client.post(address, {"digest": request["digest"]}, JSON)
    assert signed.status_code == 200
    assert [(one["offices"], one["state"]) for one in signed.json()["slots"]] == [(["CIO"], "SIGNED"), (["CISO"], "WAITS")]
    (row,) = client.get("/api/v1/signatures/").json()["results"]
    assert (row["office"], row["signed_by"], row["digest"], row["is_void"]) == (
        "CIO",
        leaders["CIO"].pk,
        request["digest"],
        False,
    )


def test_a_refusal_needs_a_reason(risk, owner, leaders, of):
    make_exception(risk, by=owner)
    client = of(leaders["CISO"])
    (request,) = client.get(REQUESTS).json()["results"]
    address = f"{REQUESTS}{request['id']}/refusal/"

    assert client.post(address, {"digest": request["digest"]}, JSON).status_code == 422
    refused = client.post(address, {"digest": request["digest"], "reason": "Not yet"}, JSON)
    assert [one["state"] for one in refused.json()["slots"]] == ["WAITS", "REFUSED"]


def test_a_token_never_signs(risk, owner, person, company):
    exception = make_exception(risk, by=owner)
    service = person("INTEGRATION")
    _token, secret = tokens.issue(service, "All", ["signature-requests:write"], actor=None)
    client, headers = Client(), {"Authorization": f"Bearer {secret}"}
    (request,) = client.get(REQUESTS, headers=headers).json()["results"]

    answer = client.post(f"{REQUESTS}{request['id']}/signature/", {"digest": request["digest"]}, JSON, headers=headers)

    assert answer.status_code == 403
    assert not Signature.objects.filter(subject_id=exception.pk).exists()


def test_a_table_is_proposed_and_read(leaders, of):
    client = of(leaders["CIO"])
    line = {"kind": "RISK_ACCEPTANCE", "up_to_band": "LOW", "up_to_amount": "50000.00", "offices": ["OWNER"]}

    made = client.post("/api/v1/authority-tables/", {"lines": [line]}, JSON)
    assert (made.status_code, made.json()["lines"], made.json()["is_in_force"]) == (201, [line], False)
    again = client.post("/api/v1/authority-tables/", {"lines": [line]}, JSON)
    assert (again.status_code, again.json()["code"]) == (409, "table-waits")

    back = client.post(f"/api/v1/authority-tables/{made.json()['id']}/withdrawal/", {}, JSON)
    assert back.status_code == 200
    assert client.get("/api/v1/authority-tables/").json()["results"] == []
