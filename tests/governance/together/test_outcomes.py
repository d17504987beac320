"""What became of a decision: foretold when it was signed, noted later, read by the two alone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from governance.together import decisions, outcomes
from governance.together.errors import NotDecided, NotOneOfThePair
from governance.together.models import DecisionOption, DecisionOutcome
from portal.errors import Invalid
from portal.people import organisations
from portal.record.models import AuditEntry, EntryText
from tests.factories.governance import OPTIONS, answer, make_decision


@pytest.fixture
def pair(person):
    return person("CIO"), person("CISO")


@pytest.fixture
def decision(company, person, pair):
    return make_decision(unit=company.northfield, by=person("ANALYST", unit=company.northfield))


def test_what_was_foretold_is_locked_by_the_first_signatures(decision, pair):
    assert outcomes.predicted(decision) is None
    for leader in pair:
        answer(decision, leader)
    decisions.Decision.objects.filter(pk=decision.pk).update(stale_since=decision.decided_at)
    DecisionOption.objects.filter(decision=decision, letter="A").update(cost=Decimal("1.00"))
    decision.refresh_from_db()

    told = outcomes.predicted(decision)

    assert (told.letter, told.cost, told.residual_loss_per_year) == ("A", OPTIONS[0].cost, OPTIONS[0].residual_loss_per_year)


def test_only_the_two_note_it_only_once_decided_and_nothing_is_changed(decision, pair, person):
    said = {"bore_out": "DISSENT", "what_happened": "The recipe was altered."}
    with pytest.raises(NotDecided):
        outcomes.note(decision, actor=pair[0], **said)
    for leader in pair:
        answer(decision, leader)
    for other in (person("CSO"), person("ARBITER"), person("ANALYST")):
        with pytest.raises(NotOneOfThePair):
            outcomes.note(decision, actor=other, **said)
    tomorrow = organisations.today() + timedelta(days=1)
    for wrong, field in (
        ({"bore_out": "IDRIS"}, "bore_out"),
        ({"what_happened": " "}, "what_happened"),
        ({"happened_on": tomorrow}, "happened_on"),
        ({"actual_loss": Decimal(-1)}, "actual_loss"),
    ):
        with pytest.raises(Invalid) as refused:
            outcomes.note(decision, actor=pair[0], **(said | wrong))
        assert set(refused.value.fields) == {field}

    row = outcomes.note(decision, actor=pair[1], actual_cost=Decimal("20000.00"), **said)

    assert outcomes.read(decision, pair[0]).noted == [row]
    entry = AuditEntry.objects.get(verb="decision.outcome_noted")  # others read these: that it was noted, not what it says
    assert (entry.params, entry.text_digest, EntryText.objects.filter(entry=entry).exists()) == ({}, "", False)
    assert outcomes.read(decision, person("AUDITOR")).noted == []
    with pytest.raises(DatabaseError), transaction.atomic():
        DecisionOutcome.objects.filter(pk=row.pk).update(bore_out="DECIDED")


def test_the_outcome_by_page_and_api_is_for_the_two(decision, pair, person, as_person):
    for leader in pair:
        answer(decision, leader)
    at, cio = reverse("together:decision-outcome", args=[decision.pk]), as_person(pair[0])
    assert "Nobody has noted what became of it yet" in cio.get(at).text
    assert cio.post(at, {"bore_out": "WAITING"}).status_code == 422
    assert cio.post(at, {"bore_out": "WAITING", "what_happened": "Two stops.", "actual_loss": "41000"}).status_code == 302
    assert "Waiting cost more than it saved" in cio.get(at).text
    told = {"decision": decision.number, "bore_out": "OPEN", "what_happened": "Too early."}
    assert cio.post("/api/v1/decision-outcomes/", told, content_type="application/json").status_code == 201
    assert len(cio.get(f"/api/v1/decision-outcomes/?decision={decision.pk}").json()["results"]) == 2

    for role in ("CSO", "AUDITOR", "BOARD", "PREPARER"):
        reader = as_person(person(role))
        assert {reader.get(one).status_code for one in (at, "/api/v1/decision-outcomes/")} == {403}, role
