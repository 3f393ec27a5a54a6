"""Simulate how often the intervals and verdicts of docs/statistics.md are right.

Gaps are made in batches of runs, shape (R, K), from the package's own `wilson_limits`, `difference_limits` and
`ratio_limits`; `test_coverage_of_gaps.py` shows that the batches equal the package's own gaps run by run.
`python -m tests.coverage` prints the tables of docs/statistics.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ethicscheck.stats.gaps import difference_limits, ratio_limits
from ethicscheck.stats.intervals import clopper_pearson_limits, critical_value, wilson_limits
from ethicscheck.stats.studentized_range import simultaneous_critical_value

Floats = NDArray[np.float64]
ALPHA = 0.05
GROUPS = (2, 5, 10, 20)
SIZES = (50, 200, 1000)
_CHUNK = 2_000_000  # pairs held in memory at once


@dataclass(frozen=True)
class Setting:
    """K groups with true rates and sizes; `name` says how the rates are spread."""

    name: str
    rates: tuple[float, ...]
    sizes: tuple[int, ...]

    @property
    def groups(self) -> int:
        """K."""
        return len(self.rates)

    @property
    def difference(self) -> float:
        """The true max − min."""
        return max(self.rates) - min(self.rates)

    @property
    def ratio(self) -> float:
        """The true min ÷ max."""
        return min(self.rates) / max(self.rates)


def patterns(groups: int) -> dict[str, tuple[float, ...]]:
    """Return the true rates of each pattern for K groups."""
    line = [place / (groups - 1) for place in range(groups)]
    return {
        "equal .1": (0.1,) * groups,
        "equal .3": (0.3,) * groups,
        "equal .5": (0.5,) * groups,
        "linear .2–.4": tuple(0.2 + 0.2 * x for x in line),
        "linear .1–.9": tuple(0.1 + 0.8 * x for x in line),
        "one .1 and the rest .3": (0.1,) + (0.3,) * (groups - 1),
        "one .3 and the rest .1": (0.3,) + (0.1,) * (groups - 1),
        "half .45 and half .55": tuple(0.45 if place % 2 else 0.55 for place in range(groups)),
    }


def unequal(groups: int, typical: int) -> tuple[int, ...]:
    """Return sizes that run from a quarter of `typical` to four times it, geometrically."""
    return tuple(round(typical * 4 ** (2 * place / (groups - 1) - 1)) for place in range(groups))


def grid() -> Iterator[Setting]:
    """Yield each pattern with equal sizes, and with unequal ones around 200 and 1000."""
    for groups in GROUPS:
        for size in SIZES:
            for name, rates in patterns(groups).items():
                yield Setting(name, rates, (size,) * groups)
                if size >= 200:
                    yield Setting(name + ", sizes ×1/4–4", rates, unequal(groups, size))


@dataclass(frozen=True)
class Ends:
    """The ends of a gap in R runs."""

    low: Floats
    high: Floats


def draw(setting: Setting, runs: int, generator: np.random.Generator) -> Floats:
    """Return observed rates, shape (R, K)."""
    return generator.binomial(setting.sizes, setting.rates, size=(runs, setting.groups)) / np.array(setting.sizes)


def gap_ends(shares: Floats, sizes: tuple[int, ...], compare: str, alpha: float = ALPHA, components: int = 1) -> Ends:
    """Return the ends of the gap of each run, as `Comparison.gap` makes them for one component of several."""
    runs, groups = shares.shape
    z, strict = critical_value(alpha), simultaneous_critical_value(alpha / components, groups)
    pair = difference_limits if compare == "difference" else ratio_limits
    same = np.eye(groups, dtype=bool)
    step = max(1, _CHUNK // groups**2)
    lows, highs = [], []
    for start in range(0, runs, step):
        p = shares[start : start + step]
        n = np.broadcast_to(np.array(sizes, dtype=float), p.shape)
        ends = []
        for critical in (z, strict):
            low, high = wilson_limits(p, n, critical)
            ends.append(
                pair(
                    p[:, :, None],
                    (low[:, :, None], high[:, :, None]),
                    p[:, None, :],
                    (low[:, None, :], high[:, None, :]),
                )
            )
        loose, tight = ends
        if compare == "difference":
            low_end = np.maximum(np.where(same, -np.inf, tight[0]).max(axis=(1, 2)), 0)
            high_end = np.where(same, -np.inf, loose[1]).max(axis=(1, 2))
            value = p.max(axis=1) - p.min(axis=1)
        else:
            low_end = np.maximum(np.where(same, np.inf, loose[0]).min(axis=(1, 2)), 0)
            high_end = np.minimum(np.where(same, np.inf, tight[1]).min(axis=(1, 2)), 1)
            top = p.max(axis=1)
            value = np.where(top > 0, p.min(axis=1) / np.where(top > 0, top, 1), np.nan)
        lows.append(np.fmin(low_end, value))
        highs.append(np.fmax(high_end, value))
    return Ends(np.concatenate(lows), np.concatenate(highs))


def worst_of_two_ends(first: Floats, second: Floats, sizes: tuple[int, ...], compare: str) -> Ends:
    """Return the ends of the worse of two gaps (equalized odds)."""
    one, two = (gap_ends(shares, sizes, compare, components=2) for shares in (first, second))
    pick = np.maximum if compare == "difference" else np.minimum
    return Ends(pick(one.low, two.low), pick(one.high, two.high))


def each_ends(shares: Floats, sizes: tuple[int, ...]) -> Ends:
    """Return the ends for the group with the largest rate (`compare: each` with `max`)."""
    n = np.broadcast_to(np.array(sizes, dtype=float), shares.shape)
    low, _ = clopper_pearson_limits(shares, n, critical_value(ALPHA / shares.shape[1]))
    _, high = wilson_limits(shares, n, critical_value(ALPHA))
    return Ends(low.max(axis=1), high.max(axis=1))


def agresti_caffo_ends(shares: Floats, sizes: tuple[int, ...], alpha: float = ALPHA) -> Ends:
    """Return the yardstick: the extremes over all pairs of the Bonferroni-corrected Agresti–Caffo (2000) intervals."""
    runs, groups = shares.shape
    z = float(-ndtri(alpha / (groups * (groups - 1))))
    n = np.array(sizes, dtype=float) + 2
    same = np.eye(groups, dtype=bool)
    step = max(1, _CHUNK // groups**2)
    lows, highs = [], []
    for start in range(0, runs, step):
        p = (shares[start : start + step] * (n - 2) + 1) / n
        variance = p * (1 - p) / n
        half = z * np.sqrt(variance[:, :, None] + variance[:, None, :])
        centre = p[:, :, None] - p[:, None, :]
        lows.append(np.maximum(np.where(same, -np.inf, centre - half).max(axis=(1, 2)), 0))
        highs.append(np.minimum(np.where(same, -np.inf, centre + half).max(axis=(1, 2)), 1))
    return Ends(np.concatenate(lows), np.concatenate(highs))


def bootstrap_ends(
    shares: Floats, sizes: tuple[int, ...], replicates: int, generator: np.random.Generator, alpha: float = ALPHA
) -> Ends:
    """Return the percentile bootstrap of max − min, which the package does not use, for comparison."""
    ends = []
    for row in shares:
        again = generator.binomial(sizes, row, size=(replicates, len(row))) / np.array(sizes)
        ends.append(np.quantile(again.max(axis=1) - again.min(axis=1), [alpha / 2, 1 - alpha / 2]))
    low, high = np.array(ends).T
    return Ends(low, high)


@dataclass(frozen=True)
class Covered:
    """What one setting showed."""

    setting: Setting
    compare: str
    runs: int
    coverage: float
    width: float
    relative_width: float
    wrong_pass: float
    wrong_fail: float

    @property
    def noise(self) -> float:
        """Four Monte Carlo standard errors of a coverage of 95 %: there are hundreds of settings."""
        return 4 * math.sqrt(0.05 * 0.95 / self.runs)


def cover(setting: Setting, compare: str, runs: int, generator: np.random.Generator) -> Covered:
    """Return the coverage of one setting, and the errors of rules whose limit is the true gap itself.

    A wrong `pass` is one with the limit a hair inside the true gap; a wrong `fail` one with the limit at the true gap.
    No other limit is wrong more often, since both verdicts are monotone in the limit.
    """
    truth = setting.difference if compare == "difference" else setting.ratio
    shares = draw(setting, runs, generator)
    if compare == "equalized odds":
        truth = setting.difference
        ends = worst_of_two_ends(shares, draw(setting, runs, generator), setting.sizes, "difference")
    elif compare == "each":
        truth = max(setting.rates)
        ends = each_ends(shares, setting.sizes)
    else:
        ends = gap_ends(shares, setting.sizes, compare)
    below, above = float(np.mean(ends.high < truth - 1e-12)), float(np.mean(ends.low > truth + 1e-12))
    width = float(np.mean(ends.high - ends.low))
    relative = math.nan
    if compare == "difference":
        yardstick = agresti_caffo_ends(shares, setting.sizes)
        relative = width / float(np.mean(yardstick.high - yardstick.low))
    wrong_pass, wrong_fail = (above, below) if compare == "ratio" else (below, above)
    return Covered(
        setting=setting,
        compare=compare,
        runs=runs,
        coverage=1 - below - above,
        width=width,
        relative_width=relative,
        wrong_pass=wrong_pass,
        wrong_fail=wrong_fail,
    )


def bootstrap_excludes_zero(groups: int, size: int, rate: float, runs: int, generator: np.random.Generator) -> float:
    """Return how often the percentile bootstrap of max − min excludes 0 although all rates are equal."""
    setting = Setting("equal", (rate,) * groups, (size,) * groups)
    ends = bootstrap_ends(draw(setting, runs, generator), setting.sizes, 500, generator)
    return float(np.mean(ends.low > 0))
