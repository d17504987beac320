"""Alignment: eight shares of what happened, equal to counting by hand, measured only as far as both agree."""

import random
from contextlib import nullcontext
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as some

from governance.together import (
    alignment,
    alignment_feeds,
    alignment_formula,
    alignment_page,
    alignment_readings,
    alignment_terms,
    decisions,
    goals,
    ownership,
)
from governance.together.alignment_terms import FORMULA, MEASURED, NOT_ENOUGH_DATA, NOT_MEASURED_YET, TERMS, Found, Row
from governance.together.errors import FormulaUndecided, NotOneOfThePair
from governance.together.models import AlignmentReading, Decision
from portal import clock
from portal.errors import Invalid
from portal.people import organisations, working_days
from portal.signing.models import Signature, SignatureRequest, SignedContent
from risks.models import RatingRound, RiskException
from tests.factories.governance import answer, make_decision, make_goal, share
from tests.factories.risks import make_exception, make_risk

DAY = timedelta(days=1)
TODAY = organisations.today
SOME_DAY = date(2026, 11, 27)
AT = "/governance/alignment/"


@pytest.fixture
def pair(person):
    return person("CIO"), person("CISO")


def both_decide(pair):
    """The two have decided on the edition that is counted by."""
    decision = alignment_formula.ask(actor=pair[0])
    for leader in pair:
        answer(decision, leader)


def both_say(pair, level):
    both_decide(pair)
    for leader in pair:
        alignment.say(level, actor=leader)


rows = some.lists(some.builds(Row, some.just("risk"), some.integers(1, 99), some.booleans()), max_size=8)
founds = some.builds(Found, rows, some.one_of(some.none(), some.integers(0, 200).map(lambda days: SOME_DAY - days * DAY)))


@settings(max_examples=30, deadline=None)
@given(some.dictionaries(some.sampled_from(TERMS), founds))
def test_each_term_is_the_share_by_hand_and_the_whole_their_mean(told):
    today = SOME_DAY
    terms = alignment_terms.measure(told, today)

    assert [one.key for one in terms] == list(TERMS)
    shares = []
    for one in terms:
        found = told.get(one.key)
        well = [row for row in found.rows if row.went_well] if found else []
        if found is None:
            assert (one.state, one.share) == (NOT_MEASURED_YET, None)
        elif found.since is None or today - found.since < 90 * DAY or found.rows == []:
            assert (one.state, one.share) == (NOT_ENOUGH_DATA, None)
        else:
            assert (one.state, one.share) == (MEASURED, Decimal(len(well)) / len(found.rows))
            shares.append(one.share)
    whole = alignment_terms.overall(terms)
    assert (whole is None) == (len(shares) < 4)
    assert whole is None or abs(whole - 100 * sum(shares) / len(shares)) <= Decimal("0.5")


def test_a_term_is_fed_once_and_by_its_word():
    for key in ("answered_in_time", "opinions_alike"):
        with pytest.raises(ValueError):
            alignment_terms.feed(key, lambda first, today: Found())


def test_what_no_room_feeds_is_not_measured_yet_by_the_rule_of_all(pair):
    both_say(pair, "PAIR")

    states = {one.key: one.state for one in alignment_readings.newest()[0]}

    fed = set(alignment_terms._feeds)
    assert {key for key, state in states.items() if state == NOT_MEASURED_YET} == set(TERMS) - fed
    assert {states[key] for key in fed} == {NOT_ENOUGH_DATA}


def a_moment(draw, days=130):
    return clock.now() - timedelta(days=draw.randrange(days), hours=draw.randrange(24))


