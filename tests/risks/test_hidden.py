"""Hidden risks count in groups: no two answers differ by one or two of them."""

import random
from datetime import UTC, datetime
from decimal import Decimal
from itertools import combinations

import pytest
from django.http import QueryDict
from django.urls import reverse

from risks import heatmap, hidden, listing, recompute, register
from tests.factories.assets import make_asset
from tests.factories.response import make_incident, make_plan
from tests.factories.risks import make_exception, make_levels, make_risk, make_treatment
from tests.house.world import BACKEND

LOGGED = datetime(2026, 11, 2, tzinfo=UTC)


def one(pk, likelihood=4, impact=4, *, band="MEDIUM", state="OPEN", path="/1/", value="48.0"):
    return hidden.Hidden(
        id=pk,
        unit_path=path,
        state=state,
        accountable="",
        review_due_on=None,
        logged_at=LOGGED,
        likelihood_level=likelihood,
        impact_level=impact,
        inherent_value=None,
        current_value=None if value is None else Decimal(value),
        residual_value=None,
        current_band=band,
        is_above_tolerance=False,
        is_safety=False,
        agreement="",
    )


def ids(groups):
    return sorted(sorted(member.id for member in group) for group in groups)


def test_a_cell_of_three_or_more_stands_for_itself():
    assert ids(hidden.in_groups([one(pk) for pk in (1, 2, 3)])) == [[1, 2, 3]]
    assert ids(hidden.in_groups([one(pk) for pk in range(1, 8)])) == [[1, 2, 3], [4, 5, 6, 7]]


def test_what_is_alone_in_its_cell_joins_others_of_its_band_then_of_its_state():
    cells = [one(1, 4, 4), one(2, 3, 5), one(3, 5, 3)]
    bands = [one(4, 1, 1, band="VERY_LOW"), one(5, 5, 5, band="SEVERE"), one(6, 2, 4, band="LOW")]

    assert ids(hidden.in_groups([*cells, *bands])) == [[1, 2, 3], [4, 5, 6]]


def test_fewer_than_three_of_a_state_stand_in_no_group():
    open_ones, closed = [one(1), one(2)], [one(3, state="CLOSED")]

    assert hidden.in_groups([*open_ones, *closed]) == ()


def test_one_that_is_left_joins_a_group():
    assert ids(hidden.in_groups([*(one(pk) for pk in (1, 2, 3)), one(4, 1, 1, band="LOW")])) == [[1, 2, 3, 4]]


def test_a_group_counts_where_all_of_it_does():
    known = hidden.HiddenRisks(
        (), hidden.in_groups([one(pk) for pk in (1, 2, 3)] + [one(pk, 1, 1, band="LOW") for pk in (4, 5, 6)])
    )

    assert [member.id for member in known.where(lambda member: member.id != 2)] == [4, 5, 6]
    assert known.by(lambda member: member.cell) == {(4, 4): 3, (1, 1): 3}
    assert known.within(["/2/"]).groups == ()


@pytest.fixture
def world(company, person):
    """Seventeen hidden risks strewn over units, levels and owners, one visible risk, and who may not open the hidden ones."""
    dice = random.Random(11)
    leader, owner = person("CIO"), person("OWNER")
    plc = make_asset("PLC", unit=company.northfield)
    titles = {None: "Fraud inquiry", 2: "Takeover talks", 4: "Layoffs planned"}
    for number in range(17):
        likelihood = dice.choice([None, 2, 4])
        register.log(
            actor=leader,
            title=titles[likelihood if number else 4],
            category=dice.choice(["LEGAL", "PEOPLE"]),
            unit=dice.choice([company.northfield, company.eastmere]),
            likelihood_level=likelihood,
            impact={"financial": dice.choice([2, 4])},
            it_owner=dice.choice([None, owner]),
            assets=[plc] if number % 2 else [],
            is_confidential=True,
        )
    register.log(actor=leader, title="Visible", category="IT", unit=company.northfield, likelihood_level=4, impact={"legal": 4})
    while recompute.refresh_batch(500):
        pass
    return person("AUDITOR"), plc, owner


def count(user, query):
    return listing.read(user, QueryDict(query))


