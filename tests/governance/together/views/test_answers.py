"""Answer: seven cards by date, money and who waits, each answered on its own; and the mirror."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from governance.together import answers
from governance.together.models import Decision
from governance.together.wanted import Option
from portal import clock
from portal.people import organisations
from tests.factories.governance import answer, make_decision, make_goal
from tests.factories.portal import freshen

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


def test_a_goal_is_signed_from_its_card_and_what_one_may_not_see_is_no_card(company, pair, analyst, as_person, person):
    goal = make_goal(by=analyst)
    hidden = make_decision(unit=company.northfield, by=pair[0], is_confidential=True)
    client = as_person(pair[1])
    card = client.get(reverse("together:answer-card", args=["goal", goal.pk])).text
    assert reverse("signing:signature", args=["goal", goal.pk]) in card and "Servers patched within 14 days" in card

    owner = as_person(person("OWNER", unit=company.northfield))

    assert owner.get(reverse("together:answer-card", args=["decision", hidden.pk])).status_code == 404
    assert owner.get(reverse("together:answer-card", args=["risk", 1])).status_code == 404
    assert "Nothing waits for your answer" in owner.get(AT).text
    assert Decision.objects.count() == 1
