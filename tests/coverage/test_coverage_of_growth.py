"""Changes between two audits of different people cover; what was not chosen does not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from simulate_growth import COMPARES, SIZES, cover, cover_criterion, naive, settings, true_gap

from ethicscheck.comparing.gaps import Seen
from ethicscheck.model.part import Interval
from ethicscheck.stats.estimators import Proportion
from ethicscheck.stats.gaps import gap_difference_high, gap_difference_low
from ethicscheck.stats.intervals import critical_value
from ethicscheck.stats.studentized_range import simultaneous_critical_value

NOISE = 4 * math.sqrt(0.05 * 0.95)


@pytest.mark.slow
@pytest.mark.parametrize("compare", COMPARES)
@pytest.mark.parametrize("groups", [2, 5, 10])
def test_the_change_between_two_audits_covers(groups, compare):
    """Nominal 95 %, whether gaps are equal, null or large, stay, close, open or turn round, with few people or many."""
    generator = np.random.default_rng(groups)
    runs = 100
    for sizes in SIZES:
        for name, rates in settings(groups).items():
            coverage, wrong = cover(rates, sizes, compare, runs, generator)
            assert coverage >= 0.945 - NOISE / math.sqrt(runs), (name, sizes, coverage)
            assert wrong <= 0.055 + NOISE / math.sqrt(runs), (name, sizes, wrong)


@pytest.mark.slow
@pytest.mark.parametrize("groups", [2, 5])
def test_the_change_in_the_worse_of_two_gaps_covers(groups):
    """Equalized odds: the same bound."""
    generator = np.random.default_rng(groups)
    runs = 100
    for sizes in SIZES:
        for name, rates in settings(groups).items():
            coverage, _ = cover_criterion(rates, sizes, runs, generator)
            assert coverage >= 0.945 - NOISE / math.sqrt(runs), (name, sizes, coverage)


@pytest.mark.slow
def test_mover_on_the_two_printed_gaps_would_miss_the_truth_in_a_third_of_samples():
    """Ten groups, few new people, many old ones, the gap closes: why the two gaps' own ends are not simply added up."""
    rates = settings(10)["the gap closes"]

    assert cover(rates, (100, 2000), "difference", 400, np.random.default_rng(1), naive)[0] < 0.7
    assert cover(rates, (100, 2000), "difference", 400, np.random.default_rng(1))[0] > 0.93


@pytest.mark.slow
@pytest.mark.parametrize("groups", [2, 5])
def test_one_gaps_ends_less_the_others_cover(groups):
    """The way out where groups' own values are not in a record: wider than need be, never too short."""
    z, strict = critical_value(0.05), simultaneous_critical_value(0.05, groups)

    def printed(part: Proportion) -> Interval:
        value = float(np.ptp(part.value))
        low, high = min(gap_difference_low(part, strict), value), max(gap_difference_high(part, z), value)
        return Interval(low=low, high=high, level=0.95, method="")

    def ends(new: Proportion, old: Proportion) -> tuple[float, float]:
        apart = Seen(0.0, 0.0, printed(old), printed(new)).ends_apart()
        assert apart is not None
        return apart

    generator = np.random.default_rng(groups)
    for sizes in SIZES:
        for name, rates in settings(groups).items():
            coverage, _ = cover(rates, sizes, "difference", 100, generator, ends)
            assert coverage >= 0.945 - NOISE / math.sqrt(100), (name, sizes, coverage)


def test_the_simulated_truth_is_the_gap_that_is_reported():
    """max − min, min ÷ max, the largest."""
    rates = np.array([0.2, 0.5, 0.4])

    assert true_gap(rates, "difference") == pytest.approx(0.3)
    assert true_gap(rates, "ratio") == pytest.approx(0.4)
    assert true_gap(rates, "each") == 0.5
