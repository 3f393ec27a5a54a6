"""Intervals where the same person, or household, or site, stands in many rows: clusters vary freely, rows within don't.

A group's sufficient statistic is M = Σ x xᵀ over its clusters, x being the cluster's own sums by cell (C × C numbers,
however many clusters there are). Without clusters each row is its own, and M is the diagonal of Σw².
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .delta import ValueFunction, cell_gradient, smoothed_cells
from .estimators import Estimator, FromJaccard, Odds, Proportion
from .intervals import Floats, clopper_pearson_limits, wilson_limits
from .scaled import Scale, Scaled, student_value

Bools = NDArray[np.bool_]
_TINY = 1e-300
_LEAST_FREEDOM = 1 - 1e-9  # two clusters of one size, whatever the last bit says
_WIDEST = 1e4  # a critical value beyond which every range is covered; z² and n·z² stay floats


def effective_clusters(total: Floats, squares: Floats) -> Floats:
    """Return (Σx)²/Σx²: as many clusters of one size as weigh as much as these; 0 where there is nothing.

    Parameters
    ----------
    total : the sum of the clusters' amounts, shape (G,).
    squares : the sum of their squares, shape (G,).

    >>> effective_clusters(np.array([12.0]), np.array([104.0])).round(2).tolist()
    [1.38]
    """
    return np.where(squares > 0, total**2 / np.where(squares > 0, squares, 1.0), 0.0)


def clustered_covariance(first: Floats, products: Floats, clusters: Floats, second: Floats | None = None) -> Floats:
    """Return the sampling covariance of two measures of cells, rows within a cluster being alike to any degree.

    Parameters
    ----------
    first, second : derivatives of the measures by each cell (`delta.cell_gradient`), shape (G, C); `second` is `first`
        where it is None, which gives the variance. Multiplying a group's cells by one number must not change the measures.
    products : M = Σ x xᵀ over the group's clusters, shape (G, C, C).
    clusters : how many clusters the group has (effective ones where they differ in size), shape (G,).

    Returns
    -------
    m/(m − 1) · ∇fᵀ M ∇g, shape (G,); NaN where there are no two clusters, or a variance would be negative.

    Notes
    -----
    The linearised ("ultimate cluster", with replacement) variance: D. A. Binder (1983), International Statistical
    Review 51, 279–292. The clusters' mean contribution is 0, because scaling the cells changes nothing.
    """
    raw = _variance(first, products) if second is None else np.einsum("gc,gcd,gd->g", first, products, second)
    return np.where(clusters > 1, raw * _bessel(clusters), np.nan)


def _variance(derivative: Floats, products: Floats) -> Floats:
    """Return ∇fᵀ M ∇f, shape (G,); NaN where it is below 0 by more than rounding, so that M is no sum over clusters.

    That is so of the rest of a group whose clusters have rows in both: M is then a difference of sums, and says nothing.
    """
    raw = np.einsum("gc,gcd,gd->g", derivative, products, derivative)
    most = np.einsum("gc,gcd,gd->g", np.abs(derivative), np.abs(products), np.abs(derivative))
    return np.where(raw < -1e-9 * most, np.nan, np.maximum(raw, 0.0))


def rests_on_one(estimator: Estimator) -> Bools:
    """Return which values rest on fewer than two effective clusters, shape (G,); `estimator` minds clusters.

    Of a rate it is the clusters in its denominator that count.
    """
    inner = estimator.jaccard if isinstance(estimator, FromJaccard) else estimator
    inner = inner.share if isinstance(inner, Odds) else inner
    freedom = getattr(inner, "freedom", None)
    if freedom is None:
        return np.zeros(len(estimator.value), dtype=bool)
    return np.asarray(np.asarray(freedom) < _LEAST_FREEDOM)


@dataclass(frozen=True)
class ClusteredProportion(Proportion):
    """A proportion over clusters: Wilson limits on an effective size, with Student's t for the number of clusters.

    Parameters
    ----------
    share : the proportions, shape (G,).
    size : effective number of independent rows, shape (G,).
    freedom : effective clusters − 1, shape (G,); 0 or less gives the limits (0, 1): one cluster says nothing.
    """

    method: str = "wilson_effective_size_clusters"
    freedom: Floats = field(default_factory=lambda: np.zeros(0))

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return Wilson score limits."""
        return self._known(wilson_limits(np.nan_to_num(self.share), self._shrunk(z), z))

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return Clopper–Pearson limits."""
        return self._known(clopper_pearson_limits(np.nan_to_num(self.share), self._shrunk(z), z))

    def variance(self) -> Floats:
        """Return p(1 − p)/n on the effective size, widened to the variance of t."""
        heavy = np.where(self.freedom > 2, self.freedom / np.where(self.freedom > 2, self.freedom - 2, 1.0), 3.0)
        many = self.size > 0
        plain = self.share * (1 - self.share) / np.where(many, self.size, 1.0)
        return np.where(many, np.minimum(plain * heavy, 0.25), 0.25)

    def _shrunk(self, z: float) -> Floats:
        """Return the size at which z gives the limits of t: Wilson's depend on z²/n alone."""
        return self.size if z <= 0 else np.asarray(self.size * (z / student_value(z, self.freedom)) ** 2, dtype=float)


