"""Decisions for integrations: asked and read by token; answered only by people."""

import pytest

from governance.together.conditions import Wanted
from governance.together.models import Condition, Decision
from portal.signing import content, signatures
from portal.signing.models import Signature
from tests.factories.governance import answer, make_decision
from tests.factories.portal import freshen
from tests.factories.risks import make_risk

ASKED = {
    "title": "Remote access",
    "question": "How may the vendor reach the line?",
    "options": [{"title": "Jump host", "cost": "18000.00"}, {"title": "Leave it", "cost": "0.00"}],
    "proposed_option": "A",
}


@pytest.fixture
def analyst(person, company):
    return person("ANALYST", unit=company.northfield)


@pytest.fixture
def client(as_person, analyst):
    return as_person(analyst)


def send(client, method, address, body, **headers):
    return getattr(client, method)(f"/api/v1/{address}", body, content_type="application/json", headers=headers)


def test_a_question_is_asked_and_read_back(client, company):
    risk = make_risk(unit=company.northfield)

    made = send(
        client, "post", "decisions/", ASKED | {"unit": company.northfield.pk, "rests_on": [{"kind": "risk", "id": risk.pk}]}
    )

    assert made.status_code == 201, made.json()
    read = client.get(f"/api/v1/decisions/{made.json()['id']}/").json()
    assert [(one["letter"], one["cost"]) for one in read["options"]] == [("A", "18000.00"), ("B", "0.00")]
    assert read["rests_on"] == [{"kind": "risk", "id": risk.pk, "band": "", "is_above_tolerance": None}]
    assert client.get(f"/api/v1/decisions/?risk={risk.pk}").json()["results"][0]["number"] == read["number"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"options": []}, "options"),
        ({"rests_on": [{"kind": "user", "id": 1}]}, "rests_on"),
        ({"rests_on": [{"kind": "risk", "id": "R-9999"}]}, "rests_on"),
        ({"rests_on": "R-0001"}, "rests_on"),
        ({"proposed_option": "C"}, "proposed_option"),
        ({"state": "DECIDED"}, None),
    ],
)
def test_what_does_not_fit_is_told_by_field(client, company, said, field):
    made = send(client, "post", "decisions/", ASKED | {"unit": company.northfield.pk} | said)

    if field is None:
        assert (made.status_code, made.json()["state"]) == (201, "DRAFT")
    else:
        assert (made.status_code, list(made.json()["fields"])) == (422, [field])
        assert not Decision.objects.exists()


def test_it_is_changed_over_what_was_read(client, company, analyst):
    decision = make_decision(unit=company.northfield, by=analyst)
    address = f"decisions/{decision.pk}/"
    etag = client.get(f"/api/v1/{address}")["ETag"]

    assert send(client, "patch", address, {"context": "x"}).status_code == 428
    assert send(client, "patch", address, {"context": "Until April."}, **{"If-Match": etag}).json()["context"] == "Until April."
    assert send(client, "patch", address, {"context": "x"}, **{"If-Match": etag}).status_code == 412


def test_put_and_taken_back(client, company, analyst):
    decision = make_decision(unit=company.northfield, by=analyst, put=False)

    assert send(client, "post", f"decisions/{decision.pk}/putting/", {}).json()["state"] == "OPEN"
    assert send(client, "post", f"decisions/{decision.pk}/putting/", {}).status_code == 409
    assert send(client, "post", f"decisions/{decision.pk}/withdrawal/", {"reason": "x"}).json()["state"] == "WITHDRAWN"


def test_a_position_takes_a_session_and_a_fresh_factor(as_person, company, analyst, person):
    decision = make_decision(unit=company.northfield, by=analyst)
    cio, ciso = person("CIO"), person("CISO")
    client = as_person(ciso)
    answer(decision, cio)
    body = {
        "digest": content.digest_of(decision),
        "stance": "CONDITIONS",
        "reason": "Who comes?",
        "conditions": [{"text": "By name"}],
    }

    assert send(client, "post", f"decisions/{decision.pk}/position/", body).status_code == 403
    freshen(client, ciso)
    read = send(client, "post", f"decisions/{decision.pk}/position/", body).json()

    assert [(one["office"], one["stance"]) for one in read["positions"]] == [("CIO", "SUPPORT"), ("CISO", "CONDITIONS")]
    assert Condition.objects.get().text == "By name"
    other = as_person(cio)
    freshen(other, cio)
    bare = {"digest": content.digest_of(decision), "reason": "Not so."}
    request = other.get("/api/v1/signature-requests/?subject_kind=decision").json()["results"][0]["id"]
    refused = send(other, "post", f"signature-requests/{request}/refusal/", bare)
    answered_at = f"/governance/decisions/{decision.pk}/answering/"
    assert (refused.status_code, answered_at in refused.json()["detail"]) == (409, True)
    assert other.post(f"/signing/decision/{decision.pk}/refusal/", bare).status_code == 409
    assert "Refuse this" not in other.get(f"/signing/decision/{decision.pk}/").text
    assert not Signature.objects.filter(kind="REFUSED").exists()
    assert len(signatures.standing(Decision.objects.get()).stale) == 1


def test_a_condition_is_met(as_person, company, analyst, person):
    decision = make_decision(unit=company.northfield, by=analyst)
    answer(decision, person("CISO"), "CONDITIONS", told=[Wanted("By name")])
    answer(decision, person("CIO"))
    client = as_person(analyst)
    [row] = client.get(f"/api/v1/decision-conditions/?decision={decision.number}").json()["results"]

    assert send(client, "post", f"decision-conditions/{row['id']}/meeting/", {"note": ""}).status_code == 422
    met = send(client, "post", f"decision-conditions/{row['id']}/meeting/", {"note": "Keys were handed out."}).json()

    assert met["met_note"] == "Keys were handed out."
    assert client.get("/api/v1/decision-conditions/?is_met=true").json()["results"] == [met]
