"""Measures of a score, from its histogram by label in each group. One entry a metric.

The cells are columns 2·place + label over the scores that occur (`counts.bases.Scores`). Where scores were put on a grid,
limits hold the grid's error too. How scores rank people works for any score; calibration is about probabilities only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np

from ethicscheck.counts.bases import Scores
from ethicscheck.counts.table import CountTable, GroupCounts
from ethicscheck.errors import DataError
from ethicscheck.stats import calibration, calibration_curves, quantisation, ranking
from ethicscheck.stats.estimators import Estimator

from .definition import Floats, Measured, Metric

# Which rows a measure needs: the columns of either label, and why there is no value without them.
NEGATIVES, POSITIVES, EVERYONE = slice(0, None, 2), slice(1, None, 2), slice(None)
Needs = tuple[tuple[slice, str], ...]
ROWS: Needs = ((EVERYONE, "no_rows"),)

# A mean of scores without bounds has no limits with fewer (effective) rows than this.
_LEAST_ROWS = 1.5


def refuse_other_than_probabilities(table: CountTable, column: str) -> None:
    """Raise a DataError where scores outside [0, 1] occur, with the worst one and the number of such rows."""
    values = _basis(table).values
    if _basis(table).probabilities:
        return
    place = table.outcome // 2
    outside = (values[place] < 0) | (values[place] > 1)
    worst = values[int(np.argmax(np.maximum(values - 1, -values)))]
    rows = int(table.rows[outside].sum())
    raise DataError(
        f"the score {float(worst)!r} is no probability ({rows:,} {'row' if rows == 1 else 'rows'} outside 0 to 1), so calibration "
        "can't be measured",
        f"column {column!r}",
        "give probabilities, or ask for roc_auc, average_precision and mean_score, which take any score",
    )


def bounds_of(counts: GroupCounts) -> dict[str, Floats]:
    """Return how far each metric of each group can be off through the grid, by name; zeros where scores are exact."""
    basis, cells = _basis(counts), counts.amounts
    half = basis.half_width
    if not half:
        return {name: np.zeros(len(counts)) for name in METRICS}
    by_mean = quantisation.mean_bound(cells, half)
    found = {
        "roc_auc": quantisation.roc_auc_bound(cells),
        "average_precision": quantisation.average_precision_bound(cells),
        "mean_score": by_mean,
    }
    if basis.probabilities:
        found |= {
            "brier_score": quantisation.brier_bound(cells, basis.values, half),
            "log_loss": quantisation.log_loss_bound(cells, basis.values, half),
            "expected_calibration_error": by_mean,
            "calibration_in_the_large": by_mean,
        }
    return found


def _basis(counts: GroupCounts | CountTable) -> Scores:
    assert isinstance(counts.basis, Scores)
    return counts.basis


def _measured(name: str, counts: GroupCounts, estimator: Estimator, size: Floats, needs: Needs) -> Measured:
    metric = METRICS[name]
    if _basis(counts).half_width:
        estimator = quantisation.Widened(estimator, bounds_of(counts)[name], metric.lowest, metric.highest)
    return Measured(estimator, size, _reasons(counts, needs))


def _reasons(counts: GroupCounts, needs: Needs) -> tuple[str | None, ...]:
    """Return, for each group, the first reason that some of the rows which are needed are not there."""
    found: list[str | None] = [None] * len(counts)
    for columns, reason in needs:
        rows, amounts = counts.rows[:, columns].sum(axis=1), counts.amounts[:, columns].sum(axis=1)
        for place in range(len(counts)):
            if found[place] is None and amounts[place] <= 0:
                found[place] = reason if rows[place] <= 0 else "no_weight"
    return tuple(found)


def _roc_auc(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
    estimator = ranking.area_under_curve(counts.amounts, counts.squares)
    needs: Needs = (*ROWS, (POSITIVES, "no_positives"), (NEGATIVES, "no_negatives"))
    exact = None
    if counts.weight is None and np.issubdtype(counts.rows.dtype, np.integer):
        pairs = ranking.exact_roc_auc(counts.rows)
        exact = tuple(Fraction(above, all_pairs) if all_pairs else None for above, all_pairs in pairs)
        estimator = replace(
            estimator, value=np.array([np.nan if value is None else float(value) for value in exact], dtype=float)
        )
    measured = _measured("roc_auc", counts, estimator, counts.amounts.sum(axis=1), needs)
    return replace(measured, exact=exact)


def _average_precision(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
    estimator = ranking.average_precision_limits(counts.amounts, counts.squares)
    needs: Needs = (*ROWS, (POSITIVES, "no_positives"))
    return _measured("average_precision", counts, estimator, counts.amounts[:, POSITIVES].sum(axis=1), needs)


def _mean_score(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
    basis = _basis(counts)
    finite = np.isfinite(basis.values)
    columns = np.repeat(finite, 2)
    estimator = calibration.mean_score(counts.amounts[:, columns], counts.squares[:, columns], basis.values[finite])
    measured = _measured("mean_score", counts, estimator, counts.amounts.sum(axis=1), ROWS)
    endless = counts.rows[:, ~columns].sum(axis=1) > 0
    few = (estimator.freedom < _LEAST_ROWS - 1) & (not basis.probabilities)
    reasons = (
        reason or ("infinite_score" if wild else "one_row" if alone else None)
        for reason, wild, alone in zip(measured.reasons, endless, few, strict=True)
    )
    return replace(measured, reasons=tuple(reasons))


def _log_loss(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
    basis = _basis(counts)
    estimator = calibration.log_loss(counts.amounts, counts.squares, basis.values)
    infinite = np.isinf(estimator.value)
    reasons = _reasons(counts, ROWS)
    lost = infinite
    if basis.half_width:
        lost = np.isinf(quantisation.log_loss_bound(counts.amounts, basis.values, basis.half_width))
    why = "unbounded_loss" if basis.half_width else "infinite_loss"
    estimator = replace(estimator, value=np.where(lost, np.nan, estimator.value))
    measured = _measured("log_loss", counts, estimator, counts.amounts.sum(axis=1), ROWS)
    return replace(
        measured, reasons=tuple(reason or (why if hit else None) for reason, hit in zip(reasons, lost, strict=True))
    )


Build = Callable[[Floats, Floats, Floats], Estimator]


def _of_probabilities(name: str, build: Build) -> Callable[[GroupCounts, int], Measured]:
    def measure(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
        estimator = build(counts.amounts, counts.squares, _basis(counts).values)
        return _measured(name, counts, estimator, counts.amounts.sum(axis=1), ROWS)

    return measure


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "roc_auc", "ROC AUC",
            asks="Of two people in this group, one for whom the outcome happened and one for whom it did not: how often is the first one's score the higher?",
            misleads="Says nothing of how scores compare between groups, of calibration, or of the threshold in use; a whole group scored too high keeps its AUC. Below 0.5 the scores run the wrong way.",
            formula="(pairs in order + ½ pairs tied) / (positives × negatives)",
            measure=_roc_auc, worse="lower", mean_of_groups=False, gradient=lambda cells: ranking.roc_auc(cells).gradient, quantity=True, table="scores",
            source="Hanley & McNeil 1982, Radiology 143, 29–36; variance: DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44; scikit-learn's roc_auc_score",
        ),
        Metric(
            "average_precision", "Average precision",
            asks="Going down the scores: at each person for whom the outcome happened, what share of those so far is right, on average?",
            misleads="Rises with the base rate, so it can't be compared between groups whose base rates differ; in small groups it lies too high.",
            formula="mean over positives of TP / (TP + FP) among scores at or above theirs",
            measure=_average_precision, worse="lower", mean_of_groups=False, gradient=lambda cells: ranking.average_precision(cells).gradient, quantity=True, table="scores",
            source="scikit-learn's average_precision_score; Boyd, Eng & Page 2013, ECML PKDD, on intervals",
        ),
        Metric(
            "brier_score", "Brier score",
            asks="How far, squared, do scores lie from what happened (0 perfect, 0.25 for a constant one half)?",
            misleads="Lower where the outcome is rarer, whatever the model does; mixes calibration and sharpness.",
            formula="mean of (score − outcome)²",
            measure=_of_probabilities("brier_score", calibration.brier_score),
            worse="higher", quantity=True, table="scores", checks=refuse_other_than_probabilities,
            source="Brier 1950, Monthly Weather Review 78, 1–3; scikit-learn's brier_score_loss",
        ),
        Metric(
            "log_loss", "Log loss",
            asks="How surprised is the model by what happened, on average?",
            misleads="One very sure and wrong score can outweigh all others; a certain one that is wrong makes it infinite, which is said, not clipped.",
            formula="mean of −ln(score) where the outcome happened and −ln(1 − score) where it did not",
            measure=_log_loss, highest=float("inf"),
            worse="higher", quantity=True, table="scores", checks=refuse_other_than_probabilities,
            source="Good 1952, Journal of the Royal Statistical Society B 14, 107–114; scikit-learn's log_loss",
        ),
        Metric(
            "mean_score", "Mean score",
            asks="How high does this group score on average?",
            misleads="Groups may differ for reasons the score should reflect; read it beside calibration in the large.",
            formula="mean of score",
            measure=_mean_score, needs_label=False, lowest=float("-inf"), highest=float("inf"),
            ratio=False, quantity=True, table="scores",
            source="limits: Hall 1992, Journal of the Royal Statistical Society B 54, 221–228",
        ),
        Metric(
            "expected_calibration_error", "Expected calibration error",
            asks="How far do scores lie from what happens among those with such scores, on average over the range of scores?",
            misleads="Even perfect scores show some by chance, more in smaller groups: most of that bias is taken off here, so other tools print more. Depends on the bins.",
            formula="Σ over 10 equal-mass bins of share × |mean score − observed rate|, less its estimated bias",
            measure=_of_probabilities("expected_calibration_error", calibration_curves.expected_calibration_error),
            worse="higher", mean_of_groups=False, gradient=np.zeros_like,  # bins jump: taken as independent of the overall
            quantity=True, table="scores", checks=refuse_other_than_probabilities,
            source="Naeini, Cooper & Hauskrecht 2015, AAAI; bias: Bröcker 2012, Climate Dynamics 39, 655–667; Kumar, Liang & Ma 2019, NeurIPS",
        ),
        Metric(
            "calibration_in_the_large", "Calibration in the large",
            asks="Do the scores promise more than happens in this group (above 0) or less (below 0), on the whole?",
            misleads="0 can hide scores that are too high for some and too low for others: look at the calibration curve.",
            formula="mean score − observed rate",
            measure=_of_probabilities("calibration_in_the_large", calibration.calibration_in_the_large), lowest=-1.0,
            ratio=False, quantity=True, table="scores", checks=refuse_other_than_probabilities,
            source="Cox 1958, Biometrika 45, 562–565; Van Calster et al. 2019, BMC Medicine 17, 230",
        ),
    )
}  # fmt: skip

# Made when nothing is chosen, where there is a score (and, but for mean_score, a label).
DEFAULT_METRICS = tuple(METRICS)
