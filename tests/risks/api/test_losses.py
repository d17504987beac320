from decimal import Decimal

import pytest

from risks import recompute
from risks.models import LossResult, LossScenario
from tests.factories.risks import make_levels, make_loss, make_risk

pytestmark = pytest.mark.django_db

BODY = {
    "stage": "CURRENT",
    "often": "INTERVAL",
    "low_per_year": "0.1",
    "high_per_year": "1",
    "losses": [{"form": "FINES", "low": "10000.00", "high": "900000.00", "source": "Two cases of 2024"}],
}


@pytest.fixture
def owner(person):
    return person("OWNER")


@pytest.fixture
def risk(company, owner):
    risk = make_risk(unit=company.northfield, it_owner=owner, accountable="IT")
    make_levels(risk, 4, operational=4)
    return risk


def settle():
    while recompute.refresh_batch():
        pass


def test_estimate_goes_in_and_its_figures_come_out(client, risk, owner):
    client.force_login(owner)

    made = client.post("/api/v1/loss-scenarios/", BODY | {"risk": risk.pk}, content_type="application/json")
    settle()
    [found] = client.get(f"/api/v1/annual-losses/?risk={risk.pk}&stage=CURRENT").json()["results"]

    assert made.status_code == 201, made.json()
    assert made.json()["losses"][0]["by"] == owner.pk
    figures, row = found["figures"], LossResult.objects.get(stage="CURRENT")
    assert Decimal(figures["average"]) == pytest.approx(Decimal(row.mean), rel=Decimal("0.001"))
    assert Decimal(figures["one_in_20"]) <= Decimal(figures["one_in_100"]) <= Decimal(figures["one_in_1000"])
    assert "Over many years it comes to" in figures["in_words"]


def test_change_needs_the_version_and_keeps_what_is_not_sent(client, risk, owner):
    scenario = make_loss(risk, actor=owner)
    client.force_login(owner)
    address = f"/api/v1/loss-scenarios/{scenario.pk}/"
    tag = client.get(address)["ETag"]

    without = client.patch(address, {"high_per_year": "0.4"}, content_type="application/json")
    changed = client.patch(address, {"high_per_year": "0.4"}, content_type="application/json", headers={"If-Match": tag})
    wrong = client.patch(address, {"high_per_year": "0.01"}, content_type="application/json", headers={"If-Match": changed["ETag"]})
    dropped = client.post(f"{address}dropping/")

    assert (without.status_code, changed.status_code, wrong.status_code, dropped.status_code) == (428, 200, 422, 200)
    assert "low_per_year" in str(wrong.json())
    assert changed.json()["losses"] == client.get(address).json()["losses"]
    assert not LossScenario.objects.current().exists()


def test_curve_falls_and_refuses_chances_that_are_none(client, risk, owner):
    make_loss(risk, actor=owner)
    settle()
    client.force_login(owner)
    address = f"/api/v1/annual-losses/{LossResult.objects.get(stage='CURRENT').pk}/curve/"

    points = client.get(f"{address}?chances=0.01,0.2,0.05").json()["points"]

    assert [point["chance"] for point in points] == ["0.200000", "0.050000", "0.010000"]
    losses = [Decimal(point["loss"]) for point in points]
    assert losses == sorted(losses)
    assert losses[0] < losses[2]
    assert client.get(f"{address}?chances=1.5").status_code == 422


def test_portfolio_by_filter_and_what_if_keep_nothing(client, company, risk, owner):
    other = make_risk(unit=company.northfield, category="IT")
    for one in (risk, other):
        make_loss(one, actor=owner)
    settle()
    client.force_login(owner)
    means = {row.risk_id: row.mean for row in LossResult.objects.filter(stage="CURRENT")}

    both = client.get("/api/v1/annual-losses/portfolio/").json()
    one = client.get("/api/v1/annual-losses/portfolio/?category=IT").json()
    question = {"changes": [{"risk": risk.pk, "frequency_factor": "0.5"}]}
    would = client.post("/api/v1/annual-losses/what-if/", question, content_type="application/json").json()

    assert (both["risk_count"], one["risk_count"]) == (2, 1)
    assert float(both["figures"]["average"]) == pytest.approx(sum(means.values()), rel=1e-4)
    assert float(one["figures"]["average"]) == pytest.approx(means[other.pk], rel=1e-4)
    assert float(would["before"]["average"]) - float(would["after"]["average"]) == pytest.approx(means[risk.pk] / 2, rel=1e-3)
    assert LossResult.objects.get(risk=risk, stage="CURRENT").mean == means[risk.pk]


def test_position_tells_what_the_money_page_shows_and_why_an_average_moved(client, risk, owner):
    make_loss(risk, actor=owner)
    settle()
    make_loss(risk, actor=owner, low_per_year=Decimal("0.25"), mode_per_year=Decimal("0.5"), high_per_year=Decimal(1))
    settle()
    client.force_login(owner)

    position = client.get("/api/v1/annual-losses/position/?budget=5000.00")
    [row] = client.get(f"/api/v1/annual-losses/?risk={risk.pk}&stage=CURRENT").json()["results"]
    wrong = client.get("/api/v1/annual-losses/position/?budget=much")

    assert position.status_code == 200, position.json()
    told = position.json()
    assert (told["risk_count"], told["contributors"][0]["risk"], told["ranking"]) == (1, risk.pk, None)
    assert told["quality"]["single_share"] == 1.0
    assert (told["above_appetite"], told["exception_prices"], told["years"]) == ([], None, [])
    moved = row["moved"]
    assert sum(Decimal(part["amount"]) for part in moved["parts"]) == pytest.approx(
        Decimal(moved["after"]) - Decimal(moved["before"]), abs=Decimal("0.02")
    )
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["budget"])
