"""Who watches hears of what others do, once, with the reason, outside of their quiet hours, and of nothing they may not open."""

from datetime import UTC, datetime, time

import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from portal import clock
from portal.attention import digests, quiet
from portal.attention.models import Reminder
from portal.attention.models.quiet_hours import QuietHours
from portal.errors import Invalid
from portal.record import audit, sealing
from portal.talk import following, watching
from portal.talk.errors import TooManyWatches
from portal.talk.models import WatchMark
from portal.workbench import saved_views
from risks import register
from tests.factories.risks import make_risk
from tests.factories.talk import make_comment, make_place
from tests.portal.talk.test_comments import asked, people, sentences

__all__ = ["people"]


@pytest.fixture
def risk(company):
    WatchMark.objects.create(pk=1)
    return make_risk(unit=company.northfield, number="R-90017")


def follow():
    sealing.seal_all()
    return following.tell()


def test_whoever_watches_hears_once_of_all_that_others_did_with_the_reason(people, risk):
    watching.begin(make_place(risk), actor=people["Otto"])
    watching.begin(make_place(risk), actor=people["Ines"])

    audit.record(people["Ines"], "risk.reworded", risk, {})
    audit.record(None, "score.recomputed", risk, {})
    make_comment(risk, by=people["Mara"])
    heard, again = follow(), follow()
    digests.send_due(at_once=True)
    audit.record(people["Mara"], "risk.closed", risk, {})
    follow()
    digests.send_due(at_once=True)  # the mail of the day went out

    assert (heard, again) == (2, 0)
    assert sentences(people["Otto"]) == [
        "Written, by Mara, and 1 thing more. You hear it because you watch R-90017.",
        "Closed, by Mara. You hear it because you watch R-90017.",
    ]
    assert sentences(people["Ines"])[0] == "Written, by Mara. You hear it because you watch R-90017."
    assert sentences(people["Mara"]) == []
    assert len(mail.outbox) == 2
    told = next(message for message in mail.outbox if message.to == [people["Otto"].email])
    assert told.body.count("because you watch R-90017") == 1
    assert f"/about/risk/{risk.pk}/watch/" in told.body and f"/about/risk/{risk.pk}/watch/" in told.alternatives[0][0]


def test_whoever_loses_sight_or_stops_hears_nothing(people, risk):
    for name in ("Otto", "Mara", "Ines"):
        watching.begin(make_place(risk), actor=people[name])
    watching.end(watching.of(make_place(risk), people["Mara"]), actor=people["Mara"])
    risk.is_confidential = True
    risk.save()
    risk.named_people.add(people["Ines"])

    audit.record(people["Mara"], "risk.reworded", risk, {})
    follow()

    assert list(Reminder.objects.values_list("recipient", flat=True)) == [people["Ines"].pk]
    assert watching.own(people["Otto"]) == [] and len(watching.own(people["Ines"])) == 1


def test_the_past_is_no_news_and_neither_is_what_was_before_the_watch(people, company):
    risk = make_risk(unit=company.northfield)
    audit.record(people["Mara"], "risk.reworded", risk, {})
    sealing.seal_all()
    following.tell()  # the first time it only takes its place
    audit.record(people["Mara"], "risk.reworded", risk, {})
    watching.begin(make_place(risk), actor=people["Otto"])

    assert follow() == 0


def test_a_saved_view_tells_of_whatever_it_shows(people, risk, company):
    view = saved_views.keep(actor=people["Ines"], kind="risk", name="Legal ones", params={"category": "LEGAL"})
    watching.begin(make_place(view), actor=people["Ines"])
    said = {"actor": people["Mara"], "category": "LEGAL", "likelihood_level": 2, "impact": {"legal": 2}}
    seen = register.log(title="A clause lapses", unit=company.northfield, **said)
    register.log(title="A clause of others lapses", unit=company.eastmere, **said)
    audit.record(people["Mara"], "risk.reworded", risk, {})  # of another category

    follow()

    assert [row.subject_id for row in Reminder.objects.all()] == [seen.pk]
    assert sentences(people["Ines"])[0].endswith("You hear it because you watch the view “Legal ones”.")
    saved_views.remove(view, actor=people["Ines"])
    audit.record(people["Mara"], "risk.closed", seen, {})
    assert follow() == 0


def test_no_mail_goes_out_in_quiet_hours_and_none_is_lost(people, risk):
    make_comment(risk, by=people["Mara"], mentions=[people["Otto"].pk])
    quiet.keep(actor=people["Otto"], starts_at=time(20), ends_at=time(10, 30))

    def sent_at(hour, minute=0, **options):
        with clock.stopped(datetime(2027, 1, 12, hour, minute, tzinfo=UTC)):  # Berlin is an hour ahead
            return digests.send_due(**options).sent

    assert [sent_at(8), sent_at(9, 29), sent_at(9, 29, at_once=True)] == [0, 0, 0]
    assert [sent_at(9, 30), sent_at(9, 31)] == [1, 0]
    with pytest.raises(Invalid):
        quiet.keep(actor=people["Otto"], starts_at=time(20), ends_at=time(20))
    with pytest.raises(Invalid):
        quiet.keep(actor=people["Otto"], starts_at=None, ends_at=time(20))
    assert quiet.keep(actor=people["Otto"], starts_at=None, ends_at=None) is None


@given(st.times(), st.times(), st.times())
def test_quiet_hours_and_the_rest_of_the_day_are_each_others_complement(start, end, moment):
    if start != end:
        hours, rest = QuietHours(starts_at=start, ends_at=end), QuietHours(starts_at=end, ends_at=start)

        assert hours.covers(start) and not hours.covers(end)
        assert hours.covers(moment) != rest.covers(moment)


def test_pages_and_api_begin_list_and_end(people, risk, monkeypatch):
    client, strange = asked(people["Otto"]), asked(people["Ruth"])
    about = {"kind": "risk", "subject": risk.number}
    send = {"content_type": "application/json"}
    here = f"/about/risk/{risk.pk}/watch/"

    begun = client.post(here)
    again = client.post("/api/v1/watches/", about, **send)
    listed = client.get("/api/v1/watches/").json()["results"]
    page, fragment = client.get("/watches/").text, client.post(here, HTTP_HX_REQUEST="true").text
    ended = client.post(f"/api/v1/watches/{again.json()['id']}/ending/")

    assert (begun.status_code, again.status_code, ended.status_code) == (302, 201, 200)
    assert [(one["kind"], one["subject"]) for one in listed] == [("risk", risk.pk)]
    assert risk.title in page and "Stop watching" in fragment
    assert client.get("/api/v1/watches/").json()["results"] == [] and "You watch nothing" in client.get("/watches/").text
    assert strange.get(here).status_code == strange.post(here).status_code == 404
    assert strange.get(f"/api/v1/watches/{again.json()['id']}/").status_code == 404
    monkeypatch.setattr(watching, "MOST", 0)
    with pytest.raises(TooManyWatches):
        watching.begin(make_place(risk), actor=people["Otto"])

    hours = client.post("/api/v1/quiet-hours/", {"starts_at": "20:00", "ends_at": "07:30"}, **send)
    assert hours.json() == client.get("/api/v1/quiet-hours/").json() == {"starts_at": "20:00", "ends_at": "07:30"}
    assert "No mail from 20:00 until 07:30" in client.get("/inbox/quiet/").text
    assert client.post("/inbox/quiet/", {"starts_at": "20:00", "ends_at": ""}).status_code == 422
    assert client.post("/inbox/quiet/", {"starts_at": "", "ends_at": ""}).status_code == 302
