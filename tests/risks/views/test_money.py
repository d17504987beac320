import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal import clock
from portal.attention.models import Reminder
from portal.errors import Invalid
from portal.people import organisations, roles
from portal.record.models import AuditEntry
from risks import (
    appetite,
    bad_year,
    carrying,
    exception_prices,
    loss_card,
    loss_words,
    money_book,
    money_rows,
    portfolio,
    recompute,
    register,
    supposed,
    what_if,
)
from risks.appetite import Bounds
from risks.models import Appetite, ControlRisk, LossResult, LossScenario, RiskAsset, RiskException
from risks.quantification import cells
from risks.response import incidents
from risks.treatments import Step
from tests.factories.assets import make_asset
from tests.factories.response import make_incident
from tests.factories.risks import make_control, make_exception, make_levels, make_loss, make_risk, make_treatment

DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db

POSITION = "/api/v1/annual-losses/position/"
RARER = {"low_per_year": Decimal("0.01"), "mode_per_year": Decimal("0.02"), "high_per_year": Decimal("0.05")}


@pytest.fixture
def cio(person):
    return person("CIO")


@pytest.fixture
def planned(company, cio):
    """Two risks with plans: one for 10,000, one of safety for 500,000; and one without."""
    found = []
    for cost, impact in ((10_000, {"operational": 4}), (500_000, {"safety": 5}), (None, {"operational": 3})):
        risk = make_risk(unit=company.northfield)
        make_levels(risk, 4, **impact)
        make_loss(risk, actor=cio)
        if cost is not None:
            step = Step("IT", "Do it", cio, organisations.today(), Decimal(cost))
            make_treatment(risk, actor=cio, steps=[step])
            make_loss(risk, actor=cio, stage="RESIDUAL", **RARER)
        found.append(risk)
    while recompute.refresh_batch():
        pass
    return found


def test_page_says_the_position_in_words_and_ties_out(client, planned, cio):
    client.force_login(cio)

    page = client.get(reverse("risks:money")).content.decode()

    book = money_book.read(cio, {})
    assert book.told.average in page
    assert book.sentence in page
    assert book.risk_count == 3
    assert sum(one.average for one in book.contributors) == pytest.approx(book.now.mean, rel=1e-5)
    assert all(risk.number in page for risk in planned)
    told = client.get("/api/v1/annual-losses/position/").json()
    assert book.sensitivity.sentence in page and told["sensitivity"]["in_words"] == book.sensitivity.sentence.replace("&quot;", '"')
    assert [one["input"] for one in told["sensitivity"]["inputs"]] == ["events"] * 3
    assert told["quality"]["average_if_doubled"] == told["sensitivity"]["all_if_doubled"]["average"]


def test_page_asks_as_often_for_three_risks_as_for_one(client, planned, cio):
    appetite.agree({"": appetite.Bounds(40, 60, Decimal(100_000), Decimal(2_000_000))}, actor=cio)
    client.force_login(cio)
    address, counts = reverse("risks:money"), []

    for gone in ((), planned[1:]):
        for risk in gone:
            register.close(risk, actor=cio, reason="Sold")
        while recompute.refresh_batch():
            pass
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 12, [query["sql"][:120] for query in asked]  # the shell 4, a list 8


def test_number_off_by_two_is_what_the_position_becomes_once_it_is_estimated_so(planned, cio):
    """All three are equal: the first of the three comes first, with how often it happens."""
    off = money_book.read(cio, {}).sensitivity
    doubled = {name: Decimal(often) for name, often in (("low", "0.25"), ("mode", "0.5"), ("high", "1"))}

    make_loss(off.rows[0].risk, actor=cio, **{f"{name}_per_year": often for name, often in doubled.items()})
    while recompute.refresh_batch():
        pass

    book = money_book.read(cio, {})
    assert (off.rows[0].risk, off.rows[0].name, off.rows[0].said) == (planned[0], "events", "about once in 3.7 years")
    assert book.now.mean == pytest.approx(off.rows[0].twice.average, rel=1e-5)
    assert book.now.var95 == pytest.approx(off.rows[0].twice.one_in_twenty, rel=1e-5)


