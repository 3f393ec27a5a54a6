"""Measures of a predicted number, from the moments of each group. The error is prediction − truth. One entry a metric.

The sums are those of `counts.moment_terms`, in scaled units; here they get their own unit back.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from ethicscheck.counts.bases import Moments
from ethicscheck.counts.table import CountTable, GroupCounts
from ethicscheck.errors import DataError
from ethicscheck.stats.estimators import Estimator, Proportion
from ethicscheck.stats.intervals import effective_size
from ethicscheck.stats.means import OneMinus, RootOf, SkewedMean, mean_from_moments
from ethicscheck.stats.scaled import Scaled

from .definition import Floats, Measured, Metric

# Squares left over by rounding, as a share of the mean square: below this the truth is one value.
_NO_SPREAD = 1e-15
# Effective rows below which there is no spread to judge a mean by.
_LEAST_ROWS = 1.5


def _basis(counts: GroupCounts) -> Moments:
    assert isinstance(counts.basis, Moments)
    return counts.basis


def _column(counts: GroupCounts, weight: int, monomial: str) -> Any:
    """Return one sum for each group in scaled units, still exact: whole numbers of 2**−bits (floats when planning)."""
    basis = _basis(counts)
    if counts.weight is None and monomial == "1":
        return counts.rows.sum(axis=1).astype(float) * 2.0**basis.bits
    assert counts.sums is not None
    return counts.sums[:, basis.names.index(f"w{weight if counts.weight is not None else 0}_{monomial}")]


def _sum(counts: GroupCounts, weight: int, monomial: str) -> Floats:
    unit = 1 << _basis(counts).bits
    return np.array([value / unit for value in _column(counts, weight, monomial)], dtype=float)


def _reasons(counts: GroupCounts) -> tuple[str | None, ...]:
    """Return why a group has no mean; that of one row has no interval, and is nobody's business."""
    rows, amounts = counts.rows.sum(axis=1), counts.amounts.sum(axis=1)
    sizes = effective_size(_sum(counts, 1, "1"), _sum(counts, 2, "1"))
    return tuple(
        ("no_rows" if row == 0 else "no_weight") if amount <= 0 else "one_row" if size < _LEAST_ROWS else None
        for row, amount, size in zip(rows, amounts, sizes, strict=True)
    )


def _mean(counts: GroupCounts, monomials: tuple[str, str, str], power: int, lowest: float = -np.inf) -> SkewedMean:
    """Return the mean of x, given by the names of x, x² and x³, in the unit 2**power."""
    one, two, three = monomials
    found = mean_from_moments(
        (_sum(counts, 1, "1"), _sum(counts, 1, one)),
        (_sum(counts, 2, "1"), _sum(counts, 2, one), _sum(counts, 2, two)),
        (_sum(counts, 3, "1"), _sum(counts, 3, one), _sum(counts, 3, two), _sum(counts, 3, three)),
        lowest,
    )
    unit = math.ldexp(1.0, power)
    return replace(found, value=found.value * unit, sampling_variance=found.sampling_variance * unit**2)


def _measured(counts: GroupCounts, estimator: Estimator) -> Measured:
    return Measured(estimator, counts.amounts.sum(axis=1), _reasons(counts))


def _power(counts: GroupCounts, name: str) -> int:
    return dict(_basis(counts).powers)[name]


