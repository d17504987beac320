"""The loss engine against tools that draw random years, against itself at other sizes, and against the bare transform."""

from bench import one_thread  # noqa: F401, I001 (before numpy)

import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import fft

from risks import quantification as q
from risks.quantification import cells, curves, fine, lattice, rates, together

RISKS, ROUNDS, YEARS = 10_000, 5, 100_000
REACH = {  # figure → (least or most, whether more is better)
    "pyfair": (250.0, True),
    "PERT simulation": (1_500.0, True),
    "numpy Monte Carlo": (120.0, True),
    "only drawing": (6.0, True),
    "bare FFT floor": (5.0, False),
    "one of 100,000": (700.0, True),
    "100 changed against 1": (6.0, False),
    "portfolio 100,000 against 100": (1.5, False),
    "error of VaR99": (100.0, True),
}
Work = Callable[[], object]


def main() -> int:
    print(f"{_processor()}, load {os.getloadavg()[0]:.1f}; median of {ROUNDS}, one process")
    columns, mu, sigma = _register(RISKS)
    lattice.forget()
    cold = _seconds(lambda: _everything(columns, mu, sigma)) / RISKS
    ours = _median(lambda: _everything(columns, mu, sigma)) / RISKS
    print(f"curve, figures, sketch and sum of {RISKS:,} risks: warm {ours * 1e6:.1f} µs a risk, cold {cold * 1e6:.1f} µs a risk")
    holds = [
        _against_pyfair(ours, cold),
        _against("PERT simulation", _pert_simulation, columns, mu, sigma, ours, cold),
        _against("numpy Monte Carlo", _monte_carlo, columns, mu, sigma, ours, cold),
        _against("only drawing", _drawing, columns, mu, sigma, ours, cold),
        _floor(columns, mu, sigma),
        *_sums(),
        _error(columns, mu, sigma),
    ]
    return 0 if all(holds) else 1


def _register(count: int, seed: int = 3) -> tuple[tuple, np.ndarray, np.ndarray]:
    """Varied risks: once in 20 years to four times a year, mostly doubtful; an event's 90 % interval spans a factor 4 to 700."""
    draw = np.random.default_rng(seed)
    rate = np.exp(draw.uniform(np.log(0.05), np.log(4), count))
    known = draw.random(count) < 0.2
    kind = np.where(known, rates.FIXED, rates.PERT).astype(float)
    low, high = np.where(known, rate, rate * 0.5), np.where(known, 0.0, rate * 2)
    return (kind, low, np.where(known, 0.0, rate), high), draw.uniform(9, 15, count), draw.uniform(0.4, 2.0, count)


def _everything(columns: tuple, mu: np.ndarray, sigma: np.ndarray) -> q.AnnualLoss:
    """All curves with their sketches, and the sum of all: what is compared with other tools."""
    curves.plain(columns, mu, sigma)
    rate, spread = rates.mean(*columns), rates.variance(*columns)
    mean = np.exp(mu + sigma**2 / 2)
    pair = np.log1p(np.expm1(sigma**2) / 2)
    parts = [cells.lognormal(rate - spread, mu, sigma), cells.lognormal(spread / 2, np.log(2 * mean) - pair / 2, np.sqrt(pair))]
    return together.evaluate(cells.add(parts))


