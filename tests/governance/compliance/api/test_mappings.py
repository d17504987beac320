"""Mappings and coverage by the API."""

import pytest

from tests.factories.compliance import make_framework
from tests.factories.risks import make_control
from tests.house.world import BACKEND


@pytest.fixture
def caller(client, person):
    client.force_login(person("ANALYST"), backend=BACKEND)
    return client


def test_a_mapping_is_made_reworded_and_removed_and_coverage_follows(caller, company):
    rules = make_framework(1, 2)
    control, rule = make_control(unit=company.northfield), rules.requirements.get(identifier="hr-1")
    said = {"control": control.number, "requirement": rule.pk, "relationship": "EQUAL"}

    made = caller.post("/api/v1/control-mappings/", said, content_type="application/json")

    assert (made.status_code, made.json()["state"]) == (201, "CONFIRMED")
    told = caller.get(f"/api/v1/coverage/?framework={rules.pk}").json()["results"][0]
    assert (told["requirement"], told["share"], told["word"], told["hidden_controls"]) == (rule.pk, "0.4500", "PARTLY", 0)
    assert told["terms"] == [{"control": control.pk, "reach": "1.00", "operating": "0.4500", "brings": "0.45000", "proof": "NEVER"}]
    again = caller.post("/api/v1/control-mappings/", said, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "mapped-already")
    address = f"/api/v1/control-mappings/{made.json()['id']}/"
    half = caller.post(f"{address}rewording/", {"relationship": "SUBSET"}, content_type="application/json")
    assert (half.json()["relationship"], caller.get(f"/api/v1/coverage/{rule.pk}/").json()["share"]) == ("SUBSET", "0.2250")
    assert caller.post(f"{address}removal/").json()["archived_at"]
    assert caller.get(f"/api/v1/coverage/{rule.pk}/").json()["share"] == "0.0000"
