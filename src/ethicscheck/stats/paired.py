"""Two decisions on the same rows: how a rate changed, how a gap between groups changed, and whether anything did.

The two models see the same people, so their values move together; an interval that forgets this is far too wide. Cells
are columns 4·other + 2·label + prediction (`CHANGES`): `other` is the model compared with, `prediction` the new one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, ndtri

from .delta import ValueFunction, cell_gradient, smoothed_cells
from .estimators import Estimator
from .gaps import difference_limits
from .intervals import Floats, wilson_limits

Bools = NDArray[np.bool_]
Places = NDArray[np.int64]

CHANGES = 8
_COLUMN = np.arange(CHANGES)
# Which of one model's four cells, 2·label + decision, each of the eight belongs to; shape (8, 4), of zeros and ones.
NEW_CELLS: Floats = np.eye(4)[_COLUMN % 4]
OTHER_CELLS: Floats = np.eye(4)[2 * (_COLUMN // 2 % 2) + _COLUMN // 4]
EXCLUDING_SHARE = 0.1  # of α; spent on finding out which groups may be the extreme ones
_MOST_CONTRASTS = 2_000_000


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Return the two-sided p-value that either kind of disagreement is as likely as the other.

    Parameters
    ----------
    only_first, only_second : pairs in which the first alone, or the second alone, is positive.

    Notes
    -----
    Exact conditional test: `only_first` is binomial with chance ½ among all that disagree. Q. McNemar (1947),
    Psychometrika 12, 153–157. 1 where none disagree.

    >>> round(mcnemar_exact(1, 7), 6)
    0.070312
    """
    few, all_of_them = min(only_first, only_second), only_first + only_second
    return min(1.0, 2 * float(betainc(all_of_them - few, few + 1, 0.5))) if all_of_them > few else 1.0


def paired_difference_limits(
    both: ArrayLike, only_first: ArrayLike, only_second: ArrayLike, neither: ArrayLike, z: float
) -> tuple[Floats, Floats]:
    """Return the limits of (share positive first) − (share positive second) over the same rows or matched pairs.

    Parameters
    ----------
    both, only_first, only_second, neither : numbers of pairs (effective ones where weighted), shapes that broadcast.
    z : critical value.

    Returns
    -------
    (low, high), in [−1, 1]; (−1, 1) where there are no pairs.

    Notes
    -----
    Square-and-add of Wilson's limits with the correlation φ of the two decisions, its numerator made smaller by n/2 where
    it is positive: R. G. Newcombe (1998), Statistics in Medicine 17, 2635–2650, method 10.

    >>> low, high = paired_difference_limits([59], [6], [16], [80], 1.959964)
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (-0.1186, -0.0046)
    """
    a, b, c, d = (np.atleast_1d(np.asarray(part, dtype=float)) for part in (both, only_first, only_second, neither))
    n = a + b + c + d
    known = n > 0
    safe = np.where(known, n, 1.0)
    first, second = (a + b) / safe, (a + c) / safe
    cross = a * d - b * c
    cross = np.where(cross > 0, np.maximum(cross - n / 2, 0.0), cross)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    phi = np.where(margins > 0, cross / np.sqrt(np.where(margins > 0, margins, 1.0)), 0.0)
    low, high = difference_limits(first, wilson_limits(first, n, z), second, wilson_limits(second, n, z), phi)
    return np.where(known, np.clip(low, -1, 1), -1.0), np.where(known, np.clip(high, -1, 1), 1.0)


def collapse_new(cells: Floats) -> Floats:
    """Return the new model's TN, FP, FN, TP from the eight cells of two models, shape (G, 4)."""
    return np.asarray(cells @ NEW_CELLS)


def collapse_other(cells: Floats) -> Floats:
    """Return the other model's TN, FP, FN, TP from the eight cells of two models, shape (G, 4)."""
    return np.asarray(cells @ OTHER_CELLS)


def paired_correlation(value: ValueFunction, cells: Floats, squares: Floats, products: Floats | None = None) -> Floats:
    """Return the correlation of a measure under the new model with the same measure under the other.

    Parameters
    ----------
    value : the measure, from TN, FP, FN, TP of shape (G, 4) to values of shape (G,).
    cells : sums of weights, or counts, of the eight cells, shape (G, 8).
    squares : sums of squared weights (counts where there are none), shape (G, 8).
    products : Σ x xᵀ over clusters, shape (G, 8, 8); None where each row is its own.

    Returns
    -------
    Correlations in [−1, 1], shape (G,); 0 where either does not vary.

    Notes
    -----
    Delta method, ½ a row added to each cell, so that models that never differ on few rows are not taken to be the same
    for certain. For a rate with one denominator under both models this is Newcombe's φ with its correction, to within
    1/n².
    """
    smooth, smooth_squares = smoothed_cells(cells, squares)
    new = cell_gradient(lambda part: value(collapse_new(part)), smooth)
    old = cell_gradient(lambda part: value(collapse_other(part)), smooth)
    if products is None:
        middle = np.einsum("gc,cd->gcd", smooth_squares, np.eye(CHANGES))
    else:
        middle = products + np.einsum("gc,cd->gcd", smooth_squares - squares, np.eye(CHANGES))
    covariance, new_variance, old_variance = (
        np.einsum("gc,gcd,gd->g", one, middle, two) for one, two in ((new, old), (new, new), (old, old))
    )
    product = new_variance * old_variance
    known = product > 0
    return np.clip(np.where(known, covariance / np.sqrt(np.where(known, product, 1.0)), 0.0), -1, 1)


