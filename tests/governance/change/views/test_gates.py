"""The page of a gate: put to security, answered from both sides, waived; patterns and risks of an initiative."""

from decimal import Decimal

import pytest
from django.urls import reverse

from governance.change import initiatives
from governance.change.models import Criterion, Gate, Initiative, Pattern
from portal import clock
from portal.people import organisations
from risks.models import RiskException
from tests.factories.governance import at_a_gate, make_initiative
from tests.factories.risks import make_risk
from tests.house.world import BACKEND


@pytest.fixture
def planned(company, person):
    owner = person("OWNER", unit=company.northfield)
    one = make_initiative(unit=company.northfield, by=owner, kind="IT", reachability="INTERNAL", budget=Decimal("9000"))
    return at_a_gate(one)


def test_a_gate_is_put_to_security_and_answered_from_both_sides(client, planned, person, company):
    ciso, gate = person("CISO"), Gate.objects.get(opens="DESIGN")
    here, criterion = reverse("change:gate", args=[gate.pk]), gate.criteria.first()
    client.force_login(planned.owner, backend=BACKEND)
    assert "Put it to security" in client.get(here).text and "Waits for the IT" in client.get(here).text

    assert client.post(reverse("change:gate-asking", args=[gate.pk])).status_code == 302
    answer = reverse("change:criterion-answer", args=[criterion.pk])
    assert client.post(answer, {"answer": "MET", "note": ""}).status_code == 422
    assert client.post(answer, {"answer": "MET", "note": "Dana answers for it"}).status_code == 302
    assert client.post(reverse("change:criterion-dropping", args=[criterion.pk]), {"reason": "So"}).status_code == 409
    page = client.get(here).text
    assert "Dana answers for it" in page and "Waits for the Security" in page and "Security promised an answer by" in page
    client.force_login(ciso, backend=BACKEND)
    assert client.post(answer, {"answer": "MET", "note": ""}).status_code == 302
    others = gate.criteria.exclude(pk=criterion.pk)
    assert client.post(reverse("change:criterion-dropping", args=[others[0].pk]), {"reason": ""}).status_code == 422
    assert client.post(reverse("change:criterion-dropping", args=[others[0].pk]), {"reason": "No data"}).status_code == 302
    assert "Settled" in client.get(here).text and "Asked no more" in client.get(here).text
    assert "waits for the" in client.get(reverse("change:initiative", args=[planned.pk])).text or others.count() == 1


def test_a_waiver_is_asked_for_at_the_gate_and_shown_there(client, planned, company):
    risk, criterion = make_risk(unit=company.northfield), Criterion.objects.filter(gate__opens="DESIGN").first()
    client.force_login(planned.owner, backend=BACKEND)
    address = reverse("change:criterion-waiver", args=[criterion.pk])
    told = {"reason_kind": "TIME", "reason": "June", "ends_on": organisations.today().isoformat(), "risk": risk.number}

    assert client.get(address).status_code == 200
    assert client.post(address, told | {"risk": "R-9999"}).status_code == 422
    assert client.post(address, told | {"ends_on": "2001-01-01"}).status_code == 422
    asked = client.post(address, told)

    exception = RiskException.objects.get(kind="GATE_WAIVER")
    assert asked["Location"] == reverse("risks:exception", args=[exception.pk])
    assert "Extend it" not in client.get(asked["Location"]).text
    assert f"{exception.number}</a> waits for signatures" in client.get(reverse("change:gate", args=[criterion.gate_id])).text
    assert client.get(reverse("risks:exceptions"), {"kind": "GATE_WAIVER"}).status_code == 200
    assert "GATE_WAIVER" not in client.get(reverse("risks:exception-new")).text


def test_a_gap_at_a_passed_gate_and_what_is_carried_on_from_it_are_shown_with_why(client, planned):
    Gate.objects.filter(opens="DESIGN").update(passed_at=clock.now())
    Initiative.objects.update(stage="DESIGN")
    initiatives.change(planned, actor=planned.owner, budget=Decimal(60_000))
    client.force_login(planned.owner, backend=BACKEND)
    pages = {gate.opens: client.get(reverse("change:gate", args=[gate.pk])).text for gate in Gate.objects.all()}
    told = {gate["opens"]: gate for gate in client.get("/api/v1/gates/", {"initiative": planned.number}).json()["results"]}
    whole = client.get(reverse("change:initiative", args=[planned.pk])).text
    gaps = list(Criterion.objects.filter(gate__opens="DESIGN").values_list("pk", flat=True))
    answer = client.post(reverse("change:criterion-answer", args=[gaps[0]]), {"answer": "MET", "note": "Dana answers for it"})

    passed, following = pages["DESIGN"], pages["BUILD"]
    assert "2 criteria of it lock “Build”" in passed and "Answer for the IT" in passed and "Ask it no more" not in passed
    assert "Locked by the gate to “Design”" in following and "Asked here because the gate to “Design”" in following
    assert "locks “Build”, 2 open" in whole
    assert f"{told['BUILD']['blocking_count']} criteria stand before “Build”" in whole
    assert (told["DESIGN"]["locks"], told["DESIGN"]["blocking_count"], told["BUILD"]["locks"]) == ("BUILD", 2, None)
    asked = [one for one in told["BUILD"]["criteria"] if one["is_mandatory"]]
    assert told["BUILD"]["locked_by"] == gaps and told["BUILD"]["blocking_count"] == len(asked) + 2
    assert [one["key"] for one in asked if one["carried_from"] == "DESIGN"] == ["sbd-abuse"] and asked[0]["takes_answer"]
    assert answer.status_code == 302
    assert "Waits for the Security" in client.get(reverse("change:gate", args=[Gate.objects.get(opens="DESIGN").pk])).text


def test_patterns_are_proposed_used_and_retired_and_risks_named(client, planned, company):
    client.force_login(planned.owner, backend=BACKEND)
    new, listed = reverse("change:pattern-new"), reverse("change:patterns")
    assert "No gate was passed yet" in client.get(listed).text and client.get(new).status_code == 200
    told = {"title": "Our platform", "description": "On our own ground", "answer-sbd-owner": "The platform's owner"}
    assert client.post(new, told | {"answer-sbd-owner": ""}).status_code == 422
    assert client.post(new, told).status_code == 302
    pattern, use = Pattern.objects.get(), reverse("change:initiative-pattern", args=[planned.pk])
    assert "waits for signatures" in client.get(listed).text
    assert [client.post(use, {"pattern": one}).status_code for one in (pattern.pk, "x", 999)] == [409, 422, 422]
    Pattern.objects.update(approved_at=planned.proposed_at)

    assert client.post(use, {"pattern": pattern.pk}).status_code == 302
    assert "The platform&#x27;s owner" in client.get(reverse("change:gate", args=[planned.gates.first().pk])).text
    assert client.post(reverse("change:pattern-retiring", args=[pattern.pk])).status_code == 302
    assert "retired" in client.get(reverse("change:pattern", args=[pattern.pk])).text
    risk, names = make_risk(unit=company.northfield), reverse("change:initiative-risks", args=[planned.pk])
    assert [client.post(names, {"risk": one}).status_code for one in ("R-9999", risk.number)] == [422, 302]
    assert risk.title in client.get(reverse("change:initiative", args=[planned.pk])).text
    assert client.post(reverse("change:initiative-risk-removal", args=[planned.pk, risk.pk])).status_code == 302
    assert "It names no risk you may open" in client.get(reverse("change:initiative", args=[planned.pk])).text
