from types import SimpleNamespace

import pytest
from rest_framework import serializers
from rest_framework.test import APIClient

from portal.record.models import AuditEntry
from portal.web.api.fields import Linked
from risks import register
from risks.models import Risk
from tests.factories.assets import make_asset
from tests.factories.risks import make_risk

RISKS = "/api/v1/risks/"


@pytest.fixture
def api(person):
    """`api("ANALYST", unit=…)`: an integration's view of the portal as that person."""

    def asking(role, **fields):
        client = APIClient()
        client.user = person(role, **fields)
        client.force_authenticate(client.user)
        return client

    return asking


@pytest.fixture
def analyst(api):
    return api("ANALYST")


def test_a_risk_is_logged_with_levels_and_assets_and_read_by_its_number(analyst, company):
    plc = make_asset("PLC-N2", unit=company.northfield)
    body = {
        "title": "Press line stops",
        "category": "OT",
        "unit": company.northfield.pk,
        "assets": [plc.number],
        "likelihood_level": 4,
        "impact": {"operational": 4, "safety": None},
        "security_owner": analyst.user.pk,
    }

    made = analyst.post(RISKS, body, format="json")

    assert made.status_code == 201, made.json()
    row = analyst.get(f"{RISKS}{made.json()['number']}/").json()
    assert (row["title"], row["assets"], row["accountable"], row["version"]) == ("Press line stops", [plc.pk], "SECURITY", 1)
    assert [(one["stage"], one["likelihood_level"], one["operational_level"]) for one in row["levels"]] == [("CURRENT", 4, 4)]
    assert made["ETag"] == '"1"'


def test_the_score_is_read_as_a_decimal_string(analyst, company, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        risk = register.log(
            actor=analyst.user, title="X", category="OT", unit=company.root, likelihood_level=4, impact={"legal": 4}
        )

    row = analyst.get(f"{RISKS}{risk.pk}/").json()

    assert (row["current_score"], row["current_band"]) == ("48.0", "MEDIUM")


def test_a_change_needs_the_version_that_was_read(analyst, company):
    risk = make_risk(unit=company.northfield)
    url = f"{RISKS}{risk.pk}/"

    missing = analyst.patch(url, {"title": "Anew"}, format="json")
    changed = analyst.patch(url, {"title": "Anew"}, format="json", headers={"If-Match": '"1"'})
    stale = analyst.patch(url, {"title": "Again"}, format="json", headers={"If-Match": '"1"'})

    assert [one.status_code for one in (missing, changed, stale)] == [428, 200, 412]
    assert changed["ETag"] == '"2"'
    risk.refresh_from_db()
    assert risk.title == "Anew"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 201),
        ("category", "WEATHER"),
        ("unit", 10**12),
        ("accountable", "IT"),
        ("review_every_days", 0),
        ("likelihood_level", 6),
        ("impact", {"operational": 0}),
        ("weather", 1),
    ],
)
def test_what_does_not_fit_is_told_by_field(analyst, company, field, value):
    body = {"title": "X", "category": "OT", "unit": company.northfield.pk} | {field: value}

    answer = analyst.post(RISKS, body, format="json")

    assert answer.status_code == 422, answer.json()
    assert field in " ".join(answer.json()["fields"])
    assert not Risk.objects.exists()


@pytest.mark.parametrize("body", [{"likelihood_level": 3}, {"impact": {"safety": 5}}, {"assets": []}])
def test_what_has_an_address_of_its_own_is_not_changed_in_passing(analyst, company, body):
    risk = make_risk(unit=company.northfield, assets=[make_asset("PLC", unit=company.northfield)])

    answer = analyst.patch(f"{RISKS}{risk.pk}/", body, format="json", headers={"If-Match": "*"})

    assert (answer.status_code, list(answer.json()["fields"])) == (422, list(body))


