"""Which cards stand under Needs you, by role, and what an administrator looks after."""

import re
from datetime import date, timedelta

import pytest

from assets.discovery import reading
from governance.board import ground, needs, scope
from governance.together import moving
from portal import clock
from portal.attention import reviews
from portal.attention.models import Review
from portal.people import organisations
from portal.people.models import Delegation, User
from portal.record import audit, sealing
from risks import cadence, recompute
from risks.models import ScoreState
from risks.stale import mark_risks
from tests.factories.assets import make_run
from tests.factories.governance import answer, make_decision
from tests.factories.portal import make_user
from tests.factories.risks import make_levels, make_risk

LATE = date(2026, 1, 5)


@pytest.fixture
def late_review(company):
    def make(owner, due_on, **fields):
        risk = make_risk(unit=company.northfield, **fields)
        return Review.objects.create(subject_kind="risk", subject_id=risk.pk, kind="risk.review", owner=owner, due_on=due_on)

    return make


def test_reviews_of_what_one_may_not_open_leave_room_for_the_others(person, company, late_review):
    head = person("HEAD", unit=company.northfield)
    company.northfield.head = head
    company.northfield.save(update_fields=["head"])
    owner = person("OWNER", unit=company.northfield, reports_to=head)
    for days in range(needs.MOST_CARDS):
        late_review(owner, LATE + timedelta(days=days), is_confidential=True)
    seen = late_review(owner, LATE + timedelta(days=30), title="The press stops")

    waiting = needs.waiting_for(head)

    assert [(card.url, card.due_on) for card in waiting] == [(f"/reviews/{seen.pk}/", seen.due_on)]
    assert waiting[0].title.endswith("The press stops")


def test_what_one_answers_for_unseen_leaves_room_for_the_others(person, company, late_review):
    owner = person("OWNER", unit=company.northfield)
    for days in range(needs.MOST_CARDS):
        late_review(owner, LATE + timedelta(days=days), is_confidential=True)
    seen = late_review(owner, LATE + timedelta(days=30))

    assert [one.pk for one in needs._reviews(owner, mirror=False).mine] == [seen.pk]


def test_a_difference_that_stays_open_stands_first_for_the_arbiter_alone(person, company):
    cio, ciso, arbiter = person("CIO"), person("CISO"), person("ARBITER")
    case, early = (make_decision(unit=company.northfield, by=person("ANALYST"), title=title) for title in ("Access", "Badges"))
    answer(case, cio)
    answer(case, ciso, "OPPOSE")

    def cases(user):
        reader = User.objects.get(pk=user.pk)
        return [need.url for need in needs.of(reader, scope.of(reader)) if need.kind == "Difference"]

    assert cases(arbiter) == []  # between the two
    with clock.stopped(clock.now() + timedelta(days=9)):
        answer(early, cio)
        moving.escalate()
    assert (cases(arbiter), cases(cio), cases(ciso)) == ([f"/governance/decisions/{case.pk}/"], [], [])

    answer(case, ciso)
    assert cases(arbiter) == []  # they agreed after all


def test_what_one_may_answer_is_the_same_by_each_way_to_it(person, company, late_review):
    leader, other, away = person("CIO"), person("CISO"), person("OWNER", unit=company.northfield)
    told = [late_review(one, LATE) for one in (leader, other, away, other)] + [late_review(leader, LATE + timedelta(days=1))]
    told[1].people.add(leader)
    today = organisations.today()
    Delegation.objects.create(delegator=away, delegate=leader, from_on=today, to_on=today, named_by=away)

    found = Review.objects.visible_to(leader).to_answer(leader, LATE)

    assert set(found) == set(told[:3]) == set(Review.objects.open().filter(due_on__lte=LATE).for_person(leader))
    opens_all = re.compile(r'"subject_kind" IN \([^)]*\brisk\b')  # then nothing is asked of the risks themselves
    assert opens_all.search(str(found.query)) and not opens_all.search(str(Review.objects.visible_to(away).query))


@pytest.fixture
def rated(company):
    """`rated(title=…)`: a risk of Northfield with a score and an accountable owner."""

    def make(**fields):
        owner = make_user("Owner")
        named = {"it_owner": owner, "accountable": "IT"}
        risk = make_risk(**({"unit": company.northfield} | named | fields))
        make_levels(risk)
        mark_risks([risk.pk], "test.made")
        recompute.refresh_batch()
        return risk

    return make


def cards(user: User) -> list[tuple[str, str, str]]:
    """(icon, title, verb) of what needs a person."""
    return [(need.icon, need.title, need.verb) for need in needs.of(user, scope.of(user))]


def due(risk, owner, days=0):
    return reviews.schedule(risk, cadence.REVIEW, organisations.today() + timedelta(days=days), [], owner=owner)


def test_an_engineer_settles_what_discovery_proposes(person, company):
    engineer = person("ENGINEER", unit=company.northfield)
    run = make_run(unit=company.northfield)
    reading.read_waiting()

    [card] = needs.of(engineer, scope.of(engineer))

    assert (card.icon, card.title, card.note) == ("discovery", "2 proposals of plant.xml", "2 things that nobody knew")
    assert card.url == f"/assets/discovery/{run.pk}/"
    assert cards(person("ENGINEER", unit=company.eastmere)) == []


