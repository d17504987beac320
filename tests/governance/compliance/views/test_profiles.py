"""Pages of profiles."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance.compliance import frameworks, profiles
from governance.compliance.models import Framework, Profile
from portal import clock
from portal.archive import looking_back
from portal.people import organisations
from tests.factories.compliance import make_framework
from tests.house.world import BACKEND


@pytest.fixture
def csf(db):
    frameworks.add_shipped()
    return Framework.objects.get(key="nist-csf")


@pytest.fixture
def leader(client, person):
    client.user = person("CIO")
    client.force_login(client.user, backend=BACKEND)
    return client


def test_a_profile_is_opened_and_govern_is_rated_first(leader, csf, company):
    answer = leader.post("/governance/profiles/", {"framework": csf.pk, "unit": company.root.pk})

    profile = Profile.objects.get()
    page = leader.get(answer["Location"]).content.decode()
    assert "Nobody has rated any of its 106 requirements yet" in page
    assert "GV.OC-01" in page
    assert "PR.AA-01" not in page
    one = profile.practices.get(requirement__identifier="GV.OC-01")
    assert leader.post(f"/governance/practices/{one.pk}/rating/", {"office": "IT", "level": "2"}).status_code == 302
    aim = {"owner": "BOTH", "target_level": "3", "note": "By spring", "version": "2"}
    assert leader.post(f"/governance/practices/{one.pk}/aim/", aim).status_code == 302
    assert leader.post(f"/governance/practices/{one.pk}/aim/", aim | {"note": "Late"}).status_code == 412
    assert "Practised at 2, should be at 3." in leader.get(f"/governance/practices/{one.pk}/").content.decode()
    page = leader.get(f"/governance/profiles/{profile.pk}/").content.decode()
    assert "Practised at 2.0, aiming for 3.0; 1 below their target" in page
    assert '<path class="target"' in page
    assert "Govern stands at 2.0 of 3.0; 1 requirement in all is below its target" in leader.get("/").content.decode()
    assert leader.get("/api/v1/dashboard/").json()["compliance"][0]["identifier"] == "GV"


def test_tiers_and_the_sheet(leader, csf, company):
    profile = profiles.open_one(csf, company.root, actor=leader.user)
    page = f"/governance/profiles/{profile.pk}/"

    assert leader.post(f"{page}tiers/", {"current_tier": "2", "target_tier": "3", "version": "1"}).status_code == 302
    assert "tier 2, aiming for 3" in leader.get(page).content.decode()
    sheet = b"".join(leader.get(f"{page}csv/").streaming_content)
    assert leader.post(f"{page}import/", {"file": SimpleUploadedFile("p.csv", sheet)}).status_code == 302
    broken = leader.post(f"{page}import/", {"file": SimpleUploadedFile("p.csv", b"a,b\n1,2\n")})
    assert (broken.status_code, "other columns" in broken.content.decode()) == (422, True)


def test_another_office_is_not_offered_to_a_leader(leader, csf, company):
    profile = profiles.open_one(csf, company.root, actor=leader.user)
    one = profile.practices.first()

    assert leader.post(f"/governance/practices/{one.pk}/rating/", {"office": "SECURITY", "level": "2"}).status_code == 422
    again = leader.post("/governance/profiles/", {"framework": csf.pk, "unit": company.root.pk})
    assert (again.status_code, "has a profile of this framework already" in again.content.decode()) == (422, True)


def test_whoever_is_elsewhere_finds_no_profile(client, person, csf, company):
    profile = profiles.open_one(csf, company.eastmere, actor=None)
    client.force_login(person("ANALYST", unit=company.northfield), backend=BACKEND)

    assert client.get(f"/governance/profiles/{profile.pk}/").status_code == 404
    assert client.get(f"/governance/practices/{profile.practices.first().pk}/").status_code == 404
    assert "Eastmere" not in client.get("/governance/profiles/").content.decode()


def test_practices_by_the_api(leader, csf, company):
    made = leader.post("/api/v1/profiles/", {"framework": csf.pk, "unit": company.root.pk}, content_type="application/json").json()
    one = leader.get(f"/api/v1/practices/?profile={made['id']}&page_size=1").json()["results"][0]
    address = f"/api/v1/practices/{one['id']}/"

    aimed = {"owner": "BOTH", "target_level": 3}
    assert leader.post(f"{address}aim/", aimed, content_type="application/json").json()["target_level"] == 3
    rated = leader.post(f"{address}rating/", {"office": "IT", "level": 1}, content_type="application/json").json()
    assert (rated["current_level"], rated["gap"], rated["ratings"][0]["office"]) == (1, 2, "IT")
    other = leader.post(f"{address}rating/", {"office": "SECURITY", "level": 1}, content_type="application/json")
    assert (other.status_code, other.json()["code"]) == (409, "not-your-office")
    tiers = {"current_tier": 1, "target_tier": None}
    assert leader.post(f"/api/v1/profiles/{made['id']}/tiers/", tiers, content_type="application/json").json()["current_tier"] == 1


def test_profiles_of_then_say_what_was_practised_then_under_the_rights_of_today(leader, person, company):
    with clock.stopped(clock.now() - timedelta(days=1)):
        profile = profiles.open_one(make_framework(1, 2), company.root, actor=leader.user)
        one = profile.practices.get(requirement__identifier="hr-1")
        one = profiles.aim(one, actor=person("CISO"), version=None, owner="IT", target_level=3, note="")
        one = profiles.rate(one, "IT", 2, actor=leader.user)
        yesterday, moment = organisations.today(), clock.now().isoformat()
        looking_back.keep(yesterday, 1, "a" * 64)
    profiles.rate(one, "IT", 4, actor=leader.user)
    looking_back.keep(organisations.today(), 2, "b" * 64)
    days = {"as_of": yesterday.isoformat()}
    here = f"/governance/profiles/{profile.pk}/"

    listed = leader.get("/governance/profiles/", days).text
    assert "House rules 1.0, Verrow Manufacturing</a>" in listed and ">2.0<" in listed and "1 profile on" in listed
    page = leader.get(here, days).text
    assert (
        "Practised at 2.0, aiming for 3.0; 1 below their target" in page and "hr-1 Rule 1" in page and "practised today" not in page
    )
    assert "2.0 → 4.0" in leader.get("/governance/profiles/", days | {"against": organisations.today().isoformat()}).text
    told = leader.get("/api/v1/kept-lines/", {"kind": "profile", "as_of": moment}).json()["results"]
    assert [(row["subject"], row["title"]) for row in told] == [(profile.pk, "House rules 1.0, Verrow Manufacturing")]
    assert {row["requirement"]: (row["current"], row["target"]) for row in told[0]["facts"]["levels"]}[one.requirement_id] == (2, 3)
    assert 'name="as_of"' in leader.get("/governance/profiles/").text
    early, odd = {"as_of": "2020-01-01"}, days | {"owner": "me"}
    assert [leader.get("/governance/profiles/", asked).status_code for asked in (early, odd)] == [409, 422]

    leader.force_login(person("ANALYST", unit=company.northfield), backend=BACKEND)
    assert "House rules" not in leader.get("/governance/profiles/", days).text
    assert leader.get(here, days).status_code == 404
    assert leader.get("/api/v1/kept-lines/", {"kind": "profile", "as_of": moment}).json()["results"] == []
