"""Two groups, a group and the overall, and the gap over K groups.

Oracles: Newcombe's published table, statsmodels, a literal transcription of Donner & Zou's equations, and loops.
"""

from __future__ import annotations

import csv
import math
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from ethicscheck.stats.estimators import Odds, Proportion
from ethicscheck.stats.gaps import (
    against_overall,
    crossing_critical_value,
    difference_limits,
    gap_difference_high,
    gap_difference_low,
    gap_ratio_high,
    gap_ratio_low,
    pairwise_extremes,
    ratio_against_overall,
    ratio_limits,
)
from ethicscheck.stats.intervals import critical_value, wilson_limits
from ethicscheck.stats.studentized_range import simultaneous_critical_value

Z = critical_value(0.05)
CASES = Path(__file__).parent.parent / "cases" / "newcombe_1998_method_10.csv"


def proportion(successes, trials):
    """Return rates k/n; undefined where n is 0."""
    k, n = np.asarray(successes, dtype=float), np.asarray(trials, dtype=float)
    return Proportion(np.where(n > 0, k / np.where(n > 0, n, 1), np.nan), n)


def two(k1, n1, k2, n2, pair, z=Z):
    """Return the limits for two rates."""
    a, b = np.array([k1 / n1]), np.array([k2 / n2])
    low, high = pair(a, wilson_limits(a, [n1], z), b, wilson_limits(b, [n2], z))
    return float(low[0]), float(high[0])


def published():
    """Return Newcombe's table: k1, n1, k2, n2, low, high."""
    with CASES.open(encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row and not row[0].startswith("#")]
    return [(*map(int, row[:4]), float(row[4]), float(row[5])) for row in rows]


@pytest.mark.parametrize(("k1", "n1", "k2", "n2", "low", "high"), published())
def test_the_difference_equals_newcombes_published_table(k1, n1, k2, n2, low, high):
    """R. G. Newcombe (1998), Statistics in Medicine 17, 873–890, table II, method 10, to its four decimals."""
    found = two(k1, n1, k2, n2, difference_limits)

    assert [round(end, 4) for end in found] == [low, high]


def test_the_difference_equals_statsmodels_on_random_counts():
    """A second implementation, `confint_proportions_2indep(method="newcomb")`, zeros and ones among the counts."""
    generator = np.random.default_rng(11)
    for _ in range(200):
        n1, n2 = generator.integers(2, 300, size=2)
        k1, k2 = generator.integers(0, n1 + 1), generator.integers(0, n2 + 1)
        expected = confint_proportions_2indep(k1, n1, k2, n2, compare="diff", method="newcomb")
        np.testing.assert_allclose(two(k1, n1, k2, n2, difference_limits), expected, rtol=0, atol=1e-9)


def test_the_difference_mirrors_when_the_groups_swap():
    """a − b and b − a are one statement."""
    low, high = two(7, 30, 11, 25, difference_limits)

    assert two(11, 25, 7, 30, difference_limits) == pytest.approx((-high, -low), abs=1e-15)


def test_the_difference_never_leaves_its_range():
    """Wald limits pass ±1; these can't, because each side stops at its own limit."""
    for k1, n1, k2, n2 in ((10, 10, 0, 10), (1, 1, 0, 1), (5, 5, 0, 1000)):
        low, high = two(k1, n1, k2, n2, difference_limits)
        assert -1 <= low <= high <= 1


def donner_zou(a, l1, u1, b, l2, u2):
    """Return equations 8 and 9 of Donner & Zou (2012) as printed: roots over the denominator's limits."""
    low = (a * b - math.sqrt((a * b) ** 2 - l1 * u2 * (2 * a - l1) * (2 * b - u2))) / (u2 * (2 * b - u2))
    high = (a * b + math.sqrt((a * b) ** 2 - u1 * l2 * (2 * a - u1) * (2 * b - l2))) / (l2 * (2 * b - l2))
    return low, high


def test_the_ratio_equals_donner_and_zous_equations():
    """The package writes them without their 0/0 (rationalised); elsewhere both must agree."""
    generator = np.random.default_rng(12)
    checked = 0
    for _ in range(300):
        n1, n2 = (int(n) for n in generator.integers(5, 400, size=2))
        k1, k2 = int(generator.integers(1, n1 + 1)), int(generator.integers(1, n2 + 1))
        a, b = k1 / n1, k2 / n2
        (l1,), (u1,) = wilson_limits([a], [n1], Z)
        (l2,), (u2,) = wilson_limits([b], [n2], Z)
        if abs(u2 - 2 * b) < 1e-3:
            continue  # the printed form divides 0 by 0 there
        checked += 1
        np.testing.assert_allclose(two(k1, n1, k2, n2, ratio_limits), donner_zou(a, l1, u1, b, l2, u2), rtol=1e-7)

    assert checked > 250


