"""Themes, shared goals and their measures: who may say what, and how a goal stands by its readings alone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from governance.together import goal_book, goal_page, goal_standing, goals, line_of_sight
from governance.together.errors import (
    GoalEnded,
    GoalSavedMeanwhile,
    ThemeEnded,
    ThemeHasGoals,
    ThemesAreEnough,
    ThemesAreFew,
    ThemeTaken,
)
from governance.together.goal_standing import BEHIND, MET, MISSED, NOT_ENOUGH_DATA, ON_TRACK, Course, Standing
from governance.together.goals import Measure
from governance.together.line_of_sight import Register, Sum
from governance.together.models import Goal, GoalReading
from portal.attention.models import Reminder
from portal.errors import Invalid
from portal.people import organisations
from portal.record.models import AuditEntry
from portal.signing import content, signatures
from portal.signing.errors import NotAsked
from risks import controls
from tests.factories.governance import MEASURES, make_goal, make_theme, share
from tests.factories.risks import make_control, make_levels, make_risk

BEGAN = date(2026, 1, 1)


@pytest.fixture
def pair(person):
    return person("CIO"), person("CISO")


@pytest.fixture
def analyst(person, company):
    return person("ANALYST", unit=company.northfield)


@pytest.fixture
def goal(analyst, pair):
    return make_goal(by=analyst)


@pytest.mark.parametrize(
    ("value", "read_after", "today_after", "state"),
    [
        (None, None, 50, NOT_ENOUGH_DATA),
        ("150", 50, 50, ON_TRACK),  # half of the way in half of the time
        ("140", 50, 50, ON_TRACK),  # 0.40 ≥ 0.50 − 0.10
        ("139.9", 50, 50, BEHIND),
        ("200", 1, 1, MET),
        ("210", 99, 400, MET),
        ("199", 99, 101, MISSED),
        ("199", 99, 100, ON_TRACK),
        ("199", 1, 93, ON_TRACK),  # a reading 92 days old
        ("199", 1, 94, NOT_ENOUGH_DATA),
    ],
)
def test_a_measure_stands_by_its_last_reading_and_the_calendar(value, read_after, today_after, state):
    """From 100 to 200 in 100 days; the other way round, from 200 to 100, it stands the same."""
    day = BEGAN + timedelta(days=today_after)
    read_on = None if read_after is None else BEGAN + timedelta(days=read_after)
    for start, target, sign in ((100, 200, 1), (-100, -200, -1)):
        told = None if value is None else sign * Decimal(value)
        course = Course(Decimal(start), Decimal(target), BEGAN, BEGAN + timedelta(days=100), told, read_on)

        assert goal_standing.of_measure(course, day).state == state


def test_a_goal_stands_as_its_worse_measure_and_needs_both():
    stand = {state: Standing(state) for state in goal_standing.BETTER_FIRST}

    assert goal_standing.of_goal({"CIO": stand[MET], "CISO": stand[MET]}) == MET
    assert goal_standing.of_goal({"CIO": stand[MET], "CISO": stand[BEHIND]}) == BEHIND
    assert goal_standing.of_goal({"CIO": stand[NOT_ENOUGH_DATA], "CISO": stand[MISSED]}) == NOT_ENOUGH_DATA
    assert goal_standing.of_goal({"CIO": stand[MET]}) == NOT_ENOUGH_DATA


ids = some.integers(1, 9)


@settings(max_examples=40, deadline=None)
@given(
    themes=some.dictionaries(some.integers(1, 4), some.sets(some.integers(1, 6)), max_size=4),
    risks_of=some.dictionaries(some.integers(1, 6), some.sets(ids)),
    points=some.dictionaries(ids, some.decimals(0, 100, places=1)),
    bearing=some.dictionaries(ids, some.sets(some.integers(1, 5))),
)
def test_the_sums_of_the_line_of_sight_reconcile_and_equal_a_count_by_hand(themes, risks_of, points, bearing):
    taken: set[int] = set()
    under = {}
    for theme, found in themes.items():  # a goal stands under one theme
        under[theme] = found - taken
        taken |= found

    sums = line_of_sight.add_up(under, risks_of, Register(points, bearing))

    def by_hand(which):
        known = [pk for pk in points if pk in which]
        return Sum(len(known), sum((points[pk] for pk in known), Decimal(0)), len({c for pk in known for c in bearing.get(pk, ())}))

    named = {pk for goal in taken for pk in risks_of.get(goal, ())}
    assert sums.under_goals == by_hand(named)
    assert sums.everything == by_hand(set(points))
    for theme, found in under.items():
        assert sums.themes[theme] == by_hand({pk for goal in found for pk in risks_of.get(goal, ())})
        assert sum((sums.goals[goal] for goal in found), Sum()) - sums.twice_in[theme] == sums.themes[theme]
    assert sum(sums.themes.values(), Sum()) - sums.twice == sums.under_goals
    assert sums.under_goals + sums.under_none - sums.shared == sums.everything
    assert (sums.shared.risks, sums.shared.points) == (0, 0)


def test_a_goal_waits_for_both_and_is_shared_once_both_have_signed(goal, pair, analyst):
    assert [slot.offices for slot in signatures.standing(goal).slots] == [("CIO",), ("CISO",)]
    assert goal.shared_at is None

    share(goal, *pair)

    assert goal.shared_at is not None
    assert AuditEntry.objects.filter(verb="goal.shared", kind="goal", subject_id=goal.pk).count() == 1
    assert Reminder.objects.filter(kind="goal.shared.news", recipient=analyst).count() == 1


def test_a_target_that_moves_waits_for_both_again_and_shows_the_one_difference(goal, pair, analyst):
    share(goal, *pair)
    easier = MEASURES | {"CIO": Measure("Servers patched within 14 days", Decimal(60), Decimal(75), "%")}

    goals.change(goal, actor=analyst, version=goal.version, measures=easier)

    standing = signatures.standing(Goal.objects.get(pk=goal.pk))
    assert len(standing.stale) == 2
    [change] = content.difference("goal", standing.stale[0].stale.content.content, content.of(Goal.objects.get(pk=goal.pk)))
    assert (change.label, change.before.splitlines()[0]) == ("Measures", "CIO: Servers patched within 14 days, from 60 to 95 %")
    assert change.after.splitlines()[0].endswith("from 60 to 75 %")


def test_what_it_is_there_for_changes_without_asking_anew(goal, pair, analyst, company):
    share(goal, *pair)
    risk = make_risk(unit=company.northfield)

    goals.change(goal, actor=analyst, version=None, there_for=[risk])

    assert signatures.standing(Goal.objects.get(pk=goal.pk)).is_signed
    assert goals.things_of(goal) == [risk]
    goals.change(goal, actor=analyst, version=None, there_for=[])
    assert goals.things_of(goal) == []


def test_its_standing_follows_its_readings_and_a_later_word_on_a_day_counts(goal, analyst):
    today = organisations.today()
    assert goal_page.states([goal]) == {goal.pk: NOT_ENOUGH_DATA}

    goals.read_measure(goal, "CIO", Decimal(95), actor=analyst)
    goals.read_measure(goal, "CISO", Decimal(119), actor=analyst, note="Mistyped")
    assert goal_page.states([goal]) == {goal.pk: BEHIND}
    goals.read_measure(goal, "CISO", Decimal(20), actor=analyst)
    goals.read_measure(goal, "CISO", Decimal(120), actor=analyst, happened_on=today - timedelta(days=30))

    assert goal_page.states([goal]) == {goal.pk: MET}
    (row,) = goal_book.found(analyst, {"theme": str(goal.theme_id)})
    assert (goal_book.standing(row).key, goal_book.of_office("CISO", "last_value")(row)) == (MET, Decimal(20))
    assert not goal_book.found(analyst, {"view": "ended"}) and not goal_book.found(analyst, {"theme": "0"})
    assert GoalReading.objects.count() == 4
    assert AuditEntry.objects.filter(verb="goal.read", subject_id=goal.pk).count() == 4


def test_its_page_stands_as_its_line_however_often_one_office_reads(goal, analyst):
    goals.read_measure(goal, "CISO", Decimal(20), actor=analyst, happened_on=organisations.today() - timedelta(days=30))
    for _reading in range(goal_page.MOST_READINGS + 1):
        goals.read_measure(goal, "CIO", Decimal(95), actor=analyst)

    page = goal_page.one(Goal.objects.get(pk=goal.pk), analyst)

    assert len(page.readings) == goal_page.MOST_READINGS
    assert {goal.pk: page.state} == goal_page.states([goal]) == {goal.pk: MET}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"office": "CSO"}, "office"),
        ({"value": Decimal("1.23456")}, "value"),
        ({"value": Decimal("NaN")}, "value"),
        ({"happened_on": date(2001, 1, 1)}, "happened_on"),
        ({"happened_on": date(2101, 1, 1)}, "happened_on"),
        ({"note": "x" * 301}, "note"),
    ],
)
def test_a_reading_that_does_not_fit_is_refused_by_field(goal, analyst, said, field):
    told = {"office": "CIO", "value": Decimal(70)} | said

    with pytest.raises(Invalid) as refused:
        goals.read_measure(goal, told.pop("office"), told.pop("value"), actor=analyst, **told)

    assert set(refused.value.fields) == {field}
    assert not GoalReading.objects.exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": " "}, "title"),
        ({"due_on": BEGAN, "from_on": BEGAN}, "due_on"),
        ({"measures": {"CIO": MEASURES["CIO"]}}, "measures.CISO"),
        ({"measures": MEASURES | {"CSO": MEASURES["CIO"]}}, "measures"),
        ({"measures": MEASURES | {"CIO": Measure("Same", Decimal(1), Decimal(1))}}, "measures.CIO"),
    ],
)
def test_a_goal_that_does_not_fit_is_refused_by_field(analyst, said, field):
    with pytest.raises(Invalid) as refused:
        make_goal(by=analyst, **said)

    assert set(refused.value.fields) == {field}
    assert not Goal.objects.exists()


def test_an_ended_goal_stays_as_it_is(goal, analyst, pair):
    with pytest.raises(Invalid):
        goals.end(goal, actor=analyst, reason=" ")
    goals.end(goal, actor=analyst, reason="The plant was sold.")

    for act in (
        lambda: goals.end(goal, actor=analyst, reason="Again"),
        lambda: goals.change(goal, actor=analyst, version=None, title="Another"),
        lambda: goals.read_measure(goal, "CIO", Decimal(1), actor=analyst),
    ):
        with pytest.raises(GoalEnded):
            act()
    with pytest.raises((GoalEnded, NotAsked)):
        share(goal, pair[0])


def test_a_late_save_of_a_goal_or_a_theme_is_refused(goal, analyst):
    for act in (
        lambda: goals.change(goal, actor=analyst, version=9, title="x"),
        lambda: goals.change_theme(goal.theme, actor=analyst, version=9),
    ):
        with pytest.raises(GoalSavedMeanwhile):
            act()


def test_a_strategy_has_three_to_seven_themes(analyst, pair):
    made = [make_theme(f"Theme {number}", by=analyst) for number in range(7)]
    with pytest.raises(ThemesAreEnough):
        make_theme("One more", by=analyst)
    with pytest.raises(ThemeTaken):
        goals.change_theme(made[0], actor=analyst, version=None, name="Theme 1")
    make_goal(by=analyst, theme=made[0])
    with pytest.raises(ThemeHasGoals):
        goals.end_theme(made[0], actor=analyst)

    for theme in made[3:]:
        goals.end_theme(theme, actor=analyst)

    with pytest.raises(ThemesAreFew):
        goals.end_theme(made[2], actor=analyst)
    with pytest.raises(ThemeEnded):
        goals.end_theme(made[6], actor=analyst)
    with pytest.raises(ThemeEnded):
        goals.change_theme(made[6], actor=analyst, version=None, name="Back")


def test_the_line_of_sight_shows_each_reader_what_they_may_open(goal, analyst, pair, company):
    seen, elsewhere, closed = (
        make_risk(unit=company.northfield),
        make_risk(unit=company.eastmere),
        make_risk(unit=company.northfield),
    )
    hidden = [make_risk(unit=company.northfield, is_confidential=True) for _each in range(3)]
    type(closed).objects.filter(pk=closed.pk).update(state="CLOSED")
    for risk in (seen, elsewhere, *hidden):
        make_levels(risk)
    control = make_control(unit=company.northfield)
    controls.link(control, seen, ["LIKELIHOOD", "IMPACT"], actor=None)
    goals.change(goal, actor=pair[0], version=None, there_for=[seen, elsewhere, closed, *hidden])
    make_theme("Nobody thought of it", by=analyst)

    mine, theirs = goal_page.read(analyst), goal_page.read(pair[0])

    assert (mine.sums.under_goals.risks, mine.sums.under_goals.controls, mine.hidden) == (1, 1, 3)
    assert (theirs.sums.under_goals.risks, theirs.sums.under_goals.controls, theirs.hidden) == (5, 1, 0)
    assert [theme.name for theme in mine.without_goals] == ["Nobody thought of it"]
    assert (goal_page.one(goal, analyst).hidden, len(goal_page.one(goal, pair[0]).aims)) == (3, 5)
    goals.change(goal, actor=pair[0], version=None, there_for=[seen, elsewhere, *hidden[1:]])
    goal = goal_page.of_user(analyst).get(pk=goal.pk)
    assert (goal_page.one(goal, analyst).hidden, goal_page.read(analyst).hidden) == (0, 0)  # two would be given away