def clustered_proportion(
    cells: Floats, squares: Floats, products: Floats, top: tuple[int, ...], bottom: tuple[int, ...]
) -> ClusteredProportion:
    """Return Σ top ÷ Σ bottom by group, with limits that hold whatever goes on within clusters.

    Parameters
    ----------
    cells : sums of weights, or counts, shape (G, C).
    squares : sums of squared weights (counts where there are none), shape (G, C).
    products : Σ x xᵀ over clusters, shape (G, C, C).
    top, bottom : columns of the numerator and of the denominator, which holds the numerator's.

    Notes
    -----
    With D the denominator, a and b a cluster's own numerator and denominator and m the effective clusters
    (Σb)²/Σb²: V = m/(m − 1) · Σ(a − pb)²/D², the effective size is p(1 − p)/V and never above Kish's for independent
    rows; then Wilson with t on m − 1 degrees of freedom. E. L. Korn & B. I. Graubard (1998), Survey Methodology 24,
    193–201, do the same with Clopper–Pearson.

    V rests on the few clusters that hold the rarer outcome; with none of them it is 0 and says nothing. So the variance of
    one row, 1/size, is drawn toward 1/m (rows of a cluster wholly alike) by the share 1/(1 + k)², k = m·min(p, 1 − p)
    being the rarer outcome's clusters: all the way at p = 0, by 1 % at k = 9.
    """
    above, below = cells[:, top].sum(axis=1), cells[:, bottom].sum(axis=1)
    known = below > 0
    safe = np.where(known, below, 1.0)
    share = np.where(known, np.minimum(above / safe, 1.0), np.nan)
    p = np.nan_to_num(share)
    clusters = effective_clusters(below, products[:, bottom][:, :, bottom].sum(axis=(1, 2)))
    kish = effective_clusters(below, squares[:, bottom].sum(axis=1))
    residual = np.zeros_like(cells, dtype=float)
    residual[:, bottom] = -p[:, None]
    residual[:, top] += 1.0
    raw = _variance(residual, products)
    known_spread = known & ~np.isnan(raw)
    variance = np.nan_to_num(raw) * _bessel(clusters) / safe**2
    both = p * (1 - p)
    per_row = np.where(both > 0, variance / np.where(both > 0, both, 1.0), 0.0)
    doubt = 1 / (1 + clusters * np.minimum(p, 1 - p)) ** 2
    drawn = (1 - doubt) * per_row + doubt / np.maximum(clusters, _TINY)
    size = np.where(known_spread, np.minimum(1 / np.maximum(drawn, _TINY), kish), 0.0)
    return ClusteredProportion(share, size, freedom=clusters - 1)


