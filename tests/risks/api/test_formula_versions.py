import pytest
from django.test import Client
from django.urls import reverse

from portal import clock
from portal.people import tokens
from risks import formula_in_force, formula_versions, formulas
from risks.models import FormulaPreview, FormulaVersion
from tests.factories.portal import freshen
from tests.factories.risks import make_levels, make_risk
from tests.house.world import BACKEND

ADDRESS = "/api/v1/formula-versions/"
JSON = {"content_type": "application/json"}


@pytest.fixture
def analyst(person, company):
    return person("ANALYST", unit=company.northfield)


def door(user):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def test_a_version_is_drafted_changed_previewed_proposed_and_signed_by_people(company, analyst, person):
    make_levels(make_risk(unit=company.northfield))
    api = door(analyst)

    wrong = api.post(ADDRESS, {"parameters": {"care_limit_points": "6"}, "reason": "Why"}, **JSON)
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["care_limit_points"])
    wrong = api.post(ADDRESS, {"parameters": {"old_evidence_within_effect": False}, "reason": "Why"}, **JSON)
    assert "no score falls when a control goes" in wrong.json()["fields"]["old_evidence_within_effect"][0]
    made = api.post(ADDRESS, {"parameters": {"base_points": 3.5}, "reason": "Levels weigh more."}, **JSON)
    assert made.status_code == 201, made.content
    own = f"{ADDRESS}{made.json()['id']}/"
    assert (made.json()["number"], made.json()["state"], made.json()["parameters"]["indicator_points"]) == (5, "DRAFTED", "2.0")
    changed = api.patch(own, {"parameters": {"base_points": "2.5"}}, headers={"If-Match": made["ETag"]}, **JSON)
    assert (changed.status_code, changed.json()["parameters"]["base_points"]) == (200, "2.5")
    assert api.patch(own, {"reason": "Late"}, headers={"If-Match": made["ETag"]}, **JSON).status_code == 412

    preview = api.get(f"{own}preview/").json()
    assert {name: preview[name] for name in ("total", "done", "affected", "fall", "rise", "hidden", "base_number")} == {
        "total": 1,
        "done": 1,
        "affected": 1,
        "fall": 1,
        "rise": 0,
        "hidden": 0,
        "base_number": 4,
    }
    (row,) = api.get(f"{own}preview-rows/").json()["results"]
    assert (row["before_value"], row["after_value"], row["points"]) == ("48.0", "40.0", "-8.0")
    assert api.post(f"{own}computation/", {}, **JSON).status_code == 200
    assert api.post(f"{own}proposal/", {}, **JSON).json()["state"] == "PROPOSED"

    for seat in ("CIO", "CISO"):
        leader = person(seat)
        session = door(leader)
        (request,) = session.get(f"/api/v1/signature-requests/?subject_kind=formula-version&subject_id={made.json()['id']}").json()[
            "results"
        ]
        signing = f"/api/v1/signature-requests/{request['id']}/signature/"
        refused = session.post(signing, {"digest": request["digest"]}, **JSON)
        assert (refused.status_code, refused.json()["code"]) == (403, "second-factor-required")
        freshen(session, leader)
        FormulaPreview.objects.update(finished_at=None)
        refused = session.post(signing, {"digest": request["digest"]}, **JSON)
        assert (refused.status_code, refused.json()["code"]) == (409, "not-previewed")
        page = session.post(
            reverse("signing:signature", args=["formula-version", made.json()["id"]]), {"digest": request["digest"]}
        )
        assert (page.status_code, "Sign once its page shows it for every risk." in page.content.decode()) == (409, True)
        FormulaPreview.objects.update(finished_at=clock.now())
        assert session.post(signing, {"digest": request["digest"]}, **JSON).status_code == 200

    assert api.get(own).json()["is_in_force"] is True
    assert api.patch(own, {"reason": "x"}, headers={"If-Match": api.get(own)["ETag"]}, **JSON).json()["code"] == "formula-not-open"
    assert api.post(f"{own}withdrawal/", {}, **JSON).status_code == 409


def test_the_versions_that_came_along_are_listed_and_change_nothing(analyst):
    found = door(analyst).get(ADDRESS).json()["results"]

    assert [(one["number"], one["is_in_force"], one["drafted_by"]) for one in found] == [
        (4, True, None),
        (3, False, None),
        (2, False, None),
        (1, False, None),
    ]
    shipped = FormulaVersion.objects.get(number=1)
    assert door(analyst).get(f"{ADDRESS}{shipped.pk}/preview/").status_code == 404
    assert door(analyst).post(f"{ADDRESS}{shipped.pk}/proposal/", {}, **JSON).status_code == 409


def test_an_integration_reads_and_does_not_draft(company, person):
    _token, secret = tokens.issue(
        person("INTEGRATION"), "pushes", ["formula-versions:write", "signature-requests:write"], actor=None
    )
    told = {"headers": {"Authorization": f"Bearer {secret}"}}

    assert Client().get(ADDRESS, **told).status_code == 200
    assert Client().post(ADDRESS, {"parameters": {"base_points": "3.5"}, "reason": "Why"}, **told, **JSON).status_code == 403
    assert formula_in_force.now() == formulas.LATEST
    assert formula_versions.newest_open() is None
