"""Changes between two models on the same rows cover."""

from __future__ import annotations

import math

import numpy as np
import pytest
from simulate_changes import gap_change, group_change, settings

NOISE = 4 * math.sqrt(0.05 * 0.95)


@pytest.mark.slow
@pytest.mark.parametrize("size", [100, 400])
def test_a_groups_change_covers(size):
    """Nominal 95 %, from models that decide independently to models that agree as far as they can."""
    generator = np.random.default_rng(size)
    for new, other in ((0.5, 0.5), (0.3, 0.2), (0.1, 0.1), (0.9, 0.6)):
        for agreement in (0.0, 0.5, 0.9, 1.0):
            coverage = group_change(new, other, agreement, size, 4000, generator)
            assert coverage >= 0.945 - NOISE / math.sqrt(4000), (new, other, agreement, coverage)


@pytest.mark.slow
@pytest.mark.parametrize(("groups", "size"), [(2, 100), (2, 1000), (5, 100), (5, 1000), (10, 100), (10, 1000)])
def test_the_change_in_a_gap_covers(groups, size):
    """Nominal 95 %, whether gaps are equal, null or large, stay, close, open or turn round."""
    generator = np.random.default_rng(groups * size)
    runs = 800 if groups == 2 else 300
    for name, (new, other) in settings(groups, size).items():
        for agreement in (0.0, 0.9):
            coverage, _ = gap_change(new, other, agreement, size, runs, generator)
            assert coverage >= 0.945 - NOISE / math.sqrt(runs), (name, agreement, coverage)


@pytest.mark.slow
def test_pairing_narrows_the_interval():
    """Two models that nearly agree: the change is known three times better than from two samples."""
    generator = np.random.default_rng(3)
    line = np.linspace(0.2, 0.6, 5)

    assert (
        gap_change(line, line, 0.9, 1000, 100, generator)[1] * 2.5
        < gap_change(line, line, 0.0, 1000, 100, generator)[1]
    )
