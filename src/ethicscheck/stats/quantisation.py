"""How far a measure of scores can be off when the scores were put on a grid, each within `half_width` of its point.

A grid keeps the order of scores: two that lie on different points are never turned round, and only pairs on one point
are uncertain. Every function returns bounds of |exact − ours|, shape (G,), for `cells` of shape (G, 2·S), column
2·place + label.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .calibration import log_loss_terms
from .estimators import Estimator
from .intervals import Floats
from .ranking import average_precision, split_labels


def roc_auc_bound(cells: Floats) -> Floats:
    """Return ½ · Σ_s p_s·n_s/(P·N): pairs on one point count half, and would count 0 to 1 each.

    >>> roc_auc_bound(np.array([[2.0, 1, 0, 1]])).tolist()  # 2 of the 4 pairs share a point
    [0.25]
    """
    negatives, positives = split_labels(cells)
    pairs = negatives.sum(axis=1) * positives.sum(axis=1)
    return np.asarray((negatives * positives).sum(axis=1) / 2 / np.where(pairs > 0, pairs, 1.0), dtype=float)


def average_precision_bound(cells: Floats) -> Floats:
    """Return the larger of what average precision could gain or lose were each point's rows in the best or worst order.

    Best: a point's positives come first, all together. Worst: one by one after its negatives; the sum over them is at
    least ∫₀ᵖ (F + x)/(F + x + W + n) dx, with F positives and W negatives above the point.
    """
    negatives, positives = split_labels(cells)
    total = positives.sum(axis=1)
    above_p = np.cumsum(positives[:, ::-1], axis=1)[:, ::-1] - positives
    above_n = np.cumsum(negatives[:, ::-1], axis=1)[:, ::-1] - negatives
    best_rows = above_p + positives + above_n
    best = positives * (above_p + positives) / np.where(best_rows > 0, best_rows, 1.0)
    wrong = above_n + negatives
    before = above_p + wrong
    grown = np.log1p(positives / np.where(before > 0, before, 1.0))
    worst = np.where(wrong > 0, positives - wrong * grown, positives)
    safe = np.where(total > 0, total, 1.0)
    ours = np.nan_to_num(average_precision(cells).value)
    return np.asarray(np.maximum(np.maximum(best.sum(axis=1) / safe - ours, ours - worst.sum(axis=1) / safe), 0))


def mean_bound(cells: Floats, half_width: float) -> Floats:
    """Return `half_width`: of mean scores, of calibration in the large, and of calibration errors over the same bins."""
    return np.full(len(cells), float(half_width))


def brier_bound(cells: Floats, scores: Floats, half_width: float) -> Floats:
    """Return the mean over rows of how far (score − label)² can move within the grid's cell and [0, 1]."""
    low, high = _reach(scores, half_width)
    moved = [
        np.maximum(
            np.abs((low - label) ** 2 - (scores - label) ** 2), np.abs((high - label) ** 2 - (scores - label) ** 2)
        )
        for label in (0, 1)
    ]
    return _mean(cells, np.stack(moved, axis=1).ravel())


def log_loss_bound(cells: Floats, scores: Floats, half_width: float) -> Floats:
    """Return the same for −ln; infinite where a cell that reaches 0 holds a positive, or one that reaches 1 a negative."""
    low, high = _reach(scores, half_width)
    ours = log_loss_terms(scores)
    with np.errstate(invalid="ignore"):
        moved = np.maximum(np.abs(log_loss_terms(low) - ours), np.abs(log_loss_terms(high) - ours))
    return _mean(cells, np.where(np.isnan(moved), np.inf, moved))


@dataclass(frozen=True)
class Widened:
    """An estimator whose limits also hold the error of a grid.

    Each limit moves outward by twice the bound: gaps between groups add the two sides' reaches as squares, and twice
    each bound keeps room for the sum of both. The value stays.
    """

    inner: Estimator
    bound: Floats
    lowest: float
    highest: float

    @property
    def value(self) -> Floats:
        """The values on the grid."""
        return self.inner.value

    @property
    def method(self) -> str:
        """The inner method, marked."""
        return f"{self.inner.method}+grid"

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the inner limits, moved outward."""
        return self._moved(self.inner.limits(z))

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the inner far limits, moved outward."""
        return self._moved(self.inner.far_limits(z))

    def variance(self) -> Floats:
        """Return the inner variances: a grid's error is no sampling noise."""
        return self.inner.variance()

    def _moved(self, limits: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        low, high = limits
        return np.maximum(low - 2 * self.bound, self.lowest), np.minimum(high + 2 * self.bound, self.highest)


def _reach(scores: Floats, half_width: float) -> tuple[Floats, Floats]:
    return np.clip(scores - half_width, 0, 1), np.clip(scores + half_width, 0, 1)


def _mean(cells: Floats, moved: Floats) -> Floats:
    amounts = np.asarray(cells, dtype=float)
    total = amounts.sum(axis=1)
    finite = np.isfinite(moved)
    mean = (amounts * np.where(finite, moved, 0.0)).sum(axis=1) / np.where(total > 0, total, 1.0)
    return np.where(amounts[:, ~finite].sum(axis=1) > 0, np.inf, mean)
