"""A scan of one unit meets assets of another: whoever may not open those learns nothing of them."""

import pytest
from rest_framework.test import APIClient

from assets.discovery import intake, overview, reading
from assets.errors import NoLongerTrue, OutOfReach
from assets.models import Proposal
from tests.factories.assets import make_asset, make_dependency, make_host, make_run, make_scan

MAC = "00:1b:1b:9f:20:01"


@pytest.fixture
def engineer(person, company):
    return person("ENGINEER", unit=company.northfield)


@pytest.fixture
def api(engineer):
    client = APIClient()
    client.force_login(engineer)
    return client


def scanned(company, *hosts):
    run = make_run(make_scan(*hosts), unit=company.northfield)
    reading.read_waiting()
    return run


def test_a_proposal_about_an_asset_of_another_unit_is_counted_and_not_shown(company, engineer, person, api, client):
    make_asset("Umbrafang lathe", unit=company.eastmere, mac_address=MAC, operating_system="VxWorks")
    run = scanned(company, make_host("10.20.1.11", mac=MAC, ports=(80,)), make_host("10.20.1.12"))
    assert set(run.proposals.values_list("kind", flat=True)) == {Proposal.Kind.CHANGED, Proposal.Kind.NEW}

    found = overview.of(run, engineer)
    client.force_login(engineer)
    page = client.get(f"/assets/discovery/{run.pk}/").content.decode()
    rows = api.get(f"/api/v1/discovery-runs/{run.pk}/proposals/").json()["results"]

    assert ([group.kind for group in found.groups], found.hidden_count) == ([Proposal.Kind.NEW], 1)
    assert "Umbrafang" not in page
    assert "+ 1 about an asset you may not open" in page
    assert [row["kind"] for row in rows] == ["NEW"]
    assert overview.of(run, person("ENGINEER")).hidden_count == 0


def test_a_conflict_names_the_contenders_one_may_open_and_is_settled_by_who_works_for_all(company, engineer, api, person):
    mine = make_asset("Press", unit=company.northfield, ip_address="10.20.1.11")
    theirs = make_asset("Lathe", unit=company.eastmere, ip_address="10.20.1.11")
    run = scanned(company, make_host("10.20.1.11"))
    conflict = run.proposals.get(kind=Proposal.Kind.CONFLICT)
    assert set(conflict.contenders) == {mine.pk, theirs.pk}

    [row] = api.get(f"/api/v1/discovery-runs/{run.pk}/proposals/").json()["results"]

    assert row["contenders"] == [mine.pk]
    for choice in (mine.pk, None):
        with pytest.raises(OutOfReach):
            intake.accept([conflict], actor=engineer, choices={conflict.pk: choice})
    assert intake.accept([conflict], actor=person("ENGINEER"), choices={conflict.pk: mine.pk})[0].asset == mine


def test_what_somebody_elsewhere_registered_meanwhile_is_not_taken_for_ones_own(company, engineer):
    run = scanned(company, make_host("10.20.1.11", mac=MAC))
    make_asset("Lathe", unit=company.eastmere, mac_address=MAC)

    with pytest.raises(NoLongerTrue):
        intake.accept(run.proposals.all(), actor=engineer)


def test_the_path_of_a_criticality_leaves_out_what_one_may_not_open(company, api):
    source = make_asset("Lathe", unit=company.eastmere, own_safety=5)
    press = make_asset("Press", unit=company.northfield)
    make_dependency(source, press)

    row = api.get(f"/api/v1/assets/{press.pk}/").json()

    assert (row["effective_safety"], row["criticality_path"]) == (5, {"safety": [None, press.pk]})