def test_the_ratio_is_where_the_difference_a_minus_r_b_touches_zero():
    """The definition of MOVER-R: R is a limit when the MOVER interval of a − R·b has an end at 0."""
    a, b = np.array([0.3]), np.array([0.5])
    limits_a, limits_b = wilson_limits(a, [40], Z), wilson_limits(b, [60], Z)
    low, high = ratio_limits(a, limits_a, b, limits_b)
    for r, end in ((low, 0), (high, 1)):
        scaled = (limits_b[0] * r, limits_b[1] * r)
        assert difference_limits(a, limits_a, b * r, scaled)[end][0] == pytest.approx(0, abs=1e-12)


def test_the_ratio_inverts_when_the_groups_swap():
    """a ÷ b and b ÷ a are one statement."""
    low, high = two(7, 30, 11, 25, ratio_limits)

    assert two(11, 25, 7, 30, ratio_limits) == pytest.approx((1 / high, 1 / low), rel=1e-12)


def test_a_denominator_whose_upper_limit_is_twice_its_value_needs_no_special_case():
    """There the printed equation is 0/0; its limit is l1(2a − l1)/(2ab)."""
    a, b = np.array([0.4]), np.array([0.2])
    low, _ = ratio_limits(a, (np.array([0.3]), np.array([0.5])), b, (np.array([0.1]), np.array([0.4])))

    assert low[0] == pytest.approx(0.3 * 0.5 / (2 * 0.4 * 0.2))


def test_a_ratio_with_a_zero_numerator_starts_at_zero_and_ends_above_it():
    """0/20 against 10/20: the ratio may be anything from 0 to a finite limit."""
    low, high = two(0, 20, 10, 20, ratio_limits)

    assert low == 0.0
    assert 0 < high < 1


def test_a_ratio_with_a_zero_denominator_has_no_upper_limit():
    """Never 10, 1.0 or NaN, as other tools give."""
    low, high = two(10, 20, 0, 20, ratio_limits)

    assert high == math.inf
    assert low > 1


def test_a_ratio_of_two_zeros_says_nothing():
    """0 ÷ 0 fits every ratio; it is not "perfectly fair"."""
    assert two(0, 20, 0, 20, ratio_limits) == (0.0, math.inf)


def test_infinite_limits_pass_through_without_nan():
    """Odds have an infinite upper limit when nothing stands below the line."""
    odds = Odds(proportion([5, 3], [6, 3]))  # the second is undefined: 3/0
    low, high = odds.limits(Z)

    assert np.isnan([low[1], high[1]]).all()
    infinite = (np.array([1.0]), np.array([np.inf]))
    finite = (np.array([1.0]), np.array([3.0]))
    two_ = np.array([2.0])
    assert ratio_limits(two_, infinite, two_, finite)[1][0] == np.inf
    assert ratio_limits(two_, finite, two_, infinite)[0][0] == 0.0
    assert difference_limits(two_, infinite, two_, finite)[1][0] == np.inf
    assert difference_limits(two_, finite, two_, infinite)[0][0] == -np.inf


def test_against_overall_equals_the_identity_for_point_values():
    """θ_g − θ = (1 − w)(θ_g − θ_rest), worked on counts: 30/100 against 30/100 + 90/300."""
    k, n, rest_k, rest_n = 30, 100, 120, 300
    group, rest, overall = k / n, rest_k / rest_n, (k + rest_k) / (n + rest_n)
    exact = group - rest
    point = np.array([exact])
    low, high = against_overall(point, (point, point), np.array([group - overall]), np.array([n / (n + rest_n)]))

    assert low[0] == high[0] == pytest.approx(group - overall)
    assert (1 - n / (n + rest_n)) * exact == pytest.approx(group - overall)


def test_against_overall_shrinks_the_limits_by_the_share_of_the_others():
    """Half of the overall is the group itself, so half of the uncertainty cancels."""
    low, high = against_overall(np.array([0.2]), (np.array([0.1]), np.array([0.4])), np.array([0.1]), np.array([0.5]))

    assert (low[0], high[0]) == pytest.approx((0.05, 0.2))


