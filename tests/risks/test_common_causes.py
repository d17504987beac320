"""The position with what risks share, against simulated years of the same assumption; nothing here needs a database."""

from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pytest

from portal.errors import Invalid
from risks import common_causes, loss_parts
from risks.common_causes import Assumed
from risks.loss_parts import LossPart
from risks.models import LossScenario
from risks.quantification import cells
from tests.risks.quantification.test_common import YEARS, simulated_event

SHARED = {("asset", 7, "Line control"): frozenset({1, 2}), ("supplier", 3, "Ostrava"): frozenset({1, 2})}


def row(pk, per_year, low, high, category="IT"):
    part = LossPart("PRODUCTIVITY", Decimal(low), Decimal(high))
    often = {"low_per_year": per_year, "mode_per_year": per_year, "high_per_year": per_year}
    scenario = LossScenario(often="PERT", losses=[part.plain], **{name: Decimal(value) for name, value in often.items()})
    model = loss_parts.of_scenario(scenario)
    risk = SimpleNamespace(pk=pk, category=category)
    return SimpleNamespace(risk_id=pk, risk=risk, scenario=scenario, mean=model.annual_mean, cells=cells.of(model).to_bytes())


ROWS = {1: row(1, "0.5", 50_000, 900_000), 2: row(2, "0.2", 200_000, 2_000_000), 3: row(3, "0.4", 90_000, 700_000, "LEGAL")}
WHOLE = cells.add([cells.Cells.from_bytes(one.cells) for one in ROWS.values()])


def added_up(share, factor, shared=SHARED):
    groups = common_causes._largest({pk: one.mean for pk, one in ROWS.items()}, shared)
    calm = cells.Cells.from_bytes(ROWS[3].cells)
    return common_causes.add_up(WHOLE, 2, ROWS, calm, groups, Assumed(Decimal(share), Decimal(factor)))


def test_shared_asset_strikes_both_at_once_and_the_average_stays():
    """Half of the rarer risk's events come with the other: 0.1 a year; what is left of the first is 0.4, of the second 0.1."""
    found = added_up(50, 1)

    draw, years = np.random.default_rng(3), np.zeros(YEARS)
    models = {pk: loss_parts.of_scenario(one.scenario) for pk, one in ROWS.items()}
    for rate, pks in ((0.1, [1, 2]), (0.4, [1]), (0.1, [2]), (0.4, [3])):
        counts = draw.poisson(rate, YEARS)
        events = simulated_event([models[pk] for pk in pks], int(counts.sum()), draw)
        np.add.at(years, np.repeat(np.arange(YEARS), counts), events)
    [shared] = found.shared
    assert (shared.kind, shared.pk, [risk.pk for risk in shared.risks]) == ("asset", 7, [2, 1])
    assert shared.per_year == pytest.approx(0.1) and shared.often == "about once in 10 years"
    assert shared.event == pytest.approx(models[1].event_mean + models[2].event_mean)
    assert found.with_shared.mean == pytest.approx(found.apart.mean, rel=1e-6)
    assert [found.with_shared.var95, found.with_shared.var99] == pytest.approx(np.quantile(years, [0.95, 0.99]), rel=0.015)
    assert found.with_shared.var99 > 1.02 * found.apart.var99
    assert found.with_bad_years == found.apart and found.struck_count == 2


def test_bad_years_strike_no_legal_risk_and_both_together_are_worst():
    found = added_up(20, 2)

    averages = [loss.mean for _label, loss in found.rows]
    assert averages == pytest.approx([found.apart.mean] * 4, rel=1e-6)
    assert found.with_both.var99 > max(found.with_shared.var99, found.with_bad_years.var99) > found.apart.var99
    assert found.with_bad_years.sd**2 - found.apart.sd**2 == pytest.approx(
        common_causes.together.shock(2).variance * (ROWS[1].mean + ROWS[2].mean) ** 2, rel=1e-3
    )


def test_nothing_shared_and_no_bad_year_is_the_position_itself():
    apart = added_up(0, 1)

    assert apart.shared == () and {loss for _label, loss in apart.rows} == {apart.apart}
    assert added_up(10, 1, {("asset", 1, "Alone"): frozenset({1})}).shared == ()


def test_risk_on_two_assets_gives_each_its_part():
    three = {("asset", 1, "A"): frozenset({1, 2}), ("asset", 2, "B"): frozenset({1, 3})}

    found = added_up(10, 1, three)

    assert {one.pk: one.per_year for one in found.shared} == {1: pytest.approx(0.02), 2: pytest.approx(0.025)}
    assert found.with_shared.mean == pytest.approx(found.apart.mean, rel=1e-6)


@pytest.mark.parametrize(
    "asked, field", [({"shared_percent": "60"}, "shared_percent"), ({"bad_year_factor": "often"}, "bad_year_factor")]
)
def test_assumption_that_is_none_is_refused_by_field(asked, field):
    with pytest.raises(Invalid) as error:
        common_causes.assumed(asked)

    assert list(error.value.fields) == [field]
    assert common_causes.assumed({"shared_percent": " 12,5 "}) == Assumed(Decimal("12.5"))