def a_history(draw, company, pair):
    """Requests, answers, rounds, decisions and exceptions at random moments of four months."""
    SignedContent.objects.get_or_create(digest="0" * 64, defaults={"content": {}})
    for number in range(12):
        risk = make_risk(unit=company.northfield)
        exception = make_exception(risk, by=pair[0]) if number % 2 else None
        if exception:
            starts = TODAY() - draw.randrange(100) * DAY
            ends = starts + draw.randrange(1, 120) * DAY
            closed = a_moment(draw) if draw.random() < 0.5 else None
            RiskException.objects.filter(pk=exception.pk).update(
                starts_on=starts,
                original_starts_on=starts,
                ends_on=ends,
                signed_at=a_moment(draw) if draw.random() < 0.8 else None,
                closed_at=closed,
                outcome=draw.choice(["FIXED", "UNFIXED", "EXTENDED", "WITHDRAWN"]) if closed else "",
                closing_reason="x",
            )
        settled = draw.random() < 0.7
        RatingRound.objects.create(
            risk=risk,
            needs_both=draw.random() < 0.8,
            state="SETTLED" if settled else "DIFFERENT",
            outcome=draw.choice(["AGREED", "ARBITRATED", "NOT_OBJECTED"]) if settled else "",
            revealed_at=a_moment(draw),
            settled_at=a_moment(draw) if settled else None,
        )
        decision = make_decision(unit=company.northfield, by=pair[0], put=False)
        decided = draw.random() < 0.6
        Decision.objects.filter(pk=decision.pk).update(
            state="DECIDED" if decided else "OPEN",
            outcome=draw.choice(["TOGETHER", "ARBITER"]) if decided else "",
            decided_at=a_moment(draw) if decided else None,
            differs_since=a_moment(draw) if draw.random() < 0.6 else None,
            is_privileged=draw.random() < 0.2,
            opened_at=clock.now(),
        )
        asked_at = a_moment(draw)
        request = SignatureRequest.objects.create(
            subject_kind="decision",
            subject_id=decision.pk,
            slots=draw.choice([[["CIO"], ["CISO"]], [["CIO"]], [["CSO"]], [["CIO", "CISO"]]]),
            asked_at=asked_at,
        )
        for office, person in zip(("CIO", "CISO"), pair, strict=True):
            if draw.random() < 0.7:
                given = {"signed_at": asked_at + draw.randrange(12) * DAY, "factor_at": asked_at, "content_id": "0" * 64}
                key = {"subject_kind": "decision", "subject_id": decision.pk}
                Signature.objects.create(request=request, kind="SIGNED", office=office, signed_by=person, **key, **given)


def by_hand(first, today):
    """The same five terms from plain loops over whole tables."""
    told = {name: [] for name in ("answered_in_time", "settled_by_the_two", "exceptions_on_plan")}
    day = organisations.day_of
    private = {one.pk for one in Decision.objects.all() if one.is_privileged}
    put = {one.pk for one in Decision.objects.all() if one.state == "OPEN" or (one.state == "DECIDED" and one.stale_since)}
    for one in SignatureRequest.objects.order_by("pk"):
        asks = [slot[0] for slot in one.slots if len(slot) == 1 and slot[0] in ("CIO", "CISO")]
        if not asks or day(one.asked_at) < first or (one.subject_kind == "decision" and one.subject_id in private):
            continue
        due = working_days.after(day(one.asked_at), 5)
        when = [min((day(s.signed_at) for s in one.signatures.all() if s.office == office), default=None) for office in asks]
        if None not in when:
            told["answered_in_time"].append((one.subject_kind, one.subject_id, max(when) <= due))
        elif today > due and one.subject_kind == "decision" and one.subject_id in put:
            told["answered_in_time"].append((one.subject_kind, one.subject_id, False))
        elif today > due and one.subject_kind == "exception":
            row = RiskException.objects.get(pk=one.subject_id)
            if row.closed_at is None and not row.is_signed:
                told["answered_in_time"].append((one.subject_kind, one.subject_id, False))
    for one in RatingRound.objects.order_by("pk"):
        if one.needs_both and one.outcome in ("AGREED", "ARBITRATED") and one.revealed_at and day(one.settled_at) >= first:
            told["settled_by_the_two"].append(("risk", one.risk_id, one.outcome == "AGREED"))
    for one in Decision.objects.order_by("pk"):
        if one.state == "DECIDED" and one.differs_since and one.pk not in private and day(one.decided_at) >= first:
            told["settled_by_the_two"].append(("decision", one.pk, one.outcome == "TOGETHER"))
    for one in RiskException.objects.order_by("pk"):
        begun = one.signed_at and one.outcome != "WITHDRAWN" and one.starts_on <= today
        if begun and (one.closed_at is None or day(one.closed_at) >= first):
            fixed = one.closed_at is not None and one.outcome == "FIXED" and day(one.closed_at) <= one.ends_on
            told["exceptions_on_plan"].append(("exception", one.pk, fixed if one.closed_at else one.ends_on >= today))
    return told


