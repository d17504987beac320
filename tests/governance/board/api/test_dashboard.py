"""The dashboard as integrations read it: the page's own numbers."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from governance.board import dashboard, positions_kept
from portal import clock
from portal.people import tokens
from portal.record import sealing
from risks import recompute
from risks.models import Levels
from risks.stale import mark_risks
from tests.factories.assets import make_asset
from tests.factories.risks import make_levels, make_risk
from tests.house.world import BACKEND

ADDRESS = "/api/v1/dashboard/"


@pytest.fixture
def cio(person, company):
    """The CIO over a register in which one risk moved, one can hurt people and one has no owner."""
    risks = [make_risk(unit=unit) for unit in (company.northfield, company.eastmere, company.eastmere)]
    make_levels(risks[0], 2, operational=3)
    make_levels(risks[1], 5, safety=5)
    make_asset(unit=company.northfield)
    _score(risks)
    Levels.objects.filter(risk=risks[0]).update(likelihood_level=5)
    _score(risks[:1])
    return person("CIO")


def _score(risks):
    mark_risks([risk.pk for risk in risks], "test.made")
    while recompute.refresh_batch():
        pass


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def test_the_numbers_are_those_of_the_page(cio):
    client = client_of(cio)

    found = client.get(ADDRESS).json()
    page = unescape(client.get("/").content.decode())

    built = dashboard.build(cio)
    assert {row["key"]: (row["value"], row["rows"]) for row in found["figures"]} == {
        key: (figure.value, figure.url) for key, figure in built.figures.by_key.items()
    }
    values = {row["key"]: row["value"] for row in found["figures"]}
    assert (values["open"], values["safety"], values["unowned"], values["unscored"], values["assets"]) == (3, 1, 3, 1, 1)
    assert found["position"] == built.sentence.text
    assert found["position"] in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert found["safety"] == [risk.pk for risk in built.safety]
    assert [need["title"] for need in found["needs"]] == [need.title for need in built.needs]
    assert found["moved"] == built.moved == 1


def test_points_are_decimal_strings_that_add_up(cio):
    [move] = client_of(cio).get(ADDRESS).json()["moves"]

    points = [move["before"], move["now"], move["points"], *(term["points"] for term in move["why"])]
    assert all(isinstance(one, str) and re.fullmatch(r"-?\d+\.\d", one) for one in points)
    assert Decimal(move["now"]) - Decimal(move["before"]) == Decimal(move["points"])
    assert sum(Decimal(term["points"]) for term in move["why"]) == Decimal(move["points"])


def test_every_figure_leads_to_a_list_that_opens(cio):
    client = client_of(cio)

    for row in client.get(ADDRESS).json()["figures"]:
        assert client.get(row["rows"]).status_code == 200, row


def test_the_description_names_exactly_what_comes(cio):
    client = client_of(cio)

    schema = client.get("/api/v1/schema/", headers={"Accept": "application/json"}).json()
    found = client.get(ADDRESS).json()

    said = schema["paths"][ADDRESS]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    parts = schema["components"]["schemas"]
    either = parts[said.rsplit("/", 1)[-1]]["oneOf"]
    now, then = (parts[one["$ref"].rsplit("/", 1)[-1]] for one in either)
    assert set(now["properties"]) == set(found) == set(now["required"])
    sealing.seal_all()
    positions_kept.keep()
    looked_back = client.get(ADDRESS, {"as_of": clock.now().isoformat()}).json()
    assert set(then["properties"]) == set(looked_back) == set(then["required"])
    assert parts["Move"]["properties"]["points"]["type"] == "string"


def test_a_token_needs_the_scope(person, cio):
    service = person("INTEGRATION")
    answers = {}
    for scope in ("dashboard:read", "risks:read"):
        _token, secret = tokens.issue(service, scope, [scope], actor=None)
        answers[scope] = Client().get(ADDRESS, headers={"Authorization": f"Bearer {secret}"}).status_code

    assert answers == {"dashboard:read": 200, "risks:read": 403}
    assert Client().get(ADDRESS).status_code == 401
