from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict

from portal import clock
from portal.people import organisations
from portal.people.models import Unit
from portal.web import shown
from risks import heatmap, listing, movers, register
from risks.models import Appetite, Risk, Score, ScoreState
from tests.factories.assets import make_asset
from tests.factories.risks import make_risk


@pytest.fixture
def analyst(person, company):
    return person("ANALYST", unit=company.northfield)


@pytest.fixture
def logged(company, person, django_capture_on_commit_callbacks):
    """`logged(4, 4)`: a scored risk of Northfield, rated so."""
    leader = person("CSO")

    def make(likelihood=4, operational=4, **fields):
        impact = fields.pop("impact", {"operational": operational} if operational else {})
        given = {"actor": leader, "title": "Press line stops", "category": "OT", "unit": company.northfield}
        with django_capture_on_commit_callbacks(execute=True):
            return register.log(**given | {"likelihood_level": likelihood, "impact": impact} | fields)

    return make


def read(user, query="", **options):
    return listing.read(user, QueryDict(query), **options)


def numbers(book):
    return [row.risk.number for group in book.groups for row in group.rows]


@pytest.mark.parametrize(
    "query",
    [
        "q={number}",
        "q=conveyor",
        "q=conv",
        "band=MEDIUM",
        "likelihood=4&impact=4",
        "stage=RESIDUAL&likelihood=2&impact=5",
        "unit={eastmere}",
        "category=DATA",
        "owner={owner}",
        "review=due_soon",
        "asset={asset}",
        "logged_since={today}&category=DATA",
        "above_tolerance=1",
    ],
)
def test_each_filter_finds_its_risk_and_no_other(logged, person, company, query):
    Appetite.objects.create(category="DATA", appetite_points=20, tolerance_points=40)
    owner, belt = person("OWNER"), make_asset("Belt", unit=company.eastmere, reachability="NONE")
    logged(1, 1)
    facts = {"title": "Conveyor recipes copied", "unit": company.eastmere, "category": "DATA", "it_owner": owner}
    risk = logged(4, 4, **facts, assets=[belt], review_every_days=5)
    register.set_levels(risk, "RESIDUAL", actor=owner, likelihood_level=2, levels={"legal": 5, "financial": 1}, reason="")
    known = {"number": risk.number, "eastmere": company.eastmere.pk, "owner": owner.pk, "asset": belt.pk}

    book = read(person("CIO"), query.format(**known, today=organisations.today()))

    assert numbers(book) == [risk.number]
    assert book.all.count == 1


def test_standing_views(logged, person):
    leader = person("CIO")
    safe = logged(2, 0, impact={"safety": 5})
    mine = logged(2, 2, it_owner=leader)
    late = make_risk(unit=safe.unit, review_due_on=organisations.today() - timedelta(days=1))

    assert numbers(read(leader, "safety=1")) == [safe.number]
    assert numbers(read(leader, "owner=me")) == [mine.number]
    assert numbers(read(leader, "review=overdue")) == [late.number]
    assert sorted(numbers(read(leader, "owner=none"))) == sorted([safe.number, late.number])
    assert listing.tabs(leader) == {"open": 3, "above_tolerance": 0, "safety": 1, "mine": 1, "overdue": 1, "unowned": 2}


def test_a_tab_counts_what_the_heading_of_its_view_says(logged, analyst):
    logged(4, 4)
    for level in (1, 2, 2):
        logged(level, level, is_confidential=True)
    logged(2, 0, impact={"safety": 5}, is_confidential=True)

    counts = listing.tabs(analyst)

    assert (counts["open"], counts["safety"]) == (5, 0)
    assert (read(analyst).all.count, read(analyst, "safety=1").all.count) == (5, 0)


def test_sums_add_up_what_is_written_beside_them(logged, person):
    for level in (4, 4):
        logged(level, level)
    ScoreState.objects.update(current_value=Decimal("48.7"))

    book = read(person("CIO"))

    assert [shown.score(row.value) for group in book.groups for row in group.rows] == ["48", "48"]
    assert book.all.points == 96