def test_the_feeds_equal_counting_by_hand_on_a_random_history(company, pair):
    a_history(random.Random(1), company, pair)
    today = TODAY()
    first = today - 90 * DAY

    expected = by_hand(first, today)

    for name, told in expected.items():
        found = getattr(alignment_feeds, name)(first, today).rows
        assert [(row.kind, row.id, row.went_well) for row in found] == told, name
    assert all(expected.values())


def test_areas_and_goals_count_as_faults_and_readings_say(company, pair):
    areas = [
        ownership.Area("Backup", {"CIO": "A"}, risk_categories=("IT",)),
        ownership.Area("OT security", {"CISO": "A"}, risk_categories=("OT",)),
        ownership.Area("Suppliers", {"CIO": "A", "CISO": "A"}),
        ownership.Area("Awareness", {"CIO": "R"}),
        ownership.Area("Plants", {"BUSINESS": "A"}, risk_categories=("OT",)),
    ]
    ownership.take_force(ownership.propose(areas, ownership.Words(), actor=pair[0]), actor=None)
    make_risk(unit=company.northfield, category="OT", accountable="IT", it_owner=pair[0])
    make_risk(unit=company.northfield, category="IT", accountable="IT", it_owner=pair[0])
    goal, unsigned = make_goal(by=pair[0]), make_goal(by=pair[0])
    share(goal, *pair)

    found = {row.part: row.went_well for row in alignment_feeds.areas_without_fault(TODAY() - 90 * DAY, TODAY()).rows}

    assert found == {"backup": True, "ot-security": False, "suppliers": False, "awareness": False, "plants": True}
    assert alignment_feeds.goals_on_track(TODAY(), TODAY()).rows == []  # neither was read, one is not signed
    for office, value in (("CIO", 95), ("CISO", 120)):
        for one in (goal, unsigned):
            goals.read_measure(one, office, Decimal(value), actor=pair[0])
    assert alignment_feeds.goals_on_track(TODAY(), TODAY()).rows == [Row("goal", goal.pk, False)]


def test_raising_a_difference_never_lowers_a_term(company, pair):
    a_history(random.Random(3), company, pair)
    today = TODAY()
    before = {one.key: one.share for one in alignment_terms.read(today)}
    assert sum(share is not None for share in before.values()) >= 3

    decision = make_decision(unit=company.northfield, by=pair[0])
    answer(decision, pair[0])
    answer(decision, pair[1], "OPPOSE")
    RatingRound.objects.create(risk=make_risk(unit=company.northfield), needs_both=True, state="DIFFERENT", revealed_at=clock.now())

    after = {one.key: one.share for one in alignment_terms.read(today)}
    assert {key for key, told in after.items() if told != before[key] and (told is None or told < before[key])} == set()


def test_it_is_off_until_both_agree_then_for_the_two_until_both_publish(person, pair, as_person, monkeypatch):
    monkeypatch.delitem(alignment_terms._feeds, "board_answered_jointly")
    cio, ciso = pair
    analyst = person("ANALYST")
    with pytest.raises(NotOneOfThePair):
        alignment.say("ALL", actor=person("CSO"))
    with pytest.raises(Invalid):
        alignment.say("MAYBE", actor=cio)
    both_decide(pair)
    alignment.say("ALL", actor=cio)
    assert alignment_page.read(cio).terms == [] and not AlignmentReading.objects.exists()

    as_person(ciso).post(reverse("together:alignment-consent"), {"level": "PAIR"})
    assert [len(alignment_page.read(one).terms) for one in (cio, ciso, analyst)] == [8, 8, 0]
    assert as_person(analyst).get(AT + "goals_on_track/").status_code == 404
    assert as_person(analyst).get("/api/v1/alignment/goals_on_track/").status_code == 404
    assert "for the two of them" in as_person(analyst).get(AT).text
    shown = as_person(cio).get(AT).text
    assert "not measured yet" in shown and "not enough data" in shown and "never used in an appraisal" in shown

    said = as_person(ciso).post("/api/v1/alignment-consents/", {"level": "ALL"}, content_type="application/json")
    assert said.status_code == 201
    assert len(alignment_page.read(analyst).terms) == 8
    assert as_person(analyst).get(AT + "goals_on_track/").status_code == 200
    assert '<option value="ALL" selected>' in as_person(cio).get(AT).text
    alignment.say("OFF", actor=cio)
    assert alignment_page.read(ciso).terms == [] and alignment.measure() == 0