def _mean_error(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
    return _measured(counts, _mean(counts, ("e", "e2", "e3"), _power(counts, "e")))


def _mean_absolute_error(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
    return _measured(counts, _mean(counts, ("a", "e2", "a3"), _power(counts, "e"), 0.0))


def _root_mean_squared_error(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
    return _measured(counts, RootOf(_mean(counts, ("e2", "e4", "e6"), 2 * _power(counts, "e"), 0.0)))


def _mean_prediction(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
    mean = _mean(counts, ("p", "p2", "p3"), _power(counts, "p"))
    return _measured(counts, replace(mean, value=mean.value + _basis(counts).centre))


def _r2_score(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
    """Return 1 − A/B with A the mean squared error and B the variance of the truth.

    With ρ = A/B, a row moves ρ by (e² − ρ(y − ȳ)²)/(B·W) to first order.
    """
    reasons = list(_reasons(counts))
    ratio, variance = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    sizes = effective_size(_sum(counts, 1, "1"), _sum(counts, 2, "1"))
    for place in range(len(counts)):
        if reasons[place] is None:
            found = _error_ratio(counts.pick([place]))
            if found is None:
                reasons[place] = "constant_truth"
            else:
                ratio[place], variance[place] = found
    factor = math.ldexp(1.0, 2 * (_power(counts, "e") - _power(counts, "y")))
    more = np.where(sizes > 1, sizes / np.where(sizes > 1, sizes - 1, 1.0), 1.0)
    part = Scaled(
        ratio * factor, variance * factor**2 * more, "log", 0.0, np.inf, "delta_log", np.maximum(sizes - 1, 0)
    )
    return Measured(OneMinus(part, "delta_log_error_ratio"), counts.amounts.sum(axis=1), tuple(reasons))


def _error_ratio(counts: GroupCounts) -> tuple[float, float] | None:
    """Return A/B and its variance for one group in scaled units; None where the truth is one value.

    Worked out in fractions: a group far from the centre has moments that nearly cancel.
    """

    def exact(weight: int, monomial: str) -> Fraction:
        return Fraction(_column(counts, weight, monomial)[0]) / (1 << _basis(counts).bits)

    total = exact(1, "1")
    mean, squares = exact(1, "y") / total, exact(1, "y2") / total
    spread = squares - mean**2
    if spread <= squares * Fraction(_NO_SPREAD):
        return None
    ratio = exact(1, "e2") / total / spread
    one, y, y2, y3, y4 = (exact(2, name) for name in ("1", "y", "y2", "y3", "y4"))
    fourth = y4 - 4 * mean * y3 + 6 * mean**2 * y2 - 4 * mean**3 * y + mean**4 * one
    crossed = exact(2, "e2y2") - 2 * mean * exact(2, "e2y") + mean**2 * exact(2, "e2")
    moved = exact(2, "e4") - 2 * ratio * crossed + ratio**2 * fourth
    return float(ratio), max(float(moved / (spread * total) ** 2), 0.0)


def _within_tolerance(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
    total, hits = _sum(counts, 1, "1"), _sum(counts, 1, "h")
    known = total > 0
    share = np.where(known, np.minimum(hits / np.where(known, total, 1.0), 1.0), np.nan)
    denominator = counts.amounts.sum(axis=1)
    if counts.weight is not None:
        sizes = effective_size(total, _sum(counts, 2, "1"))
        return Measured(Proportion(share, sizes, "wilson_effective_size"), denominator, _reasons(counts))
    exact = tested = None
    if np.issubdtype(counts.rows.dtype, np.integer):
        rows, found = counts.rows.sum(axis=1), hits.astype(np.int64)
        exact = tuple(Fraction(int(k), int(n)) if n else None for k, n in zip(found, rows, strict=True))
        tested = found, rows
    return Measured(Proportion(share, denominator), denominator, _reasons(counts), exact, tested)


def _needs_tolerance(table: CountTable, column: str) -> None:
    if isinstance(table.basis, Moments) and table.basis.tolerance is None:
        raise DataError(
            "'within_tolerance' can't be made without a tolerance",
            f"column {column!r}",
            "say with data.tolerance how large an error is still fine",
        )


MEAN_ERROR = Metric(
    "mean_error", "Mean error",
    asks="Are predictions for this group too high (above 0) or too low (below 0) on average?",
    misleads="Errors in both directions cancel out: 0 does not mean that predictions are good.",
    formula="mean of (prediction − truth)", measure=_mean_error, lowest=-np.inf, highest=np.inf, ratio=False,
    source="minus the mean of statsmodels' and Stata's residual, which is truth − prediction",
    quantity=True, table="moments",
)  # fmt: skip
MEAN_ABSOLUTE_ERROR = Metric(
    "mean_absolute_error", "Mean absolute error",
    asks="How far off are predictions for this group, on average?",
    misleads="Grows with the size of what is predicted: a group with larger true values has larger errors at the same quality. Read it by quartile of the truth too.",
    formula="mean of |prediction − truth|", measure=_mean_absolute_error, highest=np.inf, worse="higher", quantity=True, table="moments",
    source="scikit-learn's mean_absolute_error",
)  # fmt: skip
ROOT_MEAN_SQUARED_ERROR = Metric(
    "root_mean_squared_error", "Root mean squared error",
    asks="How far off are predictions for this group, counting large errors more?",
    misleads="A few very large errors decide it; its interval is too short where errors have heavy tails (docs/multiclass-and-regression.md).",
    formula="√ mean of (prediction − truth)²", measure=_root_mean_squared_error, highest=np.inf, worse="higher",
    mean_of_groups=False, quantity=True, table="moments", source="scikit-learn's root_mean_squared_error",
)  # fmt: skip
R2_SCORE = Metric(
    "r2_score", "R² score",
    asks="Within this group, how much of the difference between people do predictions explain (1 all, 0 none, below 0 worse than the group's mean)?",
    misleads="Low where the people of a group are alike, however small the errors; compare it between groups only beside the error itself.",
    formula="1 − Σ(prediction − truth)² / Σ(truth − the group's mean truth)²", measure=_r2_score,
    lowest=-np.inf, worse="lower", ratio=False, mean_of_groups=False, table="moments",
    source="scikit-learn's r2_score; where the truth is one value scikit-learn gives 1 or 0, here that is undefined",
)  # fmt: skip
MEAN_PREDICTION = Metric(
    "mean_prediction", "Mean prediction",
    asks="What is predicted for this group, on average?",
    misleads="Different means may reflect a real difference in outcomes; read it beside the mean error.",
    formula="mean of prediction", measure=_mean_prediction, needs_label=False, lowest=-np.inf, highest=np.inf,
    ratio=False, quantity=True, table="moments", source="the mean; Fairlearn's mean_prediction",
)  # fmt: skip
WITHIN_TOLERANCE = Metric(
    "within_tolerance", "Share within tolerance",
    asks="How many of this group's predictions are close enough to the truth?",
    misleads="Says nothing of how wrong the others are, and the tolerance is somebody's choice.",
    formula="rows with |prediction − truth| ≤ data.tolerance / all", measure=_within_tolerance, worse="lower",
    among="all", event="within",
    table="moments", share=True, source="a proportion; for house prices known as PE10 and the like", checks=_needs_tolerance,
)  # fmt: skip

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        MEAN_ERROR, MEAN_ABSOLUTE_ERROR, ROOT_MEAN_SQUARED_ERROR, R2_SCORE, MEAN_PREDICTION, WITHIN_TOLERANCE,
    )
}  # fmt: skip


# The share within tolerance joins where there is a tolerance.
DEFAULT_METRICS = tuple(name for name in METRICS if name != "within_tolerance")


def default_tolerance_metrics(table: CountTable) -> tuple[Metric, ...]:
    """Return the share within tolerance, where there is a tolerance and a truth."""
    toleranced = isinstance(table.basis, Moments) and table.basis.tolerance is not None
    return (WITHIN_TOLERANCE,) if toleranced else ()
