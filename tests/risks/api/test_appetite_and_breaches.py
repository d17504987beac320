from datetime import timedelta

import pytest

from portal.people import organisations
from risks import appetite, recompute
from risks.models import Appetite
from risks.stale import mark_risks
from tests.factories.risks import make_levels, make_risk
from tests.house.world import BACKEND

APPETITES, JSON = "/api/v1/appetites/", "application/json"


@pytest.fixture
def session(client):
    def of(user):
        client.force_login(user, backend=BACKEND)
        return client

    return of


def test_a_leader_says_changes_and_ends_what_a_unit_carries(company, person, session):
    client = session(person("CIO"))
    body = {"category": "OT", "unit": company.northfield.pk, "appetite_points": 20, "tolerance_points": 35}

    tried = client.post(f"{APPETITES}?dry_run=1", body, JSON)
    assert (tried.status_code, Appetite.objects.count()) == (201, 0)
    made = client.post(APPETITES, body, JSON)
    again = client.post(APPETITES, body, JSON)
    row = made.json()
    place = f"{APPETITES}{row['id']}/"
    money = {"appetite_amount": "1000.00", "tolerance_amount": "500.00"}
    wrong = client.patch(place, money, JSON, headers={"If-Match": made["ETag"]})
    right = client.patch(place, money | {"tolerance_amount": "5000.00"}, JSON, headers={"If-Match": made["ETag"]})
    moved = client.patch(place, {"category": "IT"}, JSON, headers={"If-Match": right["ETag"]})
    years = {"bad_year_amount": "2000000.00", "bad_year_chance": "0.0500"}
    elsewhere = client.patch(place, years, JSON, headers={"If-Match": right["ETag"]})
    all_kinds = client.post(APPETITES, body | years | {"category": ""}, JSON)
    late = client.patch(place, {"tolerance_points": 90}, JSON, headers={"If-Match": made["ETag"]})

    assert (made.status_code, again.status_code, set(again.json()["fields"])) == (201, 422, {"category"})
    assert (wrong.status_code, set(wrong.json()["fields"])) == (422, {"tolerance_amount"})
    assert (right.status_code, right.json()["tolerance_amount"], right.json()["tolerance_points"]) == (200, "5000.00", 35)
    assert (elsewhere.status_code, set(elsewhere.json()["fields"])) == (422, {"bad_year_amount", "bad_year_chance"})
    assert {name: all_kinds.json()[name] for name in years} == years and all_kinds.json()["passed_at"] is None
    client.post(f"{APPETITES}{all_kinds.json()['id']}/ending/", {}, JSON)
    assert (moved.status_code, late.status_code) == (422, 412)
    assert len(client.get(f"{APPETITES}?unit={company.northfield.pk}").json()["results"]) == 1
    assert client.post(f"{place}ending/", {}, JSON).status_code == 200
    assert client.get(APPETITES).json()["results"] == []
    assert session(person("ANALYST")).post(APPETITES, body, JSON).status_code == 403


def test_a_breach_is_listed_and_decided_by_its_owner(company, person, session):
    appetite.agree({"": (30, 40)}, actor=None)
    owner = person("OWNER", unit=company.northfield)
    risk = make_risk(unit=company.northfield, it_owner=owner, accountable="IT")
    make_levels(risk, 4)
    mark_risks([risk.pk], "risk.levels_set")
    recompute.refresh_batch()
    client = session(owner)

    row = client.get(f"/api/v1/breaches/?risk={risk.pk}&is_undecided=true").json()["results"][0]
    assert (row["value"], row["is_undecided"], row["ended_at"]) == ("48.0", True, None)
    body = {"course": "PLAN", "reason": "A plan comes.", "until": (organisations.today() + timedelta(days=9)).isoformat()}
    decided = client.post(f"/api/v1/breaches/{row['id']}/course/", body, JSON)

    assert (decided.status_code, decided.json()["is_undecided"], decided.json()["course"]) == (200, False, "PLAN")
    assert client.post(f"/api/v1/breaches/{row['id']}/course/", body | {"until": "2099-01-01"}, JSON).status_code == 422
    other = session(person("OWNER", unit=company.northfield))
    assert other.post(f"/api/v1/breaches/{row['id']}/course/", body, JSON).status_code == 409
