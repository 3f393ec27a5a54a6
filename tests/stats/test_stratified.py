"""Mantel–Haenszel over strata against statsmodels, R's published output and brute force.

Berkeley's counts are R's `UCBAdmissions` (Bickel, Hammel & O'Connell 1975), as admitted and applied: men, then women.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy.stats import chi2, hypergeom
from statsmodels.stats.contingency_tables import StratifiedTable

from ethicscheck.stats.intervals import critical_value
from ethicscheck.stats.stratified import (
    common_odds_ratio,
    common_risk_difference,
    conditional_independence,
    odds_ratio_homogeneity,
)

Z = critical_value(0.05)
ADMITTED = [[512, 89], [353, 17], [120, 202], [138, 131], [53, 94], [22, 24]]
APPLIED = [[825, 108], [560, 25], [325, 593], [417, 375], [191, 393], [373, 341]]


def tables(successes, trials):
    """Return the strata as 2 × 2 tables."""
    return [np.array([[k1, n1 - k1], [k2, n2 - k2]]) for (k1, k2), (n1, n2) in zip(successes, trials, strict=True)]


def drawn(generator, strata, groups, most, least=1):
    """Return random successes and trials."""
    trials = generator.integers(least, most, size=(strata, groups))
    return generator.binomial(trials, generator.uniform(0.1, 0.9, size=(strata, 1))), trials


def test_berkeleys_pooled_odds_ratio_is_the_published_one():
    """R: mantelhaen.test(UCBAdmissions) prints a common odds ratio of 0.9046968, 95 % interval 0.7719074 to 1.0603298."""
    pooled = common_odds_ratio(ADMITTED, APPLIED, Z)

    assert pooled.value == pytest.approx(0.9046968, abs=5e-8)
    assert (pooled.low, pooled.high) == pytest.approx((0.7719074, 1.0603298), abs=5e-8)


def test_berkeleys_test_is_the_published_one_without_continuity_correction():
    """R's mantelhaen.test(UCBAdmissions, correct = FALSE) is 1.5246; with the correction, which we leave off, 1.4269 and p = .2323."""
    found = conditional_independence(ADMITTED, APPLIED)
    oracle = StratifiedTable(tables(ADMITTED, APPLIED))

    assert (round(found.statistic, 4), found.degrees, found.test) == (1.5246, 1, "cochran_mantel_haenszel")
    assert found.p_value == pytest.approx(oracle.test_null_odds(correction=False).pvalue, rel=1e-12)
    assert round(oracle.test_null_odds(correction=True).pvalue, 4) == 0.2323


def test_berkeleys_departments_do_not_share_one_odds_ratio():
    """statsmodels' test_equal_odds: Breslow–Day 18.8255, p = .0021; department A is unlike the others."""
    plain, corrected = (odds_ratio_homogeneity(ADMITTED, APPLIED, tarone) for tarone in (False, True))
    oracle = StratifiedTable(tables(ADMITTED, APPLIED))

    for found, adjust in ((plain, False), (corrected, True)):
        expected = oracle.test_equal_odds(adjust=adjust)
        assert found.statistic == pytest.approx(expected.statistic, rel=1e-10)
        assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)
        assert found.degrees == 5


def test_random_tables_equal_statsmodels():
    """A second implementation of all four figures, on tables of every shape large enough for χ²."""
    generator = np.random.default_rng(4)
    for _ in range(200):
        k, n = drawn(generator, generator.integers(2, 9), 2, 200, least=30)
        oracle = StratifiedTable(tables(k, n))
        pooled = common_odds_ratio(k, n, Z)

        assert pooled.value == pytest.approx(oracle.oddsratio_pooled, rel=1e-12)
        assert (pooled.low, pooled.high) == pytest.approx(oracle.oddsratio_pooled_confint(), rel=1e-9)
        assert conditional_independence(k, n).statistic == pytest.approx(
            oracle.test_null_odds(correction=False).statistic, rel=1e-9
        )
        found = odds_ratio_homogeneity(k, n)
        if found is not None:
            assert found.statistic == pytest.approx(oracle.test_equal_odds(adjust=True).statistic, rel=1e-6, abs=1e-9)