def test_levels_of_a_stage_are_set_over_the_version_that_was_read(analyst, company):
    url = f"{RISKS}{make_risk(unit=company.northfield).pk}/levels/RESIDUAL/"
    empty = analyst.get(url)
    assert (empty.json()["version"], empty["ETag"]) == (0, '"0"')

    put = {"likelihood_level": 2, "safety_level": 4, "reason": "After the fence"}
    first = analyst.put(url, put, format="json", headers={"If-Match": '"0"'})
    late = analyst.put(url, put | {"likelihood_level": 5}, format="json", headers={"If-Match": '"0"'})
    bare = analyst.put(url, put, format="json")
    silent = analyst.put(url, {"likelihood_level": 1}, format="json", headers={"If-Match": '"1"'})

    assert [one.status_code for one in (first, late, bare, silent)] == [200, 412, 428, 422]
    assert (first.json()["safety_level"], first.json()["set_by"], first["ETag"]) == (4, analyst.user.pk, '"1"')
    assert list(silent.json()["fields"]) == ["reason"]
    assert analyst.get(f"{url[:-9]}LATER/").status_code == 404


def test_assets_are_linked_and_unlinked(analyst, company):
    risk, plc = make_risk(unit=company.northfield), make_asset("PLC", unit=company.northfield)

    linked = analyst.post(f"{RISKS}{risk.pk}/assets/", {"asset": plc.pk}, format="json")
    unlinked = analyst.post(f"{RISKS}{risk.pk}/asset-removal/", {"asset": plc.pk}, format="json")
    again = analyst.post(f"{RISKS}{risk.pk}/asset-removal/", {"asset": plc.pk}, format="json")

    assert (linked.json()["assets"], unlinked.json()["assets"]) == ([plc.pk], [])
    assert (again.status_code, again.json()["status"]) == (409, 409)


def test_linked_assets_come_in_the_order_of_their_ids(analyst, company):
    class Holder(serializers.Serializer):
        assets = Linked("asset", many=True)

    first, second = (make_asset(name, unit=company.northfield) for name in ("PLC", "Robot"))

    shown = Holder({"assets": [second, first]}, context={"request": SimpleNamespace(user=analyst.user)}).data

    assert shown == {"assets": [first.pk, second.pk]}


def test_closing_takes_a_reason_and_happens_once(analyst, company):
    url = f"{RISKS}{make_risk(unit=company.northfield).pk}/closing/"

    silent = analyst.post(url, {}, format="json")
    closed = analyst.post(url, {"reason": "Sold"}, format="json")
    again = analyst.post(url, {"reason": "Sold"}, format="json")

    assert [one.status_code for one in (silent, closed, again)] == [422, 200, 409]
    assert (closed.json()["state"], closed.json()["closing_reason"]) == ("CLOSED", "Sold")


def test_a_dry_run_keeps_nothing(analyst, company):
    body = {"title": "X", "category": "OT", "unit": company.northfield.pk}

    answer = analyst.post(f"{RISKS}?dry_run=1", body, format="json")

    assert answer.status_code == 201
    assert not Risk.objects.exists()
    assert not AuditEntry.objects.filter(kind="risk").exists()


def test_an_integration_keeps_its_own_ids(api, company):
    robot = api("INTEGRATION")
    url = f"{RISKS}by-external-id/scanner/42/"
    body = {"title": "X", "category": "OT", "unit": company.northfield.pk}

    made, known = robot.put(url, body, format="json"), robot.put(url, body | {"title": "Y"}, format="json")

    assert (made.status_code, known.status_code, made.json()["id"]) == (201, 200, known.json()["id"])
    assert (known.json()["title"], known.json()["source"], known.json()["external_id"]) == ("Y", "scanner", "42")


