"""Group values that know their own limits at any critical value.

Every gap is built from `value` and `limits(z)` alone, so a new kind of measure needs one class here and nothing else.
Shapes: G groups, one value each. An entry that can't be computed is NaN; the reason is kept by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .intervals import Floats, clopper_pearson_limits, wilson_limits


class Estimator(Protocol):
    """G group values with limits at any critical value."""

    @property
    def value(self) -> Floats:
        """The estimates, shape (G,)."""
        ...

    @property
    def method(self) -> str:
        """The name of the interval's method, as the record prints it."""
        ...

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the lower and upper limits at critical value `z`, each of shape (G,)."""
        ...

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return limits that keep their level far in the tails too, where many groups are looked at, shape (G,)."""
        ...

    def variance(self) -> Floats:
        """Return the sampling variances, shape (G,)."""
        ...


@dataclass(frozen=True)
class Proportion:
    """k/d by group: `share` in [0, 1] over `size` trials (effective ones where weighted)."""

    share: Floats
    size: Floats
    method: str = "wilson"

    @property
    def value(self) -> Floats:
        """The proportions."""
        return self.share

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return Wilson score limits."""
        return self._known(wilson_limits(np.nan_to_num(self.share), self.size, z))

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return Clopper–Pearson limits."""
        return self._known(clopper_pearson_limits(np.nan_to_num(self.share), self.size, z))

    def _known(self, limits: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        undefined = np.isnan(self.share)
        return np.where(undefined, np.nan, limits[0]), np.where(undefined, np.nan, limits[1])

    def variance(self) -> Floats:
        """Return p(1 − p)/(n − 1), unbiased for the variance of p; 1/4 where n ≤ 1."""
        many = self.size > 1
        return np.where(many, self.share * (1 - self.share) / np.where(many, self.size - 1, 1.0), 0.25)


@dataclass(frozen=True)
class FromJaccard:
    """F1 = 2J/(1 + J): J = TP/(TP + FP + FN) is a proportion and F1 rises with it, so J's limits carry over."""

    jaccard: Proportion
    method: str = "wilson_transformed"

    @property
    def value(self) -> Floats:
        """The F1 scores."""
        return 2 * self.jaccard.value / (1 + self.jaccard.value)

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the transformed Wilson limits of J."""
        return self._transformed(self.jaccard.limits(z))

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the transformed Clopper–Pearson limits of J."""
        return self._transformed(self.jaccard.far_limits(z))

    @staticmethod
    def _transformed(limits: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        low, high = limits
        return 2 * low / (1 + low), 2 * high / (1 + high)

    def variance(self) -> Floats:
        """Return the delta-method variance, (dF1/dJ)² · var J with dF1/dJ = 2/(1 + J)²."""
        return (2 / (1 + self.jaccard.value) ** 2) ** 2 * self.jaccard.variance()


@dataclass(frozen=True)
class Odds:
    """a/b = q/(1 − q) with q = a/(a + b) a proportion: the odds of one kind of error against the other."""

    share: Proportion
    method: str = "wilson_transformed"

    @property
    def value(self) -> Floats:
        """The odds; NaN where q = 1 (nothing to divide by)."""
        return self._odds(self.share.value)

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the transformed Wilson limits of q; infinite where q's upper limit is 1."""
        return self._transformed(self.share.limits(z))

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the transformed Clopper–Pearson limits of q."""
        return self._transformed(self.share.far_limits(z))

    def _transformed(self, limits: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        low, high = limits
        undefined = np.isnan(self.value)
        with np.errstate(divide="ignore"):
            return np.where(undefined, np.nan, low / (1 - low)), np.where(undefined, np.nan, high / (1 - high))

    def variance(self) -> Floats:
        """Return the delta-method variance, var q / (1 − q)⁴."""
        q = self.share.value
        known = ~np.isnan(self.value)
        return np.where(known, self.share.variance() / np.where(known, 1 - q, 1.0) ** 4, np.nan)

    @staticmethod
    def _odds(q: Floats) -> Floats:
        finite = np.nan_to_num(q, nan=1.0) < 1
        return np.where(finite, q / np.where(finite, 1 - q, 1.0), np.nan)


@dataclass(frozen=True)
class MeanOfTwo:
    """The mean of two independent proportions (balanced accuracy), limits by square-and-add."""

    first: Proportion
    second: Proportion
    method: str = "mover_wilson"

    @property
    def value(self) -> Floats:
        """The means."""
        return (self.first.value + self.second.value) / 2

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return MOVER limits of the mean (Zou & Donner 2008, Statistics in Medicine 27, 1693–1702)."""
        return self._combined(self.first.limits(z), self.second.limits(z))

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return MOVER limits from Clopper–Pearson's."""
        return self._combined(self.first.far_limits(z), self.second.far_limits(z))

    def _combined(self, first: tuple[Floats, Floats], second: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        (l1, u1), (l2, u2) = first, second
        down = np.hypot(self.first.value - l1, self.second.value - l2) / 2
        up = np.hypot(u1 - self.first.value, u2 - self.second.value) / 2
        return np.clip(self.value - down, 0, 1), np.clip(self.value + up, 0, 1)

    def variance(self) -> Floats:
        """Return (var first + var second)/4."""
        return (self.first.variance() + self.second.variance()) / 4


@dataclass(frozen=True)
class MatthewsCorrelation:
    """The correlation of label and prediction from the four cells (columns TN, FP, FN, TP).

    `cells` are counts (effective ones where weighted), shape (G, 4). NaN where a margin is empty.
    """

    cells: Floats
    method: str = "delta_fisher_z"

    @property
    def value(self) -> Floats:
        """The coefficients in [−1, 1]."""
        return _phi(self.cells)

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return limits on Fisher's z scale.

        The standard error is the delta method's over the four multinomial cells, each with ½ added so that an empty
        cell leaves no zero width (Bishop, Fienberg & Holland 1975, §11.3.2, gives the uncorrected formula).
        """
        value = self.value
        smooth = self.cells + 0.5
        centre = np.arctanh(np.clip(_phi(smooth), -0.999999, 0.999999))
        half = z * np.sqrt(self._variance_on_z(smooth))
        low = np.minimum(np.tanh(centre - half), value)
        high = np.maximum(np.tanh(centre + half), value)
        return low, high

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the same limits; no exact ones are known."""
        return self.limits(z)

    def variance(self) -> Floats:
        """Return the delta-method variance on the correlation's own scale."""
        smooth = self.cells + 0.5
        return np.asarray(self._variance_on_z(smooth) * (1 - _phi(smooth) ** 2) ** 2, dtype=float)

    @staticmethod
    def _variance_on_z(cells: Floats) -> Floats:
        n = cells.sum(axis=1)
        p = cells / n[:, None]
        gradient = np.empty_like(p)
        phi = _phi(p)
        tn, fp, fn, tp = p.T
        row1, row0, col1, col0 = tp + fn, tn + fp, tp + fp, tn + fn
        root = np.sqrt(row1 * row0 * col1 * col0)
        # phi = (tp·tn − fp·fn)/root; each cell moves the numerator and two of the four margins.
        for place, (own, a, b) in enumerate(((tp, row0, col0), (-fn, row0, col1), (-fp, row1, col0), (tn, row1, col1))):
            gradient[:, place] = own / root - phi / 2 * (1 / a + 1 / b)
        mean = (gradient * p).sum(axis=1)
        variance = ((gradient - mean[:, None]) ** 2 * p).sum(axis=1) / n
        return np.asarray(variance / np.maximum(1 - phi**2, 1e-12) ** 2, dtype=float)


def _phi(cells: Floats) -> Floats:
    tn, fp, fn, tp = np.asarray(cells, dtype=float).T
    margins = (tp + fn) * (tn + fp) * (tp + fp) * (tn + fn)
    known = margins > 0
    value = (tp * tn - fp * fn) / np.sqrt(np.where(known, margins, 1.0))
    return np.where(known, np.clip(value, -1, 1), np.nan)
