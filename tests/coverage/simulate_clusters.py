"""Simulate the coverage of rates over clusters: the same person many times, alike to a degree.

Cluster k has its own rate from a beta distribution with mean p and intraclass correlation rho.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.binary import METRICS
from ethicscheck.stats.clusters import clustered_proportion
from ethicscheck.stats.intervals import critical_value, wilson_limits

Floats = NDArray[np.float64]
Z = critical_value(0.05)
RATES = (0.05, 0.1, 0.3, 0.5)
LIKENESS = (0.0, 0.05, 0.2, 0.5, 1.0)


@dataclass(frozen=True)
class Clustered:
    """Coverage of one setting, with and without regard to clusters."""

    rate: float
    likeness: float
    clusters: int
    size: int
    unequal: bool
    coverage: float
    naive: float


def draw(
    rate: float, likeness: float, clusters: int, size: int, unequal: bool, runs: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Return failures and successes by cluster, shape (runs, clusters, 2); unequal sizes run from 1/4 to 4 times `size`."""
    sizes = np.full(clusters, size)
    if unequal:
        sizes = np.round(size * 4 ** (2 * np.arange(clusters) / (clusters - 1) - 1)).astype(int).clip(1)
    if likeness == 0:
        own = np.full((runs, clusters), rate)
    elif likeness == 1:
        own = (generator.random((runs, clusters)) < rate).astype(float)
    else:
        odds = (1 - likeness) / likeness
        own = generator.beta(rate * odds, (1 - rate) * odds, (runs, clusters))
    successes = generator.binomial(sizes, own)
    return np.stack([sizes - successes, successes], axis=2)


def clustered_rate(
    rate: float, likeness: float, clusters: int, size: int, unequal: bool, runs: int, generator: np.random.Generator
) -> Clustered:
    """Return the coverage of one setting."""
    drawn = draw(rate, likeness, clusters, size, unequal, runs, generator).astype(float)
    cells, products = drawn.sum(axis=1), np.einsum("rmc,rmd->rcd", drawn, drawn)
    low, high = clustered_proportion(cells, cells, products, (1,), (0, 1)).limits(Z)
    covered = float(((low <= rate) & (high >= rate)).mean())
    low, high = wilson_limits(cells[:, 1] / cells.sum(axis=1), cells.sum(axis=1), Z)
    naive = float(((low <= rate) & (high >= rate)).mean())
    return Clustered(rate, likeness, clusters, size, unequal, covered, naive)


def weighted_clustered_rate(
    rate: float,
    likeness: float,
    clusters: int,
    size: int,
    heavier: float,
    runs: int,
    generator: np.random.Generator,
) -> float:
    """Return the coverage of a weighted rate over clusters; the selected weigh `heavier` times as much as the others.

    Weights have a log-spread of 0.5. The truth is the weighted share.
    """
    odds = (1 - likeness) / likeness if likeness else np.inf
    own = np.full((runs, clusters), rate)
    if likeness:
        own = generator.beta(rate * odds, (1 - rate) * odds, (runs, clusters))
    selected = generator.random((runs, clusters, size)) < own[:, :, None]
    weight = np.exp(0.5 * generator.standard_normal(selected.shape)) * np.where(selected, heavier, 1.0)
    parts = [np.where(selected == chosen, weight, 0.0) for chosen in (False, True)]
    sums = np.stack([part.sum(axis=2) for part in parts], axis=2)
    squares = np.stack([(part**2).sum(axis=(1, 2)) for part in parts], axis=1)
    products = np.einsum("rmc,rmd->rcd", sums, sums)
    low, high = clustered_proportion(sums.sum(axis=1), squares, products, (1,), (0, 1)).limits(Z)
    truth = heavier * rate / (heavier * rate + 1 - rate)
    return float(((low <= truth) & (high >= truth)).mean())


def clustered_measure(
    name: str, clusters: int, size: int, concentration: float, runs: int, generator: np.random.Generator
) -> float:
    """Return the coverage of a binary measure over clusters whose mix of the four cells is Dirichlet distributed."""
    mix = np.array([0.45, 0.12, 0.13, 0.3])
    own = generator.dirichlet(concentration * mix, size=(runs, clusters))
    drawn = generator.multinomial(size, own).astype(float)
    cells, products = drawn.sum(axis=1), np.einsum("rmc,rmd->rcd", drawn, drawn)
    keys = tuple((str(place),) for place in range(runs))
    counts = GroupCounts(("run",), keys, cells, products=products)  # type: ignore[arg-type]
    metric = METRICS[name]
    truth = metric.measure(GroupCounts((), ((),), mix[None, :] * 1e9), 1).estimator.value[0]  # type: ignore[arg-type]
    low, high = metric.measure(counts, 1).estimator.limits(Z)
    return float(((low <= truth) & (high >= truth)).mean())
