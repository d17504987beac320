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


def test_how_accounts_stand_is_told_to_administrators_alone(api, person, company):
    cio, dana = person("CIO"), person("ANALYST", unit=company.northfield)

    rows = {row["id"]: row["account"] for row in api("ADMIN").get("/api/v1/users/").json()["results"]}

    assert rows[cio.pk] == {
        "standing": "INVITED",
        "last_sign_in_at": None,
        "has_app": True,
        "has_passkey": False,
        "needs_factor": True,
        "roles": [],
        "seats": ["CIO"],
        "invitation": None,
    }
    assert rows[dana.pk]["roles"] == [{"role": "ANALYST", "unit": company.northfield.pk}]
    assert {row["account"] for row in api(dana).get("/api/v1/users/").json()["results"]} == {None}


def test_closed_accounts_are_listed_for_administrators_who_ask(api, person):
    gone = person("OWNER", is_active=False)

    assert gone.pk in [row["id"] for row in api("ADMIN").get("/api/v1/users/?is_active=false").json()["results"]]
    assert api("ANALYST").get("/api/v1/users/?is_active=false").json()["results"] == []


def test_an_administrator_invites(api, company):
    body = {"email": "Bo@verrow.example", "name": "Bo", "unit": company.northfield.pk, "roles": ["OWNER"]}
    client = api("ADMIN")

    answer = client.post("/api/v1/users/", body, format="json")

    assert answer.status_code == 201
    assert (answer.json()["email"], answer.json()["account"]["standing"]) == ("bo@verrow.example", "INVITED")
    assert answer.json()["account"]["roles"] == [{"role": "OWNER", "unit": company.northfield.pk}]
    assert client.post("/api/v1/users/", body, format="json").json()["code"] == "email-taken"
    assert api("ANALYST").post("/api/v1/users/", body, format="json").status_code == 403


def test_a_wrong_guest_is_told_by_field(api, company):
    body = {"email": "nowhere", "name": "", "roles": ["CHEF"], "time_zone": "Mars/Olympus", "language": "tlh"}

    answer = api("ADMIN").post("/api/v1/users/", body, format="json")

    assert answer.status_code == 422
    assert {name.partition(".")[0] for name in answer.json()["fields"]} == set(body)


def test_accounts_are_closed_and_opened_but_not_ones_own(api, person):
    dana, admin = person("ANALYST"), api("ADMIN")

    assert admin.post(f"/api/v1/users/{dana.pk}/closing/").json()["is_active"] is False
    assert admin.post(f"/api/v1/users/{dana.pk}/reopening/").json()["is_active"] is True
    assert admin.post(f"/api/v1/users/{admin.user.pk}/closing/").json()["code"] == "own-account"
    assert admin.post(f"/api/v1/users/{person('CIO').pk}/closing/").json()["code"] == "still-seated"


def test_an_account_that_holds_something_is_closed_on_purpose_alone(api, person, company):
    dana, admin = person("ENGINEER"), api("ADMIN")
    make_asset("PLC", unit=company.northfield, owner=dana)

    asked = admin.post(f"/api/v1/users/{dana.pk}/closing/")
    done = admin.post(f"/api/v1/users/{dana.pk}/closing/", {"leave_behind": True}, format="json")
    held = admin.get(f"/api/v1/holdings/{dana.pk}/").json()["held"]

    assert (asked.status_code, asked.json()["code"]) == (409, "still-holds")
    assert "Assets they own (1)" in asked.json()["detail"]
    assert (done.json()["is_active"], [one["key"] for one in held]) == (False, ["assets", "roles"])


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
