"""The whole way by token: a scan becomes assets, one of them a risk, the risk a score that adds up and that Today shows."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assets.tasks import read_waiting_runs
from portal.people import tokens
from portal.record import sealing
from risks.tasks import recompute_stale_scores
from tests.factories.assets import make_scan

SCOPES = ["discovery-runs:write", "assets:read", "units:read", "users:read", "risks:write", "scores:read", "dashboard:read"]


@pytest.fixture
def integration(person, company):
    """Asks by a real token of a service account."""
    account = person("INTEGRATION")
    _token, secret = tokens.issue(account, "Plant network", SCOPES, actor=person("ADMIN"))
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_from_a_scan_to_the_shared_score_and_the_dashboard(integration):
    site = integration.get("/api/v1/units/?kind=SITE&ordering=name").json()["results"][1]
    file = SimpleUploadedFile("plant.xml", make_scan(), "text/xml")

    run = integration.post("/api/v1/discovery-runs/", {"file": file, "source": "nmap-northfield", "unit": site["id"]}).json()
    read_waiting_runs()
    run = integration.get(f"/api/v1/discovery-runs/{run['id']}/").json()
    proposals = integration.get(f"/api/v1/discovery-runs/{run['id']}/proposals/").json()["results"]
    integration.post(f"/api/v1/discovery-runs/{run['id']}/acceptance/", {"all_new": True}, "application/json")
    assets = integration.get(f"/api/v1/assets/?unit={site['id']}&ordering=number").json()["results"]

    assert site["name"] == "Northfield"
    assert run["observation_count"] == len(proposals) == len(assets) > 0

    logged = integration.post(
        "/api/v1/risks/",
        {
            "title": "Ransomware reaches line control",
            "category": "OT",
            "unit": site["id"],
            "assets": [assets[0]["number"]],
            "likelihood_level": 4,
            "impact": {"operational": 5, "safety": 3},
        },
        "application/json",
        headers={"Idempotency-Key": "story-1"},
    )
    recompute_stale_scores()
    risk = integration.get(f"/api/v1/risks/{logged.json()['number']}/").json()
    [score] = integration.get(f"/api/v1/scores/?risk={risk['number']}&state=CURRENT").json()["results"]

    assert logged.status_code == 201
    assert risk["assets"] == [assets[0]["id"]]
    assert score["value"] == risk["current_score"]
    assert sum(Decimal(term["points"]) for term in score["terms"]) == Decimal(score["value"])
    assert all(term["label"] for term in score["terms"])

    changed = integration.put(
        f"/api/v1/risks/{risk['id']}/levels/CURRENT/",
        {"likelihood_level": 2, "operational_level": 5, "safety_level": 3, "reason": "The link was closed."},
        "application/json",
        headers={"If-Match": integration.get(f"/api/v1/risks/{risk['id']}/levels/CURRENT/")["ETag"]},
    )
    recompute_stale_scores()
    sealing.seal_all()
    moved = integration.get(f"/api/v1/scores/change/?risk={risk['id']}&from={risk['logged_at']}").json()
    [now] = integration.get(f"/api/v1/scores/?risk={risk['id']}&state=CURRENT").json()["results"]
    dashboard = integration.get("/api/v1/dashboard/").json()
    figures = {row["key"]: row["value"] for row in dashboard["figures"]}
    [row] = [move for move in dashboard["moves"] if move["risk"] == risk["id"]]

    assert changed.status_code == 200
    assert Decimal(now["value"]) < Decimal(score["value"])
    assert moved["after"]["value"] == now["value"]
    assert sum(Decimal(event["points"]) for event in moved["events"]) == Decimal(moved["points"])
    assert row["now"] == now["value"]
    assert sum(Decimal(part["points"]) for part in row["why"]) == Decimal(row["points"])
    assert figures["cell.2.5"] == 1
    assert figures[f"band.{now['band']}"] == 1


def test_a_token_without_the_scope_stays_outside(person):
    account = person("INTEGRATION")
    _token, secret = tokens.issue(account, "Scores", ["scores:read"], actor=person("ADMIN"))
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    assert client.get("/api/v1/scores/").status_code == 200
    assert client.get("/api/v1/risks/").json()["code"] == "scope-missing"
