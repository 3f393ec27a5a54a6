"""A histogram made into a bounded number of rows without chance."""

from __future__ import annotations

import numpy as np
import pytest

from ethicscheck.stats.systematic import systematic_counts


def test_few_enough_rows_come_back_as_they_are():
    """Nothing is approximated that need not be."""
    assert systematic_counts([3, 0, 5], 8).tolist() == [3, 0, 5]


def test_any_run_of_cells_is_off_by_less_than_one_row():
    """So no point of a curve moves by more than a row, and the answer is the same each time."""
    amounts = np.random.default_rng(2).gamma(0.3, 1000, size=4000)
    rows = systematic_counts(amounts, 20_000)
    exact = np.cumsum(amounts) / amounts.sum() * 20_000

    assert rows.sum() == 20_000
    assert rows.min() >= 0
    assert np.abs(np.cumsum(rows) - exact).max() <= 0.5 + 1e-6


def test_weights_are_rows_in_proportion():
    """Weights are no counts: they are scaled to the full number of rows."""
    assert systematic_counts([0.5, 1.5], 100).tolist() == [25, 75]


def test_nothing_gives_nothing():
    """No weight at all is no row at all."""
    assert systematic_counts([0.0, 0.0], 10).tolist() == pytest.approx([0, 0])
