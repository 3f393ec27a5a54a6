"""Variances of functions of cells against closed formulas and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from ethicscheck.stats.delta import cell_gradient, cell_variance
from ethicscheck.stats.estimators import MatthewsCorrelation

CELLS = np.array([[40.0, 10.0, 5.0, 45.0], [200.0, 30.0, 60.0, 110.0]])


def _log_odds_ratio(cells):
    return np.log(cells[:, 0] * cells[:, 3] / (cells[:, 1] * cells[:, 2]))


def _phi(cells):
    tn, fp, fn, tp = cells.T
    return (tp * tn - fp * fn) / np.sqrt((tp + fn) * (tn + fp) * (tp + fp) * (tn + fn))


def test_a_log_odds_ratio_has_woolfs_variance() -> None:
    """Σ 1/cell, B. Woolf (1955), Annals of Human Genetics 19, 251–253."""
    expected = (1 / CELLS).sum(axis=1)

    actual = cell_variance(_log_odds_ratio, CELLS, smooth=False)

    assert actual == pytest.approx(expected, rel=1e-6)


def test_half_a_row_is_added_to_each_of_four_cells() -> None:
    """Σ 1/(cell + ½), the Haldane–Anscombe correction, finite with an empty cell."""
    cells = np.array([[40.0, 0.0, 5.0, 45.0]])

    actual = cell_variance(_log_odds_ratio, cells)

    assert actual == pytest.approx((1 / (cells + 0.5)).sum(axis=1), rel=1e-6)


def test_many_cells_get_two_rows_in_all() -> None:
    """½ to each of 100 cells would be 50 rows that nobody counted."""
    cells = np.zeros((1, 100))
    cells[0, :2] = 30.0, 70.0

    actual = cell_variance(lambda c: c[:, 0] / c.sum(axis=1), cells)

    assert actual == pytest.approx(0.3 * 0.7 / 100, rel=0.05)


def test_the_numeric_variance_agrees_with_the_formula_of_the_matthews_correlation() -> None:
    """`MatthewsCorrelation.variance` differentiates by hand."""
    assert cell_variance(_phi, CELLS) == pytest.approx(MatthewsCorrelation(CELLS).variance(), rel=1e-6)


def test_a_weighted_rate_has_the_sandwich_variance_of_statsmodels() -> None:
    """WLS on a constant with HC0 errors: Σw²(y − ȳ)²/(Σw)²."""
    rng = np.random.default_rng(3)
    weight, outcome = rng.gamma(2, size=300), rng.integers(0, 2, 300)
    fit = sm.WLS(outcome, np.ones(300), weights=weight).fit(cov_type="HC0")
    cells = np.array([[weight[outcome == 0].sum(), weight[outcome == 1].sum()]])
    squares = np.array([[(weight[outcome == 0] ** 2).sum(), (weight[outcome == 1] ** 2).sum()]])

    actual = cell_variance(lambda c: c[:, 1] / c.sum(axis=1), cells, squares, smooth=False)

    assert actual == pytest.approx([fit.bse[0] ** 2], rel=1e-6)


def test_the_unit_of_the_weights_does_not_matter() -> None:
    """Weights in grams or tonnes describe the same sample, smoothing included."""
    rng = np.random.default_rng(4)
    cells = rng.gamma(3, size=(2, 4)) * 50
    squares = cells * 1.7

    assert cell_variance(_phi, cells * 1000, squares * 1e6) == pytest.approx(
        cell_variance(_phi, cells, squares), rel=1e-9
    )


def test_an_undefined_value_has_no_variance_and_an_empty_cell_no_slope() -> None:
    """NaN in, NaN out; no warning."""
    never = cell_variance(lambda c: np.full(len(c), np.nan), CELLS)
    slope = cell_gradient(lambda c: c[:, 0] / c.sum(axis=1), np.array([[0.0, 3.0]]))

    assert np.isnan(never).all()
    assert slope.tolist() == [[0.0, 0.0]]
