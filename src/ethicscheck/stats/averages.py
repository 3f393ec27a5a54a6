"""Averages over classes: of recalls, precisions and F1 scores, from the K × K table of truth and prediction.

Cells are columns in the order label·K + prediction. Variances are the delta method's, with derivatives by hand (numeric
ones would cost 2K² evaluations), and no class of few rows may seem certain; limits are made on the logit scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .intervals import Floats, effective_size
from .scaled import Scaled


@dataclass(frozen=True)
class ClassTables:
    """The K × K tables of G groups: `cells` and `squares` (Σw², the counts where unweighted), shape (G, K, K)."""

    cells: Floats
    squares: Floats

    @classmethod
    def of(cls, cells: Floats, squares: Floats) -> ClassTables:
        """Make them from shape (G, K²)."""
        classes = round(cells.shape[1] ** 0.5)
        return cls(cells.reshape(-1, classes, classes), squares.reshape(-1, classes, classes))

    @property
    def hits(self) -> Floats:
        """What lies on the diagonal, shape (G, K)."""
        return np.asarray(np.diagonal(self.cells, axis1=1, axis2=2), dtype=float)

    @property
    def truths(self) -> Floats:
        """Sums by true class, shape (G, K)."""
        return np.asarray(self.cells.sum(axis=2), dtype=float)

    @property
    def named(self) -> Floats:
        """Sums by predicted class, shape (G, K)."""
        return np.asarray(self.cells.sum(axis=1), dtype=float)

    @property
    def sizes(self) -> Floats:
        """Effective rows of each group, shape (G,)."""
        return effective_size(self.cells.sum(axis=(1, 2)), self.squares.sum(axis=(1, 2)))

    def mean_recall(self) -> Scaled:
        """Return the plain mean of the recalls: rows of a true class are a sample of their own. NaN where one is empty."""
        return self._mean_of_shares(self.truths, np.asarray(self.squares.sum(axis=2), dtype=float))

    def mean_precision(self) -> Scaled:
        """Return the plain mean of the precisions; NaN where a class is never predicted."""
        return self._mean_of_shares(self.named, np.asarray(self.squares.sum(axis=1), dtype=float))

    def _mean_of_shares(self, trials: Floats, squares: Floats) -> Scaled:
        shares, sizes = _share(self.hits, trials), _effective_sizes(trials, squares)
        spread = _variances(shares, sizes)
        variance = spread + np.maximum(_variances(*_one_more(shares, sizes)) - spread, 0)
        return self._logit(shares.mean(axis=1), variance.sum(axis=1) / shares.shape[1] ** 2)

    def mean_f1(self) -> Scaled:
        """Return the plain mean of the F1 scores; NaN where a class is neither true nor predicted.

        F1ₖ = 2·tₖ/Dₖ with Dₖ = rowₖ + columnₖ; a cell (i, j) moves it by [i = j]·2/Dᵢ − F1ᵢ/Dᵢ − F1ⱼ/Dⱼ.
        """
        classes = self.cells.shape[1]
        size = self.truths + self.named
        scores = _share(2 * self.hits, size)
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = _diagonal(2 / size) - (scores / size)[:, :, None] - (scores / size)[:, None, :]
        value = np.asarray(scores.mean(axis=1), dtype=float)
        # Each class alone: F1 = 2J/(1 + J), J = t/(D − t) a proportion.
        either = np.asarray(self.squares.sum(axis=1) + self.squares.sum(axis=2), dtype=float)
        sizes = _effective_sizes(size - self.hits, either - np.diagonal(self.squares, axis1=1, axis2=2))
        jaccard = _share(self.hits, size - self.hits)
        more = _f1_variances(*_one_more(jaccard, sizes)) - _f1_variances(jaccard, sizes)
        return self._logit(value, self._delta(value, slope / classes) + np.maximum(more, 0).sum(axis=1) / classes**2)

    def weighted_f1(self) -> Scaled:
        """Return the mean of the F1 scores weighted by how many rows truly belong to each class."""
        size = self.truths + self.named
        scores = np.nan_to_num(_share(2 * self.hits, size))
        part = scores / np.where(size > 0, size, 1.0)
        own = _diagonal(2 / np.where(size > 0, size, 1.0)) - part[:, :, None]
        return self._weighted(scores, lambda weights: weights[:, :, None] * own - (weights * part)[:, None, :])

    def weighted_precision(self) -> Scaled:
        """Return the mean of the precisions weighted by true rows; NaN where such a class is never predicted."""
        shares = _share(self.hits, self.named)
        lost = np.asarray((np.isnan(shares) & (self.truths > 0)).any(axis=1))
        shares = np.where(lost[:, None], np.nan, np.nan_to_num(shares))
        named = np.where(self.named > 0, self.named, 1.0)
        return self._weighted(
            shares, lambda weights: _diagonal(weights / named) - (weights * shares / named)[:, None, :]
        )

    def _weighted(self, scores: Floats, inner: Callable[[Floats], Floats]) -> Scaled:
        total = self.cells.sum(axis=(1, 2))
        safe = np.where(total > 0, total, 1.0)[:, None]
        weights = self.truths / safe
        value = np.where(total > 0, (weights * scores).sum(axis=1), np.nan)
        slope = ((scores - value[:, None]) / safe)[:, :, None] + inner(weights)
        return self._logit(value, self._delta(value, slope))

    def _delta(self, value: Floats, slope: Floats) -> Floats:
        """Return ∇fᵀ diag(Σw²) ∇f, as in `delta.cell_variance`."""
        variance = (np.nan_to_num(slope) ** 2 * self.squares).sum(axis=(1, 2))
        return np.where(np.isnan(value), np.nan, variance)

    def _logit(self, value: Floats, variance: Floats) -> Scaled:
        return Scaled(value, variance, "logit", 0.0, 1.0, "delta_logit", rows=self.sizes)


def _one_more(shares: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    """Return proportions with one success and one failure added.

    Where a class has few rows, all of them right say little: p(1 − p)/n would be 0. (A. Agresti & B. Caffo 2000, The
    American Statistician 54, 280–288, add the same to each of two proportions.)
    """
    return (shares * sizes + 1) / (sizes + 2), sizes + 2


def _variances(shares: Floats, sizes: Floats) -> Floats:
    return np.asarray(shares * (1 - shares) / np.where(sizes > 0, sizes, 1.0), dtype=float)


def _f1_variances(jaccard: Floats, sizes: Floats) -> Floats:
    return np.asarray((2 / (1 + jaccard) ** 2) ** 2 * _variances(jaccard, sizes), dtype=float)


def _effective_sizes(total: Floats, squares: Floats) -> Floats:
    """Return Kish's effective size of each class of each group, shape (G, K)."""
    return effective_size(total.ravel(), squares.ravel()).reshape(total.shape)


def _share(part: Floats, whole: Floats) -> Floats:
    known = whole > 0
    return np.where(known, np.minimum(part / np.where(known, whole, 1.0), 1.0), np.nan)


def _diagonal(values: Floats) -> Floats:
    return np.asarray(values[:, :, None] * np.eye(values.shape[1]), dtype=float)