@dataclass(frozen=True)
class Change:
    """A measure's change from the other model to the new one, by group; an estimator like any other.

    Parameters
    ----------
    new, other : the measure under either model, G values with their limits.
    correlation : of the two, shape (G,).
    """

    new: Estimator
    other: Estimator
    correlation: Floats
    method: str = "mover_paired"

    @property
    def value(self) -> Floats:
        """New minus other."""
        return self.new.value - self.other.value

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return MOVER limits with the correlation (Zou 2007, Psychological Methods 12, 399–413)."""
        return self._limits(self.new.limits(z), self.other.limits(z))

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return MOVER limits from either side's own far limits."""
        return self._limits(self.new.far_limits(z), self.other.far_limits(z))

    def _limits(self, new: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        return difference_limits(self.new.value, new, self.other.value, other, self.correlation)

    def variance(self) -> Floats:
        """Return var new + var other − 2·covariance."""
        new, other = self.new.variance(), self.other.variance()
        return np.maximum(new + other - 2 * self.correlation * np.sqrt(new * other), 0.0)


def gap_change_ends(change: Change, alpha: float) -> tuple[float, float]:
    """Return the interval of (the new model's max − min) − (the other model's max − min) over K groups.

    Parameters
    ----------
    change : of K ≥ 2 groups, all defined under both models.
    alpha : 1 − confidence.

    Notes
    -----
    Which groups are truly the extreme ones is not known. Under either model a group drops out as the highest (lowest) when
    another is higher (lower) beyond doubt; a tenth of α goes to that, by Bonferroni over the groups. Let i, j be a pair
    that may be the new model's extremes. If they may be the other model's too, the gap grew by at most δ_i − δ_j, δ being
    the groups' changes, since the other model's gap is at least its own difference between i and j. If not, it grew by
    (new_i − new_j) − (other_a − other_b) for some pair a, b that may be the other model's extremes. The upper end is
    the largest upper limit of any of these, each with what is left of α/2; the lower end mirrors it. So either end errs
    with a chance of about α/2 at most; where groups can't be told apart, the interval is wider than it need be.
    """
    excluding = EXCLUDING_SHARE * alpha / 2  # for one end
    z = float(-ndtri(alpha / 2 - excluding))
    z_excluding = float(-ndtri(excluding / (2 * (len(change.value) - 1))))
    new, other = (_Side.of(estimator, z, z_excluding) for estimator in (change.new, change.other))
    return -_largest_growth(other, new, change.correlation), _largest_growth(new, other, change.correlation)


@dataclass(frozen=True)
class _Side:
    """One model's values, how far its limits reach down and up, and which groups may be the highest and the lowest."""

    value: Floats
    down: Floats
    up: Floats
    highest: Bools
    lowest: Bools

    @classmethod
    def of(cls, estimator: Estimator, z: float, z_excluding: float) -> _Side:
        value, (low, high) = estimator.value, estimator.limits(z)
        far = estimator.limits(z_excluding)
        apart, _ = difference_limits(
            value[:, None], (far[0][:, None], far[1][:, None]), value[None, :], (far[0][None, :], far[1][None, :])
        )
        above = apart > 0  # the row's group beyond doubt above the column's
        np.fill_diagonal(above, val=False)
        highest, lowest = np.asarray(~above.any(axis=0)), np.asarray(~above.any(axis=1))
        return cls(value, value - low, high - value, highest, lowest)

    def pairs(self) -> Bools:
        """Return which ordered pairs (highest, lowest) are possible, shape (K, K)."""
        found = self.highest[:, None] & self.lowest[None, :]
        np.fill_diagonal(found, val=False)
        return np.asarray(found)


def _largest_growth(new: _Side, other: _Side, correlation: Floats) -> float:
    """Return the largest upper limit of (new gap − other gap) over the pairs that may be extreme."""
    possible, others = new.pairs(), other.pairs()
    apart = possible & ~others
    a, b = np.nonzero(others)
    i, _j = np.nonzero(apart)
    if len(i) * len(a) > _MOST_CONTRASTS:
        apart[:] = False  # the first bound holds for every pair; it is only wider
    both = np.nonzero(possible & ~apart)
    largest = _upper_limits(new, other, correlation, *both, *both).max() if len(both[0]) else -np.inf
    for first, second in zip(*np.nonzero(apart), strict=True):
        limits = _upper_limits(new, other, correlation, np.full_like(a, first), np.full_like(a, second), a, b)
        largest = max(largest, limits.max())
    return float(largest)


def _upper_limits(new: _Side, other: _Side, correlation: Floats, i: Places, j: Places, a: Places, b: Places) -> Floats:
    """Return upper limits of (new_i − new_j) − (other_a − other_b): square-and-add, the same group's two values correlated."""
    centre = new.value[i] - new.value[j] - other.value[a] + other.value[b]
    squares = new.up[i] ** 2 + new.down[j] ** 2 + other.down[a] ** 2 + other.up[b] ** 2
    for same, sign, shared, one, two in (
        (i == a, -1, correlation[i], new.up[i], other.down[a]),
        (i == b, 1, correlation[i], new.up[i], other.up[b]),
        (j == a, 1, correlation[j], new.down[j], other.down[a]),
        (j == b, -1, correlation[j], new.down[j], other.up[b]),
    ):
        squares = squares + np.where(same, 2 * sign * shared * one * two, 0.0)
    return np.asarray(centre + np.sqrt(np.maximum(squares, 0.0)), dtype=float)
