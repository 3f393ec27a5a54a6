"""Standardised values, the split into explained and unexplained, demographic disparity, and the turn-around.

Oracles: exact fractions, loops over people, and simulations with a known truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

from ethicscheck.stats.estimators import Proportion
from ethicscheck.stats.gaps import difference_limits, gap_difference_high, gap_difference_low
from ethicscheck.stats.intervals import critical_value, wilson_limits
from ethicscheck.stats.standardised import (
    Standardised,
    common_strata,
    demographic_disparity,
    difference,
    mean_mix,
    pooled_mix,
    standardise,
    turn_around,
)
from ethicscheck.stats.stratified import Pooled

Z = critical_value(0.05)
ADMITTED = np.array([[512, 89], [353, 17], [120, 202], [138, 131], [53, 94], [22, 24]])
APPLIED = np.array([[825, 108], [560, 25], [325, 593], [417, 375], [191, 393], [373, 341]])


@dataclass(frozen=True)
class Uneven:
    """Rates that `standardise` does not know as rates, with limits that pull towards the middle."""

    share: np.ndarray
    size: np.ndarray
    method = "wilson"
    value = property(lambda self: self.share)

    def limits(self, z):
        """Return Wilson limits."""
        return Proportion(self.share, self.size).limits(z)

    def far_limits(self, z):
        """Return exact limits."""
        return Proportion(self.share, self.size).far_limits(z)

    def variance(self):
        """Return the unbiased variance."""
        return Proportion(self.share, self.size).variance()


def estimators(successes, trials):
    """Return one estimator a stratum."""
    return tuple(Proportion(k / n, n.astype(float)) for k, n in zip(successes, trials, strict=True))


def test_berkeleys_standardised_rates_are_the_fractions():
    """Each department's rate, weighted by all who applied there: men 38.7 %, women 43.0 %, in exact fractions."""
    total = int(APPLIED.sum())
    expected = [
        float(
            sum(
                Fraction(int(APPLIED[s].sum()), total) * Fraction(int(ADMITTED[s, g]), int(APPLIED[s, g]))
                for s in range(6)
            )
        )
        for g in range(2)
    ]
    found = standardise(estimators(ADMITTED, APPLIED), pooled_mix(APPLIED))

    assert found.value.tolist() == pytest.approx(expected, rel=1e-14)
    assert [round(value, 3) for value in expected] == [0.387, 0.430]


def test_adjusting_turns_berkeleys_gap_round():
    """Crude: men 14.2 points above women, surely. Standardised: women above men. Bickel, Hammel & O'Connell's point."""
    men, women = ADMITTED.sum(axis=0) / APPLIED.sum(axis=0)
    crude = difference(Proportion(np.array([men, women]), APPLIED.sum(axis=0).astype(float)), 0, 1, Z)
    adjusted = difference(standardise(estimators(ADMITTED, APPLIED), pooled_mix(APPLIED)), 0, 1, Z)

    assert round(crude.value, 3) == 0.142
    assert crude.low > 0
    assert adjusted.value < 0
    assert turn_around(crude, adjusted) in {"clear", "possible"}


@pytest.mark.parametrize("kind", [Proportion, Uneven])
def test_one_stratum_leaves_everything_as_it_was(kind):
    """Nothing to adjust for: value and limits are the group's own, whether or not it is a rate."""
    part = kind(np.array([0.3, 0.6]), np.array([40.0, 50.0]))
    found = standardise([part], np.ones(1))

    assert isinstance(found, Standardised) == (kind is Uneven)
    assert found.value.tolist() == part.value.tolist()
    assert np.allclose(found.variance(), part.variance())
    for own, expected in ((found.limits(Z), part.limits(Z)), (found.far_limits(Z), part.far_limits(Z))):
        low, high = part.value - own[0], own[1] - part.value
        least = Z * np.sqrt(part.variance()) * (kind is Uneven)
        assert np.allclose([low, high], np.fmax(least, [part.value - expected[0], expected[1] - part.value]))


