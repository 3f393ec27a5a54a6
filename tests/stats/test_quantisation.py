"""The error of a grid is really bounded by the bound that is printed."""

from __future__ import annotations

import numpy as np
import pytest
from histograms import draw, histogram
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.metrics import log_loss as sklearn_log_loss

from ethicscheck.stats.calibration import brier_score, log_loss, mean_score
from ethicscheck.stats.intervals import critical_value
from ethicscheck.stats.quantisation import (
    Widened,
    average_precision_bound,
    brier_bound,
    log_loss_bound,
    mean_bound,
    roc_auc_bound,
)
from ethicscheck.stats.ranking import area_under_curve, average_precision, roc_auc

STEPS = 25  # coarse, so that bounds matter


def on_a_grid(scores):
    """Return the scores put on a grid of STEPS equal steps over [0, 1], and its half width."""
    return np.round(scores * STEPS) / STEPS, 0.5 / STEPS


@pytest.mark.parametrize("seed", range(40))
def test_every_measure_is_within_its_bound_of_the_exact_one(seed):
    """Second implementation on the exact scores: scikit-learn."""
    scores, labels, weights = draw(np.random.default_rng(seed), 120)
    scores = np.clip(scores, 0.025, 0.975)  # no cell reaches 0 or 1, where log loss has no bound
    rough, half = on_a_grid(scores)
    cells, squares, values = histogram(rough, labels, weights)
    pairs = [
        (roc_auc(cells), roc_auc_score, roc_auc_bound(cells)),
        (average_precision(cells), average_precision_score, average_precision_bound(cells)),
        (brier_score(cells, squares, values), brier_score_loss, brier_bound(cells, values, half)),
        (log_loss(cells, squares, values), sklearn_log_loss, log_loss_bound(cells, values, half)),
    ]
    for ours, theirs, bound in pairs:
        exact = theirs(labels, scores, sample_weight=weights)
        assert abs(ours.value[0] - exact) <= bound[0] + 1e-12
        assert 0 < bound[0] < 0.2
    ours = mean_score(cells, squares, values).value[0]
    assert abs(ours - np.average(scores, weights=weights)) <= mean_bound(cells, half)[0]


def test_bounds_of_order_are_reached_by_the_best_and_the_worst_order():
    """One grid point with 2 negatives and 3 positives: exact scores can put them in any order."""
    cells = np.array([[2.0, 3.0]])
    best = roc_auc_score([0, 0, 1, 1, 1], [1, 1, 2, 2, 2])

    assert roc_auc(cells).value[0] + roc_auc_bound(cells)[0] == best
    assert average_precision(cells).value[0] + average_precision_bound(cells)[0] == 1


def test_a_loss_without_a_bound_is_infinite_not_large():
    """A grid's cell that reaches 0 may hold a score of 0 itself, which a positive makes infinitely wrong."""
    cells = np.array([[5.0, 1, 0, 4], [5, 0, 0, 4]])
    bound = log_loss_bound(cells, np.array([0.01, 0.5]), 0.01)

    assert bound[0] == np.inf
    assert bound[1] < 0.03


def test_limits_move_outward_by_twice_the_bound_and_stay_in_range():
    """Twice, so that the gap between two groups holds both errors; the value stays."""
    cells = np.array([[5.0, 1, 2, 4], [9, 0, 0, 9]])
    inner = area_under_curve(cells, cells)
    wide = Widened(inner, np.array([0.01, 0.02]), 0.0, 1.0)
    z = critical_value(0.05)
    (low, high), (wide_low, wide_high) = inner.limits(z), wide.limits(z)

    assert wide.value is inner.value
    assert wide_low == pytest.approx(low - [0.02, 0.04])
    assert wide_high == pytest.approx(np.minimum(high + np.array([0.02, 0.04]), 1))
    assert wide.method == "delong_score+grid"
