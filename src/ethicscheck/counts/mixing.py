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
    if counts.weight is None:
        return replace(counts, rows=cells)
    per_weight = counts.squares.sum(axis=1, keepdims=True) / np.where(totals > 0, totals, 1.0)
    return replace(counts, rows=cells, weight=cells, weight_squares=cells * per_weight)
