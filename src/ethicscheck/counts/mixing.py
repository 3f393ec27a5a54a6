"""Cells of groups drawn toward what all groups share, and scaled: what planning puts in the place of data to come."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .table import Floats, GroupCounts


def drawn_together(counts: GroupCounts, keep: float, factor: float | Floats = 1.0) -> GroupCounts:
    """Return the cells drawn toward the pooled mix and scaled; fractional counts are fine for planning.

    Parameters
    ----------
    counts : G groups.
    keep : how much of each group's own mix is kept, from 0 to 1.
    factor : by which rows are scaled; one for each group has shape (G, 1).
    """
    amounts = counts.amounts
    totals = amounts.sum(axis=1, keepdims=True)
    pooled = amounts.sum(axis=0, keepdims=True) / amounts.sum()
    own = amounts / np.where(totals > 0, totals, 1.0)
    cells = factor * totals * (keep * own + (1 - keep) * pooled)
    if counts.sums is not None:
        each = counts.sums / np.where(totals > 0, totals, 1.0)
        everyone = counts.sums.sum(axis=0, keepdims=True) / amounts.sum()
        counts = replace(counts, sums=factor * totals * (keep * each + (1 - keep) * everyone))
    if counts.products is not None and counts.clusters is not None:
        counts = _more_clusters(counts, cells, factor)
    if counts.weight is None:
        return replace(counts, rows=cells)
    per_weight = counts.squares.sum(axis=1, keepdims=True) / np.where(totals > 0, totals, 1.0)
    each = counts.rows.sum(axis=1, keepdims=True) / np.where(
        totals > 0, totals, 1.0
    )  # rows stay rows, whatever they weigh
    return replace(counts, rows=cells * each, weight=cells, weight_squares=cells * per_weight)


def _more_clusters(counts: GroupCounts, cells: Floats, factor: float | Floats) -> GroupCounts:
    """Return `factor` times as many clusters of the same sizes, their amounts moved with the cells."""
    assert counts.products is not None
    assert counts.clusters is not None
    times = np.broadcast_to(np.asarray(factor, dtype=float).reshape(-1, 1), (len(counts), 1))
    if counts.products.shape[1] != cells.shape[1]:
        return replace(counts, products=counts.products * times[:, :, None], clusters=counts.clusters * times[:, 0])
    amounts = counts.amounts
    some = amounts > 0
    move = np.where(some, cells / times / np.where(some, amounts, 1.0), 0.0)
    products = counts.products * move[:, :, None] * move[:, None, :] * times[:, :, None]
    # What is drawn into a cell that no cluster has is spread over clusters of its own, a row each.
    row = counts.squares.sum(axis=1, keepdims=True) / np.maximum(amounts.sum(axis=1, keepdims=True), 1e-300)
    fresh = np.where(some, 0.0, cells) * row
    products = products + np.einsum("gc,cd->gcd", fresh, np.eye(cells.shape[1]))
    return replace(counts, products=products, clusters=counts.clusters * times[:, 0])