@dataclass(frozen=True)
class AlikeWithin:
    """Any values with their limits made as wide as if all rows of a cluster were one and the same.

    For measures whose variance over clusters is not at hand. It is the widest that clusters can make them while rows of
    a cluster are not less alike than others; rows that differ within clusters get limits wider than they need.

    Parameters
    ----------
    estimator : the values with limits as for independent rows.
    effect : by how much the variances grow, Σb²/Σw² with b a cluster's amount and w a row's, shape (G,), ≥ 1.
    freedom : effective clusters − 1, shape (G,).
    """

    estimator: Estimator
    effect: Floats
    freedom: Floats

    @property
    def value(self) -> Floats:
        """The values, untouched."""
        return self.estimator.value

    @property
    def method(self) -> str:
        """The method's name."""
        return f"{self.estimator.method}+alike_clusters"

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the limits at √effect times t, of which z²/n (or z·error) is all that limits depend on."""
        return self._at(self.estimator.limits, z)

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the far limits, widened alike."""
        return self._at(self.estimator.far_limits, z)

    def variance(self) -> Floats:
        """Return the variances, widened."""
        return np.asarray(self.estimator.variance() * self.effect, dtype=float)

    def _at(self, limits: Callable[[float], tuple[Floats, Floats]], z: float) -> tuple[Floats, Floats]:
        wide = np.minimum(student_value(z, self.freedom) * np.sqrt(np.maximum(self.effect, 1.0)), _WIDEST)
        low, high = np.full(len(wide), np.nan), np.full(len(wide), np.nan)
        for each in np.unique(wide):
            at = wide == each
            own_low, own_high = limits(float(each))
            low[at], high[at] = own_low[at], own_high[at]
        return low, high


def alike_within(estimator: Estimator, cells: Floats, squares: Floats, products: Floats) -> AlikeWithin:
    """Return an estimator widened for clusters; parameters as for `clustered_proportion`, products of any width."""
    total, own = cells.sum(axis=1), products.sum(axis=(1, 2))
    rows = squares.sum(axis=1)
    effect = np.where(rows > 0, own / np.where(rows > 0, rows, 1.0), 1.0)
    return AlikeWithin(estimator, np.maximum(effect, 1.0), effective_clusters(total, own) - 1)


def clustered_scaled(
    value: ValueFunction,
    cells: Floats,
    squares: Floats,
    products: Floats,
    scale: Scale,
    lowest: float,
    highest: float,
) -> Scaled:
    """Return any smooth measure of cells with its linearised variance over clusters, and t for the number of clusters.

    Parameters
    ----------
    value : from cells of shape (G, C) to values of shape (G,); scaling a group's cells must not change it.
    cells, squares, products : as for `clustered_proportion`.
    scale, lowest, highest : as for `Scaled`.

    Notes
    -----
    Derivatives are taken with ½ a row added to each cell, a cluster of its own, so that an empty cell leaves no zero width.
    """
    smooth, smooth_squares = smoothed_cells(cells, squares)
    added = np.einsum("gc,cd->gcd", smooth_squares - squares, np.eye(cells.shape[1]))
    clusters = effective_clusters(cells.sum(axis=1), products.sum(axis=(1, 2)))
    variance = clustered_covariance(cell_gradient(value, smooth), products + added, clusters)
    estimate = np.asarray(value(np.asarray(cells, dtype=float)), dtype=float)
    unlimited = np.where(np.isnan(variance) & ~np.isnan(estimate), np.inf, variance)  # one cluster says nothing
    method = f"linearised_{scale}_clusters"
    return Scaled(estimate, unlimited, scale, lowest, highest, method, freedom=clusters - 1, rows=clusters)


def _bessel(clusters: Floats) -> Floats:
    some = clusters > 1
    return np.where(some, clusters / np.where(some, clusters - 1, 1.0), 1.0)
