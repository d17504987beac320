from datetime import timedelta

import pytest
from django.test import Client

from portal.people import organisations, tokens
from risks.models import Incident, PlanVersion
from tests.factories.portal import freshen
from tests.factories.risks import sign
from tests.house.world import BACKEND

INCIDENTS = "/api/v1/incidents/"
JSON = "application/json"


@pytest.fixture
def of():
    def session(user, *, fresh=True):
        client = Client()
        client.force_login(user, backend=BACKEND)
        if fresh:
            freshen(client, user)
        return client

    return session


@pytest.fixture
def monitor(person, company):
    """A monitoring system: `.post(address, body, **headers)` with its token."""
    service = person("INTEGRATION", unit=company.northfield)
    _token, secret = tokens.issue(service, "SIEM", ["incidents:write", "response-plans:write"], actor=None)
    return Client(headers={"authorization": f"Bearer {secret}"})


def test_a_monitoring_system_opens_an_incident_once_and_follows_it(monitor, company, risk):
    said = {"title": "Beacon from EWS-04", "unit": company.northfield.pk, "risks": [risk.pk]}
    address = f"{INCIDENTS}by-external-id/siem/4711/"

    tried = monitor.put(f"{address}?dry_run=1", said, JSON)
    made = monitor.put(address, said, JSON)
    again = monitor.put(address, said | {"title": "Beacons from EWS-04"}, JSON)

    assert tried.status_code == 201, tried.content
    assert (tried.status_code, made.status_code, again.status_code) == (201, 201, 200)
    assert Incident.objects.get().title == "Beacons from EWS-04"
    row = f"{INCIDENTS}{made.json()['number']}/"
    answers = [
        monitor.post(f"{row}{act}/", body, JSON)
        for act, body in (
            ("closing", {"summary": "Over"}),
            ("losses", {"form": "RESPONSE", "amount": "1200.50"}),
            ("losses", {"form": "RESPONSE", "amount": "1300.00", "is_final": True}),
            ("likelihood", {"risk": risk.pk, "likelihood_level": 5, "reason": "Seen"}),
            ("materialisation", {"risk": risk.pk}),
            ("containment", {}),
            ("closing", {"summary": "Over"}),
            ("containment", {}),
        )
    ]
    assert [one.status_code for one in answers] == [409, 201, 201, 200, 200, 200, 200, 409]
    found = monitor.get(row).json()
    assert (found["stage"], found["total_loss"], [one["amount"] for one in found["losses"]]) == (
        "CLOSED",
        "1300.00",
        ["1200.50", "1300.00"],
    )
    assert found["risk_links"][0]["proposed_likelihood_level"] == 5 and found["risk_links"][0]["materialised_at"]
    assert [one["id"] for one in monitor.get(f"{INCIDENTS}?risk={risk.pk}&stage=CLOSED").json()["results"]] == [found["id"]]


def test_what_does_not_fit_is_told_by_field_and_changes_nothing(of, owner, company, incident):
    client = of(owner)
    refused = client.post(INCIDENTS, {"title": "x", "unit": company.northfield.pk, "occurred_at": "2099-01-01T00:00:00Z"}, JSON)
    etag = client.get(f"{INCIDENTS}{incident.pk}/")["ETag"]
    changed = client.patch(f"{INCIDENTS}{incident.pk}/", {"title": "Two notes"}, JSON, headers={"If-Match": etag})
    late = client.patch(f"{INCIDENTS}{incident.pk}/", {"title": "Three"}, JSON, headers={"If-Match": etag})

    assert (refused.status_code, sorted(refused.json()["fields"])) == (422, ["occurred_at"])
    assert (changed.status_code, late.status_code) == (200, 412)
    assert of(owner).get("/api/v1/risks/?has_come_true=true").json()["results"] == []


CONTENT = {
    "actions": [
        {"phase": "CONTAIN", "office": "IT", "title": "Cut the bridge", "seat": "CIO", "minutes_allowed": 30},
        {"phase": "CONTAIN", "office": "SECURITY", "title": "Keep evidence"},
    ],
    "contacts": [{"name": "Marta", "role": "CIO", "reach": "+49 30 1"}, {"name": "Jonas", "role": "Shift", "called_by": 1}],
    "clocks": [{"law": "NIS2", "name": "Early warning", "amount": 24}],
}
PLANS, VERSIONS, ACTIVATIONS = "/api/v1/response-plans/", "/api/v1/response-plan-versions/", "/api/v1/activations/"
EXERCISES = "/api/v1/exercises/"