def test_a_group_that_is_everyone_differs_from_the_overall_by_nothing():
    """w = 1."""
    low, high = against_overall(np.array([0.0]), (np.array([-0.3]), np.array([0.3])), np.array([0.0]), np.array([1.0]))

    assert (low[0], high[0]) == (0.0, 0.0)


def test_the_ratio_against_overall_equals_the_identity_for_point_values():
    """θ_g ÷ θ = 1/(w + (1 − w)/r), worked on counts."""
    group, rest, overall, share = 30 / 100, 120 / 300, 150 / 400, 0.25
    point = np.array([group / rest])
    low, high = ratio_against_overall((point, point), np.array([share]))

    assert low[0] == high[0] == pytest.approx(group / overall)


def test_the_ratio_against_overall_maps_zero_to_zero_and_infinity_to_one_over_the_share():
    """A group that holds all the events has the rate θ/w; a group with none has 0."""
    low, high = ratio_against_overall((np.array([0.0]), np.array([np.inf])), np.array([0.2]))

    assert (low[0], high[0]) == (0.0, 5.0)


def test_a_group_that_is_everyone_and_has_no_event_gives_no_warning():
    """One group with rate 0: w = 1, the rest is undefined, and 0 · ∞ must not be computed."""
    low, high = ratio_against_overall((np.array([0.0]), np.array([np.nan])), np.array([1.0]))

    assert low[0] == 0.0
    assert np.isnan(high[0])


def by_loops(estimator, z, pair):
    """Return the four extremes by comparing each ordered pair on its own."""
    value = estimator.value
    low, high = estimator.limits(z)
    found = []
    for i, j in permutations(range(len(value)), 2):
        side = [(value[[g]], (low[[g]], high[[g]])) for g in (i, j)]
        found.append([float(end[0]) for end in pair(*side[0], *side[1])])
    lows, highs = zip(*found, strict=True)
    return max(lows), max(highs), min(lows), min(highs)


@pytest.mark.parametrize("pair", [difference_limits, ratio_limits])
@pytest.mark.parametrize("groups", [2, 3, 9])
def test_the_extremes_equal_a_loop_over_all_pairs(pair, groups):
    """The same numbers one pair at a time, groups of zero and one included."""
    generator = np.random.default_rng(groups)
    n = generator.integers(10, 90, size=groups)
    k = generator.integers(0, n + 1)
    k[0], k[1] = 0, n[1]
    estimator = proportion(k, n)
    found = pairwise_extremes(estimator, Z, pair)

    assert (found.largest_low, found.largest_high, found.smallest_low, found.smallest_high) == by_loops(
        estimator, Z, pair
    )


def test_more_groups_than_one_block_give_the_same_extremes():
    """Pairs are worked through 256 groups at a time; the seam must not show."""
    generator = np.random.default_rng(1)
    n = generator.integers(30, 300, size=515)
    estimator = proportion(generator.binomial(n, 0.4), n)
    low, high = estimator.limits(Z)
    value = estimator.value
    expected_low, expected_high = -np.inf, -np.inf
    for i in range(515):
        others = np.arange(515) != i
        lows, highs = difference_limits(value[[i]], (low[[i]], high[[i]]), value[others], (low[others], high[others]))
        expected_low, expected_high = max(expected_low, lows.max()), max(expected_high, highs.max())
    found = pairwise_extremes(estimator, Z, difference_limits)

    assert (found.largest_low, found.largest_high) == (expected_low, expected_high)


@pytest.mark.parametrize("kind", ["rates", "rare", "equal", "odds", "unequal"])
@pytest.mark.parametrize("seed", range(6))
def test_of_many_groups_only_those_that_can_decide_are_compared(kind, seed):
    """The same end as over all pairs, zeros, ones and endless limits included."""
    generator = np.random.default_rng(seed)
    n = generator.integers(5, 400, size=120) if kind != "unequal" else generator.choice([6, 20, 5_000], size=120)
    rate = {"rates": generator.random(120), "rare": 0.02, "equal": 0.4, "odds": 0.5, "unequal": generator.random(120)}
    estimator = proportion(generator.binomial(n, rate[kind]), n)
    if kind == "odds":
        estimator = Odds(proportion(np.minimum(generator.binomial(n, 0.7), n - 1), n))
    for z in (0.5, Z, 4.0):
        difference = pairwise_extremes(estimator, z, difference_limits)
        ratio = pairwise_extremes(estimator, z, ratio_limits)

        assert gap_difference_low(estimator, z) == max(difference.largest_low, 0)
        assert gap_difference_high(estimator, z) == difference.largest_high
        assert gap_ratio_low(estimator, z) == max(ratio.smallest_low, 0)
        assert gap_ratio_high(estimator, z) == min(ratio.smallest_high, 1)