def test_plain_rows_of_the_page_say_what_the_estimates_do(company, planned, cio, person):
    """Two people behind the first, an insurance in the third, no source behind the second, which nobody is named for any more."""
    first, second, third = (LossScenario.objects.get(risk=risk, stage="CURRENT") for risk in planned)
    first.losses[0]["by"] = person("CISO").pk
    first.save()
    third.losses[0] |= {"deductible": "10.00"}
    third.save()
    LossScenario.objects.filter(pk=second.pk).update(source="", estimated_by=None)
    results = {row.risk_id: row for row in LossResult.objects.filter(stage="CURRENT")}

    rows = money_rows.of_unit(cio, company.northfield)
    quality = money_book.read(cio, {}).quality

    assert [row.mean for row in rows[money_rows.NOW]] == sorted((row.mean for row in results.values()), reverse=True)
    assert {row.pk for row in rows[money_rows.AFTER]} == {planned[0].pk, planned[1].pk}
    found = {row.pk: row for row in rows[money_rows.NOW]}
    assert [found[risk.pk].is_of_one for risk in planned] == [False, True, True]
    assert [bool(found[risk.pk].insured) for risk in planned] == [False, False, True]
    for risk in planned:
        row, factors = found[risk.pk], results[risk.pk].factors
        assert (row.number, row.place, row.lineage) == (risk.number, "Northfield", risk.unit.lineage)
        assert row.rate == pytest.approx(factors["events"] * factors["share"])
    whole = sum(row.mean for row in results.values())
    shares = [results[risk.pk].mean / whole for risk in planned]
    assert (quality.single, quality.unbacked) == (pytest.approx(shares[1] + shares[2]), pytest.approx(shares[1]))


def test_what_is_agreed_stands_on_the_curve_in_the_table_and_in_words(client, planned, cio):
    """Averages add up, so three risks at 100,000 and 2,000,000 may cost 300,000 and 6,000,000 together."""
    appetite.agree({"": appetite.Bounds(40, 60, Decimal(100_000), Decimal(2_000_000))}, actor=cio)
    client.force_login(cio)

    book = money_book.read(cio, {})
    page = client.get(reverse("risks:money")).text
    told = client.get("/api/v1/annual-losses/position/").json()["limits"]
    card = loss_card.panel([planned[0].pk], cio)[planned[0].pk]

    assert (book.limits.appetite, book.limits.tolerance) == (300_000, 6_000_000)
    assert book.limits.average == pytest.approx(book.now.mean, rel=1e-5)
    chances = book.now.exceedance([300_000, 6_000_000])
    assert list(book.limits.chances[0]) == chances == [told["above_appetite"]["now"], told["above_tolerance"]["now"]]
    wide = book.pictures[0]
    assert [(mark.kind, mark.name) for mark in wide.marks] == [("appetite", "appetite"), ("tolerance", "tolerance")]
    assert float(wide.marks[0].x) < float(wide.marks[1].x) and float(wide.marks[0].y) < float(wide.marks[1].y)
    assert book.rows[-2:] == book.limits.rows and loss_words.share(chances[1]) in book.rows[-1][1]
    assert book.limits_told in page and page.count('class="limit" data-kind="tolerance"') == 2
    assert "For 3 of 3 risks a sum is agreed: together we want to carry €300\u00a0k a year on average" in told["in_words"]
    assert "above appetite and still tolerated" in told["in_words"] and "after plan" in told["in_words"]
    assert "We agreed to carry €100\u00a0k a year on average and to tolerate €2.0\u00a0M." in card.agreed
    assert [mark.kind for mark in card.pictures[0].marks] == ["appetite", "tolerance"]


