"""Estimates of losses, what they add up to, and the words for it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from portal.errors import Invalid
from portal.people import organisations
from portal.record.models import AuditEntry
from risks import loss_card, loss_parts, loss_scenarios, loss_words, portfolio, recompute, register
from risks import quantification as q
from risks.errors import RiskClosed, SavedMeanwhile
from risks.loss_parts import Downtime, LossPart
from risks.models import CellChange, LossResult, LossScenario, PortfolioLoss
from tests.factories.risks import make_levels, make_loss, make_risk

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(person):
    return person("OWNER")


@pytest.fixture
def risk(company, owner):
    risk = make_risk(unit=company.northfield, it_owner=owner, accountable="IT")
    make_levels(risk, 4, operational=4)
    return risk


def settle():
    while recompute.refresh_batch():
        pass


def test_estimate_is_kept_with_who_said_it_when_and_the_audit_entry(risk, owner):
    scenario = make_loss(risk, actor=owner)

    assert (scenario.version, scenario.estimated_by, scenario.estimated_on) == (1, owner, organisations.today())
    assert [one["form"] for one in scenario.losses] == ["PRODUCTIVITY", "RESPONSE"]
    assert scenario.losses[0]["by"] == owner.pk
    entry = AuditEntry.objects.get(kind="loss-scenario", subject_id=scenario.pk)
    assert (entry.verb, entry.actor, entry.params["stage"]) == ("loss.estimated", owner, "CURRENT")


def test_other_numbers_are_of_who_changed_them_and_the_same_stay_with_who_said_them_first(risk, owner, person):
    first, analyst = make_loss(risk, actor=owner), person("ANALYST")
    dearer = [loss_parts.part(first.losses[0]), LossPart("RESPONSE", Decimal(30_000), Decimal(95_000))]

    second = make_loss(risk, actor=analyst, losses=dearer, version=1)

    assert (second.pk, second.version) == (first.pk, 2)
    assert [one["by"] for one in second.losses] == [owner.pk, analyst.pk]
    assert AuditEntry.objects.get(kind="loss-scenario", verb="loss.changed").params["fields"] == ["losses"]


def test_late_save_and_a_closed_risk_are_refused(risk, owner):
    make_loss(risk, actor=owner)

    with pytest.raises(SavedMeanwhile):
        make_loss(risk, actor=owner, version=0)
    register.close(risk, actor=owner, reason="Sold")
    with pytest.raises(RiskClosed):
        make_loss(risk, actor=owner, version=1)


@pytest.mark.parametrize(
    "said, field",
    [
        ({"mode_per_year": Decimal(3)}, "low_per_year"),
        ({"often": "INTERVAL", "low_per_year": Decimal(0)}, "low_per_year"),
        ({"losses": [LossPart("FINES", Decimal(9), Decimal(5))]}, "losses.FINES"),
        ({"losses": [LossPart("SAFETY", Decimal(1), Decimal(5))]}, "losses"),
        ({"losses": []}, "losses"),
        ({"often": "ATTEMPTS", "vulnerability_share": Decimal(2)}, "vulnerability_share"),
        ({"estimated_on": date(2199, 1, 1)}, "estimated_on"),
        ({"stage": "LATER"}, "stage"),
    ],
)
def test_what_makes_no_model_is_refused_by_field(risk, owner, said, field):
    with pytest.raises(Invalid) as error:
        make_loss(risk, actor=owner, **said)

    assert list(error.value.fields) == [field]
    assert not LossScenario.objects.exists()


def test_yearly_loss_is_renewed_with_the_scores(risk, owner):
    """0.25·(4 + 0.5·… ): PERT 0.125, 0.25, 0.5 has the mean (0.125 + 1 + 0.5)/6 = 0.2708 events a year."""
    make_loss(risk, actor=owner, losses=[LossPart("FINES", Decimal(100), Decimal(100))])

    settle()

    now, after = LossResult.objects.order_by("stage")
    assert (now.stage, after.stage) == ("CURRENT", "RESIDUAL")
    assert now.mean == after.mean == pytest.approx(27.0833, rel=1e-4)
    assert now.factors == {"events": pytest.approx(0.270833, rel=1e-5), "share": 1.0, "magnitude": pytest.approx(100)}
    assert now.previous is None


def test_changed_estimate_says_why_the_average_moved_and_it_adds_up(risk, owner):
    make_loss(risk, actor=owner)
    settle()

    make_loss(risk, actor=owner, low_per_year=Decimal("0.25"), mode_per_year=Decimal("0.5"), high_per_year=Decimal(1))
    settle()

    row = LossResult.objects.get(stage="CURRENT")
    moved = loss_card.panel([risk.pk], owner)[risk.pk].moved
    assert row.mean == pytest.approx(2 * row.previous["mean"], rel=1e-5)
    assert [name for name, _amount in moved.parts] == ["how often"]
    assert sum(amount for _name, amount in moved.parts) == pytest.approx(row.mean - row.previous["mean"], rel=1e-4)


def test_sums_of_unit_and_category_follow_and_equal_a_rebuild(company, risk, owner):
    other = make_risk(unit=company.eastmere, category="IT")
    for one in (risk, other):
        make_loss(one, actor=owner)
    make_loss(other, actor=owner, stage="RESIDUAL", high_per_year=Decimal("0.3"))
    settle()
    whole = portfolio.of_unit(company.root.pk, "CURRENT")

    assert whole.risk_count == 2
    assert whole.mean == pytest.approx(sum(row.mean for row in LossResult.objects.filter(stage="CURRENT")), rel=1e-5)
    assert PortfolioLoss.objects.get(scope="category:IT", stage="RESIDUAL").mean < whole.mean / 2
    assert not CellChange.objects.exists()
    assert portfolio.differing() == []

    register.close(other, actor=owner, reason="Sold")
    settle()

    whole.refresh_from_db()
    assert (whole.risk_count, LossResult.objects.filter(risk=other).count()) == (1, 0)
    assert bytes(whole.cells) == bytes(LossResult.objects.get(risk=risk, stage="CURRENT").cells)
    assert portfolio.rebuild() == []


def test_wrong_sum_is_found_and_mended_at_night(company, risk, owner):
    make_loss(risk, actor=owner)
    settle()
    right = bytes(portfolio.of_unit(company.root.pk, "CURRENT").cells)
    PortfolioLoss.objects.filter(scope=f"unit:{company.root.pk}", stage="CURRENT").update(cells=b"")

    assert portfolio.rebuild() == [(f"unit:{company.root.pk}", "CURRENT")]
    assert bytes(portfolio.of_unit(company.root.pk, "CURRENT").cells) == right


def test_estimate_taken_back_leaves_no_number(company, risk, owner):
    scenario = make_loss(risk, actor=owner)
    settle()

    loss_scenarios.drop(scenario, actor=owner)
    settle()

    assert not LossResult.objects.exists()
    assert portfolio.of_unit(company.root.pk, "CURRENT") is None
    with pytest.raises(SavedMeanwhile):
        loss_scenarios.drop(scenario, actor=owner)


def test_loss_of_a_hidden_risk_is_not_shown_but_counted(company, risk, owner, person):
    make_loss(risk, actor=owner)
    risk.is_confidential = True
    risk.save(update_fields=["is_confidential"])
    settle()

    head = person("HEAD")

    assert not LossScenario.objects.visible_to(head).exists()
    assert loss_card.panel([risk.pk], head)[risk.pk].stages == ()
    assert portfolio.of_unit(company.northfield.pk, "CURRENT").risk_count == 1


def test_standstill_becomes_lost_production():
    """4, 8, 30 hours × 12,000 + 20,000 + 5,000."""
    stop = Downtime(Decimal(4), Decimal(8), Decimal(30), Decimal(12_000), Decimal(20_000), Decimal(5_000))

    assert stop.losses == (73_000, 121_000, 385_000)
    part = LossPart("PRODUCTIVITY", *(stop.losses[place] for place in (0, 2)), mode=stop.losses[1], downtime=stop)
    assert loss_parts.part(part.plain) == part


def test_attempts_are_thinned_to_those_that_succeed():
    rate = loss_parts.rate("ATTEMPTS", Decimal(4), Decimal(10), Decimal(16), Decimal("0.05"))

    assert rate.mean == pytest.approx(0.5)


# words


def test_line_under_an_estimate_is_made_from_the_numbers():
    model = q.LossModel(q.fixed_rate(0.125), (q.lognormal_from_interval(35_000, 1_260_000),))

    assert (
        loss_words.sanity(model) == "About once in 8 years; half of the events cost under €210\u00a0k, one in ten over €850\u00a0k."
    )


@pytest.mark.parametrize(
    "rate, words",
    [
        (0, "never"),
        (0.01, "about once in 100 years"),
        (0.8, "about once a year"),
        (3.04, "about 3 times a year"),
        (250, "about 250 times a year"),
    ],
)
def test_how_often_in_words(rate, words):
    assert loss_words.how_often(rate) == words


@pytest.mark.parametrize(
    "chance, words", [(0, "0"), (0.0002, "under 0.1"), (0.004, "0.4"), (0.121, "12"), (0.999, "over 99"), (1, "100")]
)
def test_chance_is_never_certain_where_it_is_not(chance, words):
    assert loss_words.share(chance) == words + "\u00a0%"


def test_sentence_under_a_curve_says_what_it_shows():
    """One known sum of 100,000 once in two years: P(a loss) = 1 − e^−0.5 = 39 %; Poisson(0.5): 1 in 20 years sees more than one."""
    often, seldom = q.compute([q.LossModel(q.fixed_rate(rate), (q.point(100_000.0),)) for rate in (0.5, 0.01)])

    assert loss_words.reading(often) == (
        "A year brings a loss with a chance of 39\u00a0%; half of such years cost under €100\u00a0k, one in ten over €200\u00a0k. "
        "Of twenty years one costs more than €200\u00a0k. Over many years it comes to €50\u00a0k a year."
    )
    assert "Fewer than one year in twenty costs anything at all." in loss_words.reading(seldom)
    assert loss_words.reading(q.compute([q.LossModel(q.fixed_rate(0), (q.point(5.0),))])[0]) == "Nothing is lost in any year."


def test_old_estimate_is_called_old(risk, owner):
    scenario = make_loss(risk, actor=owner, estimated_on=organisations.today() - timedelta(days=400))

    assert loss_card.is_old(scenario.estimated_on, organisations.today())
    assert not loss_card.is_old(organisations.today() - timedelta(days=365), organisations.today())
