from datetime import timedelta

import pytest

from portal import clock
from portal.people import tokens
from risks.models import Reading
from tests.factories.risks import make_indicator, make_risk
from tests.house.world import BACKEND

INDICATORS, READINGS, JSON = "/api/v1/indicators/", "/api/v1/readings/", "application/json"


@pytest.fixture
def owner(company, person):
    return person("OWNER", unit=company.northfield)


@pytest.fixture
def pushing(client, person, company):
    """A service account that pushes by token."""
    service = person("INTEGRATION", unit=company.northfield)
    _token, secret = tokens.issue(service, "Push", ["indicators:write", "readings:write"], actor=None)

    def post(address, body, **headers):
        return client.post(address, body, JSON, headers={"Authorization": f"Bearer {secret}"} | headers)

    return post


def test_an_indicator_is_registered_changed_linked_and_retired(company, owner, client):
    client.force_login(owner, backend=BACKEND)
    body = {
        "name": "Backups restored",
        "unit_of_measure": "days",
        "direction": "HIGHER",
        "warning_at": "30",
        "breach_at": "60",
        "every_days": 30,
        "owner": owner.pk,
        "unit": company.northfield.pk,
    }
    assert (client.post(f"{INDICATORS}?dry_run=1", body, JSON).status_code, client.get(INDICATORS).json()["results"]) == (201, [])
    made = client.post(INDICATORS, body, JSON)
    place = f"{INDICATORS}{made.json()['id']}/"
    risk = make_risk(unit=company.northfield)

    wrong = client.patch(place, {"breach_at": "20"}, JSON, headers={"If-Match": made["ETag"]})
    changed = client.patch(place, {"breach_at": "50"}, JSON, headers={"If-Match": made["ETag"]})
    linked = client.post(f"{place}risks/", {"risk": risk.pk}, JSON)

    assert (wrong.status_code, set(wrong.json()["fields"])) == (422, {"breach_at"})
    assert (changed.json()["breach_at"], changed.json()["standing"]) == ("50.0000", "UNREAD")
    assert linked.json()["risks"] == [{"risk": risk.pk}]
    assert len(client.get(f"{INDICATORS}?risk={risk.pk}&standing=UNREAD&unit={company.root.pk}").json()["results"]) == 1
    assert client.post(f"{place}risk-removal/", {"risk": risk.pk}, JSON).json()["risks"] == []
    assert client.post(f"{place}retirement/", {"reason": "Gone."}, JSON).json()["retired_at"]
    assert client.get(f"{INDICATORS}?is_retired=false").json()["results"] == []


def test_a_reading_pushed_again_answers_with_the_one_that_stands(company, owner, pushing, client):
    indicator = make_indicator(unit=company.northfield, owner=owner)
    body = {"indicator": indicator.number, "value": "61.5", "observed_at": clock.now().isoformat(), "source": "edr"}
    body |= {"external_id": "2026-11"}

    first = pushing(READINGS, body, **{"Idempotency-Key": "one-reading-01"})
    repeated = pushing(READINGS, body, **{"Idempotency-Key": "one-reading-01"})
    again = pushing(READINGS, body)
    other = pushing(READINGS, body | {"value": "61.6"})
    wrong = pushing(READINGS, body | {"external_id": "", "observed_at": (clock.now() + timedelta(days=1)).isoformat()})

    assert (first.status_code, repeated.status_code, again.status_code) == (201, 201, 200)
    assert first.json()["id"] == repeated.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["code"]) == (409, "reading-differs")
    assert (wrong.status_code, set(wrong.json()["fields"])) == (422, {"observed_at"})
    assert Reading.objects.count() == 1
    indicator.refresh_from_db()
    assert indicator.standing == "BREACH"


def test_many_come_at_once_late_ones_too_and_are_found_again(company, owner, pushing, client):
    indicator = make_indicator(unit=company.northfield, owner=owner)
    now = clock.now()
    rows = [
        {"indicator": indicator.pk, "value": str(value), "observed_at": (now - timedelta(days=days)).isoformat()}
        for days, value in ((1, 70), (40, 10), (1, 70), (1, 71))
    ]

    results = pushing(f"{READINGS}bulk/", {"rows": rows}).json()["results"]
    client.force_login(owner, backend=BACKEND)
    listed = client.get(f"{READINGS}?indicator={indicator.pk}&ordering=observed_at").json()["results"]
    since = client.get(READINGS, {"observed_since": (now - timedelta(days=2)).isoformat()}).json()["results"]

    assert [one["status"] for one in results] == [201, 201, 200, 409]
    assert [row["value"] for row in listed] == ["10.0000", "70.0000"]
    assert [row["value"] for row in since] == ["70.0000"]
    place = f"{READINGS}{since[0]['id']}/withdrawal/"
    assert client.post(place, {"reason": ""}, JSON).status_code == 422
    assert client.post(place, {"reason": "A digit too many."}, JSON).json()["withdrawn_by"] == owner.pk
    assert client.get(f"{READINGS}?is_withdrawn=false").json()["results"][0]["value"] == "10.0000"
