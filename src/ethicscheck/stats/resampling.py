"""The bootstrap of cells: drawing a group's counts again from their own shares *is* the bootstrap of its rows.

A row's cell is all a measure sees of it, so B resamples of n rows are B multinomial draws of C counts, whatever n is. Only
standard errors are taken from the replicates, never the percentiles of a gap: those of max − min leave out the truth in
every run once there are five equal groups (docs/statistics.md).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from .intervals import Floats
from .scaled import Scale, Scaled

Ints = NDArray[np.int64]
ValueFunction = Callable[[Floats], Floats]

_MOST_ADDED = 2.0  # rows that smoothing adds to a group in all, as in `delta`
_BLOCK = 4_000_000  # cells of replicates held in memory at once


def multinomial_replicates(cells: Floats, replicates: int, seed: int) -> Ints:
    """Draw every group's counts again, `replicates` times.

    Parameters
    ----------
    cells : counts, shape (G, C); fractional ones (planned data) are drawn for the rounded number of rows.
    replicates : B.
    seed : the same seed and cells give the same draws. Each group's depend on its own cells alone, so that neither the
        order of groups nor which of them are looked at changes a bit.

    Returns
    -------
    Counts of shape (B, G, C).

    Notes
    -----
    B. Efron (1979), Annals of Statistics 7, 1–26. For data on finitely many values the ordinary bootstrap is a
    multinomial draw.

    >>> multinomial_replicates(np.array([[5.0, 5.0]]), 3, 0).sum(axis=2).tolist()
    [[10], [10], [10]]
    """
    cells = np.asarray(cells, dtype=float)
    drawn = np.zeros((replicates, *cells.shape), dtype=np.int64)
    for group, own in enumerate(cells):
        total = own.sum()
        if total > 0:
            generator = np.random.default_rng([seed, *own.view(np.uint64).tolist()])
            drawn[:, group] = generator.multinomial(round(float(total)), own / total, size=replicates)
    return drawn


def bootstrapped(
    value: ValueFunction,
    cells: Floats,
    replicates: int,
    seed: int,
    *,
    scale: Scale = "identity",
    lowest: float = -np.inf,
    highest: float = np.inf,
    weight: Floats | None = None,
    weight_squares: Floats | None = None,
) -> Scaled:
    """Return group values whose limits come from the bootstrap's standard error on a scale that fits their range.

    Parameters
    ----------
    value : the measure, from cells of shape (N, C) to values of shape (N,), NaN where undefined. It is called with the
        cells of all replicates of some groups at once; multiplying a group's cells by one number must not change it.
    cells : counts, shape (G, C).
    replicates, seed : as for `multinomial_replicates`.
    scale, lowest, highest : as for `Scaled`.
    weight, weight_squares : Σw and Σw² by cell, shape (G, C). A replicate's weight in a cell is then the drawn number of
        rows at the cell's mean weight, plus a normal draw for the spread of weights within the cell: mean and
        variance are those of the bootstrap of weighted rows.

    Returns
    -------
    A `Scaled`; NaN limits where more than half of the replicates are undefined.

    Notes
    -----
    A little is added to each cell before drawing (½ of a row, never more than two rows in all), so that a group without
    a single error is not taken for certain: its replicates would all be the same.
    """
    cells = np.asarray(cells, dtype=float)
    groups, columns = cells.shape
    added = min(0.5, _MOST_ADDED / columns)
    smooth = np.where(cells.sum(axis=1, keepdims=True) > 0, cells + added, 0.0)
    amounts = cells if weight is None else np.asarray(weight, dtype=float)
    estimate = np.asarray(value(amounts), dtype=float)
    variance = np.full(groups, np.nan)
    step = max(1, _BLOCK // max(replicates * columns, 1))
    for start in range(0, groups, step):
        part = slice(start, start + step)
        drawn = multinomial_replicates(smooth[part], replicates, seed).astype(float)
        if weight is not None and weight_squares is not None:
            drawn = _reweighted(drawn, cells[part], amounts[part], np.asarray(weight_squares, dtype=float)[part], seed)
        again = np.asarray(value(drawn.reshape(-1, columns)), dtype=float).reshape(replicates, -1)
        variance[part] = _variance(again, estimate[part], scale, lowest, highest)
    return Scaled(estimate, variance, scale, lowest, highest, f"bootstrap_{scale}", rows=cells.sum(axis=1))


def _reweighted(drawn: Floats, rows: Floats, weight: Floats, squares: Floats, seed: int) -> Floats:
    some = rows > 0
    all_rows = np.where(rows.sum(axis=1, keepdims=True) > 0, rows.sum(axis=1, keepdims=True), 1.0)
    typical = weight.sum(axis=1, keepdims=True) / all_rows  # for an empty cell: the group's mean weight
    mean = np.where(some, weight / np.where(some, rows, 1.0), typical)
    spread = np.where(some, np.maximum(squares / np.where(some, rows, 1.0) - mean**2, 0.0), 0.0)
    noise = np.random.default_rng([seed, drawn.shape[2]]).standard_normal((drawn.shape[0], 1, drawn.shape[2]))
    return np.asarray(np.maximum(drawn * mean + noise * np.sqrt(drawn * spread), 0.0), dtype=float)


def _variance(again: Floats, estimate: Floats, scale: Scale, lowest: float, highest: float) -> Floats:
    """Return variances whose limits on `scale` have the replicates' own standard error there."""
    known = ~np.isnan(again)
    enough = known.sum(axis=0) * 2 > len(again)
    moved, slope = _on_scale(again, estimate, scale, lowest, highest)
    known &= np.isfinite(moved)
    number = np.maximum(known.sum(axis=0), 2)
    mean = np.where(known, moved, 0.0).sum(axis=0) / number
    found = np.where(known, (moved - mean) ** 2, 0.0).sum(axis=0) / (number - 1) * slope**2
    return np.where(enough & ~np.isnan(estimate), found, np.nan)


def _on_scale(
    again: Floats, estimate: Floats, scale: Scale, lowest: float, highest: float
) -> tuple[Floats, Floats | float]:
    """Return replicates on the scale, and the slope that carries a standard error there back to the value's own."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale == "log":
            inside = estimate > lowest
            return np.where(inside, np.log(again - lowest), again), np.where(inside, estimate - lowest, 1.0)
        if scale == "fisher":
            inside = np.abs(estimate) < 1
            return np.where(inside, np.arctanh(again), again), np.where(inside, 1 - estimate**2, 1.0)
        if scale == "logit":
            width = highest - lowest
            share, own = (again - lowest) / width, (estimate - lowest) / width
            inside = (own > 0) & (own < 1)
            return np.where(inside, logit(share), again), np.where(inside, width * own * (1 - own), 1.0)
    return again, 1.0
