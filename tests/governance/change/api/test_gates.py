"""Gates and patterns by the API: how they stand, and all that is done at them."""

from decimal import Decimal

from governance.change.models import Pattern
from tests.factories.governance import at_a_gate, make_initiative
from tests.factories.risks import make_risk
from tests.house.world import BACKEND

JSON = {"content_type": "application/json"}


def test_a_gate_is_worked_by_programs(client, company, person):
    owner, ciso = person("OWNER", unit=company.northfield), person("CISO")
    one = at_a_gate(make_initiative(unit=company.northfield, by=owner, kind="IT", reachability="INTERNAL", budget=Decimal(9)))
    client.force_login(owner, backend=BACKEND)
    [gate, *_later] = client.get("/api/v1/gates/", {"initiative": one.number}).json()["results"]
    here, first = f"/api/v1/gates/{gate['id']}/", gate["criteria"][0]["id"]

    asked = client.post(f"{here}asking/", {}, **JSON)
    met = client.post(f"{here}answer/", {"criterion": first, "answer": "MET", "note": "Dana"}, **JSON)
    strange = client.post(f"{here}answer/", {"criterion": 999999, "answer": "MET"}, **JSON)
    not_theirs = client.post(f"{here}dropping/", {"criterion": first, "reason": "So"}, **JSON)
    risk = make_risk(unit=company.northfield)
    told = {"risk": risk.pk, "reason_kind": "TIME", "reason": "June", "ends_on": "2027-03-01"}
    waiver = client.post(f"{here}waiver/", {"criterion": first, **told}, **JSON)
    client.force_login(ciso, backend=BACKEND)
    dropped = client.post(f"{here}dropping/", {"criterion": first, "reason": "No data"}, **JSON)

    assert (gate["opens"], gate["blocking_count"] > 0, gate["waits"][0]["office"]) == ("DESIGN", True, "IT")
    assert (asked.status_code, asked.json()["promised_on"] is not None) == (200, True)
    assert (met.json()["criteria"][0]["it_note"], met.json()["criteria"][0]["waits_for"]) == ("Dana", "SECURITY")
    assert (strange.status_code, not_theirs.status_code, not_theirs.json()["code"]) == (422, 409, "only-security-drops")
    assert (waiver.status_code, dropped.json()["criteria"][0]["state"]) == (200, "DROPPED")
    assert client.get(f"/api/v1/initiatives/{one.pk}/").json()["risks"] == [risk.pk]
    assert client.get("/api/v1/exceptions/", {"kind": "GATE_WAIVER"}).json()["results"][0]["risk"] == risk.pk


def test_patterns_are_proposed_used_and_measured_by_programs(client, company, person):
    owner = person("OWNER", unit=company.northfield)
    one = at_a_gate(make_initiative(unit=company.northfield, by=owner, kind="IT", reachability="INTERNAL", budget=Decimal(9)))
    client.force_login(owner, backend=BACKEND)
    told = {"title": "Our platform", "description": "So", "answers": {"sbd-owner": "The platform's owner"}}

    wrong = client.post("/api/v1/patterns/", told | {"answers": {"nothing": "x"}}, **JSON)
    made = client.post("/api/v1/patterns/", told, **JSON)
    early = client.post(f"/api/v1/initiatives/{one.pk}/pattern/", {"pattern": made.json()["number"]}, **JSON)
    Pattern.objects.update(approved_at=one.proposed_at)
    used = client.post(f"/api/v1/initiatives/{one.pk}/pattern/", {"pattern": made.json()["id"]}, **JSON)
    retired = client.post(f"/api/v1/patterns/{made.json()['id']}/retiring/", {}, **JSON)

    assert (wrong.status_code, made.status_code, early.status_code, used.status_code) == (422, 201, 409, 200)
    assert (retired.json()["initiative_count"], retired.json()["archived_at"] is not None) == (1, True)
    assert client.get("/api/v1/patterns/speed/").json() == {
        "share": None,
        "with_pattern": None,
        "without": None,
        "gates_with": 0,
        "gates_without": 0,
    }
