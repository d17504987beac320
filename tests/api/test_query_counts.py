"""A list of the API asks the database as often for ten rows as for a thousand."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assets import inventory
from portal.record import sealing
from risks import recompute
from risks.models import Levels, Risk, RiskAsset, ScoreState
from risks.stale import mark_risks
from tests.api.worlds import BACKEND

MOST = 8  # beside the two of the session and its account


def fill(company, count):
    rows = [{"name": f"Sensor {n}", "kind": "OT_DEVICE", "unit": company.northfield} for n in range(count)]
    assets = inventory.register_many(rows, actor=None)
    risks = Risk.objects.bulk_create(
        Risk(number=f"R-Q{n:05d}", title=f"Sensor {n} is lost", category="OT", unit=company.northfield) for n in range(count)
    )
    RiskAsset.objects.bulk_create(RiskAsset(risk=risk, asset=asset) for risk, asset in zip(risks, assets, strict=True))
    ScoreState.objects.bulk_create(ScoreState(risk=risk) for risk in risks)
    Levels.objects.bulk_create(Levels(risk=risk, stage="CURRENT", likelihood_level=3, operational_level=3) for risk in risks)
    mark_risks([risk.pk for risk in risks], "test.filled")
    while recompute.refresh_batch(500):
        pass
    sealing.seal_all()


@pytest.mark.parametrize("count", [10, 1000])
def test_lists_ask_as_often_for_ten_rows_as_for_a_thousand(person, company, count):
    fill(company, count)
    client = Client()
    client.force_login(person("CIO"), backend=BACKEND)

    asked = {}
    for noun in ("assets", "risks", "scores", "units", "users", "audit-entries", "reviews"):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(f"/api/v1/{noun}/?page_size=500")
        assert answer.status_code == 200
        asked[noun] = len(queries)

    assert {noun: number for noun, number in asked.items() if number > MOST + 2} == {}
    assert len(client.get("/api/v1/scores/?page_size=500&state=CURRENT").json()["results"]) == min(count, 500)
