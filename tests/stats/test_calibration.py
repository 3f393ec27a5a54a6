"""Calibration measures against scikit-learn, statsmodels and definitions written out."""

from __future__ import annotations

import numpy as np
import pytest
from histograms import draw, histogram
from scipy import stats
from sklearn.calibration import calibration_curve as sklearn_curve
from sklearn.metrics import brier_score_loss
from sklearn.metrics import log_loss as sklearn_log_loss
from statsmodels.stats.proportion import proportion_confint

from ethicscheck.stats.calibration import (
    brier_score,
    calibration_in_the_large,
    log_loss,
    mean_score,
)
from ethicscheck.stats.calibration_curves import calibration_curve, expected_calibration_error
from ethicscheck.stats.intervals import critical_value

Z = critical_value(0.05)
BUILDERS = [brier_score, log_loss, mean_score, calibration_in_the_large, expected_calibration_error]


@pytest.mark.parametrize("levels", [None, 12])
@pytest.mark.parametrize("weighted", [False, True])
def test_losses_are_scikit_learns(levels, weighted):
    """Second implementation: scikit-learn, with sample_weight."""
    for seed in range(20):
        scores, labels, weights = draw(np.random.default_rng(seed), 150, levels)
        scores = np.clip(scores, 0.01, 0.99)
        weights = weights if weighted else np.ones(150)
        cells, squares, values = histogram(scores, labels, weights)
        found = brier_score(cells, squares, values).value[0], log_loss(cells, squares, values).value[0]
        assert found[0] == pytest.approx(brier_score_loss(labels, scores, sample_weight=weights), abs=1e-12)
        assert found[1] == pytest.approx(sklearn_log_loss(labels, scores, sample_weight=weights), abs=1e-12)


def test_a_certain_score_that_was_wrong_makes_an_infinite_loss():
    """No clip is made up; scikit-learn would clip at the smallest float and give 36."""
    right, wrong = (histogram([0.0, 1.0, 0.5], labels)[0] for labels in ([0, 1, 1], [1, 1, 1]))
    values = np.array([0, 0.5, 1.0])

    assert log_loss(right, right, values).value[0] == pytest.approx(np.log(2) / 3)
    assert log_loss(wrong, wrong, values).value[0] == np.inf


def test_the_variance_of_a_loss_is_the_usual_one_with_half_a_row_of_either_label_added():
    """Written out row by row: (n/(n+1))²·(n+1)/n · [Σ(f − f̄)² + pseudo-rows]/n²."""
    scores, labels, _ = draw(np.random.default_rng(1), 100)
    loss = (scores - labels) ** 2
    mean, n = loss.mean(), len(loss)
    positives = (scores * ((1 - scores) ** 2 - mean) ** 2).sum() / scores.sum()
    negatives = ((1 - scores) * (scores**2 - mean) ** 2).sum() / (1 - scores).sum()
    expected = (((loss - mean) ** 2).sum() + positives / 2 + negatives / 2) / n**2 * (n / (n + 1)) ** 2 * (n + 1) / n

    assert brier_score(*histogram(scores, labels)).variance()[0] == pytest.approx(expected, rel=1e-9)


def test_the_mean_score_of_any_range_has_scipys_mean_and_standard_error():
    """Second implementation: scipy.stats.sem; decile scores are no probabilities."""
    scores = np.random.default_rng(2).integers(1, 11, size=80).astype(float)
    found = mean_score(*histogram(scores, np.zeros(80, dtype=int)))

    assert found.value[0] == pytest.approx(scores.mean())
    unseen = 9**2 / 12 / 80**2  # one row spread evenly over the range of scores
    assert found.variance()[0] == pytest.approx(stats.sem(scores) ** 2 + unseen)
    assert found.skewness[0] == pytest.approx(stats.skew(scores, bias=False) / np.sqrt(80))


def test_calibration_in_the_large_is_mean_score_less_rate():
    """Its variance is that of score − label: scipy.stats.sem."""
    scores, labels, _ = draw(np.random.default_rng(3), 120)
    found = calibration_in_the_large(*histogram(scores, labels))

    assert found.value[0] == pytest.approx((scores - labels).mean())
    assert found.variance()[0] == pytest.approx(stats.sem(scores - labels) ** 2)
    low, high = (end[0] for end in found.limits(Z))
    assert (low, high) == pytest.approx(
        (scores - labels).mean() + Z * stats.sem(scores - labels) * np.array([-1, 1]), abs=0.01
    )


