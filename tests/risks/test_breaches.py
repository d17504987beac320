from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.attention.models import Reminder
from portal.errors import Invalid
from portal.people import organisations
from portal.record.models import AuditEntry
from risks import appetite, breaches, exceptions, recompute, register, treatments
from risks.errors import BreachOver, NotYourBreach
from risks.facts import Standing
from risks.models import Breach
from risks.stale import mark_risks
from tests.factories.portal import make_user
from tests.factories.risks import make_exception, make_levels, make_risk, make_treatment


@pytest.fixture
def owned(company, person):
    """A risk of two owners above the tolerance of 40."""
    appetite.agree({"": (30, 40)}, actor=None)
    owner, other = person("OWNER", unit=company.northfield), person("OWNER", unit=company.northfield)
    risk = make_risk(unit=company.northfield, it_owner=owner, security_owner=other, accountable="IT")
    move(risk, 4)
    return risk


def move(risk, likelihood):
    make_levels(risk, likelihood)
    mark_risks([risk.pk], "risk.levels_set")
    while recompute.refresh_batch():
        pass


def told(kind=breaches.BEGAN):
    return Reminder.objects.filter(kind=f"{kind}.news")


def test_a_score_that_crosses_tells_both_owners_once_and_again_only_when_it_crosses_anew(owned):
    first = Breach.objects.get()
    assert (str(first.value), first.tolerance_points, first.ended_at) == ("48.0", 40, None)
    assert set(told().values_list("recipient", flat=True)) == {owned.it_owner_id, owned.security_owner_id}
    assert told().first().params == {"risk": owned.pk, "value": "48.0", "tolerance": 40}

    move(owned, 5)
    assert told().count() == 2
    move(owned, 1)
    first.refresh_from_db()
    assert first.ended_at is not None
    move(owned, 4)

    assert told().count() == 4
    assert Breach.objects.open().get() != first
    verbs = AuditEntry.objects.filter(kind="breach").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [breaches.BEGAN, breaches.ENDED, breaches.BEGAN]


def test_appetite_of_a_nearer_unit_and_a_moved_risk_cross_by_the_same_verb(owned, company):
    appetite.agree({"": (50, 60)}, unit=company.northfield, actor=None)
    while recompute.refresh_batch():
        pass
    assert not Breach.objects.open().exists()

    register.change(owned, actor=owned.it_owner, version=None, unit=company.eastmere)
    while recompute.refresh_batch():
        pass

    assert Breach.objects.open().get().tolerance_points == 40


def test_what_crossed_costs_the_same_few_questions_however_much_it_is_and_nothing_where_nothing_did(company, owned):
    moment = organisations.morning(organisations.today())
    risks = [make_risk(unit=company.northfield, it_owner=owned.it_owner, accountable="IT") for _ in range(30)]
    below = {risk.pk: Standing(risk.pk) for risk in risks}
    above = {
        risk.pk: Standing(risk.pk, current_value=Decimal(50), tolerance_points=40, is_above_tolerance=True, counted={"units": [1]})
        for risk in risks
    }

    def asked(ids):
        with CaptureQueriesContext(connection) as queries:
            breaches.follow(below, above, ids, moment)
        return len(queries)

    ids = list(below)
    assert asked([]) == 0
    assert asked(ids[:2]) == asked(ids[2:])
    assert told().count() == 2 + len(risks)


def test_what_nobody_owns_is_left_to_the_two_leaders(company, person):
    appetite.agree({"": (30, 40)}, actor=None)
    leaders = [person("CIO"), person("CISO")]
    risk = make_risk(unit=company.northfield, it_owner=None, security_owner=None)

    move(risk, 4)

    assert set(told().values_list("recipient", flat=True)) == {one.pk for one in leaders}
    breach = Breach.objects.get()
    assert [breaches.waiting_for(one, 7) for one in (*leaders, person("OWNER"), person("CSO"))] == [[breach], [breach], [], []]
    register.change(risk, actor=leaders[0], version=None, it_owner=person("OWNER", unit=company.northfield))
    assert breaches.waiting_for(leaders[1], 7) == []


def test_it_asks_until_something_is_planned_accepted_or_said_and_again_when_that_is_over(owned, person):
    today, owner = organisations.today(), owned.it_owner
    assert breaches.waiting_for(owner, 7) == [Breach.objects.get()]
    assert breaches.waiting_for(person("CIO"), 7) == []
    make_treatment(owned, actor=owned.security_owner, kind="RETAIN", likelihood_level=None)
    assert breaches.waiting_for(owner, 7) == [Breach.objects.get()]  # that takes an acceptance

    plan = make_treatment(owned, actor=owned.security_owner)
    assert breaches.waiting_for(owner, 7) == []
    treatments.withdraw(plan, actor=owner, reason="Too slow.")
    assert len(breaches.waiting_for(owner, 7)) == 1
    accepted = make_exception(owned, by=owner, kind="RISK_ACCEPTANCE")
    assert breaches.waiting_for(owner, 7) == []
    exceptions.close(accepted, actor=owner, gap_fixed=False)

    breach = breaches.decide(Breach.objects.get(), "PLAN", actor=owner, reason="A plan comes.", until=today)
    assert breaches.waiting_for(owner, 7) == []
    Breach.objects.update(decided_until=today - timedelta(days=1))

    assert breaches.waiting_for(owner, 7) == [breach]
    assert AuditEntry.objects.filter(verb="breach.decided").get().params["course"] == "PLAN"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"course": "WAIT"}, "course"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"until": None}, "until"),
        ({"until": 31}, "until"),
        ({"until": -1}, "until"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(owned, said, field):
    answer = {"course": "RATE", "reason": "The level is old.", "until": 7} | said
    if answer["until"] is not None:
        answer["until"] = organisations.today() + timedelta(days=answer["until"])

    with pytest.raises(Invalid) as refusal:
        breaches.decide(Breach.objects.get(), answer.pop("course"), actor=owned.it_owner, **answer)

    assert set(refusal.value.fields) == {field}


def test_only_owners_and_leaders_decide_and_only_while_it_lasts(owned, person):
    breach = Breach.objects.get()
    answer = {"reason": "It is old.", "until": organisations.today()}

    with pytest.raises(NotYourBreach):
        breaches.decide(breach, "RATE", actor=make_user("Somebody"), **answer)
    breaches.decide(breach, "RATE", actor=person("CISO"), **answer)
    register.close(owned, actor=owned.it_owner, reason="Gone.")
    while recompute.refresh_batch():
        pass

    with pytest.raises(BreachOver):
        breaches.decide(breach, "RATE", actor=owned.it_owner, **answer)
