"""Variances of any smooth function of cells, by the delta method with numeric derivatives.

For measures that have no formula of their own: custom functions, averages over classes, sums over clusters.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .intervals import Floats

ValueFunction = Callable[[Floats], Floats]
_STEP = 1e-4  # of the logarithm of a cell; central differences are then right to about 1e-8
_MOST_ADDED = 2.0  # rows that smoothing adds to a group in all: ½ a cell for the four cells of a yes/no decision


def cell_gradient(value: ValueFunction, cells: Floats) -> Floats:
    """Return the derivative of a measure by each cell, by central differences on the logarithm of the cell.

    Parameters
    ----------
    value : the measure, from cells of shape (G, C) to values of shape (G,).
    cells : positive amounts, shape (G, C); a cell of 0 gets the derivative 0.

    Returns
    -------
    Derivatives, shape (G, C); NaN where the measure is NaN.

    >>> cell_gradient(lambda c: c[:, 0] / c.sum(axis=1), np.array([[1.0, 3.0]])).round(6).tolist()
    [[0.1875, -0.0625]]
    """
    cells = np.asarray(cells, dtype=float)
    gradient = np.zeros_like(cells)
    for cell in range(cells.shape[1]):
        some = cells[:, cell] > 0
        up, down = cells.copy(), cells.copy()
        up[:, cell] *= np.exp(_STEP)
        down[:, cell] *= np.exp(-_STEP)
        slope = (value(up) - value(down)) / (2 * _STEP)
        gradient[:, cell] = np.where(some, slope / np.where(some, cells[:, cell], 1.0), 0.0)
    return gradient


def smoothed_cells(cells: Floats, squares: Floats) -> tuple[Floats, Floats]:
    """Return cells and squares with a little added to each cell, so that no derivative is infinite.

    ½ of a row (of the group's mean weight) is added to each cell, or less where the cells are more than four: never
    more than two rows to a group in all.

    Parameters
    ----------
    cells : sums of weights (plain counts are weights of 1), shape (G, C).
    squares : sums of squared weights, shape (G, C).
    """
    total = cells.sum(axis=1, keepdims=True)
    row = np.where(total > 0, squares.sum(axis=1, keepdims=True) / np.where(total > 0, total, 1.0), 1.0)
    added = min(0.5, _MOST_ADDED / cells.shape[1])
    return cells + added * row, squares + added * row**2


def cell_variance(value: ValueFunction, cells: Floats, squares: Floats | None = None, *, smooth: bool = True) -> Floats:
    """Return the sampling variance of a smooth measure of cells.

    Parameters
    ----------
    value : the measure, from cells of shape (G, C) to values of shape (G,), for all groups at once. Multiplying all
        cells of a group by one number must not change it (a rate, a mean, a ratio; not a total).
    cells : sums of weights, or plain counts, shape (G, C).
    squares : sums of squared weights, shape (G, C); None for plain counts, whose weights are all 1.
    smooth : whether to add ½ a row to each cell first (`smoothed_cells`).

    Returns
    -------
    Variances, shape (G,); NaN where the measure is NaN.

    Notes
    -----
    V = ∇fᵀ diag(Σw²) ∇f. As scaling does not change f, ∇f is at right angles to the cells; V is therefore the delta
    method over the multinomial where the cells are counts, and the sandwich (linearised, with replacement) variance
    where they are sums of weights: D. A. Binder (1983), International Statistical Review 51, 279–292.

    >>> cell_variance(lambda c: c[:, 0] / c.sum(axis=1), np.array([[30.0, 70.0]]), smooth=False).round(8).tolist()
    [0.0021]
    """
    cells = np.asarray(cells, dtype=float)
    squares = cells if squares is None else np.asarray(squares, dtype=float)
    if smooth:
        cells, squares = smoothed_cells(cells, squares)
    return np.asarray((cell_gradient(value, cells) ** 2 * squares).sum(axis=1), dtype=float)
