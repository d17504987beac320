import pytest
from rest_framework.test import APIClient

from assets import inventory
from assets.models import Asset, Dependency
from tests.factories.assets import make_asset, make_dependency

ASSETS = "/api/v1/assets/"
DEPENDENCIES = "/api/v1/dependencies/"


@pytest.fixture
def api(person):
    client = APIClient()
    client.user = person("ENGINEER")
    client.force_authenticate(client.user)
    return client


def test_an_asset_is_registered_read_and_changed(api, company):
    body = {"name": "PLC-N2", "kind": "OT_DEVICE", "unit": company.northfield.pk, "own_safety": 4, "mac_address": "2863 36a1 1012"}
    made = api.post(ASSETS, body, format="json")
    assert made.status_code == 201, made.json()
    row = made.json()
    assert (row["effective_safety"], row["effective_criticality"]) == (4, 4)
    assert row["criticality_path"] == {"safety": [row["id"]]}
    assert row["identifiers"] == [{"rung": "MAC", "value": "28:63:36:a1:10:12"}]

    changed = api.patch(f"{ASSETS}{row['number']}/", {"zone": "Z-1"}, format="json", headers={"If-Match": made["ETag"]})

    assert (changed.status_code, changed["ETag"], changed.json()["zone"]) == (200, '"2"', "Z-1")


def test_a_stale_etag_and_a_missing_one_are_told_apart(api, company):
    plc = make_asset("PLC", unit=company.northfield)
    inventory.change(plc, actor=None, version=1, zone="Z-1")

    stale = api.patch(f"{ASSETS}{plc.pk}/", {"zone": "Z-2"}, format="json", headers={"If-Match": '"1"'})
    missing = api.patch(f"{ASSETS}{plc.pk}/", {"zone": "Z-2"}, format="json")

    assert (stale.status_code, missing.status_code) == (412, 428)


def test_problems_name_their_field(api, company):
    make_asset("PLC", unit=company.northfield, mac_address="28:63:36:a1:10:12")
    body = {"name": "PLC-N2", "kind": "OT_DEVICE", "unit": company.northfield.pk}

    taken = api.post(ASSETS, body | {"mac_address": "28:63:36:a1:10:12"}, format="json")
    wrong = api.post(ASSETS, body | {"own_safety": 9}, format="json")
    ruled = api.post(ASSETS, body | {"effective_safety": 5}, format="json")

    assert [one.status_code for one in (taken, wrong)] == [422, 422]
    assert list(taken.json()["fields"]) == ["mac_address"]
    assert list(wrong.json()["fields"]) == ["own_safety"]
    assert ruled.json()["effective_safety"] is None


def test_what_is_out_of_reach_is_missing(person, company):
    client = APIClient()
    client.force_authenticate(person("ENGINEER", unit=company.northfield))
    plc = make_asset("Elsewhere", unit=company.eastmere)

    assert client.get(f"{ASSETS}{plc.pk}/").status_code == 404
    assert client.get(f"{ASSETS}{plc.number}/").status_code == 404
    assert client.get(ASSETS).json()["results"] == []
    assert client.post(f"{ASSETS}{plc.pk}/archiving/").status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [("kind=SERVER", ["ERP"]), ("unowned=true", ["PLC"]), ("search=plc", ["PLC"]), ("ordering=name", ["ERP", "PLC"])],
)
def test_lists_are_narrowed(api, company, query, names):
    make_asset("PLC", unit=company.northfield)
    make_asset("ERP", unit=company.eastmere, kind="SERVER", owner=api.user)

    assert [row["name"] for row in api.get(f"{ASSETS}?{query}").json()["results"]] == names


def test_a_unit_means_its_subtree(api, company):
    make_asset("PLC", unit=company.northfield)

    assert len(api.get(f"{ASSETS}?unit={company.root.pk}").json()["results"]) == 1
    assert api.get(f"{ASSETS}?unit={company.eastmere.pk}").json()["results"] == []


def test_external_ids_are_kept_once(api, company):
    body = {"name": "PLC", "kind": "OT_DEVICE", "unit": company.northfield.pk}

    first = api.put(f"{ASSETS}by-external-id/cmdb/77/", body, format="json")
    again = api.put(f"{ASSETS}by-external-id/cmdb/77/", body | {"zone": "Z-1"}, format="json")

    assert (first.status_code, again.status_code) == (201, 200)
    assert Asset.objects.get().zone == "Z-1"


def test_an_archived_asset_leaves_the_list(api, company):
    plc = make_asset("PLC", unit=company.northfield)

    answer = api.post(f"{ASSETS}{plc.pk}/archiving/")

    assert answer.status_code == 200, answer.json()
    assert answer.json()["archived_at"]
    assert api.get(ASSETS).json()["results"] == []
    assert api.post(f"{ASSETS}{plc.pk}/archiving/").status_code == 409


@pytest.mark.parametrize("rows", [10, 1000])
def test_the_list_asks_the_same_few_questions(api, company, django_assert_max_num_queries, rows):
    inventory.register_many([{"name": f"N{n}", "kind": "NETWORK", "unit": company.root} for n in range(rows)], actor=None)

    with django_assert_max_num_queries(8):
        api.get(f"{ASSETS}?page_size=500")


def test_dependencies_are_recorded_and_removed(api, company):
    line, plc = make_asset("Line", unit=company.northfield, own_safety=5), make_asset("PLC", unit=company.northfield)

    made = api.post(DEPENDENCIES, {"dependent": line.number, "supporting": plc.pk, "kind": "CONTROLLED_BY"}, format="json")
    assert made.status_code == 201, made.json()
    assert api.get(f"{ASSETS}{plc.pk}/").json()["effective_safety"] == 5
    twice = api.post(DEPENDENCIES, {"dependent": line.pk, "supporting": plc.pk, "kind": "CONTROLLED_BY"}, format="json")
    itself = api.post(DEPENDENCIES, {"dependent": line.pk, "supporting": line.pk}, format="json")
    assert (twice.status_code, itself.status_code) == (409, 422)

    gone = api.post(f"{DEPENDENCIES}{made.json()['id']}/removal/")

    assert gone.status_code == 200
    assert not Dependency.objects.current().exists()
    assert api.get(f"{ASSETS}{plc.pk}/").json()["effective_safety"] is None


def test_dependencies_are_found_by_their_ends(api, company):
    line, plc = make_asset("Line", unit=company.northfield), make_asset("PLC", unit=company.northfield)
    make_dependency(line, plc)

    assert len(api.get(f"{DEPENDENCIES}?supporting={plc.number}").json()["results"]) == 1
    assert api.get(f"{DEPENDENCIES}?supporting={line.pk}").json()["results"] == []


def test_who_may_only_read_writes_nothing(person, company):
    client = APIClient()
    client.force_authenticate(person("AUDITOR"))

    assert client.get(ASSETS).status_code == 200
    assert client.post(ASSETS, {"name": "X"}, format="json").status_code == 403
    assert APIClient().get(ASSETS).status_code == 401
