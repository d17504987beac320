"""Pages of profiles."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from governance.compliance import frameworks, practice_book, profiles, ratings
from governance.compliance.models import BlindPracticeRating, Framework, Profile
from portal import clock
from portal.archive import looking_back
from portal.people import organisations
from portal.record import sealing
from tests.factories.compliance import make_framework
from tests.house.leaks import ANYWAY
from tests.house.routes import entrances
from tests.house.test_routes import line_of
from tests.house.world import BACKEND

# Lists and pages that name no row, beside every address of a profile and a practice.
DOORS = ("board:today", "compliance:profiles", "compliance:frameworks", "practices-list", "profiles-list")
DOORS += ("audit-entries-list", "dashboard-list", "requirements-list", "together:meetings")


@pytest.fixture
def csf(db):
    frameworks.add_shipped()
    return Framework.objects.get(key="nist-csf")


@pytest.fixture
def leader(client, person):
    client.user = person("CIO")
    client.force_login(client.user, backend=BACKEND)
    return client


def test_a_profile_is_opened_and_govern_is_rated_first(leader, csf, company, person):
    answer = leader.post("/governance/profiles/", {"framework": csf.pk, "unit": company.root.pk})

    profile = Profile.objects.get()
    page = leader.get(answer["Location"]).content.decode()
    assert "No level counts yet of any of its 106 requirements" in page
    assert "GV.OC-01" in page
    assert "PR.AA-01" not in page
    one = profile.practices.get(requirement__identifier="GV.OC-01")
    assert leader.post(f"/governance/practices/{one.pk}/rating/", {"office": "IT", "level": "2", "version": "1"}).status_code == 302
    assert "the CISO has not yet" in leader.get(f"/governance/practices/{one.pk}/").content.decode()
    ratings.rate(one, "SECURITY", 2, actor=person("CISO"))
    aim = {"owner": "BOTH", "target_level": "3", "note": "By spring", "version": "3"}
    assert leader.post(f"/governance/practices/{one.pk}/aim/", aim).status_code == 302
    assert leader.post(f"/governance/practices/{one.pk}/aim/", aim | {"note": "Late"}).status_code == 412
    assert "Practised at 2, should be at 3." in leader.get(f"/governance/practices/{one.pk}/").content.decode()
    page = leader.get(f"/governance/profiles/{profile.pk}/").content.decode()
    risk = csf.requirements.get(identifier="GV.RM")
    today = leader.get("/").content.decode()  # a column of the strip, and a row of its table, lead to the rows of their category
    for found in (page, today):
        assert found.count(f'href="/governance/profiles/{profile.pk}/?group={risk.pk}"') == 2
    inside = leader.get(f"/governance/profiles/{profile.pk}/?group={risk.pk}").content.decode()
    assert "GV.RM-01" in inside and "GV.OC-01" not in inside and "All of Govern" in inside
    assert inside.count(f'?group={risk.pk}" aria-current="true"') == 2
    assert "Practised at 2.0, aiming for 3.0; 1 below their target" in page
    assert '<path class="target"' in page
    assert "Govern stands at 2.0 of 3.0; 1 requirement in all is below its target" in today
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

    said = {"office": "SECURITY", "level": "2", "version": "1"}
    assert leader.post(f"/governance/practices/{one.pk}/rating/", said).status_code == 422
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
    assert (rated["current_level"], rated["round"]["state"], rated["round"]["rated_offices"]) == (None, "OPEN", ["IT"])
    other = leader.post(f"{address}rating/", {"office": "SECURITY", "level": 1}, content_type="application/json")
    assert (other.status_code, other.json()["code"]) == (409, "not-your-office")
    tiers = {"current_tier": 1, "target_tier": None}
    assert leader.post(f"/api/v1/profiles/{made['id']}/tiers/", tiers, content_type="application/json").json()["current_tier"] == 1


def test_profiles_of_then_say_what_was_practised_then_under_the_rights_of_today(leader, person, company):
    with clock.stopped(clock.now() - timedelta(days=1)):
        profile = profiles.open_one(make_framework(1, 2), company.root, actor=leader.user)
        one = profile.practices.get(requirement__identifier="hr-1")
        one = profiles.aim(one, actor=person("CISO"), version=None, owner="IT", target_level=3, note="")
        one = ratings.rate(one, "IT", 2, actor=leader.user)
        yesterday, moment = organisations.today(), clock.now().isoformat()
        looking_back.keep(yesterday, 1, "a" * 64)
    ratings.rate(one, "IT", 4, actor=leader.user, reason="Seen since")
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


def test_the_other_office_agrees_objects_keeps_and_takes_by_page_and_api(client, person, company):
    seats = {seat: person(seat) for seat in ("CIO", "CISO")}
    one = profiles.open_one(make_framework(1), company.root, actor=None).practices.get()
    profiles.aim(one, actor=None, version=None, owner="IT", target_level=None, note="")
    here, there = f"/governance/practices/{one.pk}/", f"/api/v1/practices/{one.pk}/"

    def of(seat):
        client.force_login(seats[seat], backend=BACKEND)
        one.refresh_from_db()
        return client

    def page(seat):
        return of(seat).get(here).text

    def post(seat, act, **said):
        return of(seat).post(f"{here}{act}/", {"version": one.version} | said)

    assert post("CIO", "rating", office="IT", level="2").status_code == 302
    assert "Correct our rating" in page("CIO") and "Agree on 2" in page("CISO") and "not objected, never as agreed" in page("CISO")
    early = one.version
    silent = post("CISO", "rating", office="SECURITY", level="1")
    assert (silent.status_code, post("CISO", "rating", office="SECURITY", level="1", reason="One door").status_code) == (422, 302)
    assert "Take theirs, 1" in page("CIO") and "Keep mine, 2" in page("CIO") and "counts provisionally" in page("CIO")
    late = client.post(f"{here}taking/", {"version": early})
    assert (late.status_code, "Somebody else saved this meanwhile" in late.text) == (412, True)
    assert client.post(f"{here}taking/", {}).status_code == 422
    assert (post("CIO", "keeping").status_code, post("CIO", "keeping", reason="Shut again at noon").status_code) == (422, 302)
    assert post("CISO", "talk").status_code == 302 and "asked to talk about it" in page("CIO")
    told = client.get(there).json()["round"]
    assert (told["state"], told["is_provisional"], told["talk_asked_by"]) == ("DIFFERENT", True, seats["CISO"].pk)
    assert [row["kind"] for row in client.get(f"{there}said/").json()] == ["KEPT", "FIRST", "FIRST"]
    stale = client.post(f"{there}taking/", headers={"If-Match": f'"{early}"'})
    assert (stale.status_code, client.post(f"{there}talk/?dry_run=1").status_code) == (412, 422)
    assert client.post(f"{there}keeping/", {"reason": "So it is"}, content_type="application/json").status_code == 200
    taken = client.post(f"{there}taking/").json()
    assert (taken["current_level"], taken["round"]["outcome"], client.post(f"{there}agreement/").status_code) == (1, "AGREED", 409)
    assert "Level 1 counts. Agreed" in page("CIO") and "5 ratings on record" in page("CIO")
    client.force_login(person("AUDITOR"), backend=BACKEND)
    assert [client.post(f"{here}{act}/").status_code for act in ("agreement", "taking", "keeping", "talk")] == [403] * 4
    assert client.get(f"/api/v1/practices/?state=SETTLED&outcome=AGREED&profile={one.profile_id}").json()["results"]


def test_no_door_tells_a_blind_level_to_anybody_but_its_office(client, person, company, monkeypatch):
    """Every door of a practice and its profile, Today, the log, search and lists are asked while a level is blind, and again when
    it is another one: the answers are the same to the byte."""
    framework, cio, ciso = make_framework(1, 2), person("CIO"), person("CISO")
    monkeypatch.setattr(practice_book, "CSF", framework.key)
    profile = profiles.open_one(framework, company.root, actor=None)
    one, other = profile.practices.order_by("pk")
    for office in ("IT", "SECURITY"):
        ratings.rate(other, office, 2, actor=None, reason="Both know")
    ratings.rate(one, "IT", 0, actor=cio, reason="Zanzibarium")
    sealing.seal_all()
    looking_back.keep(organisations.today(), 1, "a" * 64)
    asked = [reverse(name) for name in DOORS]
    asked += [
        reverse(entrance.name.removeprefix("api:"), kwargs=line.arguments(one if line.kind == "practice" else profile))
        for entrance in entrances()
        for line in [line_of(entrance) if entrance.permission else None]
        if line is not None and line.kind in ("practice", "profile")
    ]
    asked += [f"/api/v1/kept-lines/?kind=profile&as_of={organisations.today()}", "/api/v1/search/?q=Zanzibarium"]
    asked += [reverse("archive:history", args=[kind, row.pk]) for kind, row in (("practice", one), ("profile", profile))]

    def answers(reader, addresses):
        client.force_login(reader, backend=BACKEND)
        found = {}
        for url in addresses:
            response = client.get(url)
            if response.status_code == 200:
                body = b"".join(response.streaming_content) if response.streaming else response.content
                found[url] = ANYWAY.sub("", body.decode("utf-8", "replace"))
        return found

    with clock.stopped(clock.now()):
        before = answers(ciso, asked)
        bodies = [*before.values(), *answers(person("AUDITOR"), before).values()]
        assert "Your office has rated" in client_page(client, cio, one) and "Zanzibarium" in client_page(client, cio, one)
        BlindPracticeRating.objects.update(level=4, reason="Xylograph")
        cache.clear()
        assert answers(ciso, before) == before
    assert len(before) >= 20 and not any("Zanzibarium" in body for body in bodies)


def client_page(client, user, practice):
    client.force_login(user, backend=BACKEND)
    return client.get(f"/governance/practices/{practice.pk}/").text


def test_what_waits_for_whom_is_found_in_one_click(client, person, company):
    cio, ciso = person("CIO"), person("CISO")
    profile = profiles.open_one(make_framework(1, 2, 3, 4), company.root, actor=None)
    one, two, three, _four = profile.practices.order_by("requirement__place")
    profiles.aim(two, actor=None, version=None, owner="IT", target_level=None, note="")
    for row, office, level in ((one, "IT", 3), (two, "IT", 2), (three, "IT", 1), (three, "SECURITY", 4)):
        ratings.rate(row, office, level, actor=None)

    def read(user, show=""):
        client.force_login(user, backend=BACKEND)
        return client.get(f"/governance/profiles/{profile.pk}/", {"show": show} if show else {}).text

    page = read(ciso)
    assert "1 waits for your rating" in page and "1 you may object to" in page and "on 1 the offices differ" in page
    page = read(cio)
    assert "waits for" in page and "for your rating" not in page and "you may object" not in page
    assert "1 waits for a rating" in read(person("AUDITOR"))
    for show, title in (("waiting", "Rule 1"), ("objectable", "Rule 2"), ("differ", "Rule 3")):
        shown = read(ciso, show)
        assert [rule for rule in ("Rule 1", "Rule 2", "Rule 3", "Rule 4") if f">{rule}</a>" in shown] == [title]
    rows = client.get(f"/api/v1/practices/?profile={profile.pk}&waits_for=SECURITY&ordering=id").json()["results"]
    assert [row["identifier"] for row in rows] == ["hr-1", "hr-2"]
    assert client.get(f"/api/v1/practices/?profile={profile.pk}&waits_for=IT").json()["results"] == []