def _against_pyfair(ours: float, cold: float) -> bool:
    """Its meta model adds up simulated models; 1,000 risks only in batches of 100."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pyfair
    except ImportError:
        print("pyfair is not installed; `make bench` does it")
        return False

    def batch() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            models = []
            for place in range(100):
                model = pyfair.FairModel(name=f"risk {place}", n_simulations=YEARS)
                model.input_data("Loss Event Frequency", low=0.2, mode=0.5, high=2)
                model.input_data("Loss Magnitude", low=10_000, mode=60_000, high=900_000)
                models.append(model)
            pyfair.FairMetaModel(name="all", models=models).calculate_all()

    theirs = statistics.median(_seconds(batch) for _ in range(3)) / 100
    return _ratio("pyfair", theirs, ours, cold)


def _against(name: str, theirs: Callable, columns: tuple, mu: np.ndarray, sigma: np.ndarray, ours: float, cold: float) -> bool:
    draw, some = np.random.default_rng(5), range(0, RISKS, RISKS // 20)

    def work() -> None:
        for row in some:
            theirs(draw, tuple(float(column[row]) for column in columns), float(mu[row]), float(sigma[row]))

    return _ratio(name, _median(work) / len(some), ours, cold)


def _pert_simulation(draw: np.random.Generator, rate: tuple, mu: float, sigma: float) -> float:
    """As riskquant has it: a frequency and a lognormal for every event of every year, one event after the other year."""
    low, mode, high = (rate[1], rate[2], rate[3]) if rate[0] == rates.PERT else (rate[1] * 0.999, rate[1], rate[1] * 1.001)
    alpha = 1 + 4 * (mode - low) / (high - low)
    counts = draw.poisson(low + (high - low) * draw.beta(alpha, 6 - alpha, YEARS))
    years = [np.exp(draw.normal(mu, sigma, count)).sum() if count else 0.0 for count in counts.tolist()]
    return float(np.quantile(years, 0.99))


def _monte_carlo(draw: np.random.Generator, rate: tuple, mu: float, sigma: float) -> float:
    """All events of all years in one go."""
    counts, losses = _drawing(draw, rate, mu, sigma)
    ends = np.cumsum(counts)
    summed = np.concatenate([[0.0], np.cumsum(losses)])
    total = summed[ends] - summed[ends - counts]
    total.sort()
    return float(total[int(0.99 * YEARS)])


def _drawing(draw: np.random.Generator, rate: tuple, mu: float, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    if rate[0] == rates.PERT:
        alpha = 1 + 4 * (rate[2] - rate[1]) / (rate[3] - rate[1])
        counts = draw.poisson(rate[1] + (rate[3] - rate[1]) * draw.beta(alpha, 6 - alpha, YEARS))
    else:
        counts = draw.poisson(rate[1], YEARS)
    return counts, np.exp(draw.normal(mu, sigma, int(counts.sum())))


def _floor(columns: tuple, mu: np.ndarray, sigma: np.ndarray) -> bool:
    """A row of this length transformed there and back, and cumulated: what a curve by transform takes without anything else."""
    rows = np.random.default_rng(8).random((curves.BATCH, lattice.POINTS))

    def bare() -> None:
        for _ in range(20):
            np.cumsum(fft.irfft(fft.rfft(rows, axis=1), lattice.POINTS, axis=1), axis=1)

    floor = _median(bare) / 20 / curves.BATCH
    ours = _median(lambda: curves.plain(columns, mu, sigma)) / RISKS
    return _told("bare FFT floor", ours / floor, f"{ours * 1e6:.1f} µs against {floor * 1e6:.1f} µs a risk")


def _sums() -> list[bool]:
    """One changed risk of 100,000 against all of them anew; 100 changed; the sum of many against that of few."""
    models = _models(100_000)
    few, many = cells.add([cells.of(one) for one in models[:100]]), [cells.of(one) for one in models]
    whole = cells.add(many)
    fresh = _models(100, seed=9)

    def changed(count: int) -> None:
        state = cells.add([whole, *many[:count], *(cells.of(one) for one in fresh[:count])], [1, *[-1] * count, *[1] * count])
        together.evaluate(state)

    rebuilt = _seconds(lambda: together.evaluate(cells.add([cells.of(one) for one in models])))
    one, hundred = _median(lambda: changed(1)), _median(lambda: changed(100))
    small, large = _median(lambda: together.evaluate(few)), _median(lambda: together.evaluate(whole))
    return [
        _told("one of 100,000", rebuilt / one, f"{rebuilt:.2f} s against {one * 1e3:.2f} ms"),
        _told("100 changed against 1", hundred / one, f"{hundred * 1e3:.2f} ms against {one * 1e3:.2f} ms"),
        _told("portfolio 100,000 against 100", large / small, f"{large * 1e3:.2f} ms against {small * 1e3:.2f} ms"),
    ]


def _models(count: int, seed: int = 4) -> list[q.LossModel]:
    columns, mu, sigma = _register(count, seed)
    return [
        q.LossModel(
            q.Rate(int(columns[0][row]), *(float(column[row]) for column in columns[1:])), (q.lognormal(mu[row], sigma[row]),)
        )
        for row in range(count)
    ]


def _error(columns: tuple, mu: np.ndarray, sigma: np.ndarray) -> bool:
    """How far VaR99 is from a grid of 131,072 cells: ours, and that of 100,000 simulated years, over the same risks."""
    rows, draw, found = range(0, RISKS, RISKS // 40), np.random.default_rng(6), curves.plain(columns, mu, sigma)
    theirs, ours = [], []
    for row in rows:
        rate = q.Rate(int(columns[0][row]), *(float(column[row]) for column in columns[1:]))
        model = q.LossModel(rate, (q.lognormal(mu[row], sigma[row]),))
        right = fine.read(model, float(found.mean[row]), float(found.p_none[row]), points=1 << 17)[1]
        simulated = _monte_carlo(draw, tuple(float(column[row]) for column in columns), float(mu[row]), float(sigma[row]))
        theirs.append(abs(simulated / right - 1))
        ours.append(abs(found.read[row, 1] / right - 1))
    medians = statistics.median(theirs), statistics.median(ours)
    return _told("error of VaR99", medians[0] / medians[1], f"{medians[0]:.1e} against {medians[1]:.1e}, medians of {len(theirs)}")


def _ratio(name: str, theirs: float, ours: float, cold: float) -> bool:
    told = f"{theirs * 1e6:,.0f} µs against {ours * 1e6:.1f} µs a risk; cold {theirs / cold:,.0f} ×"
    return _told(name, theirs / ours, told) and theirs / cold >= REACH[name][0] / 2


def _told(name: str, ratio: float, told: str) -> bool:
    mark, is_least = REACH[name]
    holds = ratio >= mark if is_least else ratio <= mark
    print(
        f"{name:>30}: {ratio:>9,.1f} × ({'at least' if is_least else 'at most'} {mark:,g}{'' if holds else ', MISSED'}); {told}",
        flush=True,
    )
    return holds


def _median(work: Work) -> float:
    work()
    return statistics.median(_seconds(work) for _ in range(ROUNDS))


def _seconds(work: Work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _processor() -> str:
    told = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in told if line.startswith("model name")]
    return f"{names[0] if names else 'processor unknown'} × {len(names)}"


if __name__ == "__main__":
    sys.exit(main())
