"""Initiatives: proposed, said otherwise, moved on, stopped, handed over."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from governance.change import initiative_book, initiatives, roadmap, stages
from governance.change.errors import InitiativeLive, InitiativeStopped, MilestoneReached, NotTheNextStage
from governance.change.models import Initiative
from governance.change.wanted import Planned
from portal.errors import Invalid
from portal.people import organisations
from portal.record.models import AuditEntry
from risks.errors import SavedMeanwhile
from tests.factories.governance import make_initiative
from tests.factories.portal import make_user


@pytest.fixture
def owner(person, company):
    return person("OWNER", unit=company.northfield)


@pytest.fixture
def started(company, owner):
    days = [Planned("The pilot runs", organisations.today() + timedelta(days=20), 70)]
    return make_initiative(unit=company.northfield, by=owner, milestones=days)


def verbs(initiative):
    return list(AuditEntry.objects.filter(kind="initiative", subject_id=initiative.pk).values_list("verb", flat=True))


def test_an_initiative_begins_as_a_numbered_idea(started):
    assert (started.number[:2], started.stage, started.is_open) == ("I-", "IDEA", True)
    assert verbs(started) == ["initiative.proposed"]


def test_what_does_not_fit_is_told_by_field(company, owner):
    gone = make_user("Gone", is_active=False)
    wrong = {"title": " ", "kind": "X", "status": "STOPPED", "owner": gone, "security_lead": owner, "budget": Decimal("-1")}
    wrong |= {"spent": Decimal("5.00"), "starts_on": date(2026, 5, 1), "live_on": date(2026, 4, 1), "unit": None}

    with pytest.raises(Invalid) as refused:
        make_initiative(by=owner, milestones=[Planned("", date(2026, 1, 1), 101)], **{"unit": company.northfield} | wrong)

    named = {"title", "kind", "status", "owner", "security_lead", "budget", "spent_on", "live_on", "unit", "milestones.0"}
    assert set(refused.value.fields) == named
    assert not Initiative.objects.exists()


def test_a_change_replaces_milestones_that_are_not_reached_and_keeps_the_others(started, owner):
    initiatives.reach(started.milestones.get(), actor=owner)
    later = Planned("All plants", organisations.today() + timedelta(days=90), 50)

    initiatives.change(started, actor=owner, version=2, budget=Decimal("1.50"), milestones=[later])
    initiatives.change(started, actor=owner, version=3, milestones=[later])  # the same again changes nothing

    started.refresh_from_db()
    kept = list(started.milestones.filter(archived_at=None).values_list("title", flat=True))
    assert (kept, started.version) == (["The pilot runs", "All plants"], 3)
    with pytest.raises(MilestoneReached):
        initiatives.reach(started.milestones.get(title="The pilot runs"), actor=owner)
    with pytest.raises(SavedMeanwhile):
        initiatives.change(started, actor=owner, version=1, title="Late")
    with pytest.raises(Invalid):
        tomorrow = organisations.today() + timedelta(days=1)
        initiatives.reach(started.milestones.get(title="All plants"), actor=owner, reached_on=tomorrow)


def test_what_is_stopped_stays_as_it_is(started, owner):
    with pytest.raises(Invalid):
        initiatives.stop(started, actor=owner, reason=" ")

    initiatives.stop(started, actor=owner, reason="The maker gave up the product.")

    started.refresh_from_db()
    assert (started.status, started.is_open) == ("STOPPED", False)
    for late in (
        lambda: initiatives.change(started, actor=owner, title="Again"),
        lambda: initiatives.stop(started, actor=owner, reason="Again"),
        lambda: stages.advance(started, "PLAN", actor=owner),
        lambda: initiatives.reach(started.milestones.get(), actor=owner),
    ):
        with pytest.raises(InitiativeStopped):
            late()


def test_a_stage_is_neither_jumped_nor_left_twice(started, owner):
    Initiative.objects.update(stage="TEST")
    for to in ("IDEA", "TEST", "BUILD", "", "NOWHERE"):
        with pytest.raises(NotTheNextStage):
            stages.advance(started, to, actor=owner)
    with pytest.raises(SavedMeanwhile):
        stages.advance(started, "LIVE", actor=owner, version=9)
    Initiative.objects.update(stage="LIVE")
    with pytest.raises(InitiativeLive):
        stages.advance(started, "LIVE", actor=owner)
    with pytest.raises(InitiativeLive):
        initiatives.stop(started, actor=owner, reason="Too late")


def test_whoever_leaves_hands_all_parts_over_and_no_one_speaks_for_both_sides(company, owner, person):
    lead, successor = person("ANALYST", unit=company.northfield, reports_to=person("CISO")), make_user("Successor")
    one = make_initiative(unit=company.northfield, by=owner, security_lead=lead)

    initiatives.hand_over(one, lead, person=owner, actor=owner)

    one.refresh_from_db()
    assert (one.owner, one.sponsor, one.security_lead) == (lead, lead, None)
    initiatives.hand_over(one, successor, person=lead, actor=owner)
    one.refresh_from_db()
    assert (one.owner, one.sponsor) == (successor, successor)


def test_people_see_their_units_and_what_they_answer_for(started, company, person):
    elsewhere = person("OWNER", unit=company.eastmere)
    mine = make_initiative(unit=company.northfield, by=elsewhere, title="Mine though elsewhere")

    assert list(Initiative.objects.visible_to(elsewhere)) == [mine]
    assert Initiative.objects.visible_to(person("CISO")).count() == 2
    assert not Initiative.objects.visible_to(person("BOARD")).exists()


def test_the_book_counts_and_shows_by_stage_and_by_day(started, company, owner):
    make_initiative(unit=company.northfield, by=owner, title="Second", live_on=organisations.today())
    Initiative.objects.filter(title="Second").update(stage="BUILD")

    book = initiative_book.read(owner, {})
    board = initiative_book.read(owner, {"as": "board"})
    road = initiative_book.read(owner, {"as": "roadmap", "view": "ideas", "kind": "OT"})

    assert book.counts == {"under_way": 2, "ideas": 1, "live": 0, "stopped": 0}
    assert {column.stage: len(column.rows) for column in board.columns if column.rows} == {"IDEA": 1, "BUILD": 1}
    assert (road.bars, road.page.total) == ([], 0)


def test_a_road_map_puts_all_bars_on_one_scale(db, started):
    class Row:
        def __init__(self, begins, ends):
            self.starts_on, self.live_on = begins, ends
            self.milestones = started.milestones.none()

    today = date(2026, 3, 1)
    bars = roadmap.draw([Row(date(2026, 1, 1), date(2026, 12, 31)), Row(None, None), Row(None, date(2026, 7, 2))], today)

    # 364 days on 240 units: 1 March is day 59 (39), 2 July day 182 (120).
    assert [(bar.x, bar.width, bar.today) for bar in bars] == [(0, 240, 39), (0, 0, 39), (39, 81, 39)]
