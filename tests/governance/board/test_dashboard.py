import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from governance.board import dashboard, figures, scope
from governance.board.figures import Figure, Figures
from governance.board.ground import Ground
from governance.board.position import of_ground, sentence
from portal import clock
from portal.people import sessions
from risks import recompute, register
from risks.stale import mark_risks
from tests.factories.governance import make_initiative
from tests.factories.risks import make_levels, make_loss, make_risk

MONDAY = date(2026, 11, 16)
AT_ITS_WORST = {"likelihood_level": 5, "impact": {"safety": 5}}


def known(**values) -> Figures:
    return Figures({key: Figure(key, value, f"/rows/{key}/") for key, value in values.items()}, MONDAY)


def words(found: Figures, *, is_personal=False, needs=0) -> str:
    return sentence(found, is_personal=is_personal, needs=needs, needs_url="#needs").text


def test_the_position_names_what_is_above_tolerance_and_what_is_new():
    found = known(open=47, above_tolerance=3, new_above=1, safety=5, review_overdue=2)

    assert words(found, needs=6) == (
        "Three of 47 open risks are above tolerance, one of them new since Monday 16 Nov. "
        "Five risks can hurt people. Two reviews are late. Six things need you."
    )


def test_the_position_of_a_quiet_day():
    assert words(known(open=1, above_tolerance=0)) == "One open risk is within tolerance. Nothing needs you."


def test_the_position_of_an_empty_register():
    assert words(known(open=0)) == "No risk is open. Nothing needs you."


def test_whoever_sees_only_their_own_hears_of_their_own():
    assert words(known(open=2), is_personal=True) == "Two risks that concern you are open. Nothing needs you."


def test_an_owner_hears_of_what_they_own_wherever_it_lies():
    found = known(open=1, above_tolerance=0, owned=9, owned_above=2)

    told = sentence(found, is_personal=False, needs=0, needs_url="#needs", place="IT")

    assert told.text == "IT: One open risk is within tolerance. You own nine risks, two of them above tolerance. Nothing needs you."
    assert "/rows/owned_above/" in told.html


def test_an_administrator_hears_of_the_ground():
    found = Ground(accounts=17, without_factor=4, sealed=872, unsealed=0, stale=2)

    told = of_ground(found, needs=1, needs_url="#needs", accounts_url="/accounts/", stale_url="/stale/")

    assert told.text == "17 people have an account. Two scores wait to be computed. One thing needs you."


def test_every_figure_of_the_sentence_is_a_link_and_nothing_else_is_markup():
    found = known(open=47, above_tolerance=3)
    html = sentence(found, is_personal=False, needs=1, needs_url="/#needs").html

    assert html == (
        '<a href="/rows/above_tolerance/">Three</a> of <a href="/rows/open/">47 open risks</a> are above tolerance. '
        '<a href="/#needs">One thing</a> needs you.'
    )


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (date(2026, 11, 23), date(2026, 11, 16)),  # a Monday: since Monday last week
        (date(2026, 11, 24), date(2026, 11, 23)),
        (date(2026, 11, 29), date(2026, 11, 23)),
    ],
)
def test_since_monday_always_covers_some_days(today, since):
    assert figures.last_monday(today) == since


def test_people_of_the_same_scope_see_the_same_figures(person, company):
    marta, idris = person("CIO"), person("CISO")

    assert figures.read(marta, scope.of(marta)).by_key == figures.read(idris, scope.of(idris)).by_key


def test_an_analyst_of_a_site_reads_the_figures_of_the_site(person, company):
    analyst = person("ANALYST", unit=company.northfield)

    where = scope.of(analyst)

    assert where.ids == [company.northfield.pk]
    assert where.rows("board:today", band="HIGH") == f"/?band=HIGH&unit={company.northfield.pk}"
    assert dashboard.build(analyst).scope == where


