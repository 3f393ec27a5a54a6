"""Means that allow for skewness, against SciPy and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from ethicscheck.stats.means import OneMinus, RootOf, SkewedMean, mean_from_moments, untransformed_t
from ethicscheck.stats.scaled import Scaled

Z = 1.959963984540054


def _mean(x, w=None):
    x = np.asarray(x, dtype=float)
    w = np.ones_like(x) if w is None else w
    sums = [[np.array([(w**power * x**k).sum()]) for k in range(power + 1)] for power in (1, 2, 3)]
    return mean_from_moments(tuple(sums[0]), tuple(sums[1]), tuple(sums[2]))


def test_without_skewness_the_limits_are_students() -> None:
    """SciPy's one-sample t interval."""
    x = np.array([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0]) + 4
    expected = stats.ttest_1samp(x, 0).confidence_interval(0.95)

    low, high = _mean(x).limits(Z)

    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high), rel=1e-9)


def test_the_skewness_is_that_of_the_sample_over_root_n() -> None:
    """scipy.stats.skew with its correction for bias, and the unbiased variance."""
    x = np.random.default_rng(1).lognormal(size=57)

    found = _mean(x)

    assert found.skewness[0] == pytest.approx(stats.skew(x, bias=False) / np.sqrt(57))
    assert found.variance()[0] == pytest.approx(x.var(ddof=1) / 57)


def test_a_weighted_mean_has_the_sandwich_variance_of_statsmodels() -> None:
    """WLS on a constant with HC0 errors, times n/(n − 1) with Kish's n."""
    rng = np.random.default_rng(2)
    x, w = rng.normal(3, 2, 200), rng.gamma(2, size=200)
    fit = sm.WLS(x, np.ones(200), weights=w).fit(cov_type="HC0")
    size = w.sum() ** 2 / (w**2).sum()

    found = _mean(x, w)

    assert found.value[0] == pytest.approx(fit.params[0])
    assert found.variance()[0] == pytest.approx(fit.bse[0] ** 2 * size / (size - 1))


def test_halls_transformation_is_undone() -> None:
    """t + ct²/3 + c²t³/27 + c/6, Hall 1992, equation 2.1."""
    t, c = np.linspace(-6, 6, 25), np.array(0.4)
    y = t + c * t**2 / 3 + c**2 * t**3 / 27 + c / 6

    assert untransformed_t(y, c) == pytest.approx(t)


def test_limits_widen_with_the_critical_value_and_hold_the_mean() -> None:
    """Verdicts search over z; a limit that turned back would give a wrong p-value."""
    mean = _mean(np.random.default_rng(3).lognormal(0, 1.5, 40))
    ends = [mean.limits(z) for z in np.linspace(0, 40, 200)]
    lows, highs = (np.array([end[side][0] for end in ends]) for side in (0, 1))

    assert (lows[1:] <= lows[:-1]).all()
    assert (highs[1:] >= highs[:-1]).all()
    assert (lows <= mean.value).all()
    assert (highs >= mean.value).all()


def test_one_row_says_nothing_of_its_spread() -> None:
    """A mean of one row has no limits; of none, no value."""
    mean = SkewedMean(np.array([2.0, np.nan]), np.array([0.0, np.nan]), np.zeros(2), np.array([0.0, -1.0]), lowest=0.0)

    low, high = mean.limits(Z)

    assert (low[0], high[0]) == (0.0, np.inf)
    assert np.isnan([low[1], high[1]]).all()


def test_equal_values_have_no_spread_however_they_round() -> None:
    """Sums of 0.1 leave a little behind that is no variance."""
    assert _mean([0.1] * 1000).variance().tolist() == [0.0]


def test_a_root_has_the_limits_of_its_square() -> None:
    """The root mean squared error from the mean squared error."""
    square = _mean(np.random.default_rng(4).chisquare(1, 80))
    root = RootOf(square)
    low, high = root.limits(Z)

    assert root.value**2 == pytest.approx(square.value)
    assert np.concatenate([low, high]) ** 2 == pytest.approx(np.concatenate(square.limits(Z)))
    assert root.variance() == pytest.approx(square.variance() / (4 * square.value))


def test_one_minus_turns_the_limits_round() -> None:
    """R² is one minus an error ratio."""
    part = Scaled(np.array([0.3]), np.array([0.01]), "log", 0.0, np.inf, "delta_log")
    low, high = OneMinus(part, "delta_log").limits(Z)

    assert (1 - high[0], 1 - low[0]) == pytest.approx([end[0] for end in part.limits(Z)])
