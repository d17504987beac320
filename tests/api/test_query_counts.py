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
from tests.factories.portal import freshen
from tests.house import crowd

MOST = 8  # beside the two of the session and its account


def fill(company, count, reader):
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
    around = crowd.settle(company)
    crowd.grow(around, [reader], [risk.pk for risk in risks], count)
    return around


NOUNS = (
    "access-reasons",
    "appointment-proposals",
    "appointments",
    "assets",
    "audit-entries",
    "audit-findings",
    "board-pack-blocks",
    "board-pack-files",
    "board-packs",
    "board-questions",
    "control-mappings",
    "coverage",
    "delegations",
    "departures",
    "dependencies",
    "disposals",
    "frameworks",
    "formula-versions",
    "heads",
    "inbox",
    "legal-holds",
    "rating-rounds",
    "gates",
    "initiatives",
    "internal-audits",
    "management-reviews",
    "patterns",
    "gate-editions",
    "practices",
    "profiles",
    "ratings",
    "redactions",
    "requirements",
    "reviews",
    "risks",
    "role-assignments",
    "scores",
    "seen-assets",
    "sessions",
    "statement-lines",
    "statements",
    "units",
    "users",
    "webhooks",
    "calendar",
    "jobs",
)
ONE = ("holdings/{leaver}", "users/me", "users/{leaver}", "personal-data/{leaver}", "formula-versions/{formula}/preview")
MOST_OF_ONE = 18  # beside the same two; `holdings` names rows of every kind that somebody holds


@pytest.mark.longest
@pytest.mark.parametrize("role", ["CIO", "ADMIN"])
@pytest.mark.parametrize("count", [10, 1000])
def test_lists_ask_as_often_for_ten_rows_as_for_a_thousand(person, company, count, role):
    reader = person(role)
    around = fill(company, count, reader)
    client = Client()
    client.force_login(reader, backend=BACKEND)
    freshen(client, reader)
    client.get("/api/v1/organisation/")  # the first request of a session notes that it is in use
    why = f"access-reasons/?person={around.leaver.pk}&kind=risk&subject={around.risk}"
    addresses = {noun: f"{noun}/?page_size=500" for noun in NOUNS} | {"access-reasons": why}
    addresses |= {"calendar": "calendar/", "jobs": "jobs/", "search": "search/?q=sensor&page_size=100"}
    addresses |= {"comments": f"comments/?kind=risk&subject={around.risk}&page_size=500"}
    addresses |= {name: f"{name.format(leaver=around.leaver.pk, formula=around.formula.pk)}/" for name in ONE}

    asked = {}
    for name, address in addresses.items():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(f"/api/v1/{address}")
        assert answer.status_code in (200, 403, 404), name
        asked[name] = len(queries)

    most = {name: (MOST_OF_ONE if name in ONE else MOST) + 2 for name in asked}
    assert {name: number for name, number in asked.items() if number > most[name]} == {}
    if role == "CIO":
        assert len(client.get("/api/v1/scores/?page_size=500&state=CURRENT").json()["results"]) == min(count, 500)
