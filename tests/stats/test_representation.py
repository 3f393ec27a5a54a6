"""Shares against a population: SciPy's exact and χ² tests, statsmodels' Holm, and brute-force enumeration."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy.stats import binomtest, chisquare, multinomial
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from ethicscheck.stats.intervals import critical_value
from ethicscheck.stats.representation import binomial_p, compare_shares
from ethicscheck.stats.representation import test_shares as shares_test

Z = critical_value(0.05)


def test_each_groups_exact_p_equals_scipys_binomtest():
    """A second implementation, from one row to thousands, the chances from rare to sure."""
    generator = np.random.default_rng(2)
    for _ in range(400):
        n = int(generator.integers(1, 10 ** int(generator.integers(1, 5))))
        q = float(generator.uniform(0.001, 0.999))
        k = int(np.clip(generator.binomial(n, q) + generator.integers(-5, 6), 0, n))
        assert binomial_p(k, n, q) == pytest.approx(binomtest(k, n, q).pvalue, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize(("k", "n", "q"), [(0, 40, 0.1), (40, 40, 0.9), (0, 1, 0.5), (5, 10, 0.5), (3, 15, 0.1)])
def test_the_ends_of_the_range_are_exact_too(k, n, q):
    """Nobody at all, everybody, and ties between the two sides."""
    assert binomial_p(k, n, q) == pytest.approx(binomtest(k, n, q).pvalue, rel=1e-12)


def test_a_billion_rows_still_have_a_p():
    """A 0.01-point excess among 10⁹ rows: SciPy's normal approximation agrees to four digits in the tail."""
    n, k, q = 10**9, 500_050_000, 0.5

    assert binomial_p(k, n, q) == pytest.approx(
        math.erfc((k - n * q) / math.sqrt(n * q * (1 - q)) / math.sqrt(2)), rel=1e-3
    )


def exact_multinomial(counts, chances):
    """Return the exact p by listing every table of this size, with SciPy's probabilities."""
    total = sum(counts)
    law = multinomial(total, chances)
    own = law.pmf(counts)
    tables = (t for t in product(range(total + 1), repeat=len(counts)) if sum(t) == total)
    return sum(p for p in (law.pmf(t) for t in tables) if p <= own * (1 + 1e-7))


def test_small_counts_get_the_exact_multinomial_p():
    """Every table listed."""
    generator = np.random.default_rng(5)
    for _ in range(15):
        q = generator.dirichlet(np.ones(3) * 3)
        counts = generator.multinomial(generator.integers(2, 12), [0.2, 0.3, 0.5])
        found = shares_test(counts, q)

        assert found.test == "exact_multinomial"
        assert found.p_value == pytest.approx(exact_multinomial(counts.tolist(), q), rel=1e-9)


def test_two_groups_get_the_binomial_p_whichever_comes_first():
    """One share decides the other."""
    for counts, q in (([30, 12], [0.6, 0.4]), ([12, 30], [0.4, 0.6])):
        found = shares_test(counts, q)

        assert found.test == "exact_binomial"
        assert found.p_value == pytest.approx(binomtest(30, 42, 0.6).pvalue, rel=1e-9)


def test_large_counts_get_scipys_chi_squared():
    """scipy.stats.chisquare, once there are too many tables to list and every group expects 5."""
    counts, q = np.array([400, 350, 210, 95]), np.array([0.4, 0.3, 0.2, 0.1])
    found = shares_test(counts, q)

    assert found.test == "chi_squared_fit"
    assert found.p_value == pytest.approx(chisquare(counts, counts.sum() * q).pvalue, rel=1e-10)


def test_rare_groups_in_large_counts_get_a_simulated_p():
    """Six groups, one expecting half a row: neither enumeration nor χ² will do; the same seed gives the same p."""
    counts, q = [300, 200, 150, 100, 45, 3], [0.38, 0.25, 0.19, 0.12, 0.0594, 0.0006]
    found = shares_test(counts, q)

    assert found.test == "multinomial_monte_carlo"
    assert found == shares_test(counts, q)
    law = multinomial(798, q)
    draws = law.rvs(4000, random_state=1)
    assert found.p_value == pytest.approx(np.mean(law.pmf(draws) <= law.pmf(counts) * (1 + 1e-7)), abs=0.03)


def test_the_order_of_groups_changes_no_bit():
    """Renamed groups are the same data."""
    assert shares_test([5, 2, 9], [0.3, 0.3, 0.4]) == shares_test([9, 5, 2], [0.4, 0.3, 0.3])


def test_no_rows_or_one_group_have_no_test():
    """Nothing to compare."""
    assert shares_test([0, 0], [0.5, 0.5]) is None
    assert shares_test([4], [1.0]) is None


def test_shares_ratios_and_p_values_equal_the_second_implementations():
    """statsmodels' Wilson interval and Holm, SciPy's binomtest."""
    counts, q = [60, 25, 15], [0.5, 0.3, 0.2]
    found = compare_shares(counts, 100, q, Z, counted=True)
    p = multipletests([binomtest(k, 100, c).pvalue for k, c in zip(counts, q, strict=True)], method="holm")[1]

    assert found.share.tolist() == [0.6, 0.25, 0.15]
    assert found.ratio.tolist() == pytest.approx([1.2, 0.25 / 0.3, 0.75])
    assert found.p_adjusted == pytest.approx(p)
    for place, k in enumerate(counts):
        low, high = proportion_confint(k, 100, 0.05, "wilson")
        assert (found.low[place], found.high[place]) == pytest.approx((low, high))
        assert (found.ratio_low[place], found.ratio_high[place]) == pytest.approx((low / q[place], high / q[place]))


def test_nobody_at_all_of_a_group_is_a_share_of_zero_with_an_upper_end():
    """0 of 200 where 5 % were expected: the ratio is 0, surely below 1, with SciPy's p."""
    found = compare_shares([200, 0], 200, [0.95, 0.05], Z, counted=True)

    assert (found.share[1], found.ratio[1], found.low[1]) == (0, 0, 0)
    assert 0 < found.ratio_high[1] < 1
    assert found.p_adjusted[1] == pytest.approx(2 * binomtest(0, 200, 0.05).pvalue)


def test_weights_have_intervals_and_no_test():
    """DESIGN §6.1: no χ² on weights; the interval stands on the effective size."""
    found = compare_shares([30.5, 69.5], 40.0, [0.5, 0.5], Z, counted=False)

    assert found.p_adjusted is None
    assert (found.low[0], found.high[0]) == pytest.approx(proportion_confint(0.305 * 40, 40, 0.05, "wilson"))