def test_an_analyst_chases_risks_without_an_owner_and_without_levels(person, company, rated):
    rated()
    unowned = rated(it_owner=None, accountable="")
    owner = make_user()
    unrated = make_risk(unit=company.northfield, it_owner=owner, accountable="IT")
    ScoreState.objects.create(risk=unrated)
    closed = rated(it_owner=None, accountable="")
    closed.state = "CLOSED"
    closed.save(update_fields=["state"])

    expected = [("pen", str(unowned), "Name an owner"), ("risks", str(unrated), "Finish it")]
    assert cards(person("ANALYST", unit=company.northfield)) == expected
    assert cards(person("ANALYST", unit=company.eastmere)) == []


def test_a_leader_names_owners_and_leaves_levels_to_analysts(person, company, rated):
    unowned = rated(it_owner=None, accountable="")
    ScoreState.objects.create(risk=make_risk(unit=company.northfield, it_owner=make_user(), accountable="IT"))

    assert cards(person("CIO")) == [("pen", str(unowned), "Name an owner")]


def test_reviews_come_first_by_their_day_and_only_those_of_the_next_week(person, rated):
    ciso = person("CISO")
    soon, late, later = rated(), rated(), rated()
    due(soon, ciso, days=needs.AHEAD_DAYS)
    due(late, ciso, days=-2)
    due(later, ciso, days=needs.AHEAD_DAYS + 1)

    assert cards(ciso) == [("review", str(late), "Answer"), ("review", str(soon), "Answer")]


def test_whoever_prepares_sees_the_cards_of_their_leader_to_read(person, rated):
    leader = person("CIO")
    review = due(rated(), leader)
    preparer = person("PREPARER", reports_to=leader)

    [card] = needs.of(preparer, scope.of(preparer))

    assert (card.verb, card.note, card.person) == ("Open", f"Waits for {leader.name}", leader.name)
    assert card.url == f"/reviews/{review.pk}/"
    assert not reviews.may_answer(review, preparer)
    assert cards(person("PREPARER", reports_to=person("CISO"))) == []


def test_nothing_needs_a_colleague(person, company, rated):
    rated(it_owner=None, accountable="")
    make_run(unit=company.northfield)
    reading.read_waiting()

    assert cards(person("COLLEAGUE", unit=company.northfield)) == []


def test_there_are_at_most_seven_cards_and_the_most_pressing_stay(person, rated):
    cio = person("CIO")
    days = list(range(needs.MOST_CARDS + 2))
    for day in days:
        due(rated(), cio, days=-day)

    found = needs.of(cio, scope.of(cio))

    assert [(organisations.today() - need.due_on).days for need in found] == days[: -needs.MOST_CARDS - 1 : -1]


def test_leaders_see_who_is_late_and_others_do_not(person, company, rated):
    owner = make_user("Late One")
    risk = rated()
    due(risk, owner, days=-1)
    due(rated(), owner, days=1)

    [card] = needs.waiting_for(person("CISO"))

    assert (card.title, card.note, card.verb) == (str(risk), "Waits for Late One", "Open")
    assert needs.waiting_for(person("ANALYST")) == []


def test_the_ground_counts_accounts_the_record_and_what_waits(person, company, rated):
    before = ground.read()
    make_user("Somebody")
    person("INTEGRATION")
    make_user("Gone", is_active=False)
    risk = rated()
    mark_risks([risk.pk, risk.pk], "test.again")
    sealing.seal_all()
    sealed = ground.read()
    audit.record(None, "risk.reworded", risk)

    found = ground.read()

    assert found.accounts == before.accounts + 2  # Somebody, and the owner of the risk
    assert found.without_factor == found.accounts
    assert (found.stale, sealed.unsealed, found.unsealed) == (1, 0, 1)
    assert found.sealed == sealed.sealed


def test_whom_nothing_needs_hears_what_comes_next(person, rated):
    ciso = person("CISO")
    later, last = rated(), rated()
    due(last, ciso, days=60)
    review = due(later, ciso, days=30)

    assert cards(ciso) == []
    assert needs.next_for(ciso).url == f"/reviews/{review.pk}/"
    assert needs.next_for(person("BOARD")) is None


def test_an_administrator_helps_those_in_who_cannot_come_in_alone(person):
    admin = person("ADMIN")
    person("CIO", has_factor=False)

    found = cards(admin)

    assert ("pen", "1 person lacks a second factor", "Help them") in found
    assert any(verb == "Invite them" for _icon, _title, verb in found)


def test_a_card_of_somebody_else_says_whose_answer_it_waits_for(person, rated):
    owner, named = make_user("Rosa Costa"), person("CISO")
    reviews.schedule(rated(), cadence.REVIEW, organisations.today(), [named], owner=owner)

    [card] = needs.of(named, scope.of(named))

    assert (card.note, card.verb) == ("Waits for Rosa Costa", "Open")
