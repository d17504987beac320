"""Initiatives by the API: written, by the id of another system, moved on and stopped; the stage is no field to write."""

from governance.change.models import DeclaredLine, Initiative, SeenAsset
from governance.change.wanted import Planned
from portal.people import organisations
from tests.factories.assets import make_asset
from tests.factories.governance import make_initiative
from tests.house.world import BACKEND

JSON = {"content_type": "application/json"}


def test_initiatives_are_written_by_programs_but_not_their_stage(client, company, person):
    owner = person("OWNER", unit=company.northfield)
    client.force_login(owner, backend=BACKEND)
    told = {"title": "Cloud backup", "kind": "CLOUD", "unit": company.northfield.pk, "sponsor": owner.pk, "owner": owner.pk}
    days = [{"title": "Ordered", "due_on": "2027-01-04", "confidence": 80}]

    made = client.post("/api/v1/initiatives/", told | {"budget": "12.50", "milestones": days, "stage": "LIVE"}, **JSON)
    kept = client.put("/api/v1/initiatives/by-external-id/ppm/P-7/", told | {"title": "Of the other system"}, **JSON)
    here = f"/api/v1/initiatives/{made.json()['number']}/"
    changed = client.patch(here, {"status": "AT_RISK", "stage": "LIVE"}, **JSON, headers={"If-Match": made["ETag"]})
    jumped = client.post(f"{here}stage/", {"to": "LIVE"}, **JSON)
    day = {"milestone": made.json()["milestones"][0]["id"]}
    other = make_initiative(unit=company.northfield, by=owner, milestones=[Planned("Theirs", organisations.today(), 9)])
    strange = client.post(f"{here}milestone/", {"milestone": other.milestones.get().pk}, **JSON)
    early = client.post(f"{here}milestone/", day | {"reached_on": "2099-01-01"}, **JSON)
    reached = client.post(f"{here}milestone/", day | {"reached_on": "2026-11-02"}, **JSON)
    twice = client.post(f"{here}milestone/", day, **JSON)
    today = client.post(f"/api/v1/initiatives/{other.pk}/milestone/", {"milestone": other.milestones.get().pk}, **JSON)
    Initiative.objects.filter(pk=other.pk).update(status="STOPPED", stopping_reason="So")
    stopped = client.post(f"{here}stopping/", {"reason": "No money"}, **JSON)
    again = client.patch(here, {"status": "ON_TRACK"}, **JSON, headers={"If-Match": stopped["ETag"]})

    assert (made.status_code, made.json()["stage"], made.json()["budget"]) == (201, "IDEA", "12.50")
    assert [one["title"] for one in made.json()["milestones"]] == ["Ordered"]
    assert (kept.status_code, kept.json()["external_id"]) == (201, "P-7")
    assert (changed.status_code, changed.json()["status"], changed.json()["stage"]) == (200, "AT_RISK", "IDEA")
    assert (list(strange.json()["fields"]), list(early.json()["fields"])) == (["milestone"], ["reached_on"])
    assert (reached.json()["milestones"][0]["reached_on"], twice.json()["code"]) == ("2026-11-02", "milestone-reached")
    assert today.json()["milestones"][0]["reached_on"] == organisations.today().isoformat()
    assert (jumped.status_code, jumped.json()["code"]) == (409, "not-the-next-stage")
    assert (stopped.status_code, stopped.json()["stopping_reason"], again.status_code) == (200, "No money", 409)
    listed = client.get("/api/v1/initiatives/", {"is_under_way": "true"}).json()["results"]
    assert [one["external_id"] for one in listed] == ["P-7"]
    assert Initiative.objects.filter(stage="IDEA").exclude(pk=other.pk).count() == 2


def test_a_declaration_is_written_and_answers_of_both_offices_are_given(client, company, person):
    owner = person("OWNER", unit=company.northfield)
    one = make_initiative(unit=company.northfield, by=owner)
    elsewhere, here = make_asset(unit=company.eastmere), f"/api/v1/initiatives/{one.pk}/"
    client.force_login(owner, backend=BACKEND)
    line = {"act": "ADDS", "kind": "SERVER", "data_classification": "INTERNAL", "count": 4}

    early = client.post(f"{here}stage/", {"to": "PLAN"}, **JSON)
    hidden = client.post(f"{here}declaration/", {"lines": [line | {"asset": elsewhere.pk}]}, **JSON)
    told = client.post(f"{here}declaration/", {"lines": [line]}, **JSON)
    moved = client.post(f"{here}stage/", {"to": "PLAN"}, **JSON)
    seen = SeenAsset.objects.create(initiative=one, asset=make_asset(unit=company.northfield), state="ASKED")
    answered = client.post(f"/api/v1/seen-assets/{seen.pk}/answer/", {"answer": "BELONGS"}, **JSON)
    DeclaredLine.objects.update(asset=elsewhere, count=1)

    assert (early.status_code, early.json()["code"], hidden.status_code) == (409, "initiative-not-declared", 422)
    assert (told.json()["declaration"][0]["count"], moved.json()["stage"]) == (4, "PLAN")
    assert (answered.status_code, answered.json()["it_answer"], answered.json()["state"]) == (200, "BELONGS", "ASKED")
    assert client.get(here).json()["declaration"][0]["asset"] is None
    assert [row["id"] for row in client.get("/api/v1/seen-assets/", {"initiative": one.number}).json()["results"]] == [seen.pk]
