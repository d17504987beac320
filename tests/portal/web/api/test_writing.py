"""Register, change, dry runs, many at once, external ids, changes of state."""

import pytest

from assets.models import Asset
from portal.record.models import AuditEntry
from tests.factories.assets import make_asset


def body(company, **fields):
    return {"name": "Gateway", "kind": "NETWORK", "unit": company.northfield.pk} | fields


def test_a_new_row_answers_with_its_address_and_etag(things, api, company):
    answer = api("ANALYST").post(things, body(company), format="json")

    gateway = Asset.objects.get()
    assert answer.status_code == 201
    assert answer["Location"] == f"{things}{gateway.pk}/"
    assert answer["ETag"] == '"1"'
    assert answer.json()["number"] == gateway.number


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "TOASTER"}, "kind"),
        ({"unit": 999999}, "unit"),
        ({"unit": "R-1"}, "unit"),
        ({"unit": True}, "unit"),
        ({"unit": 10**30}, "unit"),
        ({"colour": "red"}, "colour"),
        ({"owner": [1]}, "owner"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_changed(things, api, company, wrong, field):
    answer = api("ANALYST").post(things, body(company, **wrong), format="json")

    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [field]
    assert not Asset.objects.exists()


def test_a_change_needs_the_etag_that_was_read(things, api, plc):
    client, address = api("ANALYST"), f"{things}{plc.pk}/"

    missing = client.patch(address, {"name": "PLC 18"}, format="json")
    changed = client.patch(address, {"name": "PLC 18"}, format="json", headers={"If-Match": '"1"'})
    stale = client.patch(address, {"name": "PLC 19"}, format="json", headers={"If-Match": '"1"'})

    assert missing.status_code == 428
    assert (changed.status_code, changed["ETag"], changed.json()["name"]) == (200, '"2"', "PLC 18")
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    plc.refresh_from_db()
    assert plc.name == "PLC 18"


def test_put_takes_back_what_get_gave(things, api, plc):
    client, address = api("ANALYST"), f"{things}{plc.pk}/"
    read = client.get(address)

    answer = client.put(address, read.json() | {"location": "Hall 3"}, format="json", headers={"If-Match": read["ETag"]})

    assert answer.status_code == 200
    assert answer.json()["location"] == "Hall 3"


def test_a_dry_run_tells_what_would_be_and_leaves_no_trace(things, api, company, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as sent:
        answer = api("ANALYST").post(f"{things}?dry_run=1", body(company), format="json")

    assert (answer.status_code, answer["Dry-Run"], answer.json()["name"]) == (201, "true", "Gateway")
    assert "Location" not in answer
    assert not Asset.objects.exists()
    assert not AuditEntry.objects.exists()
    assert sent == []


def test_a_dry_run_refuses_what_the_real_one_would_refuse(things, api, plc):
    answer = api("ANALYST").patch(f"{things}{plc.pk}/?dry_run=1", {"name": ""}, format="json", headers={"If-Match": '"1"'})

    assert answer.status_code == 422


def test_each_row_of_a_bulk_request_stands_for_itself(things, api, company, plc):
    rows = [
        body(company, name="First"),
        body(company, kind="TOASTER"),
        {"id": plc.pk, "version": 1, "name": "PLC 18"},
        {"id": plc.pk, "version": 1, "name": "PLC 19"},
        "nonsense",
    ]

    answer = api("ANALYST").post(f"{things}bulk/", {"rows": rows}, format="json")

    results = answer.json()["results"]
    assert [result["status"] for result in results] == [201, 422, 200, 412, 422]
    assert list(results[1]["problem"]["fields"]) == ["kind"]
    assert set(Asset.objects.values_list("name", flat=True)) == {"First", "PLC 18"}


@pytest.mark.parametrize("rows", [[], None, "x", [{}] * 501])
def test_a_bulk_request_has_one_to_five_hundred_rows(things, api, rows):
    answer = api("ANALYST").post(f"{things}bulk/", {"rows": rows}, format="json")

    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == ["rows"]


def test_an_external_id_is_registered_once_and_then_changed(things, api, company):
    client, address = api("ANALYST"), f"{things}by-external-id/cmdb/ci-4711/"

    first = client.put(address, body(company), format="json")
    again = client.put(address, body(company, name="Gateway 2"), format="json")
    read = client.get(address)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first["Location"] == f"{things}{first.json()['id']}/"
    assert (read.json()["name"], read.json()["source"], read.json()["external_id"]) == ("Gateway 2", "cmdb", "ci-4711")
    assert Asset.objects.count() == 1


def test_an_external_id_of_another_unit_is_not_there(things, api, company, person):
    make_asset("Robot", unit=company.eastmere, source="cmdb", external_id="ci-1")

    answer = api(person("ENGINEER", unit=company.northfield)).put(
        f"{things}by-external-id/cmdb/ci-1/", body(company), format="json"
    )

    assert answer.status_code == 404
    assert Asset.objects.get().name == "Robot"


def test_a_change_of_state_has_its_own_address(things, api, plc):
    answer = api("ANALYST").post(f"{things}{plc.pk}/archiving/", {"really": True}, format="json")

    plc.refresh_from_db()
    assert answer.status_code == 200
    assert answer["ETag"] == '"2"'
    assert plc.archived_at is not None


def test_a_change_of_state_heeds_if_match_where_it_is_sent(things, api, plc):
    answer = api("ANALYST").post(f"{things}{plc.pk}/archiving/", {"really": True}, format="json", headers={"If-Match": '"7"'})

    assert answer.status_code == 412