def test_bad_years_likelier_than_agreed_are_asked_about_once_each_time(client, company, planned, cio, person):
    """One year in twenty costs more than var95: an agreed 4 % is passed, 6 % are kept."""
    ciso, amount = person("CISO"), Decimal(int(money_book.read(cio, {}).now.var95))
    client.force_login(cio)
    asked = Reminder.objects.filter(kind__startswith="appetite.passed")

    def agree(chance, amount=amount, **place):
        return appetite.agree({"": Bounds(40, 60, None, None, amount, chance)}, actor=cio, **place)[""]

    assert agree(Decimal("0.06")).passed_at is None and not asked.exists()
    row = agree(Decimal("0.04"))
    book, page, told = money_book.read(cio, {}), client.get("/risks/money/").text, client.get(POSITION).json()["bad_year"]
    assert row.passed_at is not None and set(asked.values_list("recipient", flat=True)) == {cio.pk, ciso.pk}
    assert book.bad_year.is_passed and told["chance"]["now"] == pytest.approx(0.05, rel=2e-2) and told["is_passed"]
    assert book.bad_year_told == told["in_words"] and html.escape(book.bad_year_told) in page and "both leaders were asked" in page
    assert "likelier than we agreed: 5\u00a0%, and we agreed on at most 4\u00a0%. After plan it is" in told["in_words"]
    assert [mark.name for mark in book.pictures[0].marks] == ["agreed: 4\u00a0%"] and book.rows[-1] == book.bad_year.row
    assert "likelier since" in client.get("/risks/appetite/").text

    agree(Decimal("0.03"))  # still passed: nobody is asked again
    make_loss(planned[2], actor=cio, low_per_year=Decimal("0.2"), mode_per_year=Decimal("0.4"), high_per_year=Decimal("0.8"))
    renewed()
    assert asked.count() == 2
    for risk in planned:
        register.close(risk, actor=cio, reason="Gone")
    renewed()
    assert Appetite.objects.get().passed_at is None
    assert money_book.read(cio, {}).now is None
    make_loss(make_risk(unit=company.northfield), actor=cio)
    renewed()
    agree(Decimal("0.0001"), Decimal(1), unit=company.northfield)
    verbs = list(AuditEntry.objects.filter(kind="appetite").order_by("pk").values_list("verb", "params__unit"))
    assert [one for one in verbs if one[0] != "appetite.agreed"] == [
        ("appetite.passed", None),
        ("appetite.kept", None),
        ("appetite.passed", company.northfield.pk),
    ]
    assert asked.count() == 4
    head = money_book.read(person("HEAD", unit=company.northfield), {})
    assert (head.bad_year.amount, head.bad_year.is_passed) == (1, True)  # of the reader's place, and nothing is inherited
    appetite.agree({"": None}, unit=company.northfield, actor=cio)
    assert not Appetite.objects.exclude(passed_at=None).exists()


def renewed():
    while recompute.refresh_batch():
        pass


@pytest.mark.parametrize(
    ("chance", "at_most", "now", "word"),
    [
        (0.053, "0.05", "5.3", "are likelier"),
        (0.050001, "0.05", "just over 5", "are likelier"),
        (0.05, "0.05", "5", "are no likelier"),
        (0.024, "0.025", "2", "are no likelier"),
        (0.0, "0.0001", "0", "are no likelier"),
    ],
)
def test_chance_in_words_stands_on_its_side_of_what_is_agreed(chance, at_most, now, word):
    told = bad_year.BadYear(Decimal(2_000_000), Decimal(at_most), (chance, 0.001)).sentence(1)

    assert f"{word} than we agreed" in told
    assert f": {now}\u00a0%, and we agreed on at most" in told


def test_risks_on_one_asset_are_added_up_as_striking_together(client, company, planned, cio):
    asset = make_asset("Line control", unit=company.northfield)
    for risk in planned[:2]:
        RiskAsset.objects.create(risk=risk, asset=asset)
    client.force_login(cio)
    address, asked = reverse("risks:money"), {"part": "together", "shared_percent": "20", "bad_year_factor": "1.5"}

    plain, part = client.get(address, asked).text, client.get(address, asked, headers={"HX-Request": "true"}).text
    wrong = client.get(address, asked | {"bad_year_factor": "9"})
    told = client.get("/api/v1/annual-losses/common-causes/", {"shared_percent": "20", "bad_year_factor": "1.5"}).json()
    refused = client.get("/api/v1/annual-losses/common-causes/", {"shared_percent": "70"})

    assert told["in_words"] in plain and told["assumed_in_words"] in part and "<html" not in part
    assert "20\u00a0% strike all risks on it at once" in told["assumed_in_words"]
    assert [(one["name"], one["risks"]) for one in told["shared"]] == [("Line control", [risk.pk for risk in planned[:2]])]
    averages = [float(told[name]["average"]) for name in ("apart", "with_shared", "with_bad_years", "with_both")]
    assert averages == pytest.approx([money_book.read(cio, {}).now.mean] * 4, rel=1e-5)
    assert float(told["with_both"]["one_in_100"]) > float(told["apart"]["one_in_100"])
    assert wrong.status_code == 422 and "Give a factor from 1 to 3." in wrong.text
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["shared_percent"])


