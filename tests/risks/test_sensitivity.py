"""The inputs that move the position most, against every input of every estimate tried one by one."""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pytest

from risks import loss_inputs, loss_parts, sensitivity
from risks.loss_parts import LossPart
from risks.models import LossScenario
from risks.quantification import cells, together

FORMS = ("PRODUCTIVITY", "RESPONSE", "FINES", "REPUTATION")


def drawn(draw, pk):
    """An estimate as people make them: events or attempts, one to three forms, insured or at times only."""
    low = draw.uniform(0.02, 2)
    parts = []
    for form in draw.choice(FORMS, draw.integers(1, 4), replace=False):
        base = draw.uniform(1e4, 1e6)
        insured = {"deductible": money(base * 0.5), "limit": money(base * draw.uniform(1, 9))} if draw.random() < 0.5 else {}
        mode = money(base * 2) if draw.random() < 0.5 else None
        secondary = bool(parts) and draw.random() < 0.4
        parts.append(LossPart(str(form), money(base), money(base * 9), mode=mode, is_secondary=secondary, **insured))
    scenario = LossScenario(
        often=str(draw.choice(["PERT", "INTERVAL", "ATTEMPTS"])),
        low_per_year=rate(low),
        mode_per_year=rate(low * 2),
        high_per_year=rate(low * 5),
        vulnerability_share=Decimal(str(round(draw.uniform(0.2, 0.9), 2))),
        secondary_share=Decimal("0.7"),
        losses=[one.plain for one in parts],
    )
    model = loss_parts.of_scenario(scenario)
    row = SimpleNamespace(
        pk=pk, scenario=scenario, risk=SimpleNamespace(number=f"R-{pk}", pk=pk), factors=loss_parts.factors(scenario)
    )
    row.mean, row.cells = float(f"{model.annual_mean:.6g}"), cells.of(model).to_bytes()
    return row


def plain(row):
    """The same as a page over thousands of them reads it."""
    losses, is_insured = row.scenario.losses, any("deductible" in one or "limit" in one for one in row.scenario.losses)
    rate = row.factors["events"] * row.factors["share"]
    return SimpleNamespace(result=row.pk, mean=row.mean, rate=rate, insured=losses if is_insured else None)


def money(amount):
    return Decimal(f"{amount:.2f}")


def rate(often):
    return Decimal(f"{often:.5f}")


def averages(scenario):
    """The average of a year with each number of the estimate at half and at twice, by writing that estimate down."""
    parts = [loss_parts.part(one) for one in scenario.losses]
    found = {}
    for name in loss_inputs.of_scenario(scenario).names:
        found[name] = []
        for factor in (Decimal("0.5"), Decimal(2)):
            told = {one: getattr(scenario, one) for one in ("low_per_year", "mode_per_year", "high_per_year")}
            shares = {one: getattr(scenario, one) for one in ("vulnerability_share", "secondary_share")}
            said = parts
            if name == "events":
                told = {one: value * factor for one, value in told.items()}
            elif name in ("share", "secondary"):
                one = "vulnerability_share" if name == "share" else "secondary_share"
                shares[one] = min(shares[one] * factor, Decimal(1))
            else:
                said = [_times(one, factor) if one.form == name else one for one in parts]
            other = LossScenario(often=scenario.often, losses=[one.plain for one in said], **told, **shares)
            found[name].append(loss_parts.of_scenario(other).annual_mean)
    return found


def _times(part, factor):
    return replace(part, low=part.low * factor, high=part.high * factor, mode=None if part.mode is None else part.mode * factor)


def test_largest_inputs_are_those_that_trying_each_one_finds():
    """Twelve registers of six estimates; a doubled loss may pass the insurer's limit, so that a cheap risk comes first."""
    draw, reached, few = np.random.default_rng(5), set(), 0
    for _ in range(12):
        rows = [drawn(draw, pk) for pk in range(6)]
        every = [(high - low, row.pk, name) for row in rows for name, (low, high) in averages(row.scenario).items()]

        found = sensitivity.largest(rows)

        right = sorted(every, key=lambda one: (-round(one[0], 4), one[1]))[: sensitivity.LARGEST]
        assert [one.swing for one in found] == pytest.approx([swing for swing, _pk, _name in right], rel=1e-9)
        worth = {one.result for one in sensitivity.worth_reading([plain(row) for row in rows])}
        assert {one.row.pk for one in found} <= worth
        few += len(worth)
        reached |= {name for _swing, _pk, name in right}
    assert {"events", "share"} < reached
    assert few < 12 * 6


@pytest.mark.django_db
def test_position_at_half_and_at_twice_is_that_of_the_estimates_written_down():
    draw = np.random.default_rng(2)
    rows = [drawn(draw, pk) for pk in range(4)]
    models = {row.pk: loss_parts.of_scenario(row.scenario) for row in rows}
    whole = cells.add([cells.of(model) for model in models.values()])
    position = SimpleNamespace(mean=sum(model.annual_mean for model in models.values()), cells=whole.to_bytes())

    found = sensitivity.read(rows, position)

    for one in found.rows:
        row = next(row for row in rows if row.pk == one.risk.pk)
        others = position.mean - models[row.pk].annual_mean
        assert [one.half.average - others, one.twice.average - others] == pytest.approx(averages(row.scenario)[one.name], rel=1e-9)
    assert found.half.average < min(one.half.average for one in found.rows)
    assert found.twice.one_in_twenty > max(one.twice.one_in_twenty for one in found.rows)
    first = found.rows[0]
    doubled = loss_inputs.of_scenario(rows[first.risk.pk].scenario).off({first.name: 2.0}).model
    parts = [cells.of(model if pk != first.risk.pk else doubled) for pk, model in models.items()]
    assert first.twice.one_in_twenty == pytest.approx(together.evaluate(cells.add(parts)).var95, rel=1e-9)
    assert first.risk.number in found.sentence and first.words in found.sentence


def test_estimates_that_cost_nothing_have_no_largest_input():
    nothing = SimpleNamespace(pk=1, scenario=LossScenario(losses=[]), factors={"events": 0.0, "share": 1.0}, mean=0.0)

    assert sensitivity.read([nothing], SimpleNamespace(mean=0.0, cells=b"")) is None
