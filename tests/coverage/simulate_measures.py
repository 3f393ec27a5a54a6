"""Simulate the coverage of each measure's group interval, of a group against the overall, and of weighted rates.

The runs of one setting are the "groups" of one table, so the package's own metrics measure all of them at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.binary import METRICS
from ethicscheck.metrics.definition import Metric
from ethicscheck.stats.gaps import against_overall, difference_limits, ratio_against_overall, ratio_limits
from ethicscheck.stats.intervals import critical_value
from ethicscheck.stats.overlap import overlap_correlation

Floats = NDArray[np.float64]
Z = critical_value(0.05)
SIZES = (50, 200, 1000)

# name: base rate, true positive rate, false positive rate
SYSTEMS = {
    "good, even classes": (0.5, 0.8, 0.2),
    "good, rarer outcome": (0.3, 0.7, 0.1),
    "eager": (0.2, 0.9, 0.4),
    "no better than chance": (0.4, 0.3, 0.3),
    "rare outcome": (0.05, 0.6, 0.05),
}


def cell_chances(system: tuple[float, float, float]) -> Floats:
    """Return the chances of TN, FP, FN, TP."""
    base, found, wrong = system
    return np.array([(1 - base) * (1 - wrong), (1 - base) * wrong, base * (1 - found), base * found])


def as_groups(cells: Floats, weight: Floats | None = None, squares: Floats | None = None) -> GroupCounts:
    """Return runs, shape (R, 4), as the groups of one table. Floats leave out the exact fractions, which cost time."""
    keys = tuple((str(place),) for place in range(len(cells)))
    return GroupCounts(("run",), keys, np.asarray(cells, dtype=float), weight, squares)


@dataclass(frozen=True)
class Result:
    """Coverage of one interval in one setting, among the runs where the value is defined."""

    name: str
    system: str
    size: int
    defined: int
    coverage: float


def covered(low: Floats, high: Floats, truth: float | Floats) -> tuple[int, float]:
    """Return how many runs are defined, and how many of those hold the truth."""
    known = ~(np.isnan(low) | np.isnan(high))
    held = ((low <= truth + 1e-12) & (high >= truth - 1e-12))[known]
    return int(known.sum()), float(held.mean()) if known.any() else math.nan


def true_value(metric: Metric, chances: Floats) -> float:
    """Return the metric of the chances themselves."""
    return float(metric.measure(as_groups(chances[None, :] * 1e9), 1).estimator.value[0])


def group_interval(metric: Metric, system: str, size: int, runs: int, generator: np.random.Generator) -> Result:
    """Return the coverage of a group's own interval."""
    chances = cell_chances(SYSTEMS[system])
    cells = generator.multinomial(size, chances, size=runs)
    low, high = metric.measure(as_groups(cells), 1).estimator.limits(Z)
    return Result(metric.name, system, size, *covered(low, high, true_value(metric, chances)))


def against_overall_interval(
    metric: Metric, compare: str, system: str, size: int, share: float, runs: int, generator: np.random.Generator
) -> Result:
    """Return the coverage of group − overall or group ÷ overall; the others are of the first system.

    The group has `size` rows, a `share` of all. Who is in the overall is taken as observed: the truth of a run is the
    one for its own denominators (for measures that are no mean over groups, for its rows).
    """
    own_chances, rest_chances = cell_chances(SYSTEMS[system]), cell_chances(SYSTEMS["good, even classes"])
    others = round(size / share) - size
    own_cells = generator.multinomial(size, own_chances, size=runs).astype(float)
    rest_cells = generator.multinomial(others, rest_chances, size=runs).astype(float)
    low, high = overall_limits(metric, own_cells, rest_cells, compare)
    own = true_value(metric, own_chances)
    whole = true_overall(metric, own_cells, rest_cells, own_chances, rest_chances)
    truth = own - whole if compare == "difference" else own / whole
    return Result(metric.name, system, size, *covered(low, high, truth))


def true_overall(
    metric: Metric, own_cells: Floats, rest_cells: Floats, own_chances: Floats, rest_chances: Floats
) -> Floats:
    """Return the true overall of each run, given the run's denominators."""
    if not metric.mean_of_groups:
        n, m = own_cells[0].sum(), rest_cells[0].sum()
        return np.full(len(own_cells), true_value(metric, (n * own_chances + m * rest_chances) / (n + m)))
    own, rest = (metric.measure(as_groups(cells), 1).denominator for cells in (own_cells, rest_cells))
    share = own / np.where(own + rest > 0, own + rest, 1)
    return share * true_value(metric, own_chances) + (1 - share) * true_value(metric, rest_chances)


def overall_limits(metric: Metric, own_cells: Floats, rest_cells: Floats, compare: str) -> tuple[Floats, Floats]:
    """Return the limits against the overall for each run, as `metrics.rows` makes them for each group."""
    own, rest, whole = (metric.measure(as_groups(c), 1) for c in (own_cells, rest_cells, own_cells + rest_cells))
    a, b, everyone = own.estimator.value, rest.estimator.value, whole.estimator.value
    ends_a, ends_b = own.estimator.limits(Z), rest.estimator.limits(Z)
    if not metric.mean_of_groups:
        overlap = overlap_correlation(
            lambda cells: metric.measure(as_groups(cells), 1).estimator.value,
            own_cells,
            rest_cells,
            own_cells.sum(axis=1),
            rest_cells.sum(axis=1),
        )
        pair = difference_limits if compare == "difference" else ratio_limits
        low, high = pair(a, ends_a, everyone, whole.estimator.limits(Z), overlap)
    else:
        share = own.denominator / np.where(whole.denominator > 0, whole.denominator, 1)
        if compare == "difference":
            low, high = against_overall(a - b, difference_limits(a, ends_a, b, ends_b), a - everyone, share)
        else:
            low, high = ratio_against_overall(ratio_limits(a, ends_a, b, ends_b), share)
    unknown = np.isnan(a) | np.isnan(b)
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def weighted_rate(
    size: int, rate: float, spread: float, linked: bool, runs: int, generator: np.random.Generator
) -> Result:
    """Return the coverage of a weighted selection rate with Kish's effective size.

    Parameters
    ----------
    spread : standard deviation of the logarithm of the weights.
    linked : whether the selected have twice the weight of the others; the truth is then the weighted share.
    """
    selected = generator.random((runs, size)) < rate
    weight = np.exp(spread * generator.standard_normal((runs, size))) * np.where(linked & selected, 2.0, 1.0)
    rows, total, squares = np.zeros((3, runs, 4))
    for column, chosen in ((0, ~selected), (1, selected)):
        rows[:, column] = chosen.sum(axis=1)
        total[:, column] = (weight * chosen).sum(axis=1)
        squares[:, column] = (weight**2 * chosen).sum(axis=1)
    low, high = METRICS["selection_rate"].measure(as_groups(rows, total, squares), 1).estimator.limits(Z)
    truth = 2 * rate / (1 + rate) if linked else rate
    name = f"weights of log-spread {spread:g}" + (", the selected twice as heavy" if linked else "")
    return Result(name, f"rate {rate:g}", size, *covered(low, high, truth))