@pytest.mark.parametrize("end", [gap_difference_low, gap_difference_high, gap_ratio_low, gap_ratio_high])
def test_permuting_the_groups_changes_no_bit(end):
    """The order in which a file names its groups is no information."""
    generator = np.random.default_rng(4)
    n = generator.integers(20, 200, size=12)
    k = generator.binomial(n, 0.3)
    expected = end(proportion(k, n), 2.2)
    for _ in range(20):
        order = generator.permutation(12)
        assert end(proportion(k[order], n[order]), 2.2) == expected


def test_two_groups_have_newcombes_interval():
    """For K = 2 nothing is corrected: 56/70 against 48/80 gives the published limits, in either order."""
    strict = simultaneous_critical_value(0.05, 2)
    for k, n in (([56, 48], [70, 80]), ([48, 56], [80, 70])):
        ends = gap_difference_low(proportion(k, n), strict), gap_difference_high(proportion(k, n), Z)
        assert [round(end, 4) for end in ends] == [0.0524, 0.3339]


def test_equal_groups_have_a_gap_interval_that_starts_at_zero():
    """The lower end is floored: a gap can't be negative."""
    assert gap_difference_low(proportion([10, 10, 10], [30, 30, 30]), 2.3) == 0.0


def test_equal_groups_have_a_ratio_interval_that_ends_at_one():
    """The upper end is capped: min ÷ max can't pass 1."""
    assert gap_ratio_high(proportion([10, 10, 10], [30, 30, 30]), 2.3) == 1.0


def test_groups_of_zero_and_one_have_a_gap_up_to_one():
    """p = 0 and p = 1, the widest gap there is, without warnings."""
    estimator = proportion([0, 20], [20, 20])

    assert gap_difference_high(estimator, Z) == pytest.approx(1.0)
    assert 0.6 < gap_difference_low(estimator, Z) < 1
    assert gap_ratio_low(estimator, Z) == 0.0
    assert 0 < gap_ratio_high(estimator, Z) < 0.3


def test_groups_without_any_success_have_no_ratio_to_exclude():
    """All rates 0: any ratio from 0 to 1 fits."""
    estimator = proportion([0, 0, 0], [20, 30, 40])

    assert (gap_ratio_low(estimator, Z), gap_ratio_high(estimator, Z)) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("end", "grows"),
    [(gap_difference_low, False), (gap_difference_high, True), (gap_ratio_low, False), (gap_ratio_high, True)],
)
def test_the_ends_move_one_way_as_the_critical_value_grows(end, grows):
    """A p-value is found by bisection over the critical value, so each end must be monotone."""
    generator = np.random.default_rng(9)
    for _ in range(20):
        n = generator.integers(5, 100, size=6)
        estimator = proportion(generator.binomial(n, generator.random(6)), n)
        path = np.diff([end(estimator, z) for z in np.linspace(0, 12, 60)])
        assert (path >= -1e-12).all() if grows else (path <= 1e-12).all()


def test_the_crossing_value_is_where_the_end_meets_the_bound():
    """For a plain mean ± z·se the answer is known: (0.5 − 0.3)/0.1 = 2."""
    assert crossing_critical_value(lambda z: 0.5 - 0.1 * z, 0.3, rising=False) == pytest.approx(2.0)
    assert crossing_critical_value(lambda z: 0.5 + 0.1 * z, 0.7, rising=True) == pytest.approx(2.0)


def test_the_crossing_value_is_zero_when_the_estimate_is_on_the_other_side():
    """An estimate within the limit is no evidence that it is beyond."""
    assert crossing_critical_value(lambda z: 0.5 - 0.1 * z, 0.6, rising=False) == 0.0
    assert crossing_critical_value(lambda z: 0.5 + 0.1 * z, 0.5, rising=True) == 0.0


def test_the_crossing_value_stops_at_forty():
    """An end that never meets the bound, such as a lower end above a limit of 0 that is floored at 0."""
    assert crossing_critical_value(lambda z: 1.0, 0.5, rising=False) == 40.0
