"""Answer: seven cards by date, money and who waits, each answered on its own; and the mirror."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from governance.together import agenda, answers, goals, meetings, talking
from governance.together.errors import NothingToTalkOf
from governance.together.models import Decision, Goal, TalkAsked
from governance.together.wanted import Option
from portal import clock
from portal.attention.models import Reminder
from portal.people import organisations
from portal.record.models import AuditEntry
from risks import authority
from risks.authority import Line
from tests.factories.governance import MEASURES, answer, make_decision, make_goal, share
from tests.factories.portal import freshen
from tests.factories.risks import sign

AT = "/governance/answer/"


@pytest.fixture
def pair(person):
    return person("CIO"), person("CISO")


@pytest.fixture
def analyst(person, company):
    return person("ANALYST", unit=company.northfield)


def asked(company, by, title, *, in_days=None, losses=("0.00", "0.00")):
    options = [
        Option(f"{title} A", cost=Decimal(1000), residual_loss_per_year=Decimal(losses[0])),
        Option("B", residual_loss_per_year=Decimal(losses[1])),
    ]
    until = None if in_days is None else organisations.today() + timedelta(days=in_days)
    return make_decision(unit=company.northfield, by=by, title=title, options=options, decide_by=until)


def test_the_cards_come_by_date_then_money_then_who_waits_longest(company, pair, analyst):
    with clock.stopped(clock.now() - timedelta(days=3)):
        asked(company, analyst, "Old and free")
    asked(company, analyst, "New and free")
    asked(company, analyst, "Dear", losses=("0.00", "520000.00"))
    asked(company, analyst, "Late", in_days=9)
    asked(company, analyst, "Soon", in_days=1)
    make_goal(by=analyst, title="A goal")
    for number in range(3):
        asked(company, analyst, f"More {number}")

    found = answers.cards(pair[0])

    assert [card.label.partition(" ")[2] for card in found[:4]] == ["Soon", "Late", "Dear", "Old and free"]
    assert len(found) == 7
    assert (found[2].waiting_costs, found[2].money, found[2].asked_by) == (Decimal("10000.00"), Decimal("1000.00"), analyst.name)


def test_one_agrees_disagrees_or_talks_from_a_card(company, pair, analyst, as_person):
    first, second, third = (asked(company, analyst, title) for title in ("First", "Second", "Third"))
    answer(first, pair[1], reason="The contract ends.", would_change_my_mind="")
    client = as_person(pair[0])
    freshen(client, pair[0])
    page = client.get(AT).text
    assert "3 cards wait for your answer" in page and 'hx-trigger="load"' in page
    card = reverse("together:answer-card", args=["decision", first.pk])
    fragment = client.get(card, headers={"HX-Request": "true"}).text
    assert not fragment.strip().startswith("<!") and "CISO: Support" in fragment and "Asked for: A First A" in fragment

    digest = client.get(card).context["form"].initial["digest"]
    client.post(reverse("together:decision-position", args=[first.pk]), {"digest": digest, "stance": "SUPPORT"})
    digest = client.get(reverse("together:answer-card", args=["decision", second.pk])).context["form"].initial["digest"]
    told = {"digest": digest, "stance": "OPPOSE", "reason": "It costs a shift."}
    client.post(reverse("together:decision-position", args=[second.pk]), told)
    client.post(reverse("together:decision-talk", args=[third.pk]))

    first.refresh_from_db(), second.refresh_from_db(), third.refresh_from_db()
    assert (first.state, second.differs_since is not None, third.talk_asked_at is not None) == ("DECIDED", True, True)
    assert client.get(card).status_code == 302
    assert "waits for CISO" in client.get(reverse("together:answer-waiting")).text
    told = client.get("/api/v1/answers/").json()
    assert [card["label"].partition(" ")[2] for card in told["cards"]] == ["Third"]
    assert client.get("/api/v1/answers/").status_code == 200 and as_person(analyst).get(AT).status_code == 403


def test_the_mirror_holds_whatever_one_did_ones_part_of_and_others_have_not(company, pair, analyst, as_person, monkeypatch):
    with clock.stopped(clock.now() - timedelta(days=2)):
        goal = share(make_goal(by=analyst), pair[0])
    decision = asked(company, pair[0], "Mine")
    answer(decision, pair[0])
    refused = asked(company, analyst, "Refused")
    answer(refused, pair[0])
    answer(refused, pair[1], "OPPOSE")  # the other has answered
    asked(company, analyst, "Not yet")
    table = authority.propose([Line("TREATMENT", "SEVERE", None, ("CISO",))], actor=pair[0])
    sign(table, pair[0])
    client, other = as_person(pair[0]), as_person(pair[1])
    at = reverse("together:answer-waiting")

    found, count = answers.mirror(pair[0])

    assert [(one.kind, one.pk, one.offices) for one in found] == [
        ("goal", goal.pk, ["CISO"]),
        ("decision", decision.pk, ["CISO"]),
        ("authority-table", table.pk, ["CISO"]),
    ]
    assert count == 3 and answers.mirror(pair[1]) == ([], 0) and "You wait for nobody" in other.get(at).text
    told = client.get("/api/v1/answers/").json()["waiting_for_others"]
    assert next((one["kind"], one["id"], one["offices"], one["page"]) for one in told) == ("goal", goal.pk, ["CISO"], found[0].url)
    monkeypatch.setattr(answers, "MOST_MIRRORED", 1)
    assert "1 of 3 are shown" in client.get(at).text and "are shown" not in client.get(f"{at}?all").text
    sign(table, pair[1])
    assert [one.kind for one in answers.mirror(pair[0])[0]] == ["goal", "decision"]


def test_one_rather_talks_about_whatever_waits_until_the_two_have_met_or_signed(company, pair, analyst, as_person, person):
    goal, signed = (make_goal(by=analyst, title=title) for title in ("Talked of", "Signed"))
    client = as_person(pair[1])
    at = {one.pk: reverse("together:answer-talk", args=["goal", one.pk]) for one in (goal, signed)}
    card = reverse("together:answer-card", args=["goal", goal.pk])
    assert at[goal.pk] in client.get(card).text
    assert (
        client.post("/api/v1/answers/talk/", {"kind": "goal", "id": signed.pk}, content_type="application/json").status_code == 200
    )
    assert client.post(at[goal.pk]).status_code == client.post(at[goal.pk]).status_code == 302

    def on_agenda():
        return [line.label for part in agenda.parts(agenda.points(pair[0]), pair[0]) if part.key == "talk" for line in part.lines]

    assert on_agenda() == [str(signed), str(goal)]
    assert at[goal.pk] not in client.get(card).text and "It is on the agenda of the pair." in client.get(card).text
    told = Reminder.objects.filter(kind="signing.talk_asked.news", subject_id=goal.pk)
    assert [one.recipient for one in told] == [pair[0]]  # once, and not whoever asked
    assert AuditEntry.objects.filter(kind="goal", verb="signing.talk_asked").count() == 2
    for who, thing in ((analyst, goal), (person("OWNER", unit=company.northfield), goal)):
        with pytest.raises(NothingToTalkOf):
            talking.ask(thing, actor=who)
    share(signed, *pair)
    assert on_agenda() == [str(goal)]
    with pytest.raises(NothingToTalkOf):
        talking.ask(signed, actor=pair[0])

    meetings.hold(meetings.plan(actor=pair[0], meets_on=organisations.today()), "We talked.", actor=pair[0])

    assert on_agenda() == []
    talking.ask(goal, actor=pair[0])  # again, for the next one
    goals.change(signed, actor=analyst, version=None, title="Otherwise", measures=MEASURES)
    TalkAsked.objects.create(subject_kind="goal", subject_id=signed.pk, asked_by=pair[0], asked_at=clock.now() - timedelta(days=1))
    assert on_agenda() == [str(goal)]
    talking.ask(Goal.objects.get(pk=signed.pk), actor=pair[0])  # other words than were signed
    assert len(on_agenda()) == 2


def test_a_goal_is_signed_from_its_card_and_what_one_may_not_see_is_no_card(company, pair, analyst, as_person, person, monkeypatch):
    goal = make_goal(by=analyst)
    hidden = make_decision(unit=company.northfield, by=pair[0], is_confidential=True)
    client = as_person(pair[1])
    card = client.get(reverse("together:answer-card", args=["goal", goal.pk])).text
    assert reverse("signing:signature", args=["goal", goal.pk]) in card and "Servers patched within 14 days" in card
    monkeypatch.setattr(answers, "MOST_FACTS", 2)  # so that the verbs of a card stay on one screen
    shorter = client.get(reverse("together:answer-card", args=["goal", goal.pk])).text
    opened = answers.opened("goal", goal.pk, pair[1])
    assert shorter.count("<dt>") == 2 and f"It covers {opened.more} things more." in shorter and opened.more > 2

    owner = as_person(person("OWNER", unit=company.northfield))

    assert owner.get(reverse("together:answer-card", args=["decision", hidden.pk])).status_code == 404
    assert owner.get(reverse("together:answer-card", args=["risk", 1])).status_code == 404
    assert "Nothing waits for your answer" in owner.get(AT).text
    assert Decision.objects.count() == 1