def test_no_difference_between_a_question_and_a_narrower_one_comes_down_to_one_or_two(world, company):
    auditor, plc, owner = world
    asked = ["q=takeover", "q=layoffs", "q=fraud", "category=LEGAL", "category=PEOPLE", "owner=none", f"owner={owner.pk}"]
    asked += [f"likelihood={level}" for level in (2, 4)] + [f"impact={level}" for level in (2, 4)]
    asked += ["band=NONE", "band=LOW", "band=MEDIUM", f"asset={plc.pk}", "review=due_soon", "logged_since=2020-01-01"]

    pairs = [pair for pair in combinations(asked, 2) if pair[0].partition("=")[0] != pair[1].partition("=")[0]]

    for units in ("", f"unit={company.northfield.pk}", f"unit={company.eastmere.pk}"):
        whole = [count(auditor, "").hidden.count] if not units else []
        wider = {query: count(auditor, f"{units}&{query}").hidden.count for query in asked}
        narrower = {pair: count(auditor, f"{units}&{'&'.join(pair)}").hidden.count for pair in pairs}
        steps = [known - found for pair, found in narrower.items() for known in (wider[pair[0]], wider[pair[1]])]
        steps += [known - found for known in whole for found in (*wider.values(), *narrower.values())]
        assert set(steps) & {1, 2} == set(), units
        assert min(steps) == 0
        if not units:
            assert len({*wider.values()}) > 3, "nothing is counted, so nothing is tried"


def test_a_filter_says_the_same_whether_it_hides_something_or_not(world, client):
    auditor, *_ = world
    client.force_login(auditor)

    pages = [client.get("/risks/register/", {"q": words}).content.decode() for words in ("takeover", "R-0002", "xylophone")]

    assert all("count here only in groups of three or more" in page for page in pages)


def test_the_heat_map_counts_hidden_ones_that_wait_as_the_register_does(world, company):
    auditor, *_ = world

    for unit in (company.root, company.northfield, company.eastmere):
        drawn = heatmap.drawn(unit, auditor)
        assert drawn.unscored == count(auditor, drawn.unscored_url.partition("?")[2]).all.count
        for cell in heatmap.cells(unit, auditor):
            assert cell.count == count(auditor, cell.url.partition("?")[2]).all.count


def test_an_asset_one_may_not_open_is_no_filter(company, person):
    lathe = make_asset("Lathe", unit=company.eastmere)
    register.log(actor=person("CIO"), title="It stops", category="OT", unit=company.northfield, assets=[lathe])

    assert count(person("ANALYST", unit=company.northfield), f"asset={lathe.pk}").all.count == 0
    assert count(person("ANALYST"), f"asset={lathe.pk}").all.count == 1


def test_treatments_exceptions_incidents_and_plans_count_besides_from_three_on(company, person, client):
    cio, analyst = person("CIO"), person("ANALYST", unit=company.northfield)
    shut = make_risk(unit=company.northfield, title="Nightglass", is_confidential=True)
    make_levels(shut, 4)

    def another():
        risk = make_risk(unit=company.northfield, title="Nightglass", is_confidential=True)
        make_levels(risk, 4)
        return risk

    asked = {
        reverse("risks:treatments"): lambda: make_treatment(shut, actor=cio),
        reverse("risks:exceptions"): lambda: make_exception(another(), by=cio),
        reverse("risks:incidents") + "?view=all": lambda: make_incident(unit=company.northfield, actor=cio, is_confidential=True),
        reverse("risks:plans"): lambda: make_plan(unit=company.northfield, actor=cio, risks=[shut]),
    }
    said = {}
    for number in range(1, 4):
        for address, make in asked.items():
            make()
            client.force_login(analyst, backend=BACKEND)
            page = client.get(address).content.decode()
            said.setdefault(address, []).append(("you may not open" in page, f"+ {number} you may not open" in page))
            assert "Nightglass" not in page
    narrower = [reverse("risks:treatments") + "?state=PROPOSED", reverse("risks:exceptions") + "?kind=RISK_ACCEPTANCE"]
    narrower += [f"{reverse('risks:exceptions')}?{told}" for told in ("view=waiting", f"unit={company.root.pk}")]

    assert set(map(tuple, said.values())) == {((False, False), (False, False), (True, True))}
    assert not any("you may not open" in client.get(address).content.decode() for address in narrower)
    client.force_login(cio, backend=BACKEND)
    assert not any("you may not open" in client.get(address).content.decode() for address in asked)
