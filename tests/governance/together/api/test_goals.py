"""Goals for integrations: read with how they stand, proposed by people, read by machines."""

import pytest

from governance.together.models import GoalReading
from tests.factories.governance import make_goal
from tests.factories.risks import make_risk

MEASURE = {"name": "Servers patched", "counted_in": "%", "start_value": "60", "target_value": "95"}
SAID = {"title": "Holes are closed", "from_on": "2026-01-01", "due_on": "2026-12-31"}


@pytest.fixture
def client(as_person, person):
    return as_person(person("CISO"))


def send(client, method, address, body, **headers):
    return getattr(client, method)(f"/api/v1/{address}", body, content_type="application/json", headers=headers)


def test_a_goal_is_proposed_read_and_ended(client, company):
    theme = send(client, "post", "themes/", {"name": "Plants run"}).json()
    hidden, risk = make_risk(unit=company.northfield, is_confidential=True), make_risk(unit=company.northfield, number="R-7007")
    told = SAID | {"theme": theme["id"], "measures": [MEASURE | {"office": "CIO"}, MEASURE | {"office": "CISO"}]}

    short = send(client, "post", "goals/", told | {"measures": [MEASURE | {"office": "CIO"}]})
    assert (short.status_code, list(short.json()["fields"])) == (422, ["measures.CISO"])
    assert send(client, "post", "goals/", told | {"there_for": ["R-9999"]}).status_code == 422
    made = send(client, "post", "goals/", told | {"there_for": [risk.number, hidden.pk]})

    assert made.status_code == 201, made.json()["fields"]
    goal = made.json()
    assert (goal["standing"], goal["there_for"], goal["shared_at"]) == ("NOT_ENOUGH_DATA", sorted([hidden.pk, risk.pk]), None)
    read = send(client, "post", "goal-readings/", {"goal": goal["number"], "office": "CIO", "value": "95"})
    assert (read.status_code, read.json()["value"], read.json()["office"]) == (201, "95.0000", "CIO")
    assert client.get(f"/api/v1/goal-readings/?goal={goal['id']}&office=CISO").json()["results"] == []
    changed = send(client, "patch", f"goals/{goal['id']}/", {"there_for": []}, **{"If-Match": made.headers["ETag"]})
    assert (changed.status_code, changed.json()["there_for"]) == (200, [])
    ended = send(client, "post", f"goals/{goal['id']}/ending/", {"reason": "Sold"})
    assert (ended.status_code, ended.json()["ended_because"]) == (200, "Sold")
    assert send(client, "post", f"goals/{goal['id']}/ending/", {"reason": "Sold"}).status_code == 409


def test_a_reader_sees_of_a_goal_only_risks_they_may_open(as_person, person, company, client):
    hidden, risk = make_risk(unit=company.northfield, is_confidential=True), make_risk(unit=company.northfield)
    goal = make_goal(by=person("CIO"), there_for=[hidden, risk])
    analyst = as_person(person("ANALYST", unit=company.northfield))

    assert analyst.get(f"/api/v1/goals/{goal.pk}/").json()["there_for"] == [risk.pk]
    refused = send(analyst, "patch", f"goals/{goal.pk}/", {"title": "Mine"}, **{"If-Match": '"1"'})
    assert refused.status_code == 403
    assert send(analyst, "post", "goal-readings/", {"goal": goal.pk, "office": "CIO", "value": "1"}).status_code == 201
    assert GoalReading.objects.count() == 1
