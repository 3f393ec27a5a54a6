"""Ranking measures against scikit-learn, brute force and published tables."""

from __future__ import annotations

import numpy as np
import pytest
from histograms import draw, histogram
from sklearn.metrics import average_precision_score, roc_auc_score

from ethicscheck.stats.intervals import critical_value
from ethicscheck.stats.ranking import (
    area_under_curve,
    average_precision,
    average_precision_limits,
    exact_roc_auc,
    roc_auc,
)

Z = critical_value(0.05)
MEASURES = [(roc_auc, roc_auc_score), (average_precision, average_precision_score)]


@pytest.mark.parametrize("levels", [None, 40, 3])
@pytest.mark.parametrize(("ours", "theirs"), MEASURES)
@pytest.mark.parametrize("weighted", [False, True])
def test_values_are_scikit_learns_with_ties_and_weights(ours, theirs, levels, weighted):
    """Second implementation: scikit-learn, with sample_weight."""
    for seed in range(30):
        scores, labels, weights = draw(np.random.default_rng(seed), 200, levels)
        weights = weights if weighted else np.ones(200)
        cells, _, _ = histogram(scores, labels, weights)
        assert ours(cells).value[0] == pytest.approx(theirs(labels, scores, sample_weight=weights), abs=1e-12)


def test_groups_are_measured_side_by_side():
    """The same as each alone, on one grid of scores."""
    generator = np.random.default_rng(1)
    values = np.linspace(0, 1, 11)
    drawn = [draw(generator, rows, 10) for rows in (30, 80, 200)]
    cells = np.concatenate([histogram(scores, labels, values=values)[0] for scores, labels, _ in drawn])
    for ours, theirs in MEASURES:
        expected = [theirs(labels, scores) for scores, labels, _ in drawn]
        assert ours(cells).value == pytest.approx(expected, abs=1e-12)


def test_the_exact_area_is_counted_in_whole_numbers():
    """Pairs counted one by one; and beyond 2^63, where floats and 64-bit integers both fail."""
    scores, labels, _ = draw(np.random.default_rng(2), 60, 7)
    cells, _, _ = histogram(scores, labels)
    twice = sum(2 * (high > low) + (high == low) for high in scores[labels == 1] for low in scores[labels == 0])
    huge = np.array([[0, 2**40, 2**40 + 1, 0]])

    assert exact_roc_auc(cells.astype(int)) == ((twice, 2 * int(labels.sum()) * int((1 - labels).sum())),)
    assert exact_roc_auc(huge) == ((0, 2 * 2**40 * (2**40 + 1)),)


def test_the_variance_of_the_area_is_delongs():
    """The definition of DeLong et al. 1988, equations 4 to 6, written out over all pairs."""
    scores, labels, _ = draw(np.random.default_rng(3), 90, 12)
    high, low = scores[labels == 1], scores[labels == 0]
    kernel = (high[:, None] > low[None, :]) + 0.5 * (high[:, None] == low[None, :])
    expected = kernel.mean(axis=1).var(ddof=1) / len(high) + kernel.mean(axis=0).var(ddof=1) / len(low)
    cells, squares, _ = histogram(scores, labels)

    assert area_under_curve(cells, squares).variance()[0] == pytest.approx(expected, rel=1e-12)


def test_published_data_give_the_published_area_and_error():
    """Hanley & McNeil 1982, Radiology 143, table I: 109 CT images rated 1 to 5; area .893, DeLong's SE .0307.

    The area and Wilcoxon's standard error of about .03 are the article's; .0307 is what R's pROC prints for these data.
    """
    normal, abnormal = [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]
    cells = np.array([normal, abnormal], dtype=float).T.reshape(1, -1)
    found = area_under_curve(cells, cells)

    assert found.value[0] == pytest.approx(0.893, abs=0.0005)
    assert np.sqrt(found.variance()[0]) == pytest.approx(0.0307, abs=0.0001)


@pytest.mark.parametrize("measure", [roc_auc, average_precision])
def test_gradients_are_those_of_small_changes(measure):
    """Central differences of the value itself, in every cell that holds rows; the others have none to lose."""
    scores, labels, weights = draw(np.random.default_rng(4), 50, 9)
    cells, _, _ = histogram(scores, labels, weights)
    found = measure(cells)
    for column in range(cells.shape[1]):
        up, down = cells.copy(), cells.copy()
        up[0, column] += 1e-6
        down[0, column] = max(down[0, column] - 1e-6, 0)
        slope = (measure(up).value[0] - measure(down).value[0]) / (up[0, column] - down[0, column])
        assert found.gradient[0, column] == pytest.approx(slope, abs=1e-5)
    assert (found.gradient * cells).sum() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("build", [area_under_curve, average_precision_limits])
def test_weights_that_are_all_two_change_nothing(build):
    """Importance weights are relative: only their spread costs certainty."""
    scores, labels, _ = draw(np.random.default_rng(5), 80, 12)
    once, twice = (histogram(scores, labels, np.full(80, weight))[:2] for weight in (1.0, 2.0))

    np.testing.assert_allclose(build(*twice).limits(Z), build(*once).limits(Z), rtol=1e-9)
    np.testing.assert_allclose(build(*twice).variance(), build(*once).variance(), rtol=1e-9)


@pytest.mark.parametrize("build", [area_under_curve, average_precision_limits])
def test_limits_hold_the_value_stay_in_range_and_widen_with_z(build):
    """What every gap is built on; with perfect, worst, constant and one-row groups among them."""
    cells = np.array(
        [
            [5, 0, 3, 1, 1, 4],
            [9, 0, 0, 0, 0, 9],
            [0, 9, 0, 0, 9, 0],
            [0, 0, 8, 7, 0, 0],
            [1, 0, 0, 0, 0, 1],
            [0, 1, 5, 0, 9, 0],
        ],
        dtype=float,
    )
    estimator = build(cells, cells)
    last = estimator.value, estimator.value
    for z in (0.0, 0.5, 2.0, 5.0, 12.0, 39.0):
        low, high = estimator.limits(z)
        assert (low <= np.minimum(estimator.value, last[0]) + 1e-12).all()
        assert (high >= np.maximum(estimator.value, last[1]) - 1e-12).all()
        assert (low >= 0).all()
        assert (high <= 1).all()
        last = low, high
    wide = estimator.limits(Z)
    assert (wide[1] - wide[0] > 0.05).all()  # a perfect order of few rows is not certain
    assert np.isfinite(estimator.variance()).all()


def test_without_one_of_the_labels_there_is_no_area():
    """NaN, no warning; the reason is the caller's."""
    cells = np.array([[3.0, 0, 2, 0], [0, 3, 0, 2], [0, 0, 0, 0]])
    estimator = area_under_curve(cells, cells)

    assert np.isnan(estimator.value).all()
    assert np.isnan(estimator.limits(Z)).all()
    assert np.isnan(average_precision(cells).value).tolist() == [True, False, True]
