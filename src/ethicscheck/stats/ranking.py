"""How well scores put positives above negatives: ROC AUC and average precision from a histogram of scores by label.

`cells` has shape (G, 2·S): column 2·place + label, places by ascending score; counts, or sums of weights. Ties count as
what they are: a positive and a negative with the same score are half in order. Calibration is in `calibration`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .intervals import Floats, effective_size
from .scaled import Scaled, student_value

_HALVINGS = 60  # of [0, 1]: the last place of a float


@dataclass(frozen=True)
class Linearised:
    """A measure of cells and its derivative by each cell, from which variances and covariances follow.

    Scaling a group's cells changes no value, so Σ cells · gradient is 0 in each group.

    Parameters
    ----------
    value : shape (G,), NaN where undefined.
    gradient : shape (G, C); the influence of one row in each cell.
    """

    value: Floats
    gradient: Floats

    def variance(self, squares: Floats) -> Floats:
        """Return the sandwich variance Σ (Σw²) · gradient², shape (G,).

        Notes
        -----
        The infinitesimal jackknife (Efron & Tibshirani 1993, ch. 21); with weights, Binder (1983), International
        Statistical Review 51, 279–292. `squares` is Σw² by cell, which is the count where there are no weights.
        """
        return np.asarray((squares * self.gradient**2).sum(axis=1), dtype=float)


def split_labels(cells: NDArray[np.generic]) -> tuple[Floats, Floats]:
    """Return the negatives and the positives at each score, each of shape (G, S)."""
    amounts = np.asarray(cells, dtype=float)
    return amounts[:, 0::2], amounts[:, 1::2]


def roc_auc(cells: Floats) -> Linearised:
    """Return the chance that a random positive scores above a random negative, ties counting half.

    Parameters
    ----------
    cells : shape (G, 2·S).

    Returns
    -------
    Values in [0, 1] and gradients; NaN (gradient 0) where there is no positive or no negative.

    Notes
    -----
    θ = Σ_s p_s (N_{<s} + n_s/2) / (P·N), the Mann–Whitney statistic. A positive's influence is its placement
    V = (N_{<s} + n_s/2)/N less θ, over P; a negative's is (P_{>s} + p_s/2)/P less θ, over N: DeLong's structural
    components. J. A. Hanley & B. J. McNeil (1982), Radiology 143, 29–36; E. R. DeLong, D. M. DeLong & D. L.
    Clarke-Pearson (1988), Biometrics 44, 837–845.

    >>> round(float(roc_auc(np.array([[2.0, 0, 1, 1, 0, 2]])).value[0]), 4)  # negatives 2, 1, 0; positives 0, 1, 2
    0.9444
    """
    negatives, positives = split_labels(cells)
    n, p = negatives.sum(axis=1, keepdims=True), positives.sum(axis=1, keepdims=True)
    known = ((n > 0) & (p > 0))[:, 0]
    n, p = np.where(n > 0, n, 1.0), np.where(p > 0, p, 1.0)
    of_positive = (np.cumsum(negatives, axis=1) - negatives / 2) / n
    of_negative = (p - np.cumsum(positives, axis=1) + positives / 2) / p
    value = np.clip((positives * of_positive).sum(axis=1) / p[:, 0], 0.0, 1.0)
    gradient = np.empty(np.shape(cells), dtype=float)
    gradient[:, 0::2] = (of_negative - value[:, None]) / n
    gradient[:, 1::2] = (of_positive - value[:, None]) / p
    return Linearised(np.where(known, value, np.nan), np.where(known[:, None], gradient, 0.0))


def average_precision(cells: Floats) -> Linearised:
    """Return the mean of the precision at each positive, going down the scores; all with one score come together.

    Parameters
    ----------
    cells : shape (G, 2·S).

    Returns
    -------
    Values in (0, 1] and gradients; NaN (gradient 0) where there is no positive.

    Notes
    -----
    AP = Σ_s p_s · prec_s / P with prec_s = TP_s/(TP_s + FP_s) among scores ≥ s: scikit-learn's step function, without
    interpolation. One more positive at t adds prec_t and lifts the precision at every s ≤ t by FP_s/(TP_s + FP_s)²;
    one more negative lowers it by TP_s/(TP_s + FP_s)².

    >>> round(float(average_precision(np.array([[2.0, 0, 1, 1, 0, 2]])).value[0]), 4)  # (2·1 + 3/4) / 3
    0.9167
    """
    negatives, positives = split_labels(cells)
    total = positives.sum(axis=1, keepdims=True)
    known = total[:, 0] > 0
    total = np.where(total > 0, total, 1.0)
    found, wrong = (np.cumsum(part[:, ::-1], axis=1)[:, ::-1] for part in (positives, negatives))
    selected = np.where(found + wrong > 0, found + wrong, 1.0)
    precision = found / selected
    value = np.clip((positives * precision).sum(axis=1) / total[:, 0], 0.0, 1.0)
    lifted = np.cumsum(positives * wrong / selected**2, axis=1)
    lowered = np.cumsum(positives * found / selected**2, axis=1)
    gradient = np.empty(np.shape(cells), dtype=float)
    gradient[:, 0::2] = -lowered / total
    gradient[:, 1::2] = (precision + lifted - value[:, None]) / total
    return Linearised(np.where(known, value, np.nan), np.where(known[:, None], gradient, 0.0))


def exact_roc_auc(rows: NDArray[np.int64]) -> tuple[tuple[int, int], ...]:
    """Return each group's AUC as two whole numbers, numerator and denominator 2·P·N, from counts of shape (G, 2·S).

    Integers hold what floats would round: an AUC on a rule's limit is on the limit.

    >>> exact_roc_auc(np.array([[2, 0, 1, 1, 0, 2]]))
    ((17, 18),)
    """
    negatives, positives = np.asarray(rows)[:, 0::2], np.asarray(rows)[:, 1::2]
    whole = [int(n) * int(p) * 2 for n, p in zip(negatives.sum(axis=1), positives.sum(axis=1), strict=True)]
    kind = object if max(whole, default=0) >= 2**62 else np.int64
    negatives, positives = negatives.astype(kind), positives.astype(kind)
    above = (positives * (2 * np.cumsum(negatives, axis=1) - negatives)).sum(axis=1)
    return tuple((int(a), b) for a, b in zip(above, whole, strict=True))


@dataclass(frozen=True)
class AreaUnderCurve:
    """G areas under the ROC curve, with limits from DeLong's components that hold near 1 and with few positives.

    Parameters
    ----------
    value : the areas, shape (G,); NaN where undefined.
    negatives, positives : (effective) numbers N and P, shape (G,).
    negative_spread, positive_spread : DeLong's sums of squares Σ(V − θ)² over either label, shape (G,).

    Notes
    -----
    The usual interval fails where it matters. At an area of .95 with 5 positives in 100 rows DeLong's symmetric limits
    cover 85 %, and at 1 they have no width. So the variance is a function of θ, as in Wilson's interval:
    V(θ) = κ₁·(θ/(2 − θ) − θ²)/P + κ₀·(2θ²/(1 + θ) − θ²)/N + θ(1 − θ)/(PN), Hanley & McNeil's exponential model with
    each part scaled to DeLong's: κ = (Σ(V − θ̂)² + 2h)/((n − 1)·ĥ + h), ĥ the model's part at θ̂ and h the same at
    (nθ̂ + ½)/(n + 1), n the smaller of P and N; the 2h and h stand for one row of twice the model's variance. The limits solve
    |θ̂ − θ| = t·√V(θ); toward the nearer end of [0, 1] the logit's are taken where they reach further. t is Student's,
    with Satterthwaite's degrees of freedom.

    J. A. Hanley & B. J. McNeil (1982), Radiology 143, 29–36; R. G. Newcombe (2006), Statistics in Medicine 25, 559–573,
    method 5, the same idea without κ; E. R. DeLong et al. (1988), Biometrics 44, 837–845. Coverage: docs/scores.md.
    """

    value: Floats
    negatives: Floats
    positives: Floats
    negative_spread: Floats
    positive_spread: Floats
    method: str = "delong_score"

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the lower and upper limits at critical value `z`, each of shape (G,)."""
        known = ~np.isnan(self.value)
        value = np.where(known, self.value, 0.5)
        of_positives, of_negatives, freedom = self._fitted(value)
        quantile = student_value(z, freedom)

        def variance(area: Floats) -> Floats:
            return self._variance_at(area, of_positives, of_negatives)

        low, high = (_solved(value, end, quantile, variance) for end in (0.0, 1.0))
        logit = Scaled(value, variance(value), "logit", 0.0, 1.0, "", freedom).limits(z)
        low = np.where(value <= 0.5, np.minimum(low, logit[0]), low)
        high = np.where(value >= 0.5, np.maximum(high, logit[1]), high)
        return np.where(known, low, np.nan), np.where(known, high, np.nan)

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the same limits; no exact ones are known."""
        return self.limits(z)

    def variance(self) -> Floats:
        """Return DeLong's variance; θ(1 − θ)/min(P, N), the largest possible, where a label has one row only.

        Z. W. Birnbaum & O. M. Klose (1957), Annals of Mathematical Statistics 28, 933–945, on the largest.
        """
        n, p = self.negatives, self.positives
        few = np.minimum(n, p) <= 1
        n_safe, p_safe = np.where(few, 2.0, n), np.where(few, 2.0, p)
        delong = self.positive_spread / (p_safe * (p_safe - 1)) + self.negative_spread / (n_safe * (n_safe - 1))
        least = np.maximum(np.minimum(n, p), 1)
        return np.where(few, self.value * (1 - self.value) / least, delong)

    def _fitted(self, value: Floats) -> tuple[Floats, Floats, Floats]:
        n, p = np.maximum(self.negatives, 1), np.maximum(self.positives, 1)
        least = np.minimum(n, p)
        inner = (value * least + 0.5) / (least + 1)
        factors = []
        parts = []
        for spread, rows, model in ((self.positive_spread, p, _of_positives), (self.negative_spread, n, _of_negatives)):
            here, inside = model(value), model(inner)
            factor = (spread + 2 * inside) / ((rows - 1) * here + inside)
            factors.append(factor)
            parts.append(factor * inside / rows)
        freedom = (parts[0] + parts[1]) ** 2 / (parts[0] ** 2 / p + parts[1] ** 2 / n)
        return factors[0], factors[1], freedom

    def _variance_at(self, area: Floats, of_positives: Floats, of_negatives: Floats) -> Floats:
        n, p = np.maximum(self.negatives, 1), np.maximum(self.positives, 1)
        return np.asarray(
            of_positives * _of_positives(area) / p
            + of_negatives * _of_negatives(area) / n
            + area * (1 - area) / (n * p),
            dtype=float,
        )


def area_under_curve(cells: Floats, squares: Floats) -> AreaUnderCurve:
    """Return the areas under the ROC curve with their limits.

    Parameters
    ----------
    cells : counts or sums of weights, shape (G, 2·S).
    squares : Σw² by cell; the counts themselves where there are no weights.
    """
    found = roc_auc(cells)
    negatives, positives = sizes(cells, squares)
    negative, positive = (
        (part * g**2).sum(axis=1) for part, g in zip(split_labels(squares), split_labels(found.gradient), strict=True)
    )
    return AreaUnderCurve(found.value, negatives, positives, negative * negatives**2, positive * positives**2)


def average_precision_limits(cells: Floats, squares: Floats) -> Scaled:
    """Return average precisions with a variance by the infinitesimal jackknife and limits on the logit scale.

    Notes
    -----
    One positive's worth of AP(1 − AP)/P, the binomial variance, joins the jackknife's, which is 0 for a perfect order:
    V = (P·V_jackknife + Ṽ)/P with Ṽ = ã(1 − ã)/P and ã = (P·AP + ½)/(P + 1). Degrees of freedom: P, the number of
    positives. K. Boyd, K. H. Eng & C. D. Page (2013), ECML PKDD, LNCS 8190, 451–466, compare logit and binomial limits.
    """
    found = average_precision(cells)
    _, positives = sizes(cells, squares)
    p = np.maximum(positives, 1)
    inner = (found.value * p + 0.5) / (p + 1)
    variance = found.variance(np.asarray(squares, dtype=float)) + inner * (1 - inner) / p**2
    return Scaled(found.value, variance, "logit", 0.0, 1.0, "jackknife_logit_t", p, p)


def sizes(cells: Floats, squares: Floats) -> tuple[Floats, Floats]:
    """Return the (Kish effective) numbers of negatives and of positives, each of shape (G,)."""
    of_label = [
        effective_size(amount.sum(axis=1), square.sum(axis=1))
        for amount, square in zip(split_labels(cells), split_labels(squares), strict=True)
    ]
    return of_label[0], of_label[1]


def _of_positives(area: Floats) -> Floats:
    return np.asarray(area / (2 - area) - area**2, dtype=float)


def _of_negatives(area: Floats) -> Floats:
    return np.asarray(2 * area**2 / (1 + area) - area**2, dtype=float)


def _solved(value: Floats, end: float, quantile: Floats, variance: Callable[[Floats], Floats]) -> Floats:
    """Return the farthest area toward `end` that lies within quantile · √V of the value, by halving."""
    inside, outside = value.copy(), np.full_like(value, end)
    quantile = np.maximum(quantile, np.finfo(float).tiny)
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        # as a quotient, so that an infinite quantile meets no 0 · ∞
        near = np.abs(value - middle) / quantile < np.sqrt(np.maximum(variance(middle), 0))
        inside, outside = np.where(near, middle, inside), np.where(near, outside, middle)
    return outside
