"""Why the money moved: the parts add up, whatever moved: estimates, closed risks, places and kinds."""

import itertools
import math
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from portal import clock
from portal.errors import Invalid
from portal.people import organisations
from risks import moved_money, portfolio, recompute, register
from risks import quantification as q
from risks.models import LossResult
from risks.moved_money import Past
from risks.quantification import cells, together
from tests.factories.risks import make_levels, make_loss, make_risk

OFTEN, DEAR, RARE, SMALL = (
    cells.of(q.LossModel(q.fixed_rate(rate), (q.lognormal(mu, 1.2),))) for rate, mu in ((0.9, 10), (0.3, 12.5), (0.04, 14), (2, 8))
)


def test_each_reason_gets_its_mean_over_all_orders_and_the_sum_of_then_is_exact():
    past = [
        Past(1, "new", cells.NONE, DEAR),
        Past(2, "gone", RARE, cells.NONE),
        Past(3, "moved", cells.NONE, SMALL),
        Past(4, "anew", SMALL, OFTEN, ({"events": 1, "share": 1, "magnitude": 5}, {"events": 3, "share": 1, "magnitude": 4})),
    ]
    now = cells.add([OFTEN, DEAR, SMALL])

    found = moved_money.explained(organisations_day(), now, past)

    then = cells.add([RARE, SMALL])
    assert found.before == moved_money.Position(cells.moments(then)[0], together.evaluate(then).var95)
    tried = {part.name: [] for part in found.parts}
    by_name = {one.group: one for one in past}
    for order in itertools.permutations(by_name):
        sums, before = then, found.before.one_in_twenty
        for name in order:
            sums = cells.add([sums, by_name[name].before, by_name[name].after], [1, -1, 1])
            after = together.evaluate(sums).var95
            tried[name].append(after - before)
            before = after
        assert sums.to_bytes() == now.to_bytes()
    assert {part.name: part.one_in_twenty for part in found.parts} == pytest.approx(
        {name: math.fsum(steps) / 24 for name, steps in tried.items()}, rel=1e-9
    )
    assert math.fsum(part.one_in_twenty for part in found.parts) == pytest.approx(found.one_in_twenty, rel=1e-12)
    assert cells.means([DEAR, cells.NONE, SMALL]) == pytest.approx([cells.moments(one)[0] for one in (DEAR, cells.NONE, SMALL)])
    assert math.fsum(part.average for part in found.parts) == pytest.approx(found.average, rel=1e-12)
    anew = found.parts[-1]
    assert math.fsum(amount for _name, amount in anew.of) == pytest.approx(anew.average, rel=1e-12)
    assert [name for name, _amount in anew.of] == ["events", "magnitude"]


def test_nothing_moved_is_said_so():
    found = moved_money.explained(organisations_day(), OFTEN, [])

    assert (found.parts, found.average, found.one_in_twenty) == ((), 0, 0)
    assert found.sentence == "Nothing moved since then."


def organisations_day():
    return clock.now().date()


def settle():
    while recompute.refresh_batch():
        pass


@pytest.fixture
def moved(company, person, db):
    """By the name of what became of each: five risks a hundred days ago, and what happened to four of them since; one is new."""
    cio, found = person("CIO"), {}
    for name, unit in (("same", "northfield"), ("gone", "northfield"), ("came", "eastmere"), ("anew", "northfield")):
        found[name] = make_risk(unit=getattr(company, unit), it_owner=cio, accountable="IT", title=name)
        make_levels(found[name], 4, operational=4)
        make_loss(found[name], actor=cio)
    with clock.stopped(clock.now() - timedelta(days=100)):
        settle()
    then = {stage: portfolio.of_unit(company.northfield.pk, "CURRENT").mean for stage in ["CURRENT"]}["CURRENT"]
    found["new"] = make_risk(unit=company.northfield, title="new")
    make_loss(found["new"], actor=cio)
    register.close(found["gone"], actor=cio, reason="Sold")
    register.change(found["came"], actor=cio, version=found["came"].version, unit=company.northfield, category="DATA")
    make_loss(found["anew"], actor=cio, high_per_year=Decimal("0.9"))
    settle()
    return found | {"cio": cio, "then": then}


