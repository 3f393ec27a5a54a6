"""Group values that know their own limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score, matthews_corrcoef

from ethicscheck.stats.estimators import FromJaccard, MatthewsCorrelation, MeanOfTwo, Odds, Proportion
from ethicscheck.stats.intervals import critical_value, wilson_limits

Z = critical_value(0.05)


def proportion(successes, trials):
    """Return rates k/n; undefined where n is 0."""
    k, n = np.asarray(successes, dtype=float), np.asarray(trials, dtype=float)
    return Proportion(np.where(n > 0, k / np.where(n > 0, n, 1), np.nan), n)


def expanded(cells):
    """Return labels and predictions with these TN, FP, FN, TP."""
    label = np.repeat([0, 0, 1, 1], cells)
    prediction = np.repeat([0, 1, 0, 1], cells)
    return label, prediction


def every_estimator():
    """Return one of each kind over four groups, ordinary and extreme ones."""
    share = proportion([3, 0, 20, 7], [20, 15, 20, 9])
    other = proportion([5, 9, 10, 0], [10, 9, 30, 4])
    cells = np.array([[20, 5, 4, 11], [9, 0, 0, 9], [1, 8, 7, 2], [100, 3, 40, 2]], dtype=float)
    return [
        share,
        FromJaccard(share),
        Odds(proportion([3, 0, 19, 7], [20, 15, 20, 9])),
        MeanOfTwo(share, other),
        MatthewsCorrelation(cells),
    ]


@pytest.mark.parametrize("estimator", every_estimator(), ids=lambda e: type(e).__name__)
def test_limits_hold_the_value_and_widen_with_the_critical_value(estimator):
    """Gaps rest on both properties, whatever the measure."""
    value = estimator.value
    path = [estimator.limits(z) for z in np.linspace(0, 12, 80)]

    for low, high in path:
        assert (low <= value + 1e-12).all()
        assert (high >= value - 1e-12).all()
    assert (np.diff([low for low, _ in path], axis=0) <= 1e-12).all()
    assert (np.diff([high for _, high in path], axis=0) >= -1e-12).all()


@pytest.mark.parametrize("estimator", every_estimator(), ids=lambda e: type(e).__name__)
def test_variances_are_finite_and_not_negative(estimator):
    """Dispersion and planning divide by them or take their root."""
    variance = estimator.variance()

    assert variance.shape == estimator.value.shape
    assert np.isfinite(variance).all()
    assert (variance >= 0).all()


def test_a_proportion_has_wilsons_limits():
    """The class adds nothing to the formula."""
    share = proportion([3, 8], [10, 10])

    np.testing.assert_array_equal(share.limits(Z), wilson_limits([0.3, 0.8], [10, 10], Z))


def test_a_proportion_without_trials_is_undefined():
    """NaN in, NaN out, never 0 or 1; the caller keeps the reason."""
    share = proportion([0, 5], [0, 10])
    low, high = share.limits(Z)

    assert np.isnan([share.value[0], low[0], high[0]]).all()
    assert 0 < low[1] < 0.5 < high[1] < 1


def test_the_variance_of_a_proportion_is_unbiased():
    """The mean of p̂(1 − p̂)/(n − 1) over the binomial distribution is p(1 − p)/n, summed exactly."""
    n, p = 7, 0.3
    chance = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    variance = proportion(range(n + 1), [n] * (n + 1)).variance()

    assert np.dot(chance, variance) == pytest.approx(p * (1 - p) / n, rel=1e-12)


def test_the_variance_of_a_single_trial_is_the_largest_possible():
    """n − 1 = 0 must not divide."""
    assert proportion([1], [1]).variance()[0] == 0.25


def test_f1_equals_scikit_learn():
    """2TP/(2TP + FP + FN), through Jaccard."""
    for cells in ((20, 5, 4, 11), (3, 0, 9, 1), (0, 7, 0, 2)):
        _, fp, fn, tp = cells
        found = FromJaccard(proportion([tp], [tp + fp + fn])).value[0]
        assert found == pytest.approx(f1_score(*expanded(cells)), abs=1e-15)


def test_f1_limits_are_those_of_jaccard_carried_over():
    """F1 = 2J/(1 + J) rises with J, so limits map one to one."""
    share = proportion([11], [20])
    low, high = FromJaccard(share).limits(Z)
    (below,), (above,) = share.limits(Z)

    assert (low[0], high[0]) == pytest.approx((2 * below / (1 + below), 2 * above / (1 + above)))


def test_the_f1_variance_equals_a_numerical_delta_method():
    """The derivative by finite differences instead of by formula."""
    j, n, step = 0.55, 40.0, 1e-6
    slope = (2 * (j + step) / (1 + j + step) - 2 * (j - step) / (1 + j - step)) / (2 * step)
    share = Proportion(np.array([j]), np.array([n]))

    assert FromJaccard(share).variance()[0] == pytest.approx(slope**2 * share.variance()[0], rel=1e-6)


def test_odds_are_the_quotient_of_the_two_counts():
    """3 missed for 12 false alarms is 0.25."""
    assert Odds(proportion([3], [15])).value[0] == pytest.approx(3 / 12)


def test_odds_without_anything_below_the_line_are_undefined():
    """5/0 is not infinity, not 10, not 1."""
    odds = Odds(proportion([5], [5]))

    assert np.isnan([odds.value[0], odds.limits(Z)[0][0], odds.limits(Z)[1][0], odds.variance()[0]]).all()


def test_odds_of_zero_have_a_lower_limit_of_zero():
    """0 missed."""
    low, high = Odds(proportion([0], [12])).limits(Z)

    assert low[0] == 0.0
    assert 0 < high[0] < 1


def test_odds_variance_equals_a_numerical_delta_method():
    """The derivative of q/(1 − q) by finite differences."""
    q, n, step = 0.4, 50.0, 1e-6
    slope = ((q + step) / (1 - q - step) - (q - step) / (1 - q + step)) / (2 * step)
    share = Proportion(np.array([q]), np.array([n]))

    assert Odds(share).variance()[0] == pytest.approx(slope**2 * share.variance()[0], rel=1e-6)


def test_balanced_accuracy_equals_scikit_learn():
    """The mean of TPR and TNR."""
    cells = (20, 5, 4, 11)
    tn, fp, fn, tp = cells
    found = MeanOfTwo(proportion([tp], [tp + fn]), proportion([tn], [tn + fp])).value[0]

    assert found == pytest.approx(balanced_accuracy_score(*expanded(cells)), abs=1e-15)


def test_the_mean_of_two_has_the_limits_of_half_a_difference():
    """(a + b)/2 is half of a − (−b): Newcombe's 56/70 against 48/80 gives .0524, .3339, here with 1 − 48/80 = 32/80."""
    low, high = MeanOfTwo(proportion([56], [70]), proportion([32], [80])).limits(Z)
    # a − b = a + (1 − b) − 1
    assert (round(2 * low[0] - 1, 4), round(2 * high[0] - 1, 4)) == (0.0524, 0.3339)