def test_closed_risks_have_their_own_list(logged, person):
    leader, risk = person("CIO"), logged()
    register.close(risk, actor=leader, reason="Sold")

    assert numbers(read(leader)) == []
    assert numbers(read(leader, "state=closed")) == numbers(read(leader, "state=all")) == [risk.number]


@pytest.mark.parametrize(
    "query", ["band=PURPLE", "unit=x", "likelihood=9", "moved_since=yesterday", "q=%00", "sort=-title", "after=zzz", "owner=-1"]
)
def test_what_nobody_can_read_is_no_filter(logged, person, query):
    risk = logged()

    assert numbers(read(person("CIO"), query)) == [risk.number]


def test_pages_follow_each_other_without_loss_in_every_order(logged, person, company):
    leader = person("CIO")
    for level in (1, 2, 2, 3, 3, 3):
        logged(level, level)
    make_risk(unit=company.northfield)

    for sort in listing.ORDERS:
        everything = numbers(read(leader, f"sort={sort}&group=none"))
        assert len(everything) == 7
        seen, query = [], f"sort={sort}&group=none"
        while query:
            book = read(leader, query, size=3)
            seen += numbers(book)
            last, query = book, book.page.next_url.removeprefix("?")
        assert seen == everything
        assert numbers(read(leader, last.page.previous_url.removeprefix("?"), size=3)) == everything[3:6]


def test_bands_are_headed_by_all_that_belong_to_them(logged, person):
    for level in (4, 4, 1):
        logged(level, level)

    book = read(person("CIO"), size=1)

    assert [(group.band, group.together.count, len(group.rows)) for group in book.groups] == [("MEDIUM", 2, 1)]
    assert (book.visible.count, book.visible.points) == (3, Decimal("99.0"))


def test_a_whole_scope_ties_out_with_what_one_may_not_open(logged, analyst):
    logged(4, 4)
    logged(2, 2, is_confidential=True)

    book = read(analyst)

    assert (book.visible.count, book.hidden.count, book.all.count) == (1, 1, 2)
    assert (book.hidden.points, book.all.points) == (Decimal("12.0"), Decimal("60.0"))
    assert len(numbers(book)) == 1


@pytest.mark.parametrize(("hidden", "counted", "left_out"), [(0, 1, False), (2, 1, True), (3, 4, True)])
def test_a_filter_leaves_out_so_few_hidden_ones_that_their_number_would_tell(logged, analyst, hidden, counted, left_out):
    logged(4, 4)
    for _ in range(hidden):
        logged(4, 4, is_confidential=True)

    book = read(analyst, "likelihood=4&impact=4")

    assert (book.all.count, book.left_out) == (counted, left_out)
    assert listing.count(analyst, likelihood=4, impact=4).count == counted


def test_the_cost_is_the_same_for_ten_and_for_hundreds(logged, person, company, django_assert_max_num_queries):
    leader = person("CIO")
    leader.has_perm("risks.view_risk")
    for _ in range(200):
        make_risk(unit=company.northfield)

    for size in (10, 200):
        with django_assert_max_num_queries(4):
            assert len(numbers(read(leader, size=size))) == size


def test_a_line_tells_where_a_score_was(logged, person, django_capture_on_commit_callbacks):
    leader = person("CIO")
    with clock.stopped(clock.now() - timedelta(days=50)):
        risk = logged(2, 4)
    with django_capture_on_commit_callbacks(execute=True):
        register.set_levels(risk, "CURRENT", actor=leader, likelihood_level=4, levels={"operational": 4}, reason="Again")

    (row,) = read(leader).groups[0].rows

    assert (row.value, row.change, row.is_new) == (Decimal("48.0"), Decimal("24.0"), False)
    assert (row.run[0], row.run[-1]) == (Decimal("24.0"), Decimal("48.0"))


def moved(risk, leader, capture, likelihood, days_ago):
    with clock.stopped(clock.now() - timedelta(days=days_ago)), capture(execute=True):
        levels = {"operational": 4}
        register.set_levels(risk, "CURRENT", actor=leader, likelihood_level=likelihood, levels=levels, reason="Again")