@pytest.mark.parametrize(
    ("strata", "least", "most", "base"), [(2, 50, 150, 0.4), (6, 20, 60, 0.02), (25, 4, 10, 0.4), (60, 1, 6, 0.1)]
)
def test_the_standardised_difference_covers(strata, least, most, base):
    """2,000 draws with a known truth, few large and many small strata, rare outcomes too: at least 93 % at nominal 95 %.

    Square-and-add of each stratum's Wilson limits, the obvious way, covers 86 % in the last of these.
    """
    generator = np.random.default_rng(strata)
    trials = generator.integers(least, most, size=(strata, 2))
    rates = generator.uniform(base / 2, base * 1.5, size=(strata, 1)) + np.array([0.12, 0.0])
    mix = pooled_mix(trials)
    truth = float(mix @ (rates[:, 0] - rates[:, 1]))
    hits = 0
    for _ in range(2000):
        found = difference(standardise(estimators(generator.binomial(trials, rates), trials), mix), 0, 1, Z)
        hits += found.low <= truth <= found.high

    assert hits / 2000 >= 0.93


def test_other_values_are_never_narrower_than_their_variance():
    """Sixty strata of 1 to 5 people, limits that pull towards the middle: the generic way covers too."""
    generator = np.random.default_rng(8)
    trials = generator.integers(1, 6, size=(60, 2))
    mix = pooled_mix(trials)
    hits = 0
    for _ in range(500):
        successes = generator.binomial(trials, 0.3)
        parts = [Uneven(k / n, n.astype(float)) for k, n in zip(successes, trials, strict=True)]
        found = difference(standardise(parts, mix), 0, 1, Z)
        hits += found.low <= 0 <= found.high

    assert hits / 500 >= 0.93


def test_rates_that_do_not_vary_still_have_width():
    """0 of 10 and 10 of 10: no stratum varies, so the size is 1 ÷ Σ w²/n = 20, not infinite."""
    found = standardise(
        [Proportion(np.array([0.0]), np.array([10.0])), Proportion(np.array([1.0]), np.array([10.0]))],
        np.array([0.5, 0.5]),
    )

    assert found.value.tolist() == [0.5]
    assert found.size.tolist() == [20.0]


def test_strata_without_variation_make_nothing_surer_than_the_groups_rows():
    """0 of 7, 3 of 7 and 0 of 6: two strata show no variance, which says little of so few people."""
    parts = [Proportion(np.array([k / n]), np.array([float(n)])) for k, n in ((0, 7), (3, 7), (0, 6))]

    assert standardise(parts, np.full(3, 1 / 3)).size.tolist() == [20.0]


def test_the_gap_machinery_takes_standardised_values_as_any_other():
    """Three groups: max − min and its simultaneous ends come from the same functions as a crude gap's."""
    successes, trials = np.array([[10, 20, 12], [30, 10, 22]]), np.array([[40, 45, 50], [60, 40, 55]])
    found = standardise(estimators(successes, trials), pooled_mix(trials))
    gap = found.value.max() - found.value.min()

    assert gap_difference_low(found, 2.3) < gap < gap_difference_high(found, 1.96)


def test_a_stratum_without_a_group_is_named():
    """Positivity: nobody of the second group in the second stratum, so nothing is known of them there."""
    assert common_strata([[3, 4], [5, 0], [1, 1]]).tolist() == [True, False, True]


def test_a_gap_that_only_the_mix_makes_is_wholly_explained():
    """Both groups do alike in each stratum (20 % and 40 %) and choose differently: 12 points, none unexplained.

    The construction of Žliobaitė, Kamiran & Calders (2011): 200 and 800 against 800 and 200 applicants.
    """
    trials = np.array([[200, 800], [800, 200]])
    successes = np.array([[40, 160], [320, 80]])
    crude = successes.sum(axis=0) / trials.sum(axis=0)
    unexplained = difference(standardise(estimators(successes, trials), mean_mix(trials)), 0, 1, Z)

    assert crude[0] - crude[1] == pytest.approx(0.12)
    assert unexplained.value == pytest.approx(0, abs=1e-15)


