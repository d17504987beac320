from datetime import timedelta

import pytest
from icalendar import Calendar

from portal import subjects
from portal.attention import calendars, reviews
from portal.attention.models import CalendarFeed
from portal.people import accounts, organisations
from portal.record.models import AuditEntry
from risks import cadence, evidence
from tests.factories.governance import make_decision
from tests.factories.risks import make_control, make_risk, make_treatment

HERE, API = "/calendar/", "/api/v1/calendar/"


@pytest.fixture
def owner(person, company):
    return person("OWNER", unit=company.northfield)


def due(subject, owner, days=10, kind=None, actor=None):
    return reviews.schedule(
        subject, kind or cadence.REVIEW, organisations.today() + timedelta(days=days), [], owner=owner, actor=actor
    )


def read(client, address):
    answer = client.get(address)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/calendar")
    return {str(event["uid"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


def made(client):
    return client.post(HERE).context["address"].removeprefix("http://localhost")


def test_what_is_due_stands_in_the_calendar_until_it_is_answered(client, owner, company):
    risk = make_risk(unit=company.northfield, it_owner=owner, title="Press stops")
    review = due(risk, owner)
    client.force_login(owner)
    address = made(client)
    client.logout()

    ((uid, event),) = read(client, address).items()
    assert uid == f"review-{review.pk}@localhost"
    assert str(event["summary"]) == f"Due: {risk}" and event["dtstart"].dt == review.due_on
    assert str(event["url"]) == f"http://localhost/reviews/{review.pk}/"
    assert client.get(address).content == client.get(address).content

    moved = due(risk, owner, days=20)
    assert moved.pk == review.pk
    again = read(client, address)
    assert list(again) == [uid] and again[uid]["dtstart"].dt == moved.due_on and again[uid]["sequence"] > event["sequence"]

    reviews.cancel(risk, cadence.REVIEW)
    assert read(client, address) == {}


def test_what_is_confidential_is_there_without_its_name(client, person, owner, company):
    cio = person("CIO")
    hidden = make_risk(unit=company.northfield, is_confidential=True, title="Nightglass fails")
    treatment = make_treatment(hidden, actor=cio, title="Nightglass no more", owner=cio)
    make_decision(by=cio, unit=company.northfield, title="Nightglass or not", is_confidential=True, decide_by=organisations.today())
    due(hidden, cio)
    client.force_login(cio)

    events = read(client, made(client))
    summaries = sorted(str(event["summary"]) for event in events.values())

    assert calendars.is_withheld("treatment", subjects.of_kind("treatment").visible_to(cio).get(pk=treatment.pk))
    assert not any("Nightglass" in summary for summary in summaries)
    assert "Decide: Decision that is confidential" in summaries and "Due: Risk that is confidential" in summaries


def test_only_what_one_may_still_see_is_told(client, owner, company):
    risk = make_risk(unit=company.northfield, title="Press stops")
    due(risk, owner)
    control = make_control(unit=company.northfield, owner=owner)
    due(control, owner, kind=evidence.REVIEW)
    client.force_login(owner)
    address = made(client)
    assert len(read(client, address)) == 2

    type(risk).objects.filter(pk=risk.pk).update(is_confidential=True)

    assert len(read(client, address)) == 1


def test_an_address_ends_with_the_next_one_by_hand_and_with_the_account(client, owner, person):
    client.force_login(owner)
    first = made(client)
    second = made(client)
    assert client.get(first).status_code == 404 and client.get(second).status_code == 200
    assert first.split("/")[2] not in str(list(CalendarFeed.objects.values()))
    assert "last read" in client.get(HERE).content.decode()
    client.post(f"{HERE}ending/")
    assert client.get(second).status_code == 404
    assert client.get(f"{HERE}nothing/concord.ics").status_code == 404

    third = client.post(API).json()["address"].removeprefix("http://localhost")
    assert client.get(API).json()["has_address"] is True
    accounts.close(owner, actor=person("ADMIN"))
    assert client.get(third).status_code == 404
    verbs = AuditEntry.objects.filter(subject_id=owner.pk, verb__contains="calendar").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        *("user.calendar_begun",) * 2,
        "user.calendar_ended",
        "user.calendar_begun",
    ]


def test_the_api_tells_what_is_due_and_ends_the_address(client, owner, company, django_assert_max_num_queries):
    for number in range(5):
        due(make_risk(unit=company.northfield, title=f"Press {number}"), owner, days=number)
    client.force_login(owner)
    client.post(API)

    told = client.get(API).json()
    assert [row["kind"] for row in told["results"]] == ["risk"] * 5
    assert client.post(f"{API}ending/").json()["has_address"] is False
    with django_assert_max_num_queries(12):
        calendars.written(owner)
