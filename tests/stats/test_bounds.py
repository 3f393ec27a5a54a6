"""Bounds over unknown groups: every allocation of whole rows listed, and a linear program for split ones."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from ethicscheck.stats.bounds import rate_extremes


def allocations(total, groups, elsewhere):
    """Return every way to share out `total` whole rows."""
    for shares in product(range(total + 1), repeat=groups):
        if sum(shares) == total or (elsewhere and sum(shares) <= total):
            yield np.array(shares)


def brute_force(k, n, up, down, elsewhere):
    """Return the smallest and the largest max − min and min ÷ max over all allocations of whole rows."""
    gaps, ratios = [], []
    for more in allocations(up, len(k), elsewhere):
        for less in allocations(down, len(k), elsewhere):
            rates = (k + more) / (n + more + less)
            gaps.append(rates.max() - rates.min())
            ratios.append(rates.min() / rates.max() if rates.max() else np.nan)
    return min(gaps), max(gaps), np.nanmin(ratios), np.nanmax(ratios)


def drawn(generator, groups):
    """Return random known rows and a few unknown ones."""
    n = generator.integers(1, 15, size=groups)
    return generator.binomial(n, generator.uniform(0.1, 0.9, size=groups)), n, *generator.integers(0, 5, size=2)


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("groups", [2, 3])
def test_the_wide_end_equals_brute_force(groups, elsewhere):
    """Every allocation listed: the largest gap and the smallest ratio are reached, to the last bit of a float."""
    generator = np.random.default_rng(groups)
    for _ in range(25):
        k, n, up, down = drawn(generator, groups)
        found = rate_extremes(k, n, up, down, elsewhere)
        _, widest, least, _ = brute_force(k, n, up, down, elsewhere)

        assert found.wide[1] - found.wide[0] == pytest.approx(widest, abs=1e-12)
        if found.wide[1] > 0:
            assert found.wide[0] / found.wide[1] == pytest.approx(least, abs=1e-12)


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("groups", [2, 3])
def test_no_allocation_of_whole_rows_has_a_smaller_gap(groups, elsewhere):
    """Every allocation listed: the narrow end is a bound, and off by no more than one row in the smallest group."""
    generator = np.random.default_rng(10 + groups)
    for _ in range(25):
        k, n, up, down = drawn(generator, groups)
        found = rate_extremes(k, n, up, down, elsewhere)
        smallest, _, _, ratio = brute_force(k, n, up, down, elsewhere)
        narrow = found.narrow[1] - found.narrow[0]

        assert narrow <= smallest + 1e-12
        assert smallest - narrow <= 1 / n.min() + 1e-12
        if found.narrow[1] > 0:
            assert found.narrow[0] / found.narrow[1] >= ratio - 1e-12


def possible(k, n, up, down, elsewhere, low, high):
    """Return whether rows that may be split can be shared out so that all rates lie in [low, high]: a linear program."""
    groups = len(k)
    above, most, equal, total = [], [], [], []
    for place in range(groups):
        row = np.zeros(2 * groups)
        row[2 * place : 2 * place + 2] = -(1 - low), low
        above.append(row)
        most.append(k[place] - low * n[place])
        row = np.zeros(2 * groups)
        row[2 * place : 2 * place + 2] = 1 - high, -high
        above.append(row)
        most.append(high * n[place] - k[place])
    for kind, amount in enumerate((up, down)):
        row = np.zeros(2 * groups)
        row[kind::2] = 1
        (above if elsewhere else equal).append(row)
        (most if elsewhere else total).append(amount)
    found = linprog(
        np.zeros(2 * groups),
        A_ub=above,
        b_ub=most,
        A_eq=equal or None,
        b_eq=total or None,
        bounds=(0, None),
        method="highs",
    )
    return found.status == 0


@pytest.mark.parametrize("elsewhere", [False, True])
def test_the_narrow_end_is_the_linear_programs(elsewhere):
    """If rows could be split, all rates fit in [L, H], and in no interval with a higher low end or a lower high end."""
    generator = np.random.default_rng(6)
    for _ in range(40):
        k, n, up, down = drawn(generator, 4)
        low, high = rate_extremes(k, n, up, down, elsewhere).narrow

        assert possible(k, n, up, down, elsewhere, low - 1e-7, high + 1e-7)
        if high - low > 1e-6:
            assert not possible(k, n, up, down, elsewhere, low + 1e-5, 1.0)
            assert not possible(k, n, up, down, elsewhere, 0.0, high - 1e-5)


def test_nothing_unknown_leaves_the_gap_as_it_is():
    """Both ends are the observed rates."""
    found = rate_extremes([3, 8, 5], [10, 10, 10], 0, 0, False)

    assert found.narrow == found.wide == (0.3, 0.8)
    assert (found.lowest, found.highest) == (0, 1)


def test_many_unknown_rows_can_even_everything_out_or_hide_everything():
    """As many unknown as known: the gap may be nothing at all, or nearly everything."""
    found = rate_extremes([5, 6], [10, 10], 10, 10, False)

    assert found.narrow[0] == found.narrow[1]
    assert found.wide == (5 / 20, 16 / 20)
