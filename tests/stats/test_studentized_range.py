"""The studentised range for known variance, against printed tables and SciPy."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from scipy.stats import norm, studentized_range

from ethicscheck.stats.studentized_range import (
    range_probability,
    range_quantile,
    simultaneous_critical_value,
    simultaneous_p,
)

# H. L. Harter (1960), Annals of Mathematical Statistics 31: upper 5 % and 1 % points, infinite degrees of freedom.
HARTER = [
    (2, 0.95, 2.772),
    (3, 0.95, 3.314),
    (4, 0.95, 3.633),
    (5, 0.95, 3.858),
    (10, 0.95, 4.474),
    (20, 0.95, 5.012),
    (2, 0.99, 3.643),
    (3, 0.99, 4.120),
    (5, 0.99, 4.603),
    (10, 0.99, 5.157),
    (20, 0.99, 5.645),
]


@pytest.mark.parametrize(("groups", "probability", "q"), HARTER)
def test_quantiles_equal_the_printed_table(groups, probability, q):
    """The lower end of every gap uses these."""
    assert round(range_quantile(probability, groups), 3) == q


@pytest.mark.parametrize("groups", [2, 3, 7, 40])
def test_probabilities_equal_scipys(groups):
    """SciPy's own integral, with infinite degrees of freedom."""
    for q in (0.5, 2.0, 3.5, 6.0):
        expected = studentized_range.cdf(q, groups, math.inf)
        assert range_probability(q, groups) == pytest.approx(expected, abs=1e-8)


def test_two_groups_need_no_correction():
    """The range of two normals is |Z|·√2, so K = 2 must give 1.96 to the last digits."""
    assert simultaneous_critical_value(0.05, 2) == pytest.approx(norm.ppf(0.975), abs=1e-10)


def test_one_group_is_treated_as_two():
    """There is no pair to correct for, and nothing may break."""
    assert simultaneous_critical_value(0.05, 1) == simultaneous_critical_value(0.05, 2)


def test_a_range_below_zero_is_impossible():
    """Edge of the domain."""
    assert range_probability(0.0, 5) == 0.0
    assert range_probability(-1.0, 5) == 0.0


def test_the_range_of_one_value_is_zero():
    """One normal has no range."""
    assert range_probability(0.0, 1) == 1.0


def test_p_undoes_the_critical_value():
    """A p-value is the level at which an end crosses."""
    for groups in (2, 5, 50, 1000):
        for alpha in (1e-6, 0.01, 0.05, 0.5):
            critical = simultaneous_critical_value(alpha, groups)
            assert simultaneous_p(critical, groups) == pytest.approx(alpha, rel=1e-6)


def test_small_p_values_keep_their_digits():
    """1 − P(range ≤ q) alone would round to 0 beyond q ≈ 12; p is compared with K(K−1)/2 normal tails, its sure bound."""
    for groups in (2, 5, 20):
        for critical in (7.0, 10.0, 20.0, 37.0):
            bound = groups * (groups - 1) / 2 * 2 * norm.sf(critical)
            p = simultaneous_p(critical, groups)
            assert 0.9 * bound < p <= bound * (1 + 1e-9)


def test_no_evidence_is_p_one():
    """A critical value of 0 or less."""
    assert simultaneous_p(0.0, 5) == 1.0
    assert simultaneous_p(-1.0, 5) == 1.0


def test_p_falls_as_the_critical_value_grows():
    """The search for the deciding level relies on it."""
    found = [simultaneous_p(z / 10, 7) for z in range(1, 400)]

    assert all(a >= b for a, b in pairwise(found))