def test_rows_open_as_far_as_one_may_and_none_names_a_person(company, person, pair, as_person):
    shown = make_risk(unit=company.northfield, title="Shown in a row")
    hidden = make_risk(unit=company.northfield, is_confidential=True, title="Hidden from rows")
    private = make_decision(unit=company.northfield, by=pair[0])
    both_say(pair, "ALL")
    told = [["risk", shown.pk, True, ""], ["risk", hidden.pk, False, ""], ["decision", private.pk, False, ""]]
    AlignmentReading.objects.create(term="settled_by_the_two", formula=FORMULA, read_on=TODAY(), state=MEASURED, rows=told)
    analyst = as_person(person("ANALYST", unit=company.northfield))
    assert analyst.get("/api/v1/alignment/settled_by_the_two/").json()["term"]["of"] == 3

    Decision.objects.filter(pk=private.pk).update(is_privileged=True)

    for address in (AT, AT + "settled_by_the_two/", "/api/v1/alignment/", "/api/v1/alignment/settled_by_the_two/"):
        body = analyst.get(address).text
        assert hidden.title not in body and private.number not in body, address
        assert as_person(pair[0]).get(address).status_code == 200
    found = analyst.get("/api/v1/alignment/settled_by_the_two/").json()
    assert (found["term"]["good"], found["term"]["of"], found["hidden"], [row["label"] for row in found["rows"]]) == (
        1,
        2,
        1,
        [str(shown)],
    )
    terms = as_person(pair[0]).get("/api/v1/alignment/").json()["terms"]
    assert set(terms[0]) == {"key", "name", "counts", "state", "good", "of", "percent"}
    assert decisions.LEADERS & {key.upper() for term in terms for key in term} == set()


def test_the_formula_is_put_to_the_two_and_rests_on_their_decision(company, person, pair, as_person, monkeypatch):
    cio, ciso = pair
    with pytest.raises(NotOneOfThePair):
        alignment_formula.ask(actor=person("CSO"))
    client, reader = as_person(cio), as_person(person("AUDITOR"))
    assert "It rests on no decision of the two yet" in client.get(AT).text
    decision = Decision.objects.get(pk=client.post(AT + "formula/").url.rstrip("/").rpartition("/")[2])
    assert "Shared goals on track: Of the goals both signed" in decision.context and "All terms weigh the same" in decision.context
    assert f"{decision.number} asks the two for it" in client.get(AT).text
    again = as_person(ciso).post("/api/v1/alignment/formula/", {}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "formula-asked")

    answer(decision, cio)
    assert not alignment_formula.is_decided(alignment_formula.asked())
    answer(decision, ciso)

    shown = reader.get(AT).text
    assert (
        f"It rests on {decision.number}. Decided together on" in shown and "Put the formula to the two" not in client.get(AT).text
    )
    told = reader.get("/api/v1/alignment/").json()
    assert (told["decision"], told["is_decided"], told["formula"]) == (decision.pk, True, FORMULA) and told["decided_at"]
    Decision.objects.filter(pk=decision.pk).update(is_privileged=True)
    assert decision.number not in reader.get(AT).text and reader.get("/api/v1/alignment/").json()["decision"] is None
    for module in (alignment, alignment_formula, alignment_terms):  # another way to count
        monkeypatch.setattr(module, "FORMULA", FORMULA + 1)
    for level, refused in (("PAIR", True), ("OFF", False)):
        with pytest.raises(FormulaUndecided) if refused else nullcontext():
            alignment.say(level, actor=cio)
    second = alignment_formula.ask(actor=ciso)
    answer(second, cio)
    answer(second, ciso, "OPPOSE")
    with pytest.raises(FormulaUndecided):
        alignment.say("PAIR", actor=cio)
    decisions.withdraw(second, actor=ciso, reason="Written anew")
    third = alignment_formula.ask(actor=ciso)
    for leader in pair:
        answer(third, leader)
    assert alignment.say("PAIR", actor=cio).formula == FORMULA + 1
