"""Matched pairs, a case and its twin: how often the decision flips, which way, and how far a score moves.

Where each cluster has one pair the pairs are independent, and the limits are the known ones for paired data; where one
case has several, they are made by cluster.
"""

from __future__ import annotations

import numpy as np

from .clusters import clustered_proportion, effective_clusters
from .estimators import Proportion
from .gaps import difference_limits
from .intervals import Floats
from .paired import paired_difference_limits
from .scaled import Scaled

Ends = tuple[float, float]


def independent(cells: Floats, products: Floats) -> bool:
    """Return whether every cluster has one pair: Σ x xᵀ is then the diagonal of the counts."""
    return bool(np.array_equal(products, np.diag(cells)))


def flip_limits(same: float, different: float, products: Floats, z: float) -> Ends:
    """Return the limits of the share of pairs whose two decisions differ.

    Parameters
    ----------
    same, different : numbers of pairs.
    products : Σ x xᵀ over clusters, x = (same, different), shape (2, 2).
    z : critical value.
    """
    cells = np.array([[same, different]])
    if independent(cells[0], products):
        pairs = cells.sum(axis=1)
        low, high = Proportion(cells[:, 1] / pairs, pairs).limits(z)
    else:
        low, high = clustered_proportion(cells, cells, products[None], (1,), (0, 1)).limits(z)
    return float(low[0]), float(high[0])


def net_change_limits(cells: Floats, products: Floats, z: float) -> Ends:
    """Return the limits of (share positive after) − (share positive before) over matched pairs.

    Parameters
    ----------
    cells : numbers of pairs by 2·before + after, shape (4,).
    products : Σ x xᵀ over clusters, shape (4, 4).
    z : critical value.

    Notes
    -----
    Newcombe's method 10 for paired data; by cluster, the same square-and-add from the two shares' clustered limits and
    their linearised correlation, ½ a pair added to each cell. Fewer than two effective clusters leave the whole range.
    """
    if independent(cells, products):
        low, high = paired_difference_limits(cells[3], cells[1], cells[2], cells[0], z)
        return float(low[0]), float(high[0])
    everyone = products.sum()
    if effective_clusters(cells.sum(keepdims=True), np.array([everyone]))[0] < 2 - 1e-9:
        return -1.0, 1.0  # one case says nothing of others
    rows = cells[None, :]
    after = clustered_proportion(rows, rows, products[None], (1, 3), (0, 1, 2, 3))
    before = clustered_proportion(rows, rows, products[None], (2, 3), (0, 1, 2, 3))
    smooth, middle = cells + 0.5, products + 0.5 * np.eye(4)
    total = smooth.sum()
    one = np.array([0.0, 1, 0, 1]) - smooth[[1, 3]].sum() / total
    two = np.array([0.0, 0, 1, 1]) - smooth[[2, 3]].sum() / total
    spread = (one @ middle @ one) * (two @ middle @ two)
    correlation = np.array([np.clip(one @ middle @ two / np.sqrt(spread), -1, 1) if spread > 0 else 0.0])
    low, high = difference_limits(after.value, after.limits(z), before.value, before.limits(z), correlation)
    return max(float(low[0]), -1.0), min(float(high[0]), 1.0)


def mean_shift(pairs: float, shift: float, products: Floats) -> Scaled:
    """Return the mean of (score after − score before) over pairs, with t limits over clusters.

    Parameters
    ----------
    pairs : n, pairs with both scores.
    shift : ΣD, D a cluster's sum of differences.
    products : Σ (n, D)ᵀ(n, D) over clusters, shape (2, 2).

    Notes
    -----
    V = m/(m − 1) · Σ(D − n·mean)²/(Σn)², m effective clusters; t on m − 1. With one pair a cluster this is the paired
    t interval. One cluster leaves everything possible.
    """
    mean = shift / pairs
    clusters = float(effective_clusters(np.array([pairs]), np.array([products[0, 0]]))[0])
    raw = products[1, 1] - 2 * mean * products[0, 1] + mean**2 * products[0, 0]
    some = clusters > 1
    variance = max(raw, 0.0) / pairs**2 * clusters / (clusters - 1) if some else np.inf
    return Scaled(
        np.array([mean]), np.array([variance]), "identity", -np.inf, np.inf, "paired_t", np.array([clusters - 1])
    )