def test_plans_are_ranked_safety_first_then_the_best_set_under_a_budget(client, planned, cio):
    cheap, safe, _none = planned

    free, poor = (money_book.read(cio, {"budget": budget}).ranking for budget in ("", "5,000"))

    assert [plan.risk.pk for plan in free.plans] == [safe.pk, cheap.pk]
    assert [plan.is_in for plan in free.plans] == [True, True]
    assert [plan.is_in for plan in poor.plans] == [True, False]
    assert free.spent == Decimal(510_000)
    gain = LossResult.objects.get(risk=cheap, stage="CURRENT").mean - LossResult.objects.get(risk=cheap, stage="RESIDUAL").mean
    assert free.plans[1].return_share == pytest.approx((gain - 10_000) / 10_000)
    assert 0 < free.joint != pytest.approx(free.summed, rel=0.01)
    assert free.best.is_exact and poor.best.is_exact and free.left_out == []
    assert [plan.risk.pk for plan in poor.left_out] == [cheap.pk] and float(poor.missed) == pytest.approx(gain)
    assert poor.over == 495_000 and free.over == 0
    client.force_login(cio)
    page = client.get(reverse("risks:money"), {"budget": "5,000"}).text
    told = client.get("/api/v1/annual-losses/position/", {"budget": "5000"}).json()["ranking"]
    vague = client.get(reverse("risks:money"), {"budget": "a lot"})
    assert vague.status_code == 422 and 'value="a lot" aria-invalid="true"' in vague.text and "Give a sum of money" in vague.text
    assert "1 plan is left out" in page and "What is mandatory passes the budget" in page
    assert (told["is_exact"], told["over_budget"], told["saves"]) == (True, "495000.00", told["saves_at_most"])


def test_what_if_answers_without_keeping_anything(client, planned, cio):
    client.force_login(cio)
    rows, address = LossResult.objects.count(), reverse("risks:money")
    asked = {"part": "what_if", "risk": planned[0].pk, "often": "100", "costs": "0"}

    form = client.get(address, {"part": "what_if"}, headers={"HX-Request": "true"}).text
    plain = client.get(address, asked).text
    live = client.get(address, asked, headers={"HX-Request": "true", "HX-Target": "would"}).text
    wrong = client.get(
        address, asked | {"often": "200", "from": "2001-01-01"}, headers={"HX-Request": "true", "HX-Target": "would"}
    )

    found = supposed.answer(cio, supposed.asked(cio, {name: str(value) for name, value in asked.items()}))
    assert found.sentence in live and found.sentence in plain and "<html" not in live and "<form" not in live
    assert planned[2].number in form and "Choose a risk and how much rarer" in form
    assert found.gain == pytest.approx(LossResult.objects.get(risk=planned[0], stage="CURRENT").mean, rel=1e-5) == found.saved
    assert wrong.status_code == 422 and "from 0 to 100 percent" in wrong.text and "Choose a day to come" in wrong.text
    assert LossResult.objects.count() == rows


def test_what_would_be_from_a_day_on_pays_only_for_the_rest_of_the_year(planned, cio):
    """Half of the events of the third risk from the 73rd day on: 292 of 365 days are better, by half of its average."""
    asked = {"risk": str(planned[2].pk), "often": "50", "from": (organisations.today() + timedelta(days=73)).isoformat()}

    found = supposed.answer(cio, supposed.asked(cio, asked | {"cost": "50,000"}))

    half = LossResult.objects.get(risk=planned[2], stage="CURRENT").mean / 2
    assert (found.gain, found.saved) == (pytest.approx(half, rel=1e-5), pytest.approx(half * 0.8, rel=1e-5))
    assert found.return_share == pytest.approx((half * 0.8 - 50_000) / 50_000, rel=1e-4)
    assert found.payback_years == pytest.approx(50_000 / half, rel=1e-4)
    late = supposed.asked(cio, asked | {"from": (organisations.today() + timedelta(days=900)).isoformat()})
    assert supposed.answer(cio, late).saved == pytest.approx(0, abs=0.01)


