"""Simulate the coverage of rates over clusters: the same person many times, alike to a degree.

Cluster k has its own rate from a beta distribution with mean p and intraclass correlation rho.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
