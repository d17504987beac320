"""The pair's meeting: an agenda that builds itself, minutes, and actions that are followed up."""

from datetime import timedelta

import pytest
from django.urls import reverse

from governance.change import gates
from governance.change.models import Gate
from governance.together import agenda, decisions, goals, meeting_page, meetings, ownership
from governance.together.errors import ActionDone, ActionKeepsDate, MeetingPlanned, MeetingSettled, NotASeat, NotPut, NotYourAction
from governance.together.models import FaultSeen, Meeting, MeetingAction
from portal import clock, subjects
from portal.attention import calendars, reminders, reviews
from portal.attention.models import Reminder, Review
from portal.errors import Invalid
from portal.people import organisations
from portal.people.models import Appointment
from risks.models import Breach, RatingRound, RiskException
from tests.factories.governance import MEASURES, answer, at_a_gate, make_decision, make_goal, make_initiative, share
from tests.factories.risks import make_exception, make_risk

DAY = timedelta(days=1)


@pytest.fixture
def pair(person):
    return person("CIO"), person("CISO")


@pytest.fixture
def analyst(person, company):
    return person("ANALYST", unit=company.northfield)


@pytest.fixture
def meeting(pair):
    return meetings.plan(actor=pair[0], meets_on=organisations.today() + 3 * DAY)


def on_agenda(user):
    return {part.key: [line.label for line in part.lines] for part in agenda.parts(agenda.points(user), user)}


def a_gate(company, owner, days):
    """Put to security, which promised its answer by so many days from now."""
    gate = at_a_gate(make_initiative(unit=company.northfield, by=owner)).gates.get(opens="DESIGN")
    gates.put_to_security(gate, actor=owner)
    Gate.objects.filter(pk=gate.pk).update(promised_on=organisations.today() + days * DAY)
    return gate


def test_the_agenda_builds_itself_from_what_is_open_and_each_reads_what_they_may(company, pair, analyst, person):
    differ, talk = (make_decision(unit=company.northfield, by=analyst, title=title) for title in ("Differ", "Talk"))
    answer(differ, pair[0])
    answer(differ, pair[1], "OPPOSE")
    decisions.talk(talk, actor=pair[1])
    hidden = make_risk(unit=company.northfield, is_confidential=True)
    RatingRound.objects.create(risk=hidden, needs_both=True, state="DIFFERENT", revealed_at=clock.now())
    above = make_risk(unit=company.northfield)
    Breach.objects.create(risk=above, value="70.0", tolerance_points=60)
    goal = share(make_goal(by=analyst), *pair)
    goals.change(goal, actor=analyst, version=None, title="Otherwise", measures=MEASURES)
    areas = [ownership.Area("Backup", {"CIO": "R"}), ownership.Area("Cloud", {"CIO": "A"})]
    ownership.take_force(ownership.propose(areas, ownership.Words(), actor=pair[0]), actor=None)
    charter = ownership.in_force()
    Appointment.objects.filter(seat="CISO").update(since=clock.now() + DAY)  # who came after it was signed
    permitted = make_exception(make_risk(unit=company.northfield), by=analyst)
    RiskException.objects.filter(pk=permitted.pk).update(signed_digest="of other words", signed_at=clock.now())
    make_exception(make_risk(unit=company.northfield), by=analyst)  # never signed: it waits, and is not stale
    soon, late, passed = (a_gate(company, pair[0], days) for days in (7, -3, -1))
    a_gate(company, pair[0], 8)  # not due yet
    Gate.objects.filter(pk=passed.pk).update(passed_at=clock.now())
    agenda.note_faults()
    assert "faults" not in on_agenda(pair[0])  # seen today for the first time
    FaultSeen.objects.update(since=organisations.today() - 14 * DAY)

    found = on_agenda(pair[0])

    assert found["talk"] == [str(talk)] and found["breaches"] == [str(above)]
    assert found["differences"] == [str(differ), str(hidden)]
    assert found["gates"] == [str(late), str(soon)]
    due = next(part for part in agenda.parts(agenda.points(pair[0]), pair[0]) if part.key == "gates")
    assert [(line.since, line.due_on - organisations.today()) for line in due.lines] == [(None, -3 * DAY), (None, 7 * DAY)]
    goal.refresh_from_db()
    assert found["stale"] == [str(goal), str(permitted), subjects.of_kind("charter").label(charter)]
    assert "Nobody answers for Backup" in found["faults"]
    aide = person("PREPARER")
    preparer = {part.key: (len(part.lines), part.hidden) for part in agenda.parts(agenda.points(aide), aide)}
    assert preparer["differences"] == (1, 0)  # of one or two that they may not open nothing is told
    ownership.take_force(ownership.propose([areas[1]], ownership.Words(), actor=pair[0]), actor=None)
    agenda.note_faults()
    assert FaultSeen.objects.get(key="nobody/backup").gone_on == organisations.today()