def test_control_that_works_otherwise_changes_every_risk_it_bears_on(client, company, planned, cio):
    """Takes off 0.8·0.9 = 72 % now; at 86 % half is left of what is left: events of the first, what one costs of the third."""
    control = make_control(unit=company.northfield, actor=cio)
    for risk, side in ((planned[0], "LIKELIHOOD"), (planned[2], "IMPACT")):
        ControlRisk.objects.create(control=control, risk=risk, bears_on=side)
    client.force_login(cio)
    mean = {row.risk_id: row.mean for row in LossResult.objects.filter(stage="CURRENT")}

    found = supposed.answer(cio, supposed.asked(cio, {"control": str(control.pk), "works": "86"}))
    fails = supposed.answer(cio, supposed.asked(cio, {"control": str(control.pk), "works": "0"}))
    body = {"control": control.pk, "takes_off_share": "0.86", "cost": "9000.00"}
    told = client.post("/api/v1/annual-losses/what-if/", body, content_type="application/json").json()
    vague = client.post("/api/v1/annual-losses/what-if/", {"control": control.pk}, content_type="application/json")
    empty = client.post("/api/v1/annual-losses/what-if/", {}, content_type="application/json")

    assert found.gain == pytest.approx((mean[planned[0].pk] + mean[planned[2].pk]) / 2, rel=1e-3)
    assert -fails.gain == pytest.approx((mean[planned[0].pk] + mean[planned[2].pk]) * (1 / 0.28 - 1), rel=1e-3)
    assert float(told["saves_next_year"]) == pytest.approx(found.saved, rel=1e-4) and told["in_words"] == found.sentence
    assert told["return_share"] == pytest.approx((found.saved - 9000) / 9000, rel=1e-4)
    twice = {"changes": [{"risk": planned[0].pk}, {"risk": planned[0].pk, "frequency_factor": "0.5"}]}
    doubled = client.post("/api/v1/annual-losses/what-if/", twice, content_type="application/json")
    assert [list(one.json()["fields"]) for one in (vague, empty, doubled)] == [["takes_off_share"], ["changes"], ["changes"]]
    control.design_effectiveness = control.operating_effectiveness = Decimal(1)
    control.save()
    with pytest.raises(Invalid) as error:
        supposed.asked(cio, {"control": str(control.pk), "works": "50"})
    assert list(error.value.fields) == ["control"]


def test_what_would_be_is_carried_into_a_treatment_or_a_decision_and_kept_by_their_verbs(client, planned, cio, person):
    client.force_login(cio)
    day = (organisations.today() + timedelta(days=60)).isoformat()
    asked = {"part": "what_if", "risk": str(planned[2].pk), "often": "50", "from": day, "cost": "50000"}

    page = client.get(reverse("risks:money"), asked).text
    found = supposed.answer(cio, supposed.asked(cio, asked))
    (_words, plan), (_other, question) = carrying.ways(cio, found)
    plan_form, question_form = client.get(plan).text, client.get(question).text

    assert html.escape(plan) in page and html.escape(question) in page
    for text in (plan_form, question_form):
        assert found.question.title in text and day in text and 'value="50000"' in text
    assert html.escape(found.sentence) in plan_form and "Leave it as it is" in question_form
    assert str(loss_words.exact(found.after.mean)) in question_form and planned[2].number in question_form
    assert [len(carrying.ways(one, found)) for one in (person("AUDITOR"), person("ANALYST"))] == [0, 2]


