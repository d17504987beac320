"""What matters most, what carries it, and what could happen to any of it."""

from portal.people import organisations
from risks import crown_jewels
from risks.models import ScoreState
from tests.factories.assets import make_asset, make_dependency
from tests.factories.risks import make_risk


def scored(value, **fields):
    risk = make_risk(**fields)
    ScoreState.objects.update_or_create(risk=risk, defaults={"current_value": value, "current_band": "HIGH"})
    return risk


def furnish(company):
    service = make_asset("Order to delivery", unit=company.northfield, own_availability=5, own_integrity=4)
    plan, plc = make_asset("Planning", unit=company.northfield, own_integrity=4), make_asset("PLC", unit=company.northfield)
    make_dependency(service, plan)
    make_dependency(plan, plc)
    make_asset("Elsewhere", unit=company.eastmere, own_safety=5)
    return service, plan, plc


def test_each_jewel_is_told_with_what_carries_it_and_the_open_risks_of_all_of_it(company, person):
    service, plan, plc = furnish(company)
    mild, bad = scored(30, unit=company.northfield, assets=[service, plc]), scored(70, unit=company.northfield, assets=[plc])
    scored(90, unit=company.northfield, assets=[plc], state="CLOSED")
    scored(95, unit=company.northfield, assets=[plc], is_confidential=True)
    reader = person("ANALYST", unit=company.northfield)

    book = crown_jewels.read(reader)

    (one,) = book.rows
    assert (one.asset, one.own_level, one.aspects, one.depth, one.carrier_count) == (service, 5, ["availability"], 2, 2)
    assert (one.risk_count, one.worst, one.worst_score) == (2, bad, 70)
    assert (book.total, book.unowned_count, book.leaves_out) == (1, 1, True)
    assert [row.asset for row in crown_jewels.read(reader, level=4).rows] == [service, plan]
    assert crown_jewels.read(person("CIO")).rows[0].risk_count == 3 and mild


def test_the_pages_show_it_and_answer_without_javascript(client, company, person):
    service, plan, plc = furnish(company)
    risk = scored(70, unit=company.northfield, assets=[plc])
    client.force_login(person("ENGINEER", unit=company.northfield))

    page = client.get("/risks/crown-jewels/").text
    assert "1 asset matters most" in page and risk.number in page and "Elsewhere" not in page
    assert client.get("/api/v1/crown-jewels/").json()["results"][0]["worst_risk"] == risk.pk
    assert client.get("/api/v1/crown-jewels/?level=9").status_code == 422
    here = f"/assets/inventory/{plc.pk}/"
    shown = client.get(f"{here}reach/").text
    assert "If this fails, 2 assets are reached" in shown and "<svg" in shown
    steps = client.get(f"/api/v1/assets/{plc.pk}/reach/").json()["fails"]["steps"]
    assert [(one["asset"], one["depth"]) for one in steps] == [(plan.pk, 1), (service.pk, 2)]

    told = {"aspect": "availability", "level": "2", "reason": "A spare stands ready", "ends_on": "2020-01-01"}
    refused = client.post(f"{here}overrides/", told)
    assert (refused.status_code, "within a year" in refused.text) == (422, True)


def test_an_override_is_set_and_ended_by_page_and_api(client, company, person):
    plc = furnish(company)[-1]
    client.force_login(person("ENGINEER", unit=company.northfield))
    told = {"aspect": "availability", "level": "2", "reason": "A spare stands ready", "ends_on": str(organisations.today())}

    assert client.post(f"/assets/inventory/{plc.pk}/overrides/", told).status_code == 302
    plc.refresh_from_db()
    override = plc.criticality_overrides.get()
    assert (plc.effective_availability, "A spare stands ready" in client.get(f"/assets/inventory/{plc.pk}/").text) == (2, True)
    assert client.post(f"/assets/overrides/{override.pk}/end/").status_code == 302
    sent = client.post("/api/v1/criticality-overrides/", told | {"asset": plc.pk, "level": 3}, content_type="application/json")
    assert sent.status_code == 201
    ended = client.post(f"/api/v1/criticality-overrides/{sent.json()['id']}/end/", content_type="application/json")

    plc.refresh_from_db()
    assert (ended.json()["archived_at"] is not None, plc.effective_availability) == (True, 5)
