"""Pooled rates against the textbook's numbers, a brute-force posterior made with SciPy, and a simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import beta, betabinom

from ethicscheck.stats.pooling import pool_rates

# Tumours among rats in 70 earlier experiments and the current one: Tarone (1982), Biometrics 38, 215–220, as given in
# Gelman et al., Bayesian Data Analysis, 3rd ed., table 5.1.
TUMOURS = np.array([
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 5, 2, 5, 3, 2, 7, 7,
    3, 3, 2, 9, 10, 4, 4, 4, 4, 4, 4, 4, 10, 4, 4, 4, 5, 11, 12, 5, 5, 6, 5, 6, 6, 6, 6, 16, 15, 15, 9, 4,
])  # fmt: skip
RATS = np.array([
    20, 20, 20, 20, 20, 20, 20, 19, 19, 19, 19, 18, 18, 17, 20, 20, 20, 20, 19, 19, 18, 18, 25, 24, 23, 20, 20, 20, 20,
    20, 20, 10, 49, 19, 46, 27, 17, 49, 47, 20, 20, 13, 48, 50, 20, 20, 20, 20, 20, 20, 20, 48, 19, 19, 19, 22, 46, 49,
    20, 20, 23, 19, 22, 20, 20, 20, 52, 46, 47, 24, 14,
])  # fmt: skip


def test_the_rat_tumours_give_the_textbooks_posterior():
    """Bayesian Data Analysis, §5.3: E(α|y) = 2.4 and E(β|y) = 14.3."""
    pooled = pool_rates(TUMOURS, RATS)

    assert pooled is not None
    assert (round(pooled.alpha, 1), round(pooled.beta, 1)) == (2.4, 14.3)


def brute_force(k, n):
    """Integrate the same model with scipy.stats on a plain fine grid, and take limits from the mixture itself."""
    m, s = np.meshgrid((np.arange(120) + 0.5) / 120, (np.arange(120) + 0.5) / 120)
    a, b = m / s**2, (1 - m) / s**2
    log_weight = sum(betabinom.logpmf(own, size, a, b) for own, size in zip(k, n, strict=True))
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    at = np.linspace(0, 1, 201)
    values, limits = [], []
    for own, size in zip(k, n, strict=True):
        values.append((weight * (a + own) / (a + b + size)).sum())
        some = weight > 1e-5
        below = np.array([(weight[some] * beta.cdf(x, (a + own)[some], (b + size - own)[some])).sum() for x in at])
        limits.append(np.interp([0.025, 0.975], below / below[-1], at))
    return np.array(values), np.array(limits).T


@pytest.mark.parametrize(
    ("k", "n"), [((3, 9, 6, 20), (20, 20, 21, 40)), ((0, 12, 30), (15, 40, 60)), ((5, 6, 4, 7), (50, 52, 49, 55))]
)
def test_values_and_limits_equal_those_integrated_with_scipy(k, n):
    """scipy.stats.betabinom and beta on a plain grid as the second implementation."""
    pooled = pool_rates(np.array(k), np.array(n))
    values, (low, high) = brute_force(k, n)

    assert pooled is not None
    np.testing.assert_allclose(pooled.value, values, atol=0.002)
    np.testing.assert_allclose(pooled.low, low, atol=0.006)
    np.testing.assert_allclose(pooled.high, high, atol=0.006)


def test_with_many_groups_the_fit_is_that_of_maximum_likelihood():
    """scipy.stats.betabinom maximised with scipy.optimize: with 400 groups the prior hardly matters."""
    generator = np.random.default_rng(1)
    n = generator.integers(20, 200, 400)
    k = generator.binomial(n, generator.beta(6, 14, 400))
    pooled = pool_rates(k, n)
    fit = minimize(lambda x: -betabinom.logpmf(k, n, *np.exp(x)).sum(), [0, 0], method="Nelder-Mead")
    a, b = np.exp(fit.x)

    assert pooled is not None
    assert pooled.mean == pytest.approx(a / (a + b), abs=0.002)
    assert pooled.spread == pytest.approx(np.sqrt(a * b / (a + b + 1)) / (a + b), abs=0.003)
    np.testing.assert_allclose(pooled.value, (a + k) / (a + b + n), atol=0.01)


@pytest.mark.parametrize(("alpha", "beta_"), [(6, 14), (60, 140), (1, 9)])
def test_limits_hold_the_true_rates_as_often_as_they_say(alpha, beta_):
    """Coverage over groups and draws is at least 93 % at 95 %, also with few groups that hardly differ."""
    generator = np.random.default_rng(2)
    held = []
    for _ in range(120):
        n = generator.integers(5, 120, 12)
        truth = generator.beta(alpha, beta_, 12)
        pooled = pool_rates(generator.binomial(n, truth), n)
        assert pooled is not None
        held += ((pooled.low <= truth) & (truth <= pooled.high)).tolist()

    assert np.mean(held) >= 0.93


def test_pooled_values_are_nearer_the_truth_than_the_groups_own():
    """Why one would pool: small groups' own rates jump about."""
    generator = np.random.default_rng(3)
    own_error = pooled_error = 0.0
    for _ in range(50):
        n = generator.integers(5, 40, 20)
        truth = generator.beta(6, 14, 20)
        k = generator.binomial(n, truth)
        pooled = pool_rates(k, n)
        assert pooled is not None
        own_error += float(((k / n - truth) ** 2).sum())
        pooled_error += float(((pooled.value - truth) ** 2).sum())

    assert pooled_error < 0.6 * own_error


def test_small_groups_are_drawn_to_the_middle_and_large_ones_keep_their_rate():
    """Strength is borrowed only where it is needed."""
    pooled = pool_rates(np.array([1, 500, 300, 200]), np.array([1, 1000, 1000, 1000]))

    assert pooled is not None
    assert pooled.value[0] < 0.75
    assert pooled.value[1:] == pytest.approx([0.5, 0.3, 0.2], abs=0.01)
    assert pooled.high[0] - pooled.low[0] > 0.3


@pytest.mark.parametrize("k", [(0, 0, 0), (10, 10, 10), (0, 10, 0)])
def test_all_or_nothing_groups_still_have_limits_around_their_values(k):
    """Zero cells: no NaN, no value outside its limits."""
    pooled = pool_rates(np.array(k), np.array([10, 10, 10]))

    assert pooled is not None
    for part in (pooled.value, pooled.low, pooled.high):
        assert np.isfinite(part).all()
    assert (pooled.low <= pooled.value).all()
    assert (pooled.value <= pooled.high).all()
    assert ((pooled.low >= 0) & (pooled.high <= 1)).all()


def test_a_group_without_trials_gets_what_groups_are_like():
    """Nothing of its own: the limits are those of the spread between groups."""
    pooled = pool_rates(np.array([100, 300, 200, 0]), np.array([1000, 1000, 1000, 0]))

    assert pooled is not None
    assert pooled.value[3] == pytest.approx(pooled.mean, abs=1e-6)
    assert pooled.high[3] - pooled.low[3] > 0.2


def test_two_groups_are_not_pooled():
    """A spread can't be learnt from two."""
    assert pool_rates(np.array([1, 2, 0]), np.array([10, 10, 0])) is None
