"""Intervals of one proportion, against published examples and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from ethicscheck.stats.intervals import (
    clopper_pearson_limits,
    critical_value,
    effective_size,
    two_sided_p,
    wilson_limits,
)

# R. G. Newcombe (1998), Statistics in Medicine 17, 857–872, table I: the score method without continuity correction.
NEWCOMBE_SINGLE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize(("successes", "trials", "low", "high"), NEWCOMBE_SINGLE)
def test_wilson_equals_newcombes_published_examples(successes, trials, low, high):
    """The group interval of every rate rests on this formula."""
    found = wilson_limits([successes / trials], [trials], critical_value(0.05))

    assert [round(float(end[0]), 4) for end in found] == [low, high]


def test_wilson_equals_statsmodels_on_a_grid():
    """A second implementation, over every k at several n and levels."""
    for trials in (1, 2, 7, 30, 400):
        for alpha in (0.01, 0.05, 0.2):
            successes = np.arange(trials + 1)
            expected = proportion_confint(successes, np.full(trials + 1, trials), alpha=alpha, method="wilson")
            found = wilson_limits(successes / trials, np.full(trials + 1, trials), critical_value(alpha))
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_wilson_solves_the_score_equation():
    """The limits are by definition where |p − π| = z·sqrt(π(1 − π)/n) (Wilson 1927)."""
    p, n, z = 0.37, 41.0, 2.5
    for limit in wilson_limits([p], [n], z):
        pi = float(limit[0])
        assert abs(p - pi) == pytest.approx(z * np.sqrt(pi * (1 - pi) / n), abs=1e-12)


def test_no_trials_say_nothing():
    """0/0 must give the whole range, not NaN and not a warning."""
    low, high = wilson_limits([0.0], [0.0], 1.96)

    assert (low[0], high[0]) == (0.0, 1.0)


def test_no_successes_give_a_lower_limit_of_exactly_zero():
    """A rounding error above 0 would make a zero rate look significantly positive."""
    low, high = wilson_limits([0.0], [37], 1.96)

    assert low[0] == 0.0
    assert 0 < high[0] < 0.12


def test_all_successes_give_an_upper_limit_of_exactly_one():
    """The mirror of the zero case."""
    low, high = wilson_limits([1.0], [37], 1.96)

    assert high[0] == 1.0
    assert 0.88 < low[0] < 1


def test_a_single_row_has_a_wide_interval():
    """Other tools give a singleton group the interval [1, 1]."""
    low, high = wilson_limits([1.0], [1], critical_value(0.05))

    assert high[0] == 1.0
    assert low[0] == pytest.approx(0.2065, abs=1e-4)


def test_a_critical_value_of_zero_gives_the_estimate():
    """Searches for the level at which a verdict turns start there."""
    low, high = wilson_limits([0.3], [10], 0.0)

    assert (low[0], high[0]) == pytest.approx((0.3, 0.3), abs=1e-15)


def test_limits_always_hold_their_estimate_and_stay_in_range():
    """A printed interval that excludes its own estimate by one bit would look absurd."""
    generator = np.random.default_rng(3)
    n = generator.integers(1, 10**6, size=20_000)
    p = generator.binomial(n, generator.random(20_000)) / n
    for z in (0.0, 0.1, 1.96, 5.0, 40.0):
        low, high = wilson_limits(p, n, z)
        assert ((low >= 0) & (low <= p) & (p <= high) & (high <= 1)).all()


def test_limits_widen_with_the_critical_value():
    """The search for the deciding level needs monotone ends."""
    ends = [wilson_limits([0.0, 0.03, 0.5, 1.0], [33, 33, 33, 33], z) for z in np.linspace(0, 40, 200)]

    assert (np.diff([low for low, _ in ends], axis=0) <= 1e-15).all()
    assert (np.diff([high for _, high in ends], axis=0) >= -1e-15).all()


# R. G. Newcombe (1998), Statistics in Medicine 17, 857–872, table I: the exact (Clopper–Pearson) method.
NEWCOMBE_EXACT = [
    (81, 263, 0.2527, 0.3676),
    (15, 148, 0.0578, 0.1617),
    (0, 20, 0.0, 0.1684),
    (1, 29, 0.0009, 0.1776),
]


@pytest.mark.parametrize(("successes", "trials", "low", "high"), NEWCOMBE_EXACT)
def test_clopper_pearson_equals_newcombes_published_examples(successes, trials, low, high):
    """The failing end of an `each` rule rests on this formula."""
    found = clopper_pearson_limits([successes / trials], [trials], critical_value(0.05))

    assert [round(float(end[0]), 4) for end in found] == [low, high]


def test_clopper_pearson_equals_statsmodels_far_in_the_tails():
    """A second implementation, `proportion_confint(method="beta")`, at levels that many groups ask for."""
    for trials in (1, 7, 400):
        for alpha in (1e-12, 1e-4, 0.05):
            successes = np.arange(trials + 1)
            expected = proportion_confint(successes, np.full(trials + 1, trials), alpha=alpha, method="beta")
            found = clopper_pearson_limits(successes / trials, np.full(trials + 1, trials), critical_value(alpha))
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-12)


def test_clopper_pearson_at_zero_trials_and_far_beyond_any_level_says_nothing():
    """No trials, or a critical value of 40, whose level underflows to 0."""
    low, high = clopper_pearson_limits([0.0, 0.5], [0, 10], 40.0)

    assert (low[0], high[0]) == (0.0, 1.0)
    assert low[1] < 1e-9
    assert high[1] > 1 - 1e-9


@pytest.mark.parametrize(("alpha", "z"), [(0.1, 1.644854), (0.05, 1.959964), (0.01, 2.575829)])
def test_critical_values_are_those_of_the_normal_table(alpha, z):
    """Two-sided; from any table of the normal distribution."""
    assert critical_value(alpha) == pytest.approx(z, abs=5e-7)


def test_two_sided_p_undoes_the_critical_value():
    """A p-value is the level at which an end crosses, so the two must be inverse."""
    for alpha in (1e-12, 0.001, 0.05, 0.9):
        assert two_sided_p(critical_value(alpha)) == pytest.approx(alpha, rel=1e-9)


def test_two_sided_p_of_zero_or_less_is_one():
    """No evidence is p = 1."""
    assert two_sided_p(0.0) == 1.0
    assert two_sided_p(-3.0) == 1.0


def test_effective_size_of_equal_weights_is_the_number_of_rows():
    """Weights that are all 3 change nothing (Kish 1965, §8.2)."""
    assert effective_size([3.0 * 40], [9.0 * 40])[0] == pytest.approx(40)


def test_effective_size_equals_kishs_formula_on_unequal_weights():
    """(1 + 1 + 4)² / (1 + 1 + 16) = 2."""
    assert effective_size([6.0], [18.0])[0] == pytest.approx(2.0)


def test_effective_size_of_no_weight_is_zero():
    """Zero weights leave no information, and no division by zero."""
    assert effective_size([0.0, 5.0], [0.0, 25.0]).tolist() == [0.0, 1.0]
