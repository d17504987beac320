"""What is said about a subject: by whom, to whom, and what it said before."""

import pytest
from django.core import mail
from django.test import Client

from portal import subjects
from portal.archive import redactions
from portal.attention import digests, inbox
from portal.attention.models import Reminder
from portal.people.models import User
from portal.record.models import AuditEntry
from portal.talk import comments, hearing
from portal.talk.errors import NoSuchThread, NotForThem, NothingSaid, NotYours, ResolvedYet, SaidMeanwhile, Settled
from portal.talk.models import Comment
from tests.factories.risks import make_risk
from tests.factories.talk import make_comment, make_place
from tests.house.world import BACKEND


def asked(user):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def sentences(user):
    user = User.objects.get(pk=user.pk)
    return [row.sentence for row in inbox.rows_of(list(inbox.of(user).order_by("pk")), user)]


@pytest.fixture
def people(person, company):
    """A leader, two of Northfield and one of Eastmere, by name."""
    found = {
        "Mara": person("CIO"),
        "Ines": person("ANALYST", unit=company.northfield),
        "Otto": person("ENGINEER", unit=company.northfield),
        "Ruth": person("ENGINEER", unit=company.eastmere),
    }
    for name, user in found.items():
        user.name = name
        user.save(update_fields=["name"])
    return found


@pytest.fixture
def risk(company):
    return make_risk(unit=company.northfield, number="R-90017")


def test_whoever_is_mentioned_hears_of_it_once_in_the_inbox_and_once_by_mail(people, risk):
    said = make_comment(risk, by=people["Ines"], mentions=[people["Otto"].pk])

    digests.send_due(at_once=True)
    digests.send_due(at_once=True)

    assert sentences(people["Otto"]) == ["Ines mentions you in a comment."]
    assert sentences(people["Ines"]) == sentences(people["Mara"]) == []
    assert [message.to for message in mail.outbox] == [[people["Otto"].email]]
    assert "Ines mentions you in a comment." in mail.outbox[0].body
    entry = AuditEntry.objects.get(verb="comment.written", subject_id=said.pk)
    assert entry.actor == people["Ines"]
    assert entry.params == {"subject_kind": "risk", "subject_id": risk.pk, "mentions": [people["Otto"].pk], "answers": None}


def test_the_news_lead_to_the_words(people, risk):
    said = make_comment(risk, by=people["Ines"], mentions=[people["Otto"].pk])

    answer = asked(people["Otto"]).get(f"/inbox/{Reminder.objects.get().pk}/")

    assert answer.headers["Location"] == f"/about/risk/{risk.pk}/#comment-{said.pk}"


def test_nobody_is_mentioned_who_may_not_open_the_subject(people, risk):
    with pytest.raises(NotForThem):
        make_comment(risk, by=people["Ines"], mentions=[people["Otto"].pk, people["Ruth"].pk])
    with pytest.raises(NotForThem):
        make_comment(risk, by=people["Ines"], mentions=[987_654])

    assert not Comment.objects.exists() and not Reminder.objects.exists()
    assert hearing.offered(make_place(risk), people["Ines"], "ruth") == []
    assert hearing.offered(make_place(risk), people["Ines"], "OTT") == [people["Otto"]]


def test_whoever_loses_sight_of_the_subject_is_told_nothing_more(people, risk):
    make_comment(risk, by=people["Mara"], mentions=[people["Otto"].pk])
    risk.is_confidential = True
    risk.save()

    digests.send_due(at_once=True)

    assert mail.outbox == [] and sentences(people["Otto"]) == []
    assert [kind.visible_to(people["Otto"]).count() for kind in [subjects.of_kind("comment")]] == [0]
    assert [kind.visible_to(people["Mara"]).count() for kind in [subjects.of_kind("comment")]] == [1]


def test_an_answer_is_told_to_those_of_the_thread_but_not_twice(people, risk):
    begun = make_comment(risk, by=people["Ines"])
    first = make_comment(risk, "Yes.", by=people["Otto"], answers=begun.pk)
    make_comment(risk, "Until June.", by=people["Mara"], answers=first.pk, mentions=[people["Ines"].pk])

    assert [one.text for one in comments.threads(make_place(risk)).get().replies.all()] == ["Yes.", "Until June."]
    assert sentences(people["Ines"]) == ["Otto answered in a thread of yours.", "Mara mentions you in a comment."]
    assert sentences(people["Otto"]) == ["Mara answered in a thread of yours."]
    with pytest.raises(NoSuchThread):
        make_comment(make_risk(unit=risk.unit), by=people["Mara"], answers=begun.pk)


def test_what_was_said_first_stays_readable(people, risk):
    said = make_comment(risk, "It is of.", by=people["Ines"])
    place = make_place(risk)

    comments.change(place, said, "It is off.", actor=people["Ines"], version=1, mentions=[people["Otto"].pk])
    comments.change(place, said, "It is off, since May.", actor=people["Ines"], version=2, mentions=[people["Otto"].pk])

    assert [one.text for one in comments.versions(said)] == ["It is of.", "It is off.", "It is off, since May."]
    assert sentences(people["Otto"]) == ["Ines mentions you in a comment."]  # once, though it was changed again
    with pytest.raises(SaidMeanwhile):
        comments.change(place, said, "It is on.", actor=people["Ines"], version=2, mentions=[])
    with pytest.raises(NotYours):
        comments.change(place, said, "It is on.", actor=people["Mara"], version=3, mentions=[])
    with pytest.raises(NothingSaid):
        comments.change(place, said, "  ", actor=people["Ines"], version=3, mentions=[])