def test_confidential_risks_count_without_being_named(client, planned, person):
    planned[0].is_confidential = True
    planned[0].save(update_fields=["is_confidential"])
    head = person("HEAD")

    book = money_book.read(head, {})

    assert (book.risk_count, book.hidden_count) == (3, 1)
    assert planned[0].pk not in [one.risk.pk for one in book.contributors]
    tried = supposed.answer(head, supposed.asked(head, {"risk": str(planned[1].pk)}))
    assert tried.before.mean == pytest.approx(sum(one.average for one in book.contributors), rel=1e-5)
    assert tried.before.mean < 0.9 * book.now.mean
    rows = LossResult.objects.filter(stage="CURRENT")
    for one in (head, person("AUDITOR"), cio):  # less what is hidden, risk by risk, and the folded sum
        opened = [portfolio.cells_of(row) for row in rows.visible_to(one)]
        assert what_if.cells_of(one, "CURRENT", [])[0].to_bytes() == cells.add(opened).to_bytes()


def test_empty_page_says_what_to_do_and_one_of_estimates_that_cost_nothing_says_so(client, company, cio):
    client.force_login(cio)

    assert "Open a risk and estimate how often" in client.get(reverse("risks:money")).content.decode()
    make_loss(make_risk(unit=company.northfield), actor=cio, **dict.fromkeys(RARER, Decimal(0)))
    renewed()
    page = client.get(reverse("risks:money")).text
    assert "They say that nothing is lost" in page and "Nothing is lost in any year." in page and "yours to open" not in page


def test_money_is_shut_to_colleagues(client, person):
    client.force_login(person("COLLEAGUE"))

    assert client.get(reverse("risks:money")).status_code == 403
    for part in ("moved", "together", "what_if"):
        assert client.get(reverse("risks:money"), {"part": part}).status_code == 403
    for action in ("position", "moves", "common-causes"):
        assert client.get(f"/api/v1/annual-losses/{action}/").status_code == 403


def test_average_of_a_risk_is_judged_by_what_is_agreed_for_its_kind_and_place(client, planned, cio):
    average = LossResult.objects.get(risk=planned[2], stage="CURRENT").mean
    low, high = Decimal(int(average * 0.5)), Decimal(int(average * 0.9))
    client.force_login(cio)
    appetite.agree({"": appetite.Bounds(40, 60, low, Decimal(10) ** 12)}, actor=cio)

    above = money_book.read(cio, {}).judged
    appetite.agree({"": appetite.Bounds(40, 60, low, high)}, actor=cio)
    breached = money_book.read(cio, {}).judged
    appetite.agree({"": appetite.Bounds(40, 60, Decimal(10) ** 12, Decimal(10) ** 12)}, actor=cio)
    within = money_book.read(cio, {}).judged

    assert [(one.count, len(one.above), one.breaches) for one in (above, breached, within)] == [(3, 3, 0), (3, 3, 3), (3, 0, 0)]
    assert "No risk costs more in a year than we want to carry" in client.get(reverse("risks:money")).content.decode()


def test_live_exceptions_get_their_price_together_and_each_its_share(client, planned, cio, person):
    """The first risk would be where its plan leads, the third is accepted whole; two exceptions halve what the first leaves."""
    first, _second, third = planned
    twice = [make_exception(first, by=cio, title=title, kind="POLICY_EXCEPTION") for title in ("One", "Two")]
    whole = make_exception(third, by=cio, title="Three")
    for one in (*twice, whole):
        RiskException.objects.filter(pk=one.pk).update(signed_digest=one.content_digest, signed_at=one.proposed_at)
    client.force_login(cio)

    prices = money_book.read(cio, {}).prices

    mean = {(row.risk_id, row.stage): row.mean for row in LossResult.objects.all()}
    left = mean[first.pk, "CURRENT"] - mean[first.pk, "RESIDUAL"]
    assert {row.exception.title: row.average for row in prices.rows} == {
        "One": pytest.approx(left / 2),
        "Two": pytest.approx(left / 2),
        "Three": pytest.approx(mean[third.pk, "CURRENT"]),
    }
    assert prices.average == pytest.approx(sum(row.average for row in prices.rows))
    assert 0 < prices.one_in_twenty < money_book.read(cio, {}).now.var95
    assert "already contained in the position" in client.get(reverse("risks:money")).content.decode()
    live = exception_prices.live_priced(cio, organisations.today())
    assert (live.count, live.unpriced, live.average) == (3, 0, pytest.approx(prices.average))
    assert [row.average for row in live.rows] == [row.average for row in prices.rows]
    assert whole.price == pytest.approx(Decimal(mean[third.pk, "CURRENT"]) * 91 / 365, rel=Decimal("1e-5"))