def test_what_somebody_owns_elsewhere_stands_on_their_first_page(person, company):
    owner = person("OWNER", unit=company.finance)
    elsewhere = make_risk(unit=company.northfield, it_owner=owner, accountable="IT")
    make_risk(unit=company.northfield)

    found = dashboard.build(owner)

    assert (found.figures.of("open").value, found.figures.of("owned").value) == (0, 1)
    assert [risk.pk for risk in found.owned] == [elsewhere.pk]


def test_movers_are_told_by_the_way_they_went(person, company):
    leader = person("CIO")
    for likelihood in (5, 4, 2):
        risk = make_risk(unit=company.northfield)
        for level, day in ((3, 20), (likelihood, 1)):
            with clock.stopped(clock.now() - timedelta(days=day)):
                make_levels(risk, level)
                mark_risks([risk.pk], "risk.levels_set")
                recompute.refresh_batch()

    found = dashboard.build(leader)

    assert (found.rose, found.fell, found.moved) == (2, 1, 3)
    assert found.movers[0].spark is not None


def test_the_position_tells_the_money_of_the_scope(person, company):
    risk, cio = make_risk(unit=company.northfield), person("CIO")
    make_loss(risk, actor=cio, low_per_year=Decimal(1), mode_per_year=Decimal(2), high_per_year=Decimal(4))
    while recompute.refresh_batch():
        pass

    whole = dashboard.build(cio).sentence

    assert whole.text.startswith("An average of €")
    assert "half of all years under €" in whole.text
    assert "one in twenty over €" in whole.text
    assert str(whole.html).count('href="/risks/money/"') == 3
    assert "An average" not in dashboard.build(person("COLLEAGUE")).sentence.text


def scored(*risks):
    mark_risks([risk.pk for risk in risks], "test.made")
    while recompute.refresh_batch():
        pass


def test_the_page_of_a_unit_is_today_with_that_unit_as_its_scope(as_person, person, company):
    here, there = make_risk(unit=company.northfield, title="Recipes altered"), make_risk(unit=company.eastmere, title="Crane moves")
    for risk in (here, there):
        make_levels(risk, 5, safety=5)
    scored(here, there)
    cio, unit = person("CIO"), company.northfield
    for place in (unit, company.eastmere):
        make_initiative(unit=place, by=cio, live_on=date(2020, 1, 2), title=f"{place} renewed")
    client, at = as_person(cio), f"/?unit={unit.pk}"

    page, whole = client.get(at).text, client.get("/").text
    assert "Recipes altered" in page and "Crane moves" not in page and "Crane moves" in whole
    assert 'id="needs"' not in page and 'id="needs"' in whole and "need you" not in page
    for tile in ("position", "safety", "exposure", "movers", "between", "change"):
        assert f'id="{tile}"' in page, tile
    assert f'/risks/register/?safety=1&amp;unit={unit.pk}"' in page and f"/tiles/position.png?unit={unit.pk}" in page
    assert f'href="{at}"' in whole and f'name="unit" value="{unit.pk}"' in page and ">Verrow Manufacturing</a>" in page
    assert f"/governance/initiatives/under-way/?unit={unit.pk}" in page
    change = client.get(f"/governance/initiatives/under-way/?unit={unit.pk}").text
    listed = f"/lists/initiatives/?view=under_way&amp;unit={unit.pk}"
    assert f'href="{listed}"' in change and f'{listed}&amp;lacks=late">1<' in change and "Northfield renewed" in change
    for narrowed, count in (("", 1), ("&lacks=late", 1), ("&stage=PLAN", 0), ("&lacks=cake", 0)):
        rows = client.get(listed.replace("&amp;", "&") + narrowed).text
        assert ("Northfield renewed" in rows, "Eastmere renewed" in rows) == (bool(count), False), narrowed
    under_way = client.get("/api/v1/initiatives/under-way/", {"unit": unit.pk}).json()
    assert (under_way["late"], client.get("/api/v1/initiatives/under-way/").json()["late"]) == (1, 2)
    told = client.get("/api/v1/dashboard/", {"unit": unit.pk}).json()
    assert (told["scope"], told["units"], told["safety"], told["parts"]) == ("Northfield", [unit.pk], [here.pk], [])
    assert told["position"] == dashboard.build(cio, str(unit.pk)).sentence.text
    assert client.get("/api/v1/dashboard/").json()["parts"] == [company.northfield.pk, company.eastmere.pk, company.finance.pk]
    assert client.get(f"/tiles/safety.xlsx?unit={unit.pk}").status_code == 200
    assert f'"{at}"' in client.get("/people/units/").text