def test_the_mean_of_two_stays_in_range():
    """Both proportions 1."""
    low, high = MeanOfTwo(proportion([5], [5]), proportion([9], [9])).limits(Z)

    assert high[0] == 1.0
    assert 0.5 < low[0] < 1


def test_the_mean_of_two_is_undefined_when_either_is():
    """No positives: there is no TPR to average."""
    mean = MeanOfTwo(proportion([0], [0]), proportion([9], [9]))

    assert np.isnan([mean.value[0], mean.limits(Z)[0][0], mean.limits(Z)[1][0]]).all()


def test_matthews_correlation_equals_scikit_learn():
    """Where both classes and both decisions occur."""
    generator = np.random.default_rng(1)
    for _ in range(50):
        cells = generator.integers(1, 60, size=4)
        found = MatthewsCorrelation(cells[None, :].astype(float)).value[0]
        assert found == pytest.approx(matthews_corrcoef(*expanded(cells)), abs=1e-12)


@pytest.mark.parametrize("cells", [(0, 0, 3, 4), (3, 4, 0, 0), (3, 0, 4, 0), (0, 3, 0, 4), (0, 0, 0, 9)])
def test_matthews_correlation_with_an_empty_margin_is_undefined(cells):
    """scikit-learn gives 0; 0/0 is not 0."""
    estimator = MatthewsCorrelation(np.array([cells], dtype=float))
    low, high = estimator.limits(Z)

    assert np.isnan([estimator.value[0], low[0], high[0]]).all()


def test_a_perfect_correlation_has_an_interval_of_some_width():
    """1 with 9 + 9 rows is not certain to be 1 with more."""
    low, high = MatthewsCorrelation(np.array([[9.0, 0, 0, 9], [0, 9.0, 9, 0]])).limits(Z)

    assert high[0] == 1.0
    assert 0.3 < low[0] < 0.95
    assert low[1] == -1.0
    assert -0.95 < high[1] < -0.3


def test_matthews_limits_are_close_to_a_bootstrap():
    """Ten thousand multinomial redraws of 400 rows; the percentile limits of φ, which is smooth there."""
    cells = np.array([180, 40, 50, 130])
    again = np.random.default_rng(2).multinomial(400, cells / 400, size=10_000).astype(float)
    expected = np.quantile(MatthewsCorrelation(again).value, [0.025, 0.975])
    low, high = MatthewsCorrelation(cells[None, :].astype(float)).limits(Z)

    assert [low[0], high[0]] == pytest.approx(expected, abs=0.012)


def test_the_matthews_variance_equals_the_published_formula():
    """Bishop, Fienberg & Holland (1975), §11.3.2, eq. 11.3-17, for φ from four cells (here at the +½ cells)."""
    cells = np.array([180.0, 40, 50, 130])
    smooth = cells + 0.5
    n = smooth.sum()
    p = np.array([[smooth[0], smooth[1]], [smooth[2], smooth[3]]]) / n
    (r1, r2), (c1, c2) = p.sum(axis=1), p.sum(axis=0)
    phi = (p[0, 0] * p[1, 1] - p[0, 1] * p[1, 0]) / math.sqrt(r1 * r2 * c1 * c2)
    row, column = (r1 - r2) / math.sqrt(r1 * r2), (c1 - c2) / math.sqrt(c1 * c2)
    expected = (1 - phi**2 + (phi + phi**3 / 2) * row * column - 0.75 * phi**2 * (row**2 + column**2)) / n

    assert MatthewsCorrelation(cells[None, :]).variance()[0] == pytest.approx(expected, rel=1e-10)


def test_permuting_the_groups_permutes_the_limits_bit_for_bit():
    """No group's numbers may depend on its neighbours'."""
    order = [2, 0, 3, 1]
    share = proportion([3, 0, 20, 7], [20, 15, 20, 9])
    moved = Proportion(share.share[order], share.size[order])
    cells = np.array([[20, 5, 4, 11], [9, 0, 0, 9], [1, 8, 7, 2], [100, 3, 40, 2]], dtype=float)
    pairs = [(share, moved), (MatthewsCorrelation(cells), MatthewsCorrelation(cells[order]))]
    for before, after in pairs:
        assert np.array_equal(np.array(before.limits(Z))[:, order], np.array(after.limits(Z)))
