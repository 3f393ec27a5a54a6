"""The change of a gap between two audits of different people, from what their records keep."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from ethicscheck.stats.estimators import Proportion
from ethicscheck.stats.gaps import difference_limits
from ethicscheck.stats.growth import Compared, KnownAt, growth_ends, proportion_of_limits
from ethicscheck.stats.intervals import critical_value, wilson_limits

Z = critical_value(0.05)


def rates(shares, size):
    return Proportion(np.array(shares, dtype=float), np.full(len(shares), float(size)))


def same(groups):
    return [(place, place) for place in range(groups)]


def test_the_number_of_people_comes_back_from_a_rates_limits():
    """At 0, at 1 and between, to within rounding: so limits at another critical value are Wilson's own."""
    share, size = np.array([0.0, 0.013, 0.5, 0.97, 1.0]), np.array([30.0, 77.0, 1000.0, 12.5, 400.0])

    found = proportion_of_limits(share, *wilson_limits(share, size, Z), Z)

    assert found.size == pytest.approx(size, rel=1e-9)
    assert found.limits(3.4)[1] == pytest.approx(wilson_limits(share, size, 3.4)[1])


def test_other_limits_reach_in_proportion_to_the_critical_value():
    """Twice the critical value, twice the reach; a missing end stays missing."""
    known = KnownAt(np.array([2.0, 5.0]), np.array([1.0, 4.0]), np.array([4.0, math.inf]), 2.0)

    low, high = known.limits(4.0)

    assert low.tolist() == [0.0, 3.0]
    assert high.tolist() == [6.0, math.inf]


def test_with_clear_extremes_it_is_mover_on_the_two_differences():
    """Two groups far apart in both audits: the plain square-and-add of four rates, each end at a little less than α/2."""
    new, old = rates([0.7, 0.2], 500), rates([0.6, 0.2], 400)
    z = float(ndtri(1 - (0.025 - 0.0025)))
    sides = []
    for part in (new, old):
        value, (low, high) = part.value, part.limits(z)
        sides.append((value[0] - value[1], *difference_limits(value[:1], (low[:1], high[:1]), value[1:], (low[1:], high[1:]))))  # fmt: skip
    (d_new, low_new, high_new), (d_old, low_old, high_old) = sides
    change = d_new - d_old
    expected = (
        float((change - np.hypot(d_new - low_new, high_old - d_old))[0]),
        float((change + np.hypot(high_new - d_new, d_old - low_old))[0]),
    )

    assert growth_ends([Compared(new, old, same(2))], "difference", 0.05) == pytest.approx(expected, rel=1e-6)


def test_exchanging_the_audits_turns_the_interval_round():
    """New against old is old against new with the sign turned, for every kind of gap and with groups that differ."""
    new, old = rates([0.7, 0.2, 0.4], 300), rates([0.55, 0.25], 900)
    pairs, back = [(0, 0), (1, 1)], [(0, 0), (1, 1)]
    for compare in ("difference", "ratio", "each"):
        low, high = growth_ends([Compared(new, old, pairs)], compare, 0.05)
        there = growth_ends([Compared(old, new, back)], compare, 0.05)
        assert (low, high) == pytest.approx((-there[1], -there[0]))
        assert low < high


def test_the_worst_group_may_be_the_lowest():
    """`each` with a lower limit: the smallest value's change, which falls when the worst group falls."""
    new, old = rates([0.9, 0.5], 2000), rates([0.9, 0.7], 2000)

    low, high = growth_ends([Compared(new, old, same(2))], "each", 0.05, "min")
    unmoved = growth_ends([Compared(new, old, same(2))], "each", 0.05, "max")

    assert low < -0.2 < high < -0.1
    assert unmoved[0] < 0 < unmoved[1]


def test_a_ratio_that_falls_is_below_nought():
    """min ÷ max falls from .9 to .5: the interval of the change lies below 0."""
    low, high = growth_ends([Compared(rates([0.3, 0.6], 3000), rates([0.54, 0.6], 3000), same(2))], "ratio", 0.05)

    assert low < -0.4 < high < -0.25


def test_a_divisor_that_may_be_nought_gives_no_end_and_no_nan():
    """Nobody selected in any group of one audit: the ratio may be anything, and says so."""
    ends = growth_ends([Compared(rates([0.0, 0.0], 50), rates([0.5, 0.6], 500), same(2))], "ratio", 0.05)

    assert not any(math.isnan(end) for end in ends)
    assert ends[0] == -math.inf or ends[1] == math.inf


def test_of_two_measures_only_the_one_that_may_be_the_worst_decides():
    """Equalized odds whose false positives grew from .2 to .4 grew, whatever a small gap in true positives did."""
    grew = Compared(rates([0.6, 0.2], 3000), rates([0.4, 0.2], 3000), same(2))
    vague = Compared(rates([0.52, 0.5], 300), rates([0.5, 0.52], 300), same(2))
    alone = growth_ends([grew], "difference", 0.05)

    assert growth_ends([grew, vague], "difference", 0.05) == pytest.approx(alone, abs=1e-9)
    assert alone[0] > 0.1
    # Were both gaps small, neither could be left out, and the interval would be wider than that of either.
    both = growth_ends([vague, vague], "difference", 0.05)
    one = growth_ends([vague], "difference", 0.05)
    assert both[0] <= one[0] < one[1] <= both[1]


def test_two_hundred_groups_are_no_trouble():
    """Forty thousand pairs in each audit; those that no other beats are few, so not every pair meets every other."""
    generator = np.random.default_rng(3)
    new, old = (rates(generator.uniform(0.2, 0.8, 200).round(3), 400) for _ in range(2))
    shuffled = [(place, 199 - place) for place in range(0, 200, 2)]

    low, high = growth_ends([Compared(new, old, shuffled)], "difference", 0.05)

    assert low < np.ptp(new.value) - np.ptp(old.value) < high


def test_leaving_out_what_is_beaten_changes_no_limit():
    """The same largest limit as over all pairs of pairs, one by one."""
    generator = np.random.default_rng(5)
    new, old = (rates(generator.uniform(0.2, 0.8, 4).round(2), 60) for _ in range(2))
    z = float(ndtri(1 - (0.025 - 0.0025)))
    highest = -np.inf
    for i, j in ((i, j) for i in range(4) for j in range(4) if i != j):
        for a, b in ((a, b) for a in range(4) for b in range(4) if a != b):
            (l1, u1), (l0, u0) = new.limits(z), old.limits(z)
            up = np.hypot(u1[i] - new.value[i], new.value[j] - l1[j])
            down = np.hypot(old.value[a] - l0[a], u0[b] - old.value[b])
            if _possible(new, i, j) and _possible(old, a, b):
                highest = max(highest, new.value[i] - new.value[j] - old.value[a] + old.value[b] + np.hypot(up, down))

    assert growth_ends([Compared(new, old, [])], "difference", 0.05)[1] == pytest.approx(highest, rel=1e-6)


def _possible(side, top, bottom):
    """Return whether no other group is higher than `top`, or lower than `bottom`, beyond doubt."""
    z = 3.865  # of .0025 ÷ (6 · 3), roughly
    value, (low, high) = side.value, side.limits(z)

    def above(one, other):
        return difference_limits(value[one], (low[one], high[one]), value[other], (low[other], high[other]))[0] > 0

    return not any(above(one, top) for one in range(4)) and not any(above(bottom, one) for one in range(4))