def test_a_unit_beyond_ones_own_is_not_there(as_person, person, company):
    head = person("HEAD", unit=company.northfield)
    client = as_person(head)

    assert client.get(f"/?unit={company.northfield.pk}").status_code == 200
    for told in (company.eastmere.pk, company.root.pk, 10**17, "cake", "٣", "9" * 30):
        for address in ("/", "/tiles/position.png", "/api/v1/dashboard/"):
            assert client.get(address, {"unit": told}).status_code == 404, (address, told)
    assert f'"/?unit={company.eastmere.pk}"' not in client.get("/people/units/").text
    for role in ("COLLEAGUE", "ADMIN"):
        with pytest.raises(Http404):
            dashboard.build(person(role), str(company.northfield.pk))
        assert dashboard.build(person(role)).scope.below == ()


def test_today_keeps_itself_fresh_and_is_left_alone_while_nothing_is_done(as_person, person, company):
    cio, at = person("CIO"), f"/?unit={company.northfield.pk}"
    client = as_person(cio)
    make_initiative(unit=company.northfield, by=cio)
    asked = {address: unescape(re.search(r'hx-get="(/\?seen=[^"]+)"', client.get(address).text).group(1)) for address in ("/", at)}
    by_itself = {"HX-Request": "true", sessions.BY_ITSELF: "1"}
    for address in asked.values():
        assert client.get(address, headers=by_itself).status_code == 204
        assert client.get(address).status_code == 200  # as a page it is always whole
    with clock.stopped(clock.now() + timedelta(minutes=5)):
        assert client.get(asked["/"], headers=by_itself).status_code == 200
    scored(register.log(actor=person("ANALYST"), title="Crane moves", category="OT", unit=company.northfield, **AT_ITS_WORST))
    for address, link in asked.items():
        fresh = client.get(link, headers=by_itself)
        assert fresh.status_code == 200 and fresh.text.strip().startswith('<div class="grid" id="today"'), address
        assert "Crane moves" in fresh.text and "<html" not in fresh.text
    assert 'id="change" data-span="12" aria-labelledby="change-h" hx-preserve' in fresh.text
    fetched = [f"{path}{at[1:]}" for path in ("/governance/initiatives/under-way/", "/risks/exceptions/live/")]
    for address in fetched:
        tile = client.get(address, headers=by_itself).text
        assert f'hx-get="{address}" hx-trigger="every 60s, fresh"' in tile and "hx-preserve" not in tile
        assert f'hx-get="{address}&amp;still=1"' in client.get(f"{at}&still=1").text
    for still in ("/", at, *fetched):
        assert "every 60s" not in client.get(f"{still}{'&' if '?' in still else '?'}still=1").text


def test_the_page_of_a_unit_asks_as_often_for_one_risk_as_for_twenty(as_person, person, company):
    client, at = as_person(person("CIO")), f"/?unit={company.northfield.pk}"
    asked = []
    for count in (2, 18):
        risks = [make_risk(unit=company.northfield) for _ in range(count)]
        for risk in risks:
            make_levels(risk, 5, safety=5)
        scored(*risks)
        client.get(at)
        with CaptureQueriesContext(connection) as found:
            client.get(at)
        asked.append(len(found))

    assert asked[0] == asked[1] <= 24  # the shell and Today
