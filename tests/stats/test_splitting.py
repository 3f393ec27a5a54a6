"""A random split of counts is the random split of rows."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2, hypergeom

from ethicscheck.stats.splitting import split_counts

CELLS = np.array([[4, 1], [0, 3], [2, 2]])


def test_the_halves_add_up_and_no_cell_goes_below_zero():
    """Every row lands in one half."""
    for seed in range(50):
        first, second = split_counts(CELLS, seed)
        assert (first + second == CELLS).all()
        assert first.min() >= 0
        assert second.min() >= 0
        assert (int(first.sum()), int(second.sum())) == (6, 6)


def test_the_same_seed_gives_the_same_halves():
    """A record drawn twice holds the same bytes."""
    assert (split_counts(CELLS, 3)[0] == split_counts(CELLS, 3)[0]).all()
    assert any((split_counts(CELLS, 3)[0] != split_counts(CELLS, seed)[0]).any() for seed in range(4, 9))


def test_each_cell_follows_the_hypergeometric_distribution_of_scipy():
    """scipy.stats.hypergeom as the second implementation: mean and variance of each cell over 20,000 seeds."""
    draws = np.array([split_counts(CELLS, seed)[0].ravel() for seed in range(20_000)])
    for cell, size in ((cell, size) for cell, size in enumerate(CELLS.ravel()) if size):
        expected = hypergeom(CELLS.sum(), size, CELLS.sum() // 2)
        assert abs(draws[:, cell].mean() - expected.mean()) < 4 * np.sqrt(expected.var() / 20_000) + 1e-12
        assert abs(draws[:, cell].var() - expected.var()) < 0.03


def test_splitting_counts_is_splitting_shuffled_rows():
    """The joint distribution over whole tables, against rows that are written out, shuffled and cut in two (χ² test)."""
    small = np.array([2, 1, 3])
    rows = np.repeat(np.arange(3), small)
    generator = np.random.default_rng(0)
    by_counts = [tuple(split_counts(small, seed)[0].tolist()) for seed in range(20_000)]
    by_rows = [tuple(np.bincount(generator.permutation(rows)[:3], minlength=3).tolist()) for _ in range(20_000)]
    tables = sorted({*by_counts, *by_rows})
    a = np.array([by_counts.count(table) for table in tables])
    b = np.array([by_rows.count(table) for table in tables])
    statistic = ((a - b) ** 2 / (a + b)).sum()

    assert len(tables) == 6
    assert chi2.sf(statistic, len(tables) - 1) > 1e-4


def test_more_rows_than_numpy_draws_from_are_split_by_coin():
    """Three billion rows: halves of about equal size, and still every row in one of them."""
    cells = np.array([2_000_000_000, 1_000_000_000, 7])
    first, second = split_counts(cells, 0)

    assert (first + second == cells).all()
    assert abs(int(first[0]) - 10**9) < 6 * np.sqrt(2e9 / 4)
