"""Simulate how often the intervals and verdicts of DESIGN §6 are right.

Gaps are made in batches of runs, shape (R, K), from the package's own `wilson_limits`, `difference_limits` and
`ratio_limits`; `test_batches_equal_the_package.py` shows that the batches equal the package's gap functions run by run.
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
from ethicscheck.stats.intervals import critical_value, wilson_limits
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
        "one at .1, rest .3": (0.1,) + (0.3,) * (groups - 1),
        "one at .3, rest .1": (0.3,) + (0.1,) * (groups - 1),
        "half .45, half .55": tuple(0.45 if place % 2 else 0.55 for place in range(groups)),
    }


def unequal(groups: int, typical: int) -> tuple[int, ...]:
    """Return sizes that run from a quarter of `typical` to four times it, geometrically."""
    return tuple(round(typical * 4 ** (2 * place / (groups - 1) - 1)) for place in range(groups))


def grid() -> Iterator[Setting]:
    """Yield every setting: each pattern with equal sizes, and with unequal ones where the mean size is at least 200."""
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


def gap_ends(shares: Floats, sizes: tuple[int, ...], compare: str, alpha: float = ALPHA) -> Ends:
    """Return the ends of the gap of each run, as `ethicscheck.stats.gaps` and `Comparison.gap` make them."""
    runs, groups = shares.shape
    z, strict = critical_value(alpha), simultaneous_critical_value(alpha, groups)
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


def agresti_caffo_ends(shares: Floats, sizes: tuple[int, ...], alpha: float = ALPHA) -> Ends:
    """Return the yardstick: all pairs by Agresti & Caffo (2000), Bonferroni-corrected, the gap's ends their extremes."""
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
    missed_below: float
    missed_above: float
    width: float
    relative_width: float
    wrong_pass: float
    wrong_fail: float

    @property
    def noise(self) -> float:
        """Three Monte Carlo standard errors of a coverage of 95 %."""
        return 3 * math.sqrt(0.05 * 0.95 / self.runs)


def cover(setting: Setting, compare: str, runs: int, generator: np.random.Generator) -> Covered:
    """Return the coverage of one setting, and the errors of rules whose limit is the true gap itself.

    A wrong `pass` is one with the limit a hair inside the true gap; a wrong `fail` one with the limit at the true gap.
    No other limit is wrong more often, since both verdicts are monotone in the limit.
    """
    shares = draw(setting, runs, generator)
    ends = gap_ends(shares, setting.sizes, compare)
    if compare == "difference":
        truth = setting.difference
        wrong_pass, wrong_fail = np.mean(ends.high < truth - 1e-12), np.mean(ends.low > truth + 1e-12)
        yardstick = agresti_caffo_ends(shares, setting.sizes)
        relative = float(np.mean(ends.high - ends.low) / np.mean(yardstick.high - yardstick.low))
    else:
        truth = setting.ratio
        wrong_pass, wrong_fail = np.mean(ends.low > truth + 1e-12), np.mean(ends.high < truth - 1e-12)
        relative = math.nan
    below, above = float(np.mean(ends.high < truth - 1e-12)), float(np.mean(ends.low > truth + 1e-12))
    width = float(np.mean(ends.high - ends.low))
    return Covered(
        setting, compare, runs, 1 - below - above, below, above, width, relative, float(wrong_pass), float(wrong_fail)
    )