def test_a_resolved_thread_takes_no_answer_until_it_is_reopened(people, risk):
    begun = make_comment(risk, by=people["Ines"])

    comments.resolve(begun, actor=people["Otto"])
    with pytest.raises(Settled):
        make_comment(risk, by=people["Mara"], answers=begun.pk)
    with pytest.raises(ResolvedYet):
        comments.resolve(begun, actor=people["Mara"])
    comments.reopen(begun, actor=people["Mara"])
    make_comment(risk, by=people["Mara"], answers=begun.pk)

    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "comment.written",
        "comment.resolved",
        "comment.reopened",
        "comment.written",
    ]
    with pytest.raises(ResolvedYet):
        comments.reopen(begun, actor=people["Mara"])


def test_the_page_says_changes_and_settles_with_and_without_javascript(people, risk):
    client, here = asked(people["Ines"]), f"/about/risk/{risk.pk}/"
    refused = client.post(f"{here}comments/", {"text": "Hear this", "mentions": people["Ruth"].pk})
    searched = client.post(f"{here}comments/", {"text": "Hear this", "who": "otto", "find": "1"})
    said = client.post(f"{here}comments/", {"text": "Hear this", "mentions": people["Otto"].pk})
    one = Comment.objects.get()
    own = f"/about/comments/{one.pk}/"
    changed = client.post(own, {"text": "Hear <b>that</b>", "version": 1})
    stale = client.post(own, {"text": "Hear nothing", "version": 1})
    settled = client.post(f"{own}resolution/", HTTP_HX_REQUEST="true")

    assert (refused.status_code, searched.status_code, said.status_code) == (422, 200, 302)
    assert "Hear this" in searched.text and ">Otto<" in searched.text and "Ruth" not in searched.text
    assert "<html" not in settled.text and "resolved by Ines" in settled.text and "Hear &lt;b&gt;that" in settled.text
    assert (changed.status_code, stale.status_code) == (302, 412)
    assert "Hear this" in client.get(own).text
    assert asked(people["Otto"]).post(own, {"text": "Mine", "version": 3}).status_code == 409
    assert asked(people["Ruth"]).get(own).status_code == asked(people["Ruth"]).get(here).status_code == 404
    assert [asked(people["Ines"]).get(f"/about/{wrong}/").status_code for wrong in ("risk/0", "risk/x", "nothing/1")] == [404] * 3
    assert client.get(f"/about/risk/{risk.number}/").status_code == 200


def test_words_about_a_subject_go_with_a_redaction_of_it(people, risk, person):
    said = make_comment(risk, "Otto was ill.", by=people["Ines"])
    comments.change(make_place(risk), said, "He was ill.", actor=people["Ines"], version=1, mentions=[])

    asked_for = redactions.propose("risk", risk.pk, actor=people["Mara"], fields=["comments.text"], reason="Health")
    redactions.carry_out(asked_for, actor=person("CISO"))

    said.refresh_from_db()
    assert {said.text, *(one.text for one in comments.versions(said))} == {"█████"}


def test_the_api_says_the_same(people, risk, company):
    client = asked(people["Ines"])
    here = "/api/v1/comments/"
    about = {"kind": "risk", "subject": risk.number}
    send = {"content_type": "application/json"}

    made = client.post(here, {**about, "text": "Hear this", "mentions": [people["Otto"].pk]}, **send)
    one = made.json()["id"]
    answered = client.post(here, {**about, "text": "Heard", "answers": one}, **send)
    changed = client.patch(f"{here}{one}/", {"text": "Hear that"}, headers={"If-Match": '"1"'}, **send)
    settled = client.post(f"{here}{one}/resolution/", **send)
    listed = client.get(here, about).json()["results"]

    assert [made.status_code, answered.status_code, changed.status_code, settled.status_code] == [201, 201, 200, 200]
    assert [(row["text"], row["answers"], row["mentions"]) for row in listed] == [
        ("Hear that", None, [people["Otto"].pk]),
        ("Heard", one, []),
    ]
    assert settled.json()["resolved_by"] == people["Ines"].pk
    assert [said["text"] for said in client.get(f"{here}{one}/versions/").json()["results"]] == ["Hear this", "Hear that"]
    assert [row["name"] for row in client.get(f"{here}hearers/", {**about, "search": "o"}).json()["results"]] == ["Otto"]
    assert client.post(here, {**about, "text": "x", "mentions": [people["Ruth"].pk]}, **send).status_code == 422
    assert client.post(here, {**about, "text": "x", "colour": "red"}, **send).status_code == 422
    assert client.patch(f"{here}{one}/", {"text": "x"}, **send).status_code == 428
    assert client.get(here).status_code == 422
    strange = asked(people["Ruth"])
    assert [strange.get(here, about).status_code, strange.get(f"{here}{one}/").status_code] == [404, 404]
    assert strange.post(here, {**about, "text": "x"}, **send).status_code == 404
