"""Fairlearn's ThresholdOptimizer run on a histogram of scores, as a what-if. Loaded only when a config asks for it.

Fairlearn reads rows, and its `fit` knows no weights for the thresholds it chooses (0.15: keyword arguments go to the
estimator). So a bounded number of rows stands for the histogram (`stats.systematic`), and what the found rules would do
is then worked out exactly on the whole histogram, the coins they toss included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ethicscheck.stats.intervals import Floats
from ethicscheck.stats.sweeps import Ints
from ethicscheck.stats.systematic import systematic_counts

MOST_ROWS = 50_000
CONSTRAINTS = {
    "demographic_parity": "selection_rate",
    "true_positive_rate_parity": "true_positive_rate",
    "false_positive_rate_parity": "false_positive_rate",
    "equalized_odds": "equalized_odds",
}


@dataclass(frozen=True)
class OptimizedThresholds:
    """What ThresholdOptimizer found for the G groups it could use.

    Parameters
    ----------
    groups : the places of those groups.
    lower, upper : places in the scores; shape (G,). The number of scores means "above every score".
    chances : the chance of being selected below `lower`, from there to below `upper`, and from `upper` on; (G, 3).
    cells : TN, FP, FN, TP to be expected on the whole histogram, shape (G, 4).
    rows : how many rows Fairlearn was given.
    exact : whether these were all rows.
    """

    groups: tuple[int, ...]
    lower: Ints
    upper: Ints
    chances: Floats
    cells: Floats
    rows: int
    exact: bool


def optimize_thresholds(
    constraint: str, values: Floats, cells: Floats, most_rows: int = MOST_ROWS
) -> OptimizedThresholds | None:
    """Choose thresholds by group, mixed by chance, that meet a constraint at the best accuracy.

    Parameters
    ----------
    constraint : one of `CONSTRAINTS`.
    values : the scores that occur, ascending, shape (S,).
    cells : counts or weights by group, shape (G, 2·S), column 2·place of the score + label.
    most_rows : how many rows to give to Fairlearn at most.

    Returns
    -------
    None where fewer than two groups have rows of both outcomes among those given to Fairlearn.

    Notes
    -----
    M. Hardt, E. Price & N. Srebro (2016), arXiv 1610.02413; Fairlearn's `ThresholdOptimizer(objective="accuracy_score")`.
    Its rates are equal on a grid of 1,001 points of the rows it was given.
    """
    from fairlearn.postprocessing import ThresholdOptimizer

    group, place, label, exact = _rows(cells, most_rows)
    kept = tuple(
        own for own in range(len(cells)) if {0, 1} <= {int(outcome) for outcome in np.unique(label[group == own])}
    )
    if len(kept) < 2:
        return None
    used = np.isin(group, kept)
    group, place, label = group[used], place[used], label[used]
    optimizer = ThresholdOptimizer(
        estimator=_score_itself(), constraints=constraint, prefit=True, predict_method="predict"
    )
    optimizer.fit(values[place][:, None], label, sensitive_features=group)
    found = optimizer.interpolated_thresholder_.interpolation_dict
    rules = [_rule(found[own], values) for own in kept]
    lower, upper = (np.array([rule[end] for rule in rules], dtype=np.int64) for end in (0, 1))
    chances = np.array([rule[2] for rule in rules])
    return OptimizedThresholds(
        kept, lower, upper, chances, expected_cells(cells[list(kept)], lower, upper, chances), len(label), exact
    )


def expected_cells(cells: Floats, lower: Ints, upper: Ints, chances: Floats) -> Floats:
    """Return TN, FP, FN, TP to be expected where selection is by chance, shape (G, 4).

    Parameters
    ----------
    cells : shape (G, 2·S).
    lower, upper, chances : as in `OptimizedThresholds`.
    """
    places = np.arange(cells.shape[1] // 2)
    step = (places >= lower[:, None]).astype(int) + (places >= upper[:, None])
    chance = np.take_along_axis(chances, step, axis=1)
    negative, positive = cells[:, 0::2], cells[:, 1::2]
    return np.stack(
        [
            (negative * (1 - chance)).sum(axis=1),
            (negative * chance).sum(axis=1),
            (positive * (1 - chance)).sum(axis=1),
            (positive * chance).sum(axis=1),
        ],
        axis=1,
    )


def _rows(cells: Floats, most: int) -> tuple[Ints, Ints, Ints, bool]:
    """Return group, place of the score and label of each row, and whether these are all rows there are."""
    groups, width = cells.shape
    # By group, then label, then score: runs of cells that are one group's people of one outcome stay in proportion.
    ordered = cells.reshape(groups, width // 2, 2).transpose(0, 2, 1).reshape(-1)
    counts = systematic_counts(ordered, most)
    cell = np.repeat(np.arange(len(counts)), counts)
    group, rest = np.divmod(cell, width)
    label, place = np.divmod(rest, width // 2)
    return group, place, label, bool((counts == ordered).all())


def _rule(interpolation: Any, values: Floats) -> tuple[int, int, tuple[float, float, float]]:
    """Return one group's rule: p0·[score > t0] + p1·[score > t1], mixed with a constant where odds are equalised."""
    ends = sorted(
        (int(np.searchsorted(values, operation.threshold, side="right")), float(chance))
        for operation, chance in (
            (interpolation.operation0, interpolation.p0),
            (interpolation.operation1, interpolation.p1),
        )
    )
    (lower, first), (upper, second) = ends
    if first <= 0 or second <= 0:  # only one of the two is in use
        lower = upper = lower if second <= 0 else upper
        first, second = 0.0, 1.0
    ignored = float(interpolation.get("p_ignore", 0.0))
    constant = float(interpolation.get("prediction_constant", 0.0))
    below, between, above = (
        min(max(ignored * constant + (1 - ignored) * share, 0.0), 1.0) for share in (0.0, first, first + second)
    )
    return lower, upper, (below, between, above)


def _score_itself() -> Any:
    """Return a "model" whose prediction is its only input."""
    from sklearn.base import BaseEstimator

    class ScoreItself(BaseEstimator):  # type: ignore[misc]
        """Predicts the score it is given."""

        def __sklearn_is_fitted__(self) -> bool:
            return True

        def fit(self, rows: Floats, labels: Ints) -> Any:  # noqa: ARG002
            """Learn nothing; scikit-learn asks that an estimator can be fitted."""
            return self

        def predict(self, rows: Floats) -> Floats:
            """Return the only column."""
            return np.asarray(rows)[:, 0]

    return ScoreItself()
