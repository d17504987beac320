"""The trade-off of a question: options weighed in one money, beaten ones named, marks blind until both leaders have marked."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as some

from governance.together import decisions, marks, outcomes, trade_off
from governance.together.errors import CarriedAlready, DecisionSettled, MarksBlind, MarksShown, NotALeader, NotPut
from governance.together.models import BlindMark, Decision, OptionMark
from governance.together.trade_off import Choice
from governance.together.wanted import Option
from portal.errors import Invalid
from portal.record.models import AuditEntry
from portal.signing import content
from tests.factories.governance import answer, make_decision
from tests.factories.portal import freshen
from tests.house.world import BACKEND

A = Choice("A", Decimal(18_000), date(2027, 1, 10), date(2027, 2, 1), date(2027, 3, 1), Decimal(40_000))
B = Choice("B", Decimal(0), None, date(2027, 1, 1), None, Decimal(310_000))
C = Choice("C", Decimal(20_000), date(2027, 1, 10), date(2027, 2, 1), date(2027, 3, 9), Decimal(40_000))
JSON = {"content_type": "application/json"}


@pytest.fixture
def seats(person):
    return {seat: person(seat) for seat in ("CIO", "CISO")}


@pytest.fixture
def asked(company, person):
    dated = (
        Option(
            "Through the jump host", "", Decimal(18_000), date(2027, 2, 1), Decimal(40_000), date(2027, 1, 10), date(2027, 3, 1)
        ),
        Option("Leave it open", "", Decimal(0), date(2027, 1, 1), Decimal(310_000)),
    )
    analyst = person("ANALYST", unit=company.northfield)
    return make_decision(unit=company.northfield, by=analyst, options=dated, delay_cost_per_month=Decimal(3_000))


def test_a_months_delay_and_the_loss_avoided_stand_in_the_same_money():
    first, second, third = trade_off.weigh([A, B, C], Decimal(3_000))

    assert (first.avoided_per_year, second.avoided_per_year) == (Decimal(270_000), Decimal(0))
    assert first.month_costs == Decimal(3_000) + Decimal(270_000) / 12 and second.month_costs == Decimal(3_000)
    assert (first.months_later, first.delay_cost) == (Decimal("1.0"), Decimal("3055.44"))  # 31 days of 30.4375
    assert (first.beaten_by, second.beaten_by, third.beaten_by) == ([], [], ["A"])  # C is dearer and later at the latest
    unsaid = trade_off.weigh([replace(A, residual_loss_per_year=None), B], None)[0]
    assert (unsaid.avoided_per_year, unsaid.month_costs, unsaid.delay_cost, unsaid.beaten_by) == (None, None, None, [])
    wide, narrow = trade_off.drawings([first, second, third], {"A": ["cio"]})
    assert [dot.marks for dot in wide.options] == [["cio"], (), ()] and [dot.is_beaten for dot in narrow.options] == [
        False,
        False,
        True,
    ]
    assert wide.options[0].hump and not wide.options[1].hump and trade_off.drawings([first], {}) == ()


@settings(max_examples=30, deadline=None)
@given(some.lists(some.tuples(some.integers(0, 3), some.integers(1, 3), some.integers(0, 3)), min_size=1, max_size=6))
def test_whoever_is_beaten_is_beaten_by_one_that_is_not(told):
    choices = [
        Choice("ABCDEF"[n], Decimal(cost), None, date(2027, 1, day), None, Decimal(loss))
        for n, (cost, day, loss) in enumerate(told)
    ]
    weighed = {one.choice.letter: one for one in trade_off.weigh(choices, None)}

    best = {letter for letter, one in weighed.items() if not one.is_beaten}
    assert best and all(set(one.beaten_by) & best for one in weighed.values() if one.is_beaten)
    for one in weighed.values():
        for other in one.beaten_by:
            assert one.choice.letter not in weighed[other].beaten_by


def test_marks_are_blind_until_both_have_marked_and_then_stay(asked, seats, person):
    before = content.digest_of(asked)
    with pytest.raises(NotALeader):
        marks.mark(asked, "A", actor=person("CSO"))
    with pytest.raises(Invalid):
        marks.mark(asked, "F", actor=seats["CIO"], reason="x" * 301)
    marks.mark(asked, "B", actor=seats["CIO"], reason="First thought")
    marks.mark(asked, "A", actor=seats["CIO"], reason="It keeps the date")

    assert [(one.office, one.letter) for one in BlindMark.objects.all()] == [("CIO", "A")] and not OptionMark.objects.exists()
    entry = AuditEntry.objects.filter(kind="decision", verb="decision.marked").latest("pk")
    assert entry.params == {"office": "CIO", "blind": True} and not hasattr(entry, "words")
    marks.mark(asked, "B", actor=seats["CISO"])

    assert [(one.office, one.letter, one.reason) for one in OptionMark.objects.order_by("office")] == [
        ("CIO", "A", "It keeps the date"),
        ("CISO", "B", ""),
    ]
    assert not BlindMark.objects.exists() and content.digest_of(Decision.objects.get()) == before
    with pytest.raises(MarksShown):
        marks.mark(asked, "A", actor=seats["CIO"])
    options = [replace(one, cost=Decimal(19_000)) for one in decisions.options_of(asked)]
    decisions.change(asked, actor=asked.asked_by, version=None, options=options)
    marks.mark(asked, "A", actor=seats["CISO"])  # another offer is marked anew
    assert BlindMark.objects.count() == 1
    for who in seats.values():
        answer(asked, who)
    assert not BlindMark.objects.exists() and OptionMark.objects.count() == 2  # what was blind goes unread
    with pytest.raises(NotPut):
        marks.mark(asked, "A", actor=seats["CIO"])


def test_a_mark_over_words_that_changed_is_not_revealed_beside_one_over_the_new_ones(asked, seats):
    marks.mark(asked, "A", actor=seats["CIO"])
    decisions.change(asked, actor=asked.asked_by, version=None, delay_cost_per_month=Decimal(9_000))
    marks.mark(asked, "B", actor=seats["CISO"])

    assert not OptionMark.objects.exists()
    marks.mark(asked, "B", actor=seats["CIO"])
    assert {one.letter for one in OptionMark.objects.all()} == {"B"}


def test_the_option_both_marked_is_decided_on_with_its_cost_day_and_remaining_loss(asked, seats, person):
    cio, ciso = seats.values()
    answer(asked, cio)  # to A, which is asked for first
    marks.mark(asked, "B", actor=cio)
    for who, refusal in ((asked.asked_by, NotALeader), (person("CSO"), NotALeader), (cio, MarksBlind)):
        with pytest.raises(refusal):
            marks.carry(asked, "B", actor=who)
    marks.mark(asked, "B", actor=ciso)
    with pytest.raises(Invalid) as refused:
        marks.carry(asked, "A", actor=ciso)

    carried = marks.carry(asked, "B", actor=ciso)

    assert (list(refused.value.fields), carried.proposed_option, carried.state) == (["carried"], "B", "OPEN")
    with pytest.raises(CarriedAlready):
        marks.carry(asked, "B", actor=cio)
    assert AuditEntry.objects.get(verb="decision.carried").params == {
        "option": "B",
        "marks": {"CIO": "B", "CISO": "B"},
        "cost": "0",
        "ready_on": "2027-01-01",
        "residual_loss_per_year": "310000",
    }
    for who in seats.values():  # what was answered to A holds no more
        answer(asked, who)
    decided = Decision.objects.get()
    foretold = outcomes.predicted(decided)
    assert (decided.state, foretold.letter, foretold.cost, foretold.ready_on, foretold.residual_loss_per_year) == (
        *("DECIDED", "B", Decimal(0), date(2027, 1, 1), Decimal(310_000)),
    )
    with pytest.raises(DecisionSettled):
        marks.carry(asked, "B", actor=cio)


def test_page_and_api_weigh_alike_and_no_door_tells_a_blind_mark(asked, seats, person, client):
    from tests.house.routes import entrances
    from tests.house.test_routes import line_of

    here, there = reverse("together:decision-trade-off", args=[asked.pk]), f"/api/v1/decisions/{asked.pk}/trade-off/"
    client.force_login(seats["CIO"], backend=BACKEND)
    freshen(client, seats["CIO"])
    assert client.post(here, {"letter": "Z"}).status_code == 422
    assert client.post(here, {"letter": "A", "reason": "Zanzibarium"}).status_code == 302
    assert "Zanzibarium" in client.get(here).text  # its own office reads it
    readers = [seats["CISO"], *(person(role) for role in ("CSO", "ARBITER", "AUDITOR", "BOARD", "PREPARER"))]
    lines = [(one, line_of(one)) for one in entrances() if one.permission]
    doors = [reverse(one.name.removeprefix("api:"), kwargs=line.arguments(asked)) for one, line in lines if line.kind == "decision"]
    doors += ["/api/v1/audit-entries/", f"/api/v1/history/?kind=decision&subject={asked.pk}", "/inbox/"]
    count = 0
    for reader in readers:
        client.force_login(reader, backend=BACKEND)
        answers = {door: client.get(door) for door in doors}
        assert not [door for door, told in answers.items() if b"Zanzibarium" in told.content], reader
        count += sum(told.status_code == 200 for told in answers.values())
        doors = [door for door, told in answers.items() if told.status_code != 405]  # what is only sent to answers nobody
    assert count > 20
    client.force_login(seats["CISO"], backend=BACKEND)
    told, page = client.get(there).json(), client.get(here).text
    assert (told["marked"], told["marks"]) == (["CIO"], []) and "CIO has marked" in page
    assert [one["month_costs"] for one in told["options"]] == ["25500.00", "3000.00"]
    assert client.post(f"/api/v1/decisions/{asked.pk}/mark/", {"letter": "B"}, **JSON).status_code == 200
    assert {one["letter"] for one in client.get(there).json()["marks"]} == {"A", "B"}
    page = client.get(here).text
    assert "Zanzibarium" in page and "would take different options" in page
    assert "Decide on B" in page and "Decide on A" not in page  # which is asked for
    assert client.post(f"/api/v1/decisions/{asked.pk}/carrying/", {"letter": "F"}, **JSON).status_code == 422
    told = client.post(f"/api/v1/decisions/{asked.pk}/carrying/", {"letter": "B"}, **JSON)
    assert (told.status_code, told.json()["proposed_option"]) == (200, "B")
    there = reverse("together:decision-carrying", args=[asked.pk])
    assert client.post(there, {"letter": "A"}).headers["Location"] == reverse("together:decision", args=[asked.pk])
    assert client.post(there, {"letter": "A"}).status_code == 409
    assert "Decide on B" in client.get(here).text
