"""Exact and large-sample tests against SciPy, published data and a brute-force enumeration."""

from __future__ import annotations

import csv
import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2_contingency, fisher_exact

from ethicscheck.stats import exact_tests
from ethicscheck.stats.exact_tests import test_equal_proportions as equal_proportions

CASES = Path(__file__).parent.parent / "cases" / "ricci_captain.csv"


def brute_force(successes, trials):
    """Return the Freeman–Halton p in exact integers: every table with these margins, those no likelier added up."""

    def ways(ks):
        return math.prod(math.comb(n, k) for k, n in zip(ks, trials, strict=True))

    observed = ways(successes)
    tables = (ks for ks in product(*(range(n + 1) for n in trials)) if sum(ks) == sum(successes))
    return sum(w for w in map(ways, tables) if w <= observed) / math.comb(sum(trials), sum(successes))


def ricci():
    """Return passed and took by group."""
    with CASES.open(encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row and not row[0].startswith("#")]
    return [int(row[1]) for row in rows], [int(row[2]) for row in rows]


def test_the_captain_exam_does_not_differ_significantly_over_three_groups():
    """16/25, 3/8 and 3/8: p = .2513, by enumeration in exact integers; SciPy's χ² is .2522."""
    k, n = ricci()
    result = equal_proportions(k, n)

    assert result.test == "freeman_halton"
    assert result.p_value == pytest.approx(brute_force(k, n), rel=1e-12)
    assert round(result.p_value, 4) == 0.2513
    assert round(chi2_contingency([k, np.subtract(n, k)], correction=False).pvalue, 4) == 0.2522


def test_the_captain_exam_has_the_often_quoted_p_for_white_against_black():
    """16/25 against 3/8: p = .238, Fisher's exact test of two groups (SciPy 0.23787). It is not the p over three groups."""
    k, n = ricci()
    result = equal_proportions(k[:2], n[:2])

    assert result.test == "fisher_exact"
    assert round(result.p_value, 3) == 0.238


def test_fishers_tea_has_the_published_p():
    """R. A. Fisher (1935), The Design of Experiments, ch. 2: 3 of 4 cups right, two-sided p = 34/70."""
    result = equal_proportions([3, 1], [4, 4])

    assert result.p_value == pytest.approx(34 / 70, rel=1e-12)
    assert result.test == "fisher_exact"


def test_two_groups_equal_scipys_fisher_exact():
    """A second implementation, on every kind of small and middling table."""
    generator = np.random.default_rng(21)
    for _ in range(300):
        n = generator.integers(1, 150, size=2)
        k = generator.integers(0, n + 1)
        expected = fisher_exact([k, n - k]).pvalue
        assert equal_proportions(k, n).p_value == pytest.approx(expected, rel=1e-9)


def test_large_two_group_tables_stay_exact():
    """Thousands of rows: the sum is cut at twelve standard deviations, which costs no digit."""
    for k, n in (([5_100, 4_900], [10_000, 10_000]), ([3, 40], [60_000, 200_000]), ([700, 300], [1000, 1000])):
        table = [k, [n[0] - k[0], n[1] - k[1]]]
        result = equal_proportions(k, n)
        assert result.test == "fisher_exact"
        assert result.p_value == pytest.approx(fisher_exact(table).pvalue, rel=1e-7)


def test_more_groups_equal_a_brute_force_enumeration():
    """Freeman & Halton (1951) over all tables, in exact integers."""
    generator = np.random.default_rng(22)
    for _ in range(60):
        groups = int(generator.integers(3, 6))
        n = [int(x) for x in generator.integers(1, 9, size=groups)]
        k = [int(generator.integers(0, x + 1)) for x in n]
        assert equal_proportions(k, n).p_value == pytest.approx(brute_force(k, n), rel=1e-10)


def test_many_large_groups_use_chi_squared():
    """SciPy's `chi2_contingency` without continuity correction."""
    k, n = np.array([300, 350, 280, 310]), np.array([1000, 1100, 900, 1000])
    result = equal_proportions(k, n)
    expected = chi2_contingency([k, n - k], correction=False).pvalue

    assert result.test == "chi_squared"
    assert result.p_value == pytest.approx(expected, rel=1e-10)


def test_two_huge_groups_use_chi_squared():
    """Beyond 4,096 outcomes within twelve standard deviations exactness changes nothing that could be printed."""
    k, n = np.array([500_000, 501_500]), np.array([1_000_000, 1_000_000])
    result = equal_proportions(k, n)

    assert result.test == "chi_squared"
    assert result.p_value == pytest.approx(chi2_contingency([k, n - k], correction=False).pvalue, rel=1e-9)


def test_many_groups_with_rare_events_are_simulated_with_the_seed():
    """Too many tables to list, expected counts too small for χ²: Monte Carlo, the same for the same seed."""
    n = np.array([400] * 12)
    k = np.array([0, 1, 2, 0, 1, 0, 3, 0, 0, 2, 1, 0])
    first, again = (equal_proportions(k, n, replicates=20_000, seed=3) for _ in range(2))

    assert first == again
    assert first.test == "freeman_halton_monte_carlo"
    # SciPy resamples the same null by its own generator and ranks by χ²; the two orderings agree roughly.
    assert 0.01 < first.p_value < 0.6