def test_curves_have_scikit_learns_quantile_bins():
    """Second implementation: sklearn.calibration.calibration_curve(strategy="quantile"); 200 different scores."""
    scores, labels, _ = draw(np.random.default_rng(4), 200)
    curve = calibration_curve(*histogram(scores, labels))
    rate, mean = sklearn_curve(labels, scores, n_bins=10, strategy="quantile")

    assert curve.rate[0] == pytest.approx(rate)
    assert curve.score[0] == pytest.approx(mean)


def test_bins_have_statsmodels_wilson_intervals():
    """Second implementation: statsmodels' proportion_confint."""
    scores, labels, _ = draw(np.random.default_rng(5), 300, 20)
    curve = calibration_curve(*histogram(scores, labels))
    events, sizes = np.rint(curve.rate[0] * curve.total[0]), curve.total[0]
    low, high = proportion_confint(events, sizes, method="wilson")

    assert curve.total.sum() == 300
    assert curve.low[0] == pytest.approx(low)
    assert curve.high[0] == pytest.approx(high)


def test_rows_with_one_score_are_never_parted_and_empty_bins_stay_empty():
    """Three different scores fill three bins at most."""
    cells, squares, values = histogram([0.1] * 50 + [0.2] * 30 + [0.9] * 20, [0] * 80 + [1] * 20)
    curve = calibration_curve(cells, squares, values)
    some = curve.total[0] > 0

    assert curve.total[0][some].tolist() == [50, 30, 20]
    assert curve.first[0][some].tolist() == [0.1, 0.2, 0.9]
    assert np.isnan(curve.rate[0][~some]).all()


def test_the_plain_calibration_error_is_its_definition():
    """Σ share · |mean score − rate| over the bins, from the rows."""
    scores, labels, _ = draw(np.random.default_rng(6), 400, power=2)
    order = np.argsort(scores)
    bins = np.array_split(order, 10)
    expected = sum(len(part) / 400 * abs(scores[part].mean() - labels[part].mean()) for part in bins)
    found = expected_calibration_error(*histogram(scores, labels))

    assert found.plain[0] == pytest.approx(expected)
    assert found.value[0] < found.plain[0]


def test_the_correction_takes_most_of_the_bias_away():
    """Calibrated scores have an error of 0; the plain figure shows .05 at 400 rows."""
    generator = np.random.default_rng(7)
    grid = np.linspace(0.01, 0.99, 99)
    found = [
        expected_calibration_error(*histogram(np.round(scores * 98 + 1) / 100, labels, values=grid))
        for scores in (generator.beta(1, 1, size=400) for _ in range(300))
        for labels in [(generator.random(400) < np.round(scores * 98 + 1) / 100).astype(int)]
    ]

    assert np.mean([error.plain[0] for error in found]) > 0.045
    assert np.mean([error.value[0] for error in found]) < 0.017


@pytest.mark.parametrize("build", BUILDERS)
def test_weights_that_are_all_two_change_nothing(build):
    """Importance weights are relative: only their spread costs certainty."""
    scores, labels, _ = draw(np.random.default_rng(8), 90, 15)
    scores = np.clip(scores, 0.02, 0.98)
    once, twice = (build(*histogram(scores, labels, np.full(90, weight))) for weight in (1.0, 2.0))

    np.testing.assert_allclose(twice.limits(Z), once.limits(Z), rtol=1e-9)
    np.testing.assert_allclose(twice.variance(), once.variance(), rtol=1e-9)


@pytest.mark.parametrize("build", BUILDERS)
def test_limits_hold_the_value_and_widen_with_z_and_empty_groups_have_none(build):
    """What every gap is built on; a group without rows is NaN, without a warning."""
    values = np.array([0.05, 0.3, 0.8])
    cells = np.array([[5, 0, 3, 1, 1, 4], [9, 0, 8, 0, 7, 0], [0, 0, 1, 0, 0, 0], [0] * 6], dtype=float)
    estimator = build(cells, cells, values)
    some = slice(0, 3)
    last = estimator.value[some], estimator.value[some]
    for z in (0.0, 0.5, 2.0, 5.0, 12.0):
        low, high = estimator.limits(z)
        assert (low[some] <= np.minimum(estimator.value[some], last[0]) + 1e-12).all()
        assert (high[some] >= np.maximum(estimator.value[some], last[1]) - 1e-12).all()
        last = low[some], high[some]
    assert np.isnan(estimator.value[3])