def test_explained_and_unexplained_add_up_to_the_gap():
    """Kitagawa's identity, on random tables."""
    generator = np.random.default_rng(1)
    for _ in range(50):
        trials = generator.integers(1, 50, size=(4, 2))
        successes = generator.binomial(trials, 0.4)
        rates, mixes = successes / trials, trials / trials.sum(axis=0)
        unexplained = difference(standardise(estimators(successes, trials), mean_mix(trials)), 0, 1, Z).value
        explained = ((mixes[:, 0] - mixes[:, 1]) * rates.mean(axis=1)).sum()
        crude = successes.sum(axis=0) / trials.sum(axis=0)

        assert unexplained + explained == pytest.approx(crude[0] - crude[1], abs=1e-14)


def test_demographic_disparity_of_berkeleys_women_shrinks_when_departments_are_held():
    """Women are 46.1 % of those turned down and 31.7 % of those admitted; within departments the shares are close.

    By Wachter, Mittelstadt & Russell's definition in exact fractions: (1/n) Σ n_s (share of rejected − share of accepted).
    """
    refused = APPLIED - ADMITTED
    found = demographic_disparity(
        np.column_stack([ADMITTED[:, 1], ADMITTED.sum(axis=1)]),
        np.column_stack([refused[:, 1], refused.sum(axis=1)]),
        APPLIED.sum(axis=1),
        Z,
    )
    total = int(APPLIED.sum())
    expected = sum(
        Fraction(int(APPLIED[s].sum()), total)
        * (Fraction(int(refused[s, 1]), int(refused[s].sum())) - Fraction(int(ADMITTED[s, 1]), int(ADMITTED[s].sum())))
        for s in range(6)
    )

    assert found.crude.value == pytest.approx(1278 / 2771 - 557 / 1755, rel=1e-14)
    assert found.conditional.value == pytest.approx(float(expected), rel=1e-13)
    assert found.conditional.value < 0.02 < found.crude.low
    assert found.used.all()


def test_demographic_disparity_in_one_stratum_has_newcombes_limits():
    """Two shares of fixed totals: the difference of two independent proportions."""
    found = demographic_disparity([[12, 40]], [[30, 60]], [100], Z)
    one, two = np.array([30 / 60]), np.array([12 / 40])
    low, high = difference_limits(one, wilson_limits(one, [60], Z), two, wilson_limits(two, [40], Z))

    assert (found.conditional.low, found.conditional.high) == pytest.approx((float(low[0]), float(high[0])))
    assert found.crude.low == pytest.approx(found.conditional.low)


def test_strata_where_all_decisions_are_alike_are_left_out_and_said():
    """Nobody was refused in the second stratum: there is no share of the refused."""
    found = demographic_disparity([[3, 10], [5, 8]], [[4, 9], [0, 0]], [19, 8], Z)

    assert found.used.tolist() == [True, False]
    assert found.conditional.value == pytest.approx(4 / 9 - 3 / 10)
    assert demographic_disparity([[5, 8]], [[0, 0]], [8], Z) is None


@pytest.mark.parametrize(
    ("crude", "adjusted", "flag"),
    [
        (Pooled(0.2, 0.1, 0.3), Pooled(-0.1, -0.2, -0.01), "clear"),
        (Pooled(0.2, 0.1, 0.3), Pooled(-0.1, -0.2, 0.01), "possible"),
        (Pooled(0.1, -0.1, 0.3), Pooled(-0.1, -0.2, -0.01), "possible"),
        (Pooled(0.1, -0.1, 0.3), Pooled(-0.1, -0.2, 0.01), None),
        (Pooled(0.2, 0.1, 0.3), Pooled(0.01, -0.1, 0.1), None),
        (Pooled(-0.2, -0.3, -0.1), Pooled(0.1, 0.05, 0.2), "clear"),
        (Pooled(0.2, 0.1, 0.3), Pooled(0.0, -0.1, 0.1), None),
    ],
)
def test_a_turn_around_needs_opposite_signs_and_one_that_is_sure(crude, adjusted, flag):
    """Two differences that are chance have opposite signs half the time; that is no paradox."""
    assert turn_around(crude, adjusted) == flag