def test_a_risk_one_may_not_see_is_not_there(api, company):
    risk = make_risk(unit=company.northfield, is_confidential=True, title="Takeover talks")
    client = api("ANALYST", unit=company.northfield)

    for answer in (
        client.get(f"{RISKS}{risk.pk}/"),
        client.get(f"{RISKS}{risk.number}/"),
        client.patch(f"{RISKS}{risk.pk}/", {"title": "X"}, format="json", headers={"If-Match": "*"}),
        client.get(f"{RISKS}{risk.pk}/levels/CURRENT/"),
        client.post(f"{RISKS}{risk.pk}/closing/", {"reason": "X"}, format="json"),
    ):
        assert answer.status_code == 404
        assert "Takeover" not in answer.content.decode()
    assert client.get(RISKS).json()["results"] == []


def test_an_asset_one_may_not_see_is_left_out_of_its_risk(api, company):
    seen, hidden = make_asset("PLC", unit=company.northfield), make_asset("Lathe", unit=company.eastmere)
    risk = make_risk(unit=company.northfield, assets=[seen, hidden])

    row = api("ANALYST", unit=company.northfield).get(f"{RISKS}{risk.pk}/").json()

    assert row["assets"] == [seen.pk]


@pytest.mark.parametrize(
    ("role", "logs", "changes"), [("PREPARER", 201, 403), ("COLLEAGUE", 403, 403), ("BOARD", 403, 403), ("AUDITOR", 403, 403)]
)
def test_who_may_log_and_who_may_change(api, company, role, logs, changes):
    client = api(role)
    body = {"title": "X", "category": "OT", "unit": company.northfield.pk}
    risk = make_risk(unit=company.northfield)

    assert client.post(RISKS, body, format="json").status_code == logs
    assert client.patch(f"{RISKS}{risk.pk}/", {"title": "Y"}, format="json", headers={"If-Match": "*"}).status_code == changes


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=OPEN", 2),
        ("unit={eastmere}", 1),
        ("unit={root}", 2),
        ("owner={owner}", 1),
        ("unowned=true", 1),
        ("asset={asset}", 1),
        ("search=ransomware", 2),
        ("above_tolerance=true", 0),
    ],
)
def test_lists_are_narrowed(analyst, company, query, found):
    plc = make_asset("PLC", unit=company.northfield)
    make_risk(unit=company.northfield, assets=[plc], it_owner=analyst.user, accountable="IT")
    make_risk(unit=company.eastmere)
    facts = {"eastmere": company.eastmere.pk, "root": company.root.pk, "owner": analyst.user.pk, "asset": plc.number}

    answer = analyst.get(f"{RISKS}?{query.format(**facts)}")

    assert answer.status_code == 200, answer.json()
    assert len(answer.json()["results"]) == found


def test_a_list_costs_the_same_for_many(analyst, company, django_assert_max_num_queries):
    plc = make_asset("PLC", unit=company.northfield)
    for _ in range(12):
        make_risk(unit=company.northfield, assets=[plc])

    with django_assert_max_num_queries(10):
        assert len(analyst.get(RISKS).json()["results"]) == 12


def test_the_same_again_from_an_integration_changes_nothing(api, company):
    robot = api("INTEGRATION")
    url = f"{RISKS}by-external-id/scanner/42/"
    body = {"title": "X", "category": "OT", "unit": company.northfield.pk, "likelihood_level": 3, "impact": {"safety": 4}}

    made, again = robot.put(url, body, format="json"), robot.put(url, body, format="json")
    other = robot.put(url, body | {"impact": {"safety": 5}}, format="json")

    assert (made.status_code, again.status_code, again.json()["version"]) == (201, 200, made.json()["version"])
    assert (other.status_code, list(other.json()["fields"])) == (422, ["impact"])


@pytest.mark.parametrize("query", ["above_tolerance=maybe", "is_confidential=2", "owner=me", "asset=lathe", "unit=1.5"])
def test_a_filter_that_means_nothing_is_told(analyst, company, query):
    make_risk(unit=company.northfield)

    answer = analyst.get(f"{RISKS}?{query}")

    assert (answer.status_code, list(answer.json()["fields"])) == (422, [query.partition("=")[0]])
