"""What both may be proud of: proposed by facts, verified by the other office, published by a person; and plans that one office
backs for the other."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from governance.board import pack_numbers
from governance.change import achievement_feeds
from governance.change.models import Saving, SpendLine
from governance.together import achievement_page, achievements, backing, goals
from governance.together.errors import (
    AchievementSettled,
    BackedAlready,
    BackingEnded,
    NothingToBack,
    NotTheOtherOffice,
    NotVerified,
    NotYourBacking,
    OwnOffice,
)
from governance.together.models import Achievement, Backing
from portal import clock
from portal.errors import Invalid
from portal.people import organisations
from portal.record.models import AuditEntry
from portal.runtime import servers
from risks.models import LossResult, Treatment
from tests.database import somebody_waits
from tests.factories.governance import make_goal, make_initiative, make_spend_line, share
from tests.factories.portal import make_person
from tests.factories.risks import make_levels, make_loss, make_risk, make_treatment

PAGE = "/governance/achievements/"


@pytest.fixture
def pair(person):
    return person("CIO"), person("CISO")


@pytest.fixture
def facts(company, pair, person):
    """One of each kind: a goal whose measures are met, cash that was confirmed, a plan that is done, gates without a stumble."""
    cio, _ciso = pair
    goal = share(make_goal(by=cio), *pair)
    for measure in goal.measures.all():
        goals.read_measure(goal, measure.office, measure.target_value, actor=cio)
    line, kept = (make_spend_line(by=cio, unit=company.northfield, product=name) for name in ("Old", "New"))
    SpendLine.objects.filter(pk=line.pk).update(ended_on=organisations.today())
    Saving.objects.create(line=line, kept=kept, expected=900, accepted_by=cio, state="CONFIRMED", confirmed=Decimal("840.00"))
    risk = make_risk(
        unit=company.northfield, accountable="SECURITY", security_owner=person("OWNER"), is_confidential=True, title="Nightglass"
    )
    make_levels(risk)
    plan = make_treatment(risk, actor=cio, title="Nightglass moved")
    Treatment.objects.filter(pk=plan.pk).update(state="DONE")
    numbers = dict.fromkeys(("mean", "sd", "p_none", "var95", "var99", "var999", "es99"), 1.0)
    LossResult.objects.create(
        risk=risk, stage="CURRENT", scenario=make_loss(risk, actor=cio), digest="0" * 64, sketch=b"", cells=b"", **numbers
    )
    live = make_initiative(unit=company.northfield, by=cio)
    live.gates.create(opens="DESIGN", passed_at=clock.now())
    type(live).objects.filter(pk=live.pk).update(stage="LIVE")
    return {"GOAL_MET": goal, "CASH_SAVED": line, "LOSS_LOWERED": plan, "FIRST_TIME": live}


def of(kind):
    return Achievement.objects.get(kind=kind)


def test_facts_propose_once_and_a_person_publishes_to_the_credit_of_both(as_person, company, pair, facts):
    cio, ciso = pair
    assert {one.kind for one in achievements.propose()} == set(facts)
    assert achievements.propose() == []
    assert (of("CASH_SAVED").amount, of("LOSS_LOWERED").verifier) == (Decimal("840.00"), "CIO")
    for act in (
        lambda: achievements.publish(of("GOAL_MET"), "Said", actor=company_person(company)),
        lambda: achievements.decline(of("GOAL_MET"), actor=company_person(company)),
    ):
        with pytest.raises(PermissionDenied):
            act()
    with pytest.raises(NotVerified):
        achievements.publish(of("LOSS_LOWERED"), "Dry feet", actor=ciso)
    with pytest.raises(NotTheOtherOffice):
        achievements.verify(of("LOSS_LOWERED"), Decimal(9000), actor=ciso)
    for amount in (None, Decimal(0), Decimal("1.001")):
        with pytest.raises(Invalid):
            achievements.verify(of("LOSS_LOWERED"), amount, actor=cio)
    with pytest.raises(Invalid):
        achievements.publish(of("GOAL_MET"), " ", actor=cio)
    achievements.verify(of("LOSS_LOWERED"), Decimal("9000.00"), actor=cio)
    for kind, words in (("LOSS_LOWERED", "Dry feet"), ("CASH_SAVED", "One tool instead of two"), ("GOAL_MET", "Back in two days")):
        achievements.publish(of(kind), words, actor=ciso)
    achievements.decline(of("FIRST_TIME"), actor=cio)
    with pytest.raises(AchievementSettled):
        achievements.publish(of("FIRST_TIME"), "Again", actor=cio)
    assert (of("GOAL_MET").cio, of("GOAL_MET").ciso) == pair
    assert AuditEntry.objects.filter(kind="achievement").count() == 4 + 1 + 4
    with pytest.raises(IntegrityError), transaction.atomic():
        Achievement.objects.create(
            kind="LOSS_LOWERED", subject_kind="treatment", subject_id=0, state="PUBLISHED", words="Unverified"
        )

    today = organisations.today()
    told = pack_numbers._achievements(today, today)
    assert [one["value"] for one in told["figures"]] == ["€840.00", "€9,000.00"] and len(told["rows"]) == 3
    reader = company_person(company)
    page = achievement_page.read(reader)
    assert (page.cash, page.modelled, len(page.published), page.waiting) == (Decimal("840.00"), Decimal("9000.00"), 3, [])
    shown = as_person(reader).get(PAGE).text
    assert "Dry feet" in shown and "Nightglass" not in shown and "never added" in shown


def company_person(company):
    return make_person("AUDITOR", company=company)


def test_what_is_more_than_the_page_shows_is_counted_and_opens_whole(as_person, company, pair, monkeypatch):
    monkeypatch.setattr(achievement_page, "MOST", 2)
    told = {"kind": "GOAL_MET", "subject_kind": "goal", "settled_at": clock.now(), "cio": pair[0], "ciso": pair[1]}
    risk = make_risk(unit=company.northfield)
    for n in range(3):
        Achievement.objects.create(**told, subject_id=n, state="PUBLISHED", words=f"Reached {n}")
        plan = make_treatment(risk, actor=pair[1], title=f"Plan {n}")
        Backing.objects.create(subject_kind="treatment", subject_id=plan.pk, office="CIO", person_days=1, backed_by=pair[0])
    client = as_person(pair[0])

    first, whole = client.get(PAGE).text, client.get(f"{PAGE}?all").text

    assert "3 achievements, to the credit of both offices" in first and "Reached 2" in first and "Reached 0" not in first
    assert first.count("The newest 2 are shown.") == 2 and f'href="{PAGE}?all"' in first
    assert "More than 2 plans are backed by the other office" in first and "3 plans are backed" in whole
    assert "are shown" not in whole and "Reached 0" in whole


def test_one_office_backs_what_the_other_proposed_with_money_or_people(as_person, company, pair, facts):
    cio, ciso = pair
    plan = make_treatment(make_risk(unit=company.northfield), actor=ciso)
    with pytest.raises(PermissionDenied):
        backing.back(plan, actor=company_person(company), person_days=3)
    with pytest.raises(OwnOffice):
        backing.back(plan, actor=ciso, person_days=3)
    with pytest.raises(NothingToBack):
        backing.back(facts["LOSS_LOWERED"], actor=ciso, person_days=3)
    for said in ({}, {"amount": Decimal("-1")}, {"person_days": 10_000}, {"person_days": 1, "words": "x" * 301}):
        with pytest.raises(Invalid):
            backing.back(plan, actor=cio, **said)
    made = backing.back(plan, actor=cio, amount=Decimal("500.00"), person_days=3, words="The platform team")
    with pytest.raises(BackedAlready):
        backing.back(plan, actor=cio, person_days=1)
    assert [one.label for one in achievement_page.read(ciso).backed] == [str(plan)]
    with pytest.raises(NotYourBacking):
        backing.end(made, actor=ciso)
    backing.end(made, actor=cio)
    with pytest.raises(BackingEnded):
        backing.end(made, actor=cio)
    assert achievement_page.read(ciso).backed == []


def test_the_page_and_the_api_are_two_doors_to_the_same_verbs(as_person, company, pair, facts):
    cio, ciso = pair
    achievements.propose()
    client, other = as_person(cio), as_person(ciso)
    goal, loss, first = of("GOAL_MET"), of("LOSS_LOWERED"), of("FIRST_TIME")
    assert "4 facts wait for words" in client.get(PAGE).text
    assert client.post(reverse("together:achievement-publication", args=[goal.pk]), {"words": ""}).status_code == 422
    assert (
        client.post(reverse("together:achievement-publication", args=[goal.pk]), {"words": "Back in two days"}).status_code == 302
    )
    assert client.post(reverse("together:achievement-verification", args=[loss.pk]), {"amount": "9000"}).status_code == 302
    assert client.post(reverse("together:achievement-declining", args=[first.pk])).status_code == 302
    plan = make_treatment(make_risk(unit=company.northfield), actor=ciso)
    assert client.post(PAGE, {"treatment": plan.pk, "person_days": "4"}).status_code == 302
    assert client.post(PAGE, {"treatment": plan.pk}).status_code == 422
    assert other.post(reverse("together:backing-ending", args=[Backing.objects.get().pk])).status_code == 409
    assert client.post(reverse("together:backing-ending", args=[Backing.objects.get().pk])).status_code == 302

    auditor = as_person(company_person(company))
    assert [one["words"] for one in auditor.get("/api/v1/achievements/").json()["results"]] == ["Back in two days"]
    assert auditor.get(f"/api/v1/achievements/{loss.pk}/").status_code == 404
    assert auditor.post(PAGE, {"treatment": plan.pk, "person_days": "4"}).status_code == 403
    done = other.post(f"/api/v1/achievements/{loss.pk}/publication/", {"words": "Dry feet"}, content_type="application/json")
    assert (done.status_code, done.json()["state"], done.json()["cio"]) == (200, "PUBLISHED", cio.pk)
    backed = client.post("/api/v1/backings/", {"treatment": plan.number, "amount": "12.50"}, content_type="application/json")
    assert (backed.status_code, backed.json()["office"], backed.json()["subject_id"]) == (201, "CIO", plan.pk)
    assert {one.subject_kind for one in achievement_feeds.cash_saved()} == {"saving"}


def test_two_who_look_at_once_propose_a_fact_once(own_db, monkeypatch):
    monkeypatch.setattr(achievements, "_finders", [lambda: [achievements.Fact(Achievement.Kind.GOAL_MET, "goal", 1)]])

    def second():
        try:
            return achievements.propose()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert len(achievements.propose()) == 1
            later = pool.submit(second)
            assert servers.wait_until(somebody_waits, 30)
        assert later.result() == []