def test_position_of_a_unit_moves_by_what_came_and_went(company, person, moved):
    head, since = person("HEAD", unit=company.northfield), organisations.today() - timedelta(days=30)

    here = moved_money.read(head, since)
    whole = moved_money.read(moved["cio"], since)

    mean = {row.risk_id: row.mean for row in LossResult.objects.filter(stage="CURRENT")}
    average = {part.name: part.average for part in here.parts}
    assert {part.name: part.count for part in here.parts} == {"new": 1, "gone": 1, "moved": 1, "anew": 1}
    assert average["moved"] == pytest.approx(mean[moved["came"].pk], rel=1e-5) == -average["gone"]
    assert average["new"] == pytest.approx(mean[moved["new"].pk], rel=1e-5)
    assert here.before.average == pytest.approx(moved["then"], rel=1e-5)
    assert here.after.average == pytest.approx(portfolio.of_unit(company.northfield.pk, "CURRENT").mean, rel=1e-5)
    for found in (here, whole):
        assert math.fsum(part.average for part in found.parts) == pytest.approx(found.average, rel=1e-9)
        assert math.fsum(part.one_in_twenty for part in found.parts) == pytest.approx(found.one_in_twenty, rel=1e-9)
        assert sum(amount for _risk, _words, amount in found.rows) + found.others == pytest.approx(found.average, rel=1e-9)
    assert {part.name for part in whole.parts} == {"new", "gone", "anew"}


def test_kind_of_a_risk_moves_between_sums_and_only_the_whole_is_asked(company, moved, person):
    since = organisations.today() - timedelta(days=30)

    data, ot = (moved_money.read(moved["cio"], since, kind) for kind in ("DATA", "OT"))

    [part] = data.parts
    assert (part.name, part.count, data.before.average) == ("moved", 1, 0)
    assert next(part.average for part in ot.parts if part.name == "moved") == pytest.approx(-data.average, rel=1e-9)
    with pytest.raises(Invalid) as error:
        moved_money.read(person("HEAD", unit=company.northfield), since, "DATA")
    assert list(error.value.fields) == ["category"]


def test_page_and_api_tell_the_same_and_refuse_a_day_that_is_none(client, moved):
    client.force_login(moved["cio"])
    address, since = reverse("risks:money"), (organisations.today() - timedelta(days=30)).isoformat()

    plain = client.get(address, {"part": "moved", "since": since})
    part = client.get(address, {"part": "moved", "since": since}, headers={"HX-Request": "true"})
    wrong = client.get(address, {"part": "moved", "since": "soon"})
    told = client.get("/api/v1/annual-losses/moves/", {"since": since}).json()
    refused = client.get("/api/v1/annual-losses/moves/", {"since": "2199-01-01", "category": "SPACE"})

    assert (plain.status_code, part.status_code, wrong.status_code) == (200, 200, 422)
    assert told["in_words"] in plain.text and told["in_words"] in part.text and "<html" not in part.text
    assert "Give a day, as in 2026-11-23." in wrong.text
    for name in ("average", "one_in_20"):
        parts = [Decimal(one[name]) for one in told["reasons"]]
        assert sum(parts) == Decimal(told["after"][name]) - Decimal(told["before"][name])
    assert sum(Decimal(one["average"]) for one in told["risks"]) + Decimal(told["other_risks"]) == sum(
        Decimal(one["average"]) for one in told["reasons"]
    )
    [anew] = [one for one in told["reasons"] if one["reason"] == "anew"]
    assert sum(Decimal(one["amount"]) for one in anew["inputs"]) == Decimal(anew["average"])
    assert (refused.status_code, sorted(refused.json()["fields"])) == (422, ["category", "since"])


def test_risk_that_may_not_be_opened_moves_the_sum_without_a_name(client, moved, person):
    moved["new"].is_confidential = True
    moved["new"].save(update_fields=["is_confidential"])

    found = moved_money.read(person("HEAD"), organisations.today() - timedelta(days=30))

    assert moved["new"].pk not in [risk.pk for risk, _words, _amount in found.rows]
    assert found.others_count == 1 and found.others > 0
