"""The spread beyond sampling noise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ethicscheck.stats.dispersion import corrected_dispersion


def test_the_formula_on_numbers_worked_by_hand():
    """S² of 1, 2, 3 is 1; the mean variance is 0.36; √0.64 = 0.8."""
    assert corrected_dispersion([1, 2, 3], [0.36, 0.30, 0.42]) == pytest.approx(0.8)


def test_no_noise_leaves_the_standard_deviation():
    """numpy's own, with K − 1."""
    values = [0.1, 0.5, 0.7, 0.2]

    assert corrected_dispersion(values, [0] * 4) == pytest.approx(np.std(values, ddof=1))


def test_less_spread_than_chance_gives_is_zero():
    """Never the root of a negative number."""
    assert corrected_dispersion([0.50, 0.51], [0.01, 0.01]) == 0.0


def test_permuting_the_groups_changes_no_bit():
    """Renamed groups change nothing in the record."""
    generator = np.random.default_rng(1)
    values, variances = generator.random(17), generator.random(17) / 100
    expected = corrected_dispersion(values, variances)
    for _ in range(20):
        order = generator.permutation(17)
        assert corrected_dispersion(values[order], variances[order]) == expected


def test_the_squared_dispersion_is_unbiased():
    """Simulation: S² − mean p(1 − p)/(n − 1) has the true between-group variance as its mean, before the floor at 0."""
    generator = np.random.default_rng(2)
    rates, n = np.array([0.2, 0.25, 0.3, 0.35, 0.4]), np.array([40, 60, 80, 100, 120])
    shares = generator.binomial(n, rates, size=(40_000, 5)) / n
    squared = shares.var(axis=1, ddof=1) - (shares * (1 - shares) / (n - 1)).mean(axis=1)
    error = squared.std() / math.sqrt(len(squared))

    assert squared.mean() == pytest.approx(rates.var(ddof=1), abs=4 * error)


def test_the_dispersion_of_equal_groups_does_not_grow_with_their_number_as_max_minus_min_does():
    """Lum, Zhang & Bower 2022: equal rates, n = 30, p = .5; the expected gap rises from .10 (K = 2) to .34 (K = 20)."""
    generator = np.random.default_rng(3)
    gaps, spreads = [], []
    for groups in (2, 20):
        shares = generator.binomial(30, 0.5, size=(2000, groups)) / 30
        gaps.append((shares.max(axis=1) - shares.min(axis=1)).mean())
        spreads.append(np.mean([corrected_dispersion(p, p * (1 - p) / 29) for p in shares]))

    assert gaps == pytest.approx([0.10, 0.34], abs=0.01)
    assert spreads[1] < 0.03
    assert spreads[1] <= spreads[0]
