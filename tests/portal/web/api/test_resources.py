"""Units, people and the sealed log."""

from portal.record import audit, sealing
from tests.factories.assets import make_asset


def test_the_tree_of_units_is_known_to_everybody_with_a_role(api, company):
    answer = api("COLLEAGUE").get("/api/v1/units/?kind=SITE&ordering=name")

    assert [row["name"] for row in answer.json()["results"]] == ["Eastmere", "Northfield"]
    assert {row["parent"] for row in answer.json()["results"]} == {company.root.pk}


def test_an_account_without_a_role_sees_nothing(api, company):
    from tests.factories.portal import make_user

    assert api(make_user()).get("/api/v1/units/").json()["results"] == []


def test_people_are_known_by_name_and_not_by_address(api, person):
    other = person("OWNER")
    client = api("ANALYST")

    rows = {row["id"]: row for row in client.get("/api/v1/users/").json()["results"]}

    assert (rows[other.pk]["name"], rows[other.pk]["email"]) == (other.name, "")
    assert rows[client.user.pk]["email"] == client.user.email
    assert api("ADMIN").get(f"/api/v1/users/{other.pk}/").json()["email"] == other.email


def test_who_has_left_is_not_offered(api, person):
    gone = person("OWNER", is_active=False)

    ids = [row["id"] for row in api("ANALYST").get("/api/v1/users/").json()["results"]]

    assert gone.pk not in ids


def test_people_are_only_read(api, person):
    assert api("ADMIN").post("/api/v1/users/", {}, format="json").status_code == 405


def test_the_log_is_read_in_its_sealed_order(api, company, person):
    plc = make_asset("PLC", unit=company.northfield)
    audit.record(person("ANALYST"), "asset.changed", plc, {"fields": ["name"]})
    sealing.seal_all()
    audit.record(None, "asset.changed", plc)

    rows = api("AUDITOR").get("/api/v1/audit-entries/?kind=asset").json()["results"]

    assert [(row["id"], row["verb"], row["subject"]) for row in rows] == [
        (1, "asset.registered", plc.pk),
        (2, "asset.changed", plc.pk),
    ]
    assert rows[0]["actor"] is None
    assert len(rows[1]["hash"]) == 64


def test_the_log_tells_nothing_about_what_one_may_not_open(api, company, person):
    make_asset("PLC", unit=company.northfield)
    sealing.seal_all()

    assert api("ADMIN").get("/api/v1/audit-entries/").json()["results"] == []


def test_the_log_is_not_for_everybody(api, company):
    assert api("ANALYST").get("/api/v1/audit-entries/").status_code == 403
