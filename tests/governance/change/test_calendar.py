"""The change calendar: planned by verbs, read with what other rooms planned; what does not go together is put to both owners."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assets.discovery import permits
from governance.change import change_calendar, clashes, initiatives, planned_changes
from governance.change.change_calendar import Asked
from governance.change.errors import AnswerAtTheClash, ClashSettled, NotYourSide, PlannedOver
from governance.change.models import Clash, PlannedAsset
from governance.change.wanted import Planned
from portal import clock
from portal.attention import calendars, reminders, reviews
from portal.attention.models import Reminder, Review
from portal.errors import Invalid
from portal.people import organisations
from portal.record.models import AuditEntry
from risks.errors import SavedMeanwhile
from risks.response import plans
from tests.factories.assets import make_asset, make_permit, make_zone
from tests.factories.governance import make_initiative, make_planned
from tests.factories.response import make_exercise, make_plan
from tests.house.world import BACKEND

HOUR = timedelta(hours=1)
JSON = {"content_type": "application/json"}


@pytest.fixture
def owners(person, company):
    return person("OWNER", unit=company.northfield), person("OWNER", unit=company.northfield)


def standing():
    return [(one.kind, one.planned, one.thing, one.state) for one in Clash.objects.whole().order_by("pk")]


def asked():
    return {(review.owner, review.kind) for review in Review.objects.open().filter(subject_kind="clash").select_related("owner")}


def test_two_changes_of_one_asset_are_put_to_both_owners_until_one_moves(company, owners):
    one, other = owners
    press, oven = (make_asset(name, unit=company.northfield) for name in ("Press", "Oven"))
    patch = make_planned(unit=company.northfield, by=one, assets=[press, oven])
    make_planned(unit=company.northfield, by=other, assets=[press], days=9)  # another day
    make_planned(unit=company.northfield, by=other, assets=[])  # nothing of it
    release = make_planned(
        unit=company.northfield, by=other, assets=[press], starts_at=patch.ends_at - HOUR, ends_at=patch.ends_at + HOUR
    )
    touching = make_planned(unit=company.northfield, by=other, assets=[oven], starts_at=patch.ends_at, ends_at=patch.ends_at + HOUR)

    found = Clash.objects.get()
    assert standing() == [("SAME_ASSET", patch, release, "ASKED")] and touching.clashes.count() == 0
    assert (found.starts_at, found.ends_at) == (patch.ends_at - HOUR, patch.ends_at)
    assert asked() == {(one, "clash.of-one"), (other, "clash.of-the-other")}
    reminders.remind()
    assert {row.recipient for row in Reminder.objects.filter(subject_kind="clash")} == {one, other}
    assert {dated.key.split("-")[0] for dated in calendars.of(one)} == {"planned", "review"}
    assert clashes.look() == 0

    moved = planned_changes.change(
        release, actor=other, version=1, starts_at=patch.ends_at + 5 * HOUR, ends_at=patch.ends_at + 6 * HOUR
    )
    assert standing() == [("SAME_ASSET", patch, moved, "APART")] and asked() == set()
    with pytest.raises(ClashSettled):
        clashes.let_stand(found, actor=one, reason="Both are short")


def test_a_clash_stands_once_each_owner_has_said_why_and_is_asked_anew_when_it_moves(company, owners, person):
    one, other = owners
    press = make_asset("Press", unit=company.northfield)
    patch = make_planned(unit=company.northfield, by=one, assets=[press])
    test = make_planned(unit=company.northfield, by=other, assets=[press], kind="TEST")
    found = Clash.objects.get()

    with pytest.raises(NotYourSide):
        clashes.let_stand(found, actor=person("CIO"), reason="I say so")
    with pytest.raises(Invalid):
        clashes.let_stand(found, actor=one, reason="  ")
    with pytest.raises(AnswerAtTheClash):
        reviews.answer(Review.objects.get(owner=one), "CHANGED", actor=one, version=None, note="Both")
    half = clashes.let_stand(found, actor=one, reason="The test needs the patch")
    with pytest.raises(NotYourSide):
        clashes.let_stand(half, actor=one, reason="Again")
    whole = clashes.let_stand(half, actor=other, reason="So it does")

    assert (half.state, whole.state, asked()) == ("ASKED", "STANDS", set())
    assert AuditEntry.objects.filter(kind="clash", verb="clash.let_stand").count() == 2
    planned_changes.change(test, actor=other, title="Pressure test")
    assert Clash.objects.get().state == "STANDS"
    planned_changes.change(test, actor=other, ends_at=test.ends_at - HOUR)
    again = Clash.objects.get()
    assert (again.state, again.planned_reason, again.other_at) == ("ASKED", "", None) and len(asked()) == 2
    planned_changes.hand_over(patch, other, actor=other)
    assert asked() == {(other, "clash.of-one")}  # who owns both is asked once
    assert clashes.let_stand(again, actor=other, reason="One hand does both").state == "STANDS"
    with clock.stopped(clock.now() + timedelta(days=8)):
        clashes.look()
        with pytest.raises(PlannedOver):
            planned_changes.call_off(patch, actor=one, reason="Late")
    assert Clash.objects.get().state == "STANDS"


def test_a_freeze_holds_for_all_below_it_and_for_what_touches_assets_there(company, owners):
    one, other = owners
    there = make_asset("Press", unit=company.northfield)
    zone = make_zone("Coating", unit=company.northfield, is_safety=True)
    inside = make_asset("Valve", unit=company.northfield, zone="coating")
    begins = clock.now() + timedelta(days=2)
    hours = {"starts_at": begins, "ends_at": begins + 48 * HOUR}
    live = make_initiative(unit=company.northfield, by=one, live_on=organisations.day_of(begins + 24 * HOUR))
    far = make_planned(unit=company.eastmere, by=one, assets=[there], **hours)
    make_planned(unit=company.eastmere, by=one, assets=[], **hours)
    scan = make_permit(zone, contact=other, starts_at=begins)
    patch = make_planned(unit=company.northfield, by=one, assets=[inside], starts_at=begins + HOUR, ends_at=begins + 2 * HOUR)
    assert standing() == [("SAME_ASSET", patch, scan, "ASKED")]

    freeze = make_planned(unit=company.northfield, by=other, kind="FREEZE", **hours)

    assert {(kind, thing) for kind, _planned, thing, _state in standing()[1:]} == {
        ("IN_FREEZE", one) for one in (far, patch, scan, live)
    }
    initiatives.change(live, actor=one, live_on=organisations.day_of(begins + timedelta(days=9)))
    permits.withdraw(scan, actor=None)
    assert clashes.look() == 0
    assert {(thing, state) for _kind, _planned, thing, state in standing() if state != "ASKED"} == {
        (scan, "APART"),
        (live, "APART"),
    }
    with clock.stopped(clock.now() + timedelta(days=30)):
        clashes.look()
    assert set(Clash.objects.filter(planned=freeze, other__isnull=False).values_list("state", flat=True)) == {"OVER"}
    assert asked() == set()


def test_a_freeze_of_the_company_stands_in_the_clashes_of_the_site_whose_scan_and_going_live_it_meets(company, owners, person):
    one, other = owners
    begins = clock.now() + timedelta(days=2)
    live = make_initiative(unit=company.northfield, by=one, live_on=organisations.day_of(begins + 24 * HOUR))
    later = make_initiative(unit=company.northfield, by=one, live_on=organisations.day_of(begins + 120 * HOUR))
    scan = make_permit(make_zone("Coating", unit=company.northfield), contact=other, starts_at=begins)
    make_planned(unit=company.root, by=one, kind="FREEZE", starts_at=begins, ends_at=begins + 48 * HOUR)
    reader, today = person("CIO"), organisations.today()

    there = {clash.thing for clash in change_calendar.meeting(reader, company.northfield)}
    shown = change_calendar.entries(reader, Asked(today, today + timedelta(days=20), company.northfield))

    assert there == {scan, live} and not change_calendar.meeting(reader, company.eastmere).exists()
    meets = {(entry.subject_kind, entry.pk): entry.meets for entry in shown if entry.kind in ("SCAN", "LIVE")}
    assert meets == {("scan-permit", scan.pk): True, ("initiative", live.pk): True, ("initiative", later.pk): False}


def test_what_is_planned_says_enough_and_stays_once_it_is_over(company, owners):
    one, _other = owners
    press = make_asset("Press", unit=company.northfield)
    now = clock.now()
    for wrong, field in (
        ({"title": " "}, "title"),
        ({"ends_at": now - HOUR, "starts_at": now - 2 * HOUR}, "ends_at"),
        ({"ends_at": now, "starts_at": now + HOUR}, "ends_at"),
        ({"hours": 24 * 40}, "ends_at"),
        ({"kind": "PARTY"}, "kind"),
        ({"kind": "FREEZE", "assets": [press]}, "assets"),
        ({"unit": None}, "unit"),
        ({"starts_at": None}, "starts_at"),
    ):
        with pytest.raises(Invalid) as refused:
            make_planned(**({"unit": company.northfield, "by": one} | wrong))
        assert set(refused.value.fields) == {field}
    planned = make_planned(unit=company.northfield, by=one, assets=[press])
    with pytest.raises(SavedMeanwhile):
        planned_changes.change(planned, actor=one, version=7, title="Late")
    with pytest.raises(TypeError):
        planned_changes.change(planned, actor=one, number="CH-9")
    with pytest.raises(Invalid):
        planned_changes.call_off(planned, actor=one, reason="")
    same = planned_changes.change(planned, actor=one, version=1, title="Historian patched", assets=[press])
    bare = planned_changes.change(planned, actor=one, version=1, assets=[])
    off = planned_changes.call_off(planned, actor=one, reason="The maker withdrew it")

    assert (same.version, bare.version, off.version) == (1, 2, 3) and PlannedAsset.objects.filter(archived_at=None).count() == 0
    with pytest.raises(PlannedOver):
        planned_changes.change(off, actor=one, title="After all")
    verbs = AuditEntry.objects.filter(kind="planned-change").order_by("pk").values_list("verb", flat=True)
    assert [verb.partition(".")[2] for verb in verbs] == ["planned", "changed", "called_off"]


def test_the_calendar_reads_what_other_rooms_planned_and_shows_a_reader_what_concerns_them(company, owners, person):
    one, other = owners
    head, far = person("HEAD", unit=company.eastmere), make_asset("Far oven", unit=company.eastmere)
    day = organisations.today() + timedelta(days=3)
    make_initiative(unit=company.northfield, by=one, milestones=[Planned("The pilot runs", day, 70)], live_on=day)
    make_permit(make_zone("Line 2", unit=company.northfield), contact=other, starts_at=clock.now() + timedelta(days=2))
    plan = make_plan(unit=company.northfield, actor=one)
    plans.take_force(plan.versions.get(), actor=None)
    make_exercise(plan, actor=one, planned_on=day)
    make_planned(unit=company.northfield, by=one, kind="RELEASE", title="Release 7")
    make_planned(unit=company.northfield, by=one, title="Touches the oven", assets=[far], days=4)
    make_planned(unit=company.root, by=person("CIO"), kind="FREEZE", title="Turn of the year", days=5)
    asked_for = Asked(organisations.today(), organisations.today() + timedelta(days=30))

    whole = {entry.kind for entry in change_calendar.entries(person("CISO"), asked_for)}
    theirs = {entry.title for entry in change_calendar.entries(head, asked_for) if entry.subject_kind == "planned-change"}
    at_site = change_calendar.entries(one, Asked(asked_for.first, asked_for.last, company.northfield, "FREEZE"))

    assert whole == {"RELEASE", "PATCH", "FREEZE", "SCAN", "MILESTONE", "LIVE", "EXERCISE"}
    assert theirs == {"Touches the oven", "Turn of the year"}  # what touches their assets, and what holds for them
    assert [entry.title for entry in at_site] == ["Turn of the year"]
    book = change_calendar.read(one, {"month": f"{day:%Y-%m}", "unit": str(company.northfield.pk)})
    inside = {entry.title for week in book.weeks for told in week if told.is_inside for entry in told.entries}
    assert {entry.title for entry in book.entries if entry.first >= book.month} <= inside
    assert [len(week) for week in book.weeks] == [7] * len(book.weeks)


def test_by_page_and_api_and_what_one_may_not_open_is_not_named(company, owners, person, client):
    one, far = owners[0], person("OWNER", unit=company.eastmere)
    press, oven = make_asset("Press", unit=company.northfield), make_asset("Oven", unit=company.eastmere)
    client.force_login(one, backend=BACKEND)
    begins = (clock.now() + timedelta(days=3)).replace(microsecond=0)
    hours = {"starts_at": begins.isoformat(), "ends_at": (begins + 2 * HOUR).isoformat()}
    told = {
        "kind": "PATCH",
        "title": "Quillfeather patched",
        "unit": company.northfield.pk,
        "owner": one.pk,
        "assets": [press.number],
    }

    closed = client.post("/api/v1/planned-changes/", told | hours | {"assets": [oven.number]}, **JSON)
    made = client.post("/api/v1/planned-changes/", told | hours, **JSON)
    assert (closed.status_code, made.status_code, made.json()["assets"]) == (422, 201, [press.pk])
    make_planned(unit=company.eastmere, by=far, title="Umbrafang tested", assets=[press], starts_at=begins, ends_at=begins + HOUR)
    here = f"/api/v1/planned-changes/{made.json()['number']}/"
    clash = client.get("/api/v1/clashes/?state=ASKED").json()["results"][0]
    days = client.get("/api/v1/planned-changes/calendar/").json()["results"]
    page = client.get(reverse("change:clash", args=[clash["id"]])).text

    assert client.get(here).json()["is_clashing"] and {day["is_clashing"] for day in days} == {True}
    assert [(side["title"], side["owner"]) for side in clash["sides"]] == [
        ("Quillfeather patched", one.pk),
        ("Umbrafang tested", far.pk),
    ]
    assert "Press" in page and "Let it stand" in page
    client.force_login(far, backend=BACKEND)
    theirs = client.get(f"/api/v1/clashes/{clash['id']}/").json()
    page = client.get(reverse("change:clash", args=[clash["id"]])).text
    assert [side["title"] for side in theirs["sides"]] == ["", "Umbrafang tested"] and "Quillfeather" not in page
    assert client.get(here).status_code == 404 and one.name in page and "Press" not in page

    assert client.get("/api/v1/planned-changes/calendar/?from=soon&kind=PARTY&unit=x").status_code == 422
    assert client.get("/api/v1/planned-changes/calendar/?from=2026-01-01&until=2027-01-01").status_code == 422
    assert client.post(reverse("change:clash", args=[clash["id"]]), {"reason": ""}).status_code == 422
    assert client.post(reverse("change:clash", args=[clash["id"]]), {"reason": "At night"}).status_code == 302
    assert client.post(f"/api/v1/clashes/{clash['id']}/answer/", {"reason": "Again"}, **JSON).json()["code"] == "not-your-side"
    client.force_login(one, backend=BACKEND)
    assert client.post(f"/api/v1/clashes/{clash['id']}/answer/", {"reason": "At night"}, **JSON).json()["state"] == "STANDS"
    words = reverse("change:planned-words", args=[made.json()["id"]])
    form = told | {
        "assets": f"{press.number}, A-9999",
        "starts_at": "2027-02-01T08:00",
        "ends_at": "2027-02-01T09:00",
        "version": 1,
    }
    assert "There is no A-9999" in client.post(words, form).text
    assert client.post(words, form | {"assets": press.number}).status_code == 302
    assert client.post(words, form | {"assets": press.number, "title": "Stale"}).status_code == 412
    off = reverse("change:planned-calling-off", args=[made.json()["id"]])
    assert (client.post(off, {"reason": ""}).status_code, client.post(off, {"reason": "No need"}).status_code) == (422, 302)
    assert "No need" in client.get(reverse("change:planned", args=[made.json()["id"]])).text
    assert client.post(f"{here}calling-off/", {"reason": "Twice"}, **JSON).json()["code"] == "planned-change-over"
    assert "Nothing is planned in" in client.get(reverse("change:calendar") + "?month=2031-01&unit=0").text


def test_a_program_reads_no_initiative_that_it_may_not_open_and_takes_none_off(company, owners, person, client):
    one, far = owners[0], person("OWNER", unit=company.eastmere)
    press = make_asset("Press", unit=company.northfield)
    initiative = make_initiative(unit=company.eastmere, by=far)
    planned = make_planned(unit=company.eastmere, by=far, owner=one, assets=[press], initiative=initiative)
    here, told = f"/api/v1/planned-changes/{planned.pk}/", []

    for reader in (far, one):
        client.force_login(reader, backend=BACKEND)
        told.append(client.get(here).json()["initiative"])
    sent = client.patch(here, {"initiative": None, "note": "At night"}, headers={"If-Match": '"1"'}, **JSON)

    assert told == [initiative.pk, None]
    planned.refresh_from_db()
    assert (sent.status_code, planned.note, planned.initiative) == (200, "At night", initiative)