def test_what_is_too_long_for_the_page_says_so_and_opens_whole(company, pair, as_person, meeting):
    areas = [ownership.Area(f"Area {n:02}", {"CIO": "R"}) for n in range(40)]
    ownership.take_force(ownership.propose(areas, ownership.Words(), actor=pair[0]), actor=None)
    seen = [FaultSeen(key=f"nobody/area-{n:02}", since=organisations.today() - 14 * DAY) for n in range(40)]
    FaultSeen.objects.bulk_create([*seen, FaultSeen(key="unowned/", since=organisations.today() - 20 * DAY)])
    cio, at = as_person(pair[0]), reverse("together:meetings")

    first, whole = cio.get(at).text, cio.get(f"{at}?all=faults").text

    assert "41 points are on the agenda" in first and "41 points are on the agenda" in whole
    assert "The first 40 of 41 are shown." in first and 'href="?all=faults#agenda-h"' in first and "Area 39" not in first
    assert "are shown" not in whole and "Area 39" in whole
    [part] = cio.get(f"/api/v1/meetings/{meeting.pk}/agenda/").json()["parts"]
    assert (part["count"], len(part["lines"])) == (41, 41)
    meetings.hold(meeting, "We talked.", actor=pair[0])
    meeting.refresh_from_db()
    assert len(meeting.agenda) == 41
    assert "Area 39" in cio.get(f"{reverse('together:meeting', args=[meeting.pk])}?all=faults").text


def test_who_may_ask_to_talk_and_it_is_off_the_agenda_once_decided(company, pair, analyst):
    draft = make_decision(unit=company.northfield, by=analyst, put=False)
    with pytest.raises(NotPut):
        decisions.talk(draft, actor=pair[0])
    decision = decisions.put(draft, actor=analyst)
    with pytest.raises(NotASeat):
        decisions.talk(decision, actor=analyst)

    for leader in pair:
        decisions.talk(decision, actor=leader)
    assert set(Reminder.objects.filter(kind="decision.talk_asked.news").values_list("recipient", flat=True)) == {pair[1].pk}
    assert on_agenda(pair[0])["talk"] == [str(decision)]
    for leader in pair:
        answer(decision, leader)

    assert "talk" not in on_agenda(pair[0])


def test_a_held_meeting_keeps_its_agenda_and_its_minutes(company, pair, analyst, meeting):
    decision = make_decision(unit=company.northfield, by=analyst)
    decisions.talk(decision, actor=pair[0])
    with pytest.raises(MeetingPlanned):
        meetings.plan(actor=pair[1], meets_on=organisations.today())
    for act in (
        lambda: meetings.hold(meeting, " ", actor=pair[0]),
        lambda: meetings.move(meeting, organisations.today() - DAY, actor=pair[0]),
    ):
        with pytest.raises(Invalid):
            act()

    meetings.hold(meeting, "Both want the jump host.", actor=pair[0])
    decisions.withdraw(decision, actor=analyst, reason="Not needed")

    meeting.refresh_from_db()
    page = meeting_page.one(meeting, pair[1])
    assert [(part.key, [line.label for line in part.lines]) for part in page.parts] == [("talk", [str(decision)])]
    assert (page.is_open, meeting.held_by, meeting_page.read(pair[0]).parts) == (False, pair[0], [])
    for act in (meetings.call_off, lambda one, actor: meetings.hold(one, "x", actor=actor)):
        with pytest.raises(MeetingSettled):
            act(meeting, actor=pair[0])
    other = meetings.call_off(meetings.plan(actor=pair[0], meets_on=organisations.today()), actor=pair[0])
    with pytest.raises(MeetingSettled):
        meetings.ask(other, "Anything", owner=pair[0], due_on=organisations.today(), actor=pair[0])


