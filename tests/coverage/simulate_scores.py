"""Simulate the coverage of score measures: a group's own interval, the difference of two groups, and their verdicts.

A person's chance is logistic-normal; scores are that chance, sharpened or flattened, on a fine grid. The runs of one
setting are the "groups" of one table, so the package's own metrics measure all of them at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ethicscheck.counts.bases import Scores
from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.scores import METRICS
from ethicscheck.stats.gaps import difference_limits
from ethicscheck.stats.intervals import critical_value

Floats = NDArray[np.float64]
Z = critical_value(0.05)
SIZES = (100, 400)
STEPS = 400


@dataclass(frozen=True)
class System:
    """Base rate, how far chances differ (logit scale), by how much scores are sharper (> 1) than chances, levels."""

    base: float
    spread: float
    sharper: float = 1.0
    levels: int = STEPS


SYSTEMS = {
    "calibrated": System(0.5, 1.5),
    "area near .95": System(0.5, 5.0),
    "rarer outcome": System(0.2, 2.0),
    "rare outcome": System(0.05, 1.5),
    "rare outcome, area near .95": System(0.05, 3.5),
    "too sure": System(0.3, 2.0, 1.6),
    "too flat": System(0.2, 2.0, 0.6),
    "ten scores": System(0.4, 1.5, 1.0, 10),
}

# Two groups compared: alike, or served by systems that differ.
PAIRS = (
    ("calibrated", "calibrated"),
    ("rarer outcome", "too sure"),
    ("area near .95", "ten scores"),
    ("rare outcome", "too flat"),
)


def intercept(system: System) -> float:
    """Return the mean on the logit scale that gives the base rate."""
    points = np.linspace(-6, 6, 2001)
    weight = np.exp(-(points**2) / 2)
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = (low + high) / 2
        rate = (expit(middle + system.spread * points) * weight).sum() / weight.sum()
        low, high = (middle, high) if rate < system.base else (low, middle)
    return middle


def values(system: System) -> Floats:
    """Return the scores that occur."""
    return (np.arange(system.levels) + 0.5) / system.levels


def _places(system: System, logits: Floats) -> NDArray[np.int64]:
    return np.clip((expit(system.sharper * logits) * system.levels).astype(np.int64), 0, system.levels - 1)


def draw(system: System, size: int, runs: int, generator: np.random.Generator) -> Floats:
    """Return cells of shape (runs, 2·S)."""
    logits = intercept(system) + system.spread * generator.standard_normal((runs, size))
    labels = generator.random((runs, size)) < expit(logits)
    width = 2 * system.levels
    columns = 2 * _places(system, logits) + labels + width * np.arange(runs)[:, None]
    return np.bincount(columns.ravel(), minlength=runs * width).reshape(runs, width).astype(float)


def truth(name: str, system: System) -> float:
    """Return the measure of the whole population; of the calibration error the plain one, which has no noise there."""
    points = np.linspace(-8, 8, 200_001)
    weight = np.exp(-(points**2) / 2)
    logits = intercept(system) + system.spread * points
    places, chance = _places(system, logits), expit(logits)
    cells = np.zeros((1, 2 * system.levels))
    cells[0, 0::2] = np.bincount(places, weight * (1 - chance), system.levels)
    cells[0, 1::2] = np.bincount(places, weight * chance, system.levels)
    return float(METRICS[name].measure(as_groups(cells / cells.sum() * 1e12, system), 1).estimator.value[0])


def as_groups(cells: Floats, system: System) -> GroupCounts:
    """Return runs as the groups of one table; floats leave out the exact fractions, which cost time."""
    keys = tuple((str(place),) for place in range(len(cells)))
    return GroupCounts(("run",), keys, cells, basis=Scores(values(system)))


def measured(name: str, cells: Floats, system: System) -> tuple[Floats, Floats, Floats]:
    """Return the value and the limits of each run; NaN where there is no value."""
    found = METRICS[name].measure(as_groups(cells, system), 1)
    known = np.array([reason is None for reason in found.reasons])
    low, high = found.estimator.limits(Z)
    return tuple(np.where(known, part, np.nan) for part in (found.estimator.value, low, high))  # type: ignore[return-value]


def own_coverage(name: str, system: str, size: int, runs: int, generator: np.random.Generator) -> float:
    """Return how often a group's own interval holds the truth, among the runs with a value."""
    chosen = SYSTEMS[system]
    _, low, high = measured(name, draw(chosen, size, runs, generator), chosen)
    true = truth(name, chosen)
    known = ~np.isnan(low)
    return float(((low <= true + 1e-12) & (high >= true - 1e-12))[known].mean())


def difference_errors(
    name: str, first: str, second: str, size: int, runs: int, generator: np.random.Generator
) -> tuple[float, float, float]:
    """Return the coverage of the difference of two groups, and how often rules on it are wrongly passed and failed.

    The pass is judged at a limit just inside the true distance, the fail at the distance itself, as `max` of a gap over
    these two groups would be: the upper end uncorrected, the lower one that of either order.
    """
    one, other = SYSTEMS[first], SYSTEMS[second]
    a, low_a, high_a = measured(name, draw(one, size, runs, generator), one)
    b, low_b, high_b = measured(name, draw(other, size, runs, generator), other)
    low, high = difference_limits(a, (low_a, high_a), b, (low_b, high_b))
    true = truth(name, one) - truth(name, other)
    known = ~np.isnan(low)
    held = ((low <= true + 1e-12) & (high >= true - 1e-12))[known].mean()
    wrong_pass = (np.maximum(high, -low) < abs(true) - 1e-12)[known].mean()
    wrong_fail = (np.maximum(low, -high) > abs(true) + 1e-12)[known].mean()
    return float(held), float(wrong_pass), float(wrong_fail)