def test_a_plan_is_written_signed_activated_in_a_session_and_acted_by(of, owner, leaders, company, risk, incident, monitor):
    client = of(owner)
    made = client.post(PLANS, {"name": "Leak", "unit": company.northfield.pk, "risks": [risk.pk]}, JSON).json()
    version = client.get(f"{VERSIONS}?plan={made['id']}").json()["results"][0]
    here = f"{VERSIONS}{version['id']}/"
    early = client.post(f"{here}proposal/", {}, JSON)
    written = client.post(f"{here}content/", CONTENT, JSON).json()
    refused = client.post(f"{here}content/", {"clocks": [{"law": "NIS2", "name": "x", "amount": 0}]}, JSON)
    sent = client.post(f"{here}proposal/", {}, JSON)
    closed = client.post(f"{here}content/", CONTENT, JSON)

    assert (early.status_code, refused.status_code, sent.status_code, closed.status_code) == (422, 422, 200, 409)
    assert [one["called_by"] for one in written["contacts"]] == [None, 1]
    sign(PlanVersion.objects.get(), *leaders)
    activation = f"{PLANS}{made['id']}/activation/"
    assert monitor.post(activation, {"incident": incident.pk}, JSON).status_code == 403
    assert of(owner, fresh=False).post(activation, {"incident": incident.pk}, JSON).status_code == 403
    live = client.post(activation, {"incident": incident.pk}, JSON).json()
    row = f"{ACTIVATIONS}{live['id']}/"
    acts = [
        client.post(f"{row}{act}/", body, JSON).status_code
        for act, body in (
            ("ticks", {"action": written["actions"][0]["id"]}),
            ("ticks", {"action": 10**30}),
            ("notifications", {"clock": written["clocks"][0]["id"], "text": "4711"}),
            ("materiality", {}),
            ("materiality", {}),
            ("notes", {"text": "Line 2 stands"}),
            ("ending", {"summary": "Restored"}),
            ("notes", {"text": "Late"}),
        )
    ]
    assert acts == [200, 422, 200, 200, 409, 200, 200, 409]
    found = client.get(row).json()
    assert [one["kind"] for one in found["marks"]] == ["DONE", "NOTIFIED", "NOTE"]
    assert found["clocks"][0]["state"] == "told"
    assert client.get(f"{ACTIVATIONS}?is_live=false&plan={made['id']}").json()["results"][0]["id"] == live["id"]
    draft = client.post(f"{PLANS}{made['id']}/drafting/", {}, JSON)
    assert (draft.status_code, len(draft.json()["actions"])) == (201, 2)
    assert client.post(f"{PLANS}{made['id']}/retirement/", {"reason": "Sold"}, JSON).status_code == 200


def test_an_exercise_is_planned_run_and_followed_up(of, owner, plan, risk):
    client, day = of(owner), (organisations.today() + timedelta(days=3)).isoformat()
    said = {"plan": plan.pk, "title": "A note", "planned_on": day, "injects": [{"at_minute": 5, "text": "The press calls"}]}
    made = client.post(EXERCISES, said, JSON).json()
    row = f"{EXERCISES}{made['number']}/"

    def act(name, body=None):
        return client.post(f"{row}{name}/", body or {}, JSON)

    etag = client.get(row)["ETag"]
    changed = client.patch(
        row, {"title": "Two notes", "injects": [{"at_minute": 9, "text": "x"}]}, JSON, headers={"If-Match": etag}
    )
    inject = changed.json()["injects"][0]["id"]
    answers = [act("ending", {"summary": "x"}), act("starting"), act("injects", {"inject": inject}), act("injects", {"inject": 0})]
    gap = act("findings", {"text": "No deputy"}).json()["findings"][0]["id"]
    treated = act(
        "treatments",
        {
            "finding": gap,
            "risk": risk.pk,
            "title": "Name a deputy",
            "kind": "REDUCE",
            "owner": owner.pk,
            "due_on": day,
            "likelihood_level": 2,
        },
    )
    ended = act("ending", {"summary": "One gap", "next_due_on": day})

    assert [one.status_code for one in (changed, *answers)] == [200, 409, 201, 200, 422]
    assert (treated.status_code, ended.json()["findings"][0]["treatment"]) == (201, treated.json()["id"])
    assert (ended.json()["state"], ended.json()["next_due_on"]) == ("DONE", day)
    assert act("calling-off", {"reason": "x"}).status_code == 409