def test_an_action_is_reminded_stands_in_the_calendar_and_is_done_by_its_owner(person, pair, analyst, meeting):
    with pytest.raises(Invalid) as wrong:
        meetings.ask(meeting, "", owner=None, due_on=None, actor=pair[0])
    assert set(wrong.value.fields) == {"text", "owner", "due_on"}

    action = meetings.ask(meeting, "Test the one-way link", owner=analyst, due_on=organisations.today(), actor=pair[0])
    reminders.remind()

    assert Reminder.objects.filter(recipient=analyst, kind="meeting-action.due.due").count() == 1
    assert "Test the one-way link" in calendars.written(analyst).decode()
    assert "Meeting of the pair" in calendars.written(pair[1]).decode()
    assert "Meeting of the pair" not in calendars.written(analyst).decode()
    assert not Meeting.objects.visible_to(analyst).exists()
    review = Review.objects.get(kind=meetings.DUE)
    with pytest.raises(ActionKeepsDate):
        reviews.answer(review, "UNCHANGED", actor=analyst, version=None)
    with pytest.raises(NotYourAction):
        meetings.complete(action, "Done", actor=person("HEAD"))
    reviews.answer(review, "CLOSED", actor=analyst, version=None, note="Tested on Monday")
    action.refresh_from_db()
    assert (action.done_note, action.done_at is not None) == ("Tested on Monday", True)
    with pytest.raises(ActionDone):
        meetings.complete(action, "Again", actor=pair[0])
    second = meetings.ask(meeting, "Write it down", owner=analyst, due_on=organisations.today(), actor=pair[0])
    assert meetings.hand_over(second, pair[1], actor=pair[0]) == pair[1]
    assert Review.objects.open().get(kind=meetings.DUE).owner == pair[1]


def test_the_meeting_by_page_and_by_api(as_person, pair, analyst):
    cio, outside = as_person(pair[0]), as_person(analyst)
    listed = reverse("together:meetings")
    assert "No meeting is planned" in cio.get(listed).text
    assert cio.post(listed, {"meets_on": "2001-01-01"}).status_code == 422
    assert cio.post(listed, {"meets_on": organisations.today().isoformat()}).status_code == 302
    meeting = Meeting.objects.get()
    at = {name: reverse(f"together:meeting-{name}", args=[meeting.pk]) for name in ("holding", "moving", "asking", "calling-off")}
    assert cio.post(at["asking"], {"text": "Do it", "owner": analyst.pk, "due_on": "2001-01-01"}).status_code == 422
    told = {"text": "Do it", "owner": analyst.pk, "due_on": organisations.today().isoformat()}
    assert cio.post(at["asking"], told).status_code == 302
    assert cio.post(at["moving"], {"meets_on": (organisations.today() + DAY).isoformat()}).status_code == 302
    action = MeetingAction.objects.get()
    done = reverse("together:meeting-action-completion", args=[action.pk])
    assert cio.post(done, {"note": ""}).status_code == 422 and cio.post(done, {"note": "Seen"}).status_code == 302
    assert cio.post(at["holding"], {"minutes": "We talked."}).status_code == 302
    assert "We talked." in cio.get(reverse("together:meeting", args=[meeting.pk])).text
    assert cio.post(at["calling-off"]).status_code == 409
    for address in (
        listed,
        reverse("together:meeting", args=[meeting.pk]),
        "/api/v1/meetings/",
        f"/api/v1/meetings/{meeting.pk}/agenda/",
    ):
        assert outside.get(address).status_code == 403, address

    made = cio.post("/api/v1/meetings/", {"meets_on": organisations.today().isoformat()}, content_type="application/json")
    assert made.status_code == 201
    assert cio.get(f"/api/v1/meetings/{made.json()['id']}/agenda/").json() == {"parts": []}
    asked = {"meeting": made.json()["id"], "text": "Again", "owner": analyst.pk, "due_on": organisations.today().isoformat()}
    again = cio.post("/api/v1/meeting-actions/", asked, content_type="application/json")
    end = {"note": "Seen"}
    said = cio.post(f"/api/v1/meeting-actions/{again.json()['id']}/completion/", end, content_type="application/json")
    assert (again.status_code, said.status_code, said.json()["done_note"]) == (201, 200, "Seen")
    assert len(cio.get("/api/v1/meeting-actions/?is_done=true").json()["results"]) == 2