def test_movers_are_those_that_stand_elsewhere_than_then(logged, person, django_capture_on_commit_callbacks):
    leader, capture = person("CIO"), django_capture_on_commit_callbacks
    with clock.stopped(clock.now() - timedelta(days=60)):
        up, down, back, still = logged(2, 4), logged(3, 4), logged(2, 4), logged(1, 4)
    moved(still, leader, capture, 2, 40)
    moved(up, leader, capture, 3, 9)
    moved(up, leader, capture, 5, 8)
    moved(down, leader, capture, 2, 8)
    moved(back, leader, capture, 4, 9)
    moved(back, leader, capture, 2, 8)
    since = organisations.today() - timedelta(days=30)

    found = movers.movers(leader, since)

    assert [(one.risk, one.points, one.was_at, one.is_at) for one in found] == [
        (up, Decimal("36.0"), (2, 4), (5, 4)),
        (down, Decimal("-12.0"), (3, 4), (2, 4)),
    ]
    assert sum(term.points for term in found[0].change.terms) == found[0].points
    assert found[0].why == ("Likelihood 2 → 5, operational impact 4",)
    assert sorted(numbers(read(leader, f"moved_since={since}"))) == sorted([up.number, down.number])


def test_movers_one_may_not_see_are_not_told(logged, analyst, person, django_capture_on_commit_callbacks):
    with clock.stopped(clock.now() - timedelta(days=60)):
        hidden = logged(2, 4, is_confidential=True)
    moved(hidden, person("CIO"), django_capture_on_commit_callbacks, 5, 8)

    assert movers.movers(analyst, organisations.today() - timedelta(days=30)) == []


def test_the_safety_lane_is_sorted_by_score(logged, person):
    low, high = logged(1, 0, impact={"safety": 4}), logged(4, 0, impact={"safety": 5})
    logged(5, 5)

    assert list(movers.safety_lane(person("CIO"))) == [high, low]


def counts(cells):
    return {(cell.likelihood_level, cell.impact_level): cell.count for cell in cells if cell.count}


def test_a_cell_counts_exactly_the_rows_behind_it(logged, person, company):
    leader = person("CIO")
    for unit, likelihood, impact in ((company.northfield, 4, 4), (company.eastmere, 4, 4), (company.root, 1, 5)):
        logged(likelihood, impact, unit=unit)

    cells = heatmap.cells(company.root, leader)

    assert counts(cells) == {(4, 4): 2, (1, 5): 1}
    for cell in cells:
        assert read(leader, cell.url.partition("?")[2]).all.count == cell.count
    assert counts(heatmap.cells(company.eastmere, leader)) == {(4, 4): 1}


def test_a_cell_leaves_out_what_the_list_behind_it_leaves_out(logged, analyst, company):
    """The two alone in their cell join three others, so that the whole less the others does not tell of two."""
    for likelihood, impact, times in ((4, 4, 2), (2, 2, 3), (1, 1, 3)):
        for _ in range(times):
            logged(likelihood, impact, is_confidential=True)
    logged(4, 4)

    cells = heatmap.cells(company.northfield, analyst)

    assert counts(cells) == {(4, 4): 1, (1, 1): 3}
    for cell in cells:
        assert read(analyst, cell.url.partition("?")[2]).all.count == cell.count


def test_a_scope_out_of_reach_counts_only_what_one_may_open(logged, analyst, company):
    logged(4, 4, unit=company.eastmere)
    logged(3, 3, unit=company.eastmere, it_owner=analyst)

    assert counts(heatmap.cells(company.eastmere, analyst)) == {(3, 3): 1}


def test_cells_cost_the_same_whatever_there_is(logged, person, company, django_assert_max_num_queries):
    logged()
    leader = person("CIO")
    leader.has_perm("risks.view_risk")
    root = Unit.objects.get(pk=company.root.pk)

    with django_assert_max_num_queries(3):
        heatmap.cells(root, leader)


def test_nothing_is_lost_between_bands_and_scores(logged, person):
    for likelihood in range(1, 6):
        logged(likelihood, likelihood)

    book = read(person("CIO"))

    assert book.all.count == Risk.objects.count()
    assert book.all.points == sum(Score.objects.filter(state="CURRENT").values_list("value", flat=True))