def test_live_exceptions_have_a_tile_whose_numbers_open_their_rows(client, planned, cio, company, person, monkeypatch):
    """One is in force and priced, one in another unit and not estimated; what waits, has not begun or is over counts nowhere."""
    today, address = organisations.today(), reverse("risks:exceptions-live")
    client.force_login(cio)
    assert "No exception is in force today" in client.get(address).text
    over = {"starts_on": today - 9 * DAY, "ends_on": today - DAY}
    kinds = {"Live": {}, "Strange": {}, "Waits": {}, "Begins": {"starts_on": today + DAY}, "Over": over}
    risks = {title: make_risk(unit=company.northfield) for title in ("Waits", "Begins", "Over")} | {"Live": planned[2]}
    risks["Strange"] = make_risk(unit=company.eastmere)
    for title, said in kinds.items():
        one = make_exception(risks[title], by=cio, title=title)
        RiskException.objects.filter(pk=one.pk).update(**{"title": title} | said)
    for one in RiskException.objects.exclude(title="Waits"):
        RiskException.objects.filter(pk=one.pk).update(signed_digest=one.content_digest, signed_at=one.proposed_at)

    mean = LossResult.objects.get(risk=planned[2], stage="CURRENT").mean
    tile = client.get(address, headers={"HX-Request": "true"}).text
    assert "<html" not in tile and f"2 live exceptions leave {loss_words.money(mean)} a year" in tile
    assert "already contained in the position" in tile and "1 of them has no price yet." in tile and "not estimated" in tile
    assert f'hx-get="{address}"' in client.get("/").text
    north, east = company.northfield.pk, company.eastmere.pk
    for unit, titles in (("", {"Live", "Strange"}), (north, {"Live"}), (east, {"Strange"}), (0, set())):
        asked = {"unit": unit} if unit != "" else {}
        told, page = client.get("/api/v1/exceptions/live/", asked).json(), client.get(address, asked).text
        assert (told["count"], told["unpriced"]) == (len(titles), "Strange" in titles)
        rows = html.unescape(re.search(r'<a href="(/lists/exceptions/[^"]+)">', page).group(1))
        for found in (rows, f"{reverse('risks:exceptions')}?{rows.partition('?')[2]}"):
            body = client.get(found).text
            assert {title for title in kinds if f">{title}<" in body} == titles, found
    exception_prices.live_priced(cio, today)  # whose grants are read by then
    with CaptureQueriesContext(connection) as few:
        exception_prices.live_priced(cio, today)
    assert len(few) == 2
    monkeypatch.setitem(roles.PERMISSIONS, "HEAD", roles.PERMISSIONS["HEAD"] - {"risks.view_loss"})
    head = exception_prices.live_priced(person("HEAD", unit=company.northfield), today)
    assert (head.count, head.average) == (1, None)


def test_years_that_are_over_stand_beside_the_curve(client, company, planned, cio, person):
    """Two years are over: 3,000 and 1,000 stand at 1/3 and 2/3; what a person may not open does not count for them."""
    now = clock.now()
    for years_ago, amount, shut in ((1, 3_000, False), (2, 1_000, False), (0, 500, False), (1, 70_000, True)):
        at = now - timedelta(days=366 * years_ago)
        incident = make_incident(unit=company.northfield, actor=cio, noticed_at=at, is_confidential=shut)
        incidents.note_loss(incident, "RESPONSE", Decimal(amount) * 2, actor=cio, reason="A guess")
        incidents.note_loss(incident, "RESPONSE", Decimal(amount), actor=cio, is_final=True, reason="Bills")
    client.force_login(cio)

    years = money_book.read(person("HEAD"), {}).years

    assert [(one.amount, one.incidents) for one in years] == [(500, 1), (3_000, 1), (1_000, 1)]
    assert [one.chance for one in years] == [None, pytest.approx(1 / 3), pytest.approx(2 / 3)]
    page = client.get(reverse("risks:money")).content.decode()
    assert page.count('class="mark" data-kind="actual"') == 4  # two years in two sizes
    assert f">{years[1].year}</text>" in page