def test_the_risk_difference_of_the_ugdp_trial_is_the_published_one():
    """K. J. Rothman & S. Greenland, Modern Epidemiology, tolbutamide by age: a common difference of 0.035, 8/106 against 5/120 and 22/98 against 16/85."""
    pooled = common_risk_difference([[8, 5], [22, 16]], [[106, 120], [98, 85]], Z)

    assert round(pooled.value, 3) == 0.035


def test_the_risk_difference_does_not_hang_on_which_group_comes_first_or_what_counts_as_success():
    """Swapping either only turns the sign; Sato's variance keeps this although its formula looks lopsided."""
    k, n = drawn(np.random.default_rng(7), 5, 2, 60)
    pooled = common_risk_difference(k, n, Z)
    for swapped in (common_risk_difference(k[:, ::-1], n[:, ::-1], Z), common_risk_difference(n - k, n, Z)):
        assert swapped.value == pytest.approx(-pooled.value, rel=1e-12)
        assert (swapped.low, swapped.high) == pytest.approx((-pooled.high, -pooled.low), rel=1e-12)


@pytest.mark.parametrize(("strata", "most"), [(3, 80), (60, 6)])
def test_the_risk_differences_interval_covers_for_few_large_and_many_small_strata(strata, most):
    """Sato's variance is made for both; 2,000 draws, so 93 % and up is 95 % within Monte Carlo error."""
    generator = np.random.default_rng(strata)
    trials = generator.integers(2, most, size=(strata, 2))
    base = generator.uniform(0.2, 0.6, size=(strata, 1))
    rates = base + np.array([0.1, 0.0])
    hits = 0
    for _ in range(2000):
        pooled = common_risk_difference(generator.binomial(trials, rates), trials, Z)
        hits += pooled.low <= 0.1 <= pooled.high

    assert 0.93 <= hits / 2000 <= 0.97


def test_one_stratum_of_one_kind_of_outcome_leaves_no_odds_ratio():
    """Everyone in the first group succeeds, everyone in the second fails: its logarithm is not finite, so there is none."""
    assert common_odds_ratio([[5, 0]], [[5, 7]], Z) is None
    assert common_odds_ratio([[0, 7]], [[5, 7]], Z) is None
    assert common_odds_ratio([[0, 0]], [[5, 0]], Z) is None


def test_strata_that_lack_a_group_carry_no_weight():
    """A stratum with one group says nothing of the other: no figure moves."""
    k, n = [*ADMITTED, [40, 0], [0, 3]], [*APPLIED, [50, 0], [0, 9]]

    assert common_odds_ratio(k, n, Z) == common_odds_ratio(ADMITTED, APPLIED, Z)
    assert common_risk_difference(k, n, Z) == common_risk_difference(ADMITTED, APPLIED, Z)
    assert conditional_independence(k, n) == conditional_independence(ADMITTED, APPLIED)
    assert odds_ratio_homogeneity(k, n) == odds_ratio_homogeneity(ADMITTED, APPLIED)


def test_strata_where_nothing_varies_have_no_test():
    """All succeed, or all belong to one group: nothing to tell, which is not the same as equality."""
    assert conditional_independence([[5, 5], [4, 0]], [[5, 5], [9, 0]]) is None
    assert odds_ratio_homogeneity([[5, 3]], [[9, 9]]) is None


def exact(k, n):
    """Return the exact conditional p by listing every combination of tables."""
    chances = {}
    ranges = []
    for (k1, k2), (n1, n2) in zip(k, n, strict=True):
        law = hypergeom(n1 + n2, k1 + k2, n1)
        ranges.append([(x, law.pmf(x)) for x in range(n1 + 1) if law.pmf(x) > 0])
    for combination in product(*ranges):
        total = sum(x for x, _ in combination)
        chances[total] = chances.get(total, 0.0) + math.prod(p for _, p in combination)
    own = chances[sum(int(row[0]) for row in k)]
    return sum(p for p in chances.values() if p <= own * (1 + 1e-7))


def test_small_tables_get_the_exact_conditional_p():
    """Every combination of tables listed, with SciPy's hypergeometric; it is what R's mantelhaen.test(exact = TRUE) does."""
    generator = np.random.default_rng(3)
    seen = 0
    for _ in range(100):
        k, n = drawn(generator, 3, 2, 7)
        found = conditional_independence(k, n)
        if found is None:
            continue
        seen += found.test == "exact_conditional"
        if found.test == "exact_conditional":
            assert found.p_value == pytest.approx(exact(k.tolist(), n.tolist()), rel=1e-9)
    assert seen > 80