def test_the_simulated_p_is_close_to_the_exact_one(monkeypatch):
    """The same table by enumeration and by simulation, three Monte Carlo standard errors apart at most."""
    k, n = [1, 4, 6, 0], [9, 10, 11, 7]
    exact = equal_proportions(k, n).p_value
    monkeypatch.setattr(exact_tests, "MOST_TABLES", 1)
    monkeypatch.setattr(exact_tests, "_chi_squared", lambda k, n: None)
    simulated = exact_tests._monte_carlo(np.array(k), np.array(n), 40_000, 5)

    assert simulated.p_value == pytest.approx(exact, abs=3 * math.sqrt(exact / 40_000))


def test_one_group_has_no_test():
    """Nothing to compare."""
    assert equal_proportions([3], [10]) is None


def test_groups_without_trials_do_not_count():
    """An empty group neither adds a degree of freedom nor divides by zero."""
    assert equal_proportions([3, 0], [10, 0]) is None
    assert equal_proportions([3, 0, 5], [10, 0, 9]) == equal_proportions([3, 5], [10, 9])


@pytest.mark.parametrize("k", [[0, 0], [10, 12], [0, 0, 0], [10, 12, 5]])
def test_the_same_outcome_for_everyone_gives_p_one(k):
    """All selected or none: there is only one table with these margins."""
    assert equal_proportions(k, [10, 12, 5][: len(k)]).p_value == 1.0


def test_no_p_value_passes_one():
    """Sums of rounded probabilities may exceed 1 by a bit; a p-value may not."""
    for n in range(1, 40):
        assert equal_proportions([n // 2, n // 2], [n, n]).p_value <= 1.0


@pytest.mark.parametrize(
    ("k", "n"),
    [
        ([3, 1, 7], [9, 12, 30]),
        ([16, 3, 3], [25, 8, 8]),
        ([300, 350, 280, 310], [1000, 1100, 900, 1000]),
        ([0, 1, 2, 0, 1, 0, 3, 0], [400] * 8),
        ([51, 49], [1000, 900]),
    ],
)
def test_permuting_the_groups_changes_no_bit(k, n):
    """Renamed groups come in another order; the record's bytes may not change."""
    generator = np.random.default_rng(8)
    expected = equal_proportions(k, n)
    for _ in range(10):
        order = generator.permutation(len(k))
        assert equal_proportions(np.array(k)[order], np.array(n)[order]) == expected


def test_fisher_keeps_its_level():
    """Under equality an exact test rejects in at most 5 % of samples, whatever the common rate."""
    generator = np.random.default_rng(31)
    drawn = generator.binomial([12, 20], 0.3, size=(4000, 2))
    unique, times = np.unique(drawn, axis=0, return_counts=True)
    rejected = sum(t for k, t in zip(unique, times, strict=True) if equal_proportions(k, [12, 20]).p_value <= 0.05)

    assert rejected / 4000 <= 0.05


@pytest.mark.parametrize(
    ("successes", "trials"),
    [
        ([1, 1, 1], [2_000_000_003, 53, 43]),
        ([2_000_000_002, 52, 42], [2_000_000_003, 53, 43]),
        ([1_000_000_000, 1, 1], [2_000_000_000, 3, 2_000_000_000]),
        ([40_000, 3, 2], [2_000_000_000, 50_000, 50_000]),
        ([2**51, 5, 3], [2**52, 7, 9]),
        ([2**51, 2**50], [2**52, 2**52]),
    ],
)
def test_counts_of_thousands_of_millions_never_crash(successes, trials):
    """NumPy draws from fewer than 10^9 only, and int64 products overflow: an exact p, χ², or no test."""
    result = equal_proportions(successes, trials, replicates=100)

    assert result is None or 0 <= result.p_value <= 1


def test_a_few_successes_among_thousands_of_millions_are_enumerated():
    """Three successes in three groups are ten tables, however many people there are; against exact integers."""
    n = [2_000_000_003, 53, 43]
    result = equal_proportions([1, 1, 1], n)

    def ways(ks):
        return math.prod(math.comb(size, k) for k, size in zip(ks, n, strict=True))

    tables = [ks for ks in product(range(4), repeat=3) if sum(ks) == 3]
    expected = sum(w for w in map(ways, tables) if w <= ways((1, 1, 1))) / math.comb(sum(n), 3)
    assert result is not None
    assert result.test == "freeman_halton"
    assert result.p_value == pytest.approx(expected, rel=1e-3)


def test_listing_the_rarer_outcome_gives_the_same_p():
    """Successes and failures are one table: R's fisher.test gives one p for both."""
    k, n = [20, 14, 19], [22, 18, 19]
    swapped = equal_proportions([b - a for a, b in zip(k, n, strict=True)], n)

    assert equal_proportions(k, n).p_value == pytest.approx(brute_force(k, n), rel=1e-9)
    assert swapped.p_value == pytest.approx(brute_force(k, n), rel=1e-9)