def test_rare_outcomes_in_huge_strata_are_exact_too():
    """Four successes among millions: the sum is cut at twelve standard deviations, which costs no digit."""
    found = conditional_independence([[4, 0]], [[1_000_000, 3_000_000]])
    law = hypergeom(4_000_000, 4, 1_000_000)

    assert found.test == "exact_conditional"
    assert found.p_value == pytest.approx(law.pmf(4), rel=1e-6)


def association(k, n):
    """Return the generalised statistic as Landis, Heyman & Koch write it: with Kronecker products."""
    k, n = np.asarray(k, float), np.asarray(n, float)
    groups = n.shape[1]
    total, spread = np.zeros(groups - 1), np.zeros((groups - 1, groups - 1))
    for ks, ns in zip(k, n, strict=True):
        size = ns.sum()
        rows, columns = ns / size, np.array([ks.sum(), size - ks.sum()]) / size
        a = np.kron(np.eye(groups)[:-1], np.eye(2)[:1])
        cells = np.column_stack([ks, ns - ks]).ravel()
        expected = size * np.kron(rows, columns)
        variance = (
            size**2
            / (size - 1)
            * np.kron(np.diag(rows) - np.outer(rows, rows), np.diag(columns) - np.outer(columns, columns))
        )
        total += a @ (cells - expected)
        spread += a @ variance @ a.T
    return total @ np.linalg.solve(spread, total)


def test_more_groups_get_the_generalised_statistic():
    """Landis, Heyman & Koch (1978), with Kronecker products as in the paper; χ² on G − 1 degrees of freedom."""
    generator = np.random.default_rng(9)
    for _ in range(30):
        k, n = drawn(generator, 4, 4, 300, least=40)
        found = conditional_independence(k, n)

        assert found.test == "cochran_mantel_haenszel_general"
        assert found.statistic == pytest.approx(association(k, n), rel=1e-9)
        assert found.p_value == pytest.approx(chi2.sf(found.statistic, 3), rel=1e-9)


def test_thin_tables_of_three_groups_get_a_simulated_p():
    """No χ² where a group expects fewer than 5: margins fixed within strata, the same statistic, always the same draws."""
    k, n = [[1, 0, 3], [2, 1, 0]], [[4, 3, 5], [3, 4, 2]]
    found = conditional_independence(k, n)

    assert found.test == "cochran_mantel_haenszel_monte_carlo"
    assert found == conditional_independence(k, n)
    assert found.p_value == pytest.approx(simulated(k, n), abs=0.02)


def simulated(k, n):
    """Return the permutation p by listing all tables with these margins, stratum by stratum."""
    own = association(k, n)
    ranges = []
    for ks, ns in zip(k, n, strict=True):
        tables = [x for x in product(*(range(m + 1) for m in ns)) if sum(x) == sum(ks)]
        whole = math.comb(sum(ns), sum(ks))
        ranges.append([(x, math.prod(math.comb(m, c) for m, c in zip(ns, x, strict=True)) / whole) for x in tables])
    return sum(
        math.prod(p for _, p in combination)
        for combination in product(*ranges)
        if association([x for x, _ in combination], n) >= own * (1 - 1e-7)
    )


def test_groups_that_never_meet_cost_a_degree_of_freedom():
    """Two strata, two groups each, none in common: the covariance has rank 2, not 3."""
    k, n = [[20, 35, 0, 0], [0, 0, 50, 30]], [[60, 70, 0, 0], [0, 0, 80, 75]]
    found = conditional_independence(k, n)
    apart = [
        conditional_independence([row[:2] if place == 0 else row[2:]], [trial[:2] if place == 0 else trial[2:]])
        for place, (row, trial) in enumerate(zip(k, n, strict=True))
    ]

    assert found.degrees == 2
    assert found.statistic == pytest.approx(sum(part.statistic for part in apart), rel=1e-9)


def test_thin_strata_have_no_homogeneity_test():
    """Breslow–Day needs every stratum to be large; a p-value from thin ones would be made up."""
    assert odds_ratio_homogeneity([[1, 2], [2, 1], [1, 1]], [[4, 4], [4, 4], [3, 4]]) is None
