"""Simulate two models on the same rows: the coverage of a group's change, and of the change in a gap.

A table of eight cells holds both models' selections; labels are negative throughout, so the selection rate is measured.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ethicscheck.stats.estimators import Proportion
from ethicscheck.stats.intervals import critical_value
from ethicscheck.stats.paired import Change, collapse_new, collapse_other, gap_change_ends, paired_correlation

Floats = NDArray[np.float64]
ALPHA = 0.05
Z = critical_value(ALPHA)


def chances(new: float, other: float, agreement: float) -> Floats:
    """Return the chances of the eight cells; agreement 0 is independence, 1 as much agreement as the rates allow."""
    both = new * other + agreement * (min(new, other) - new * other)
    return np.array([1 - new - other + both, new - both, 0, 0, other - both, both, 0, 0])


def selection_rate(cells: Floats) -> Floats:
    """(FP + TP)/all of the four cells of one model."""
    return np.asarray(cells[:, [1, 3]].sum(axis=1) / cells.sum(axis=1))


def change_of(cells: Floats) -> Change:
    """Return the change in selection rate by group."""
    size = cells.sum(axis=1)
    return Change(
        Proportion(selection_rate(collapse_new(cells)), size),
        Proportion(selection_rate(collapse_other(cells)), size),
        paired_correlation(selection_rate, cells, cells),
    )


def group_change(
    new: float, other: float, agreement: float, size: int, runs: int, generator: np.random.Generator
) -> float:
    """Return the coverage of one group's change."""
    cells = generator.multinomial(size, chances(new, other, agreement), size=runs).astype(float)
    low, high = change_of(cells).limits(Z)
    return float(((low <= new - other) & (high >= new - other)).mean())


def settings(groups: int, size: int) -> dict[str, tuple[Floats, Floats]]:
    """Return the true rates under the new and the other model, by what happens to the gap."""
    line, equal = np.linspace(0.2, 0.6, groups), np.full(groups, 0.4)
    two = np.array([0.3] + [0.5] * (groups - 1))
    middle = np.full(groups - 2, 0.43)
    near = [np.linspace(0.4, 0.4 + errors * np.sqrt(0.5 / size), groups) for errors in (2.5, 4)]
    return {
        "all equal, nothing changes": (equal, equal),
        "apart, nothing changes": (line, line),
        "one below, nothing changes": (two, two),
        "the gap closes": (equal, line),
        "the gap opens": (line, equal),
        "the order turns round": (line[::-1].copy(), line),
        "all rise": (line + 0.1, line),
        "extremes move": (line, two),
        "a small gap turns round": (np.r_[0.40, 0.47, middle], np.r_[0.47, 0.40, middle]),
        "a gap of 2.5 errors closes": (equal, near[0]),
        "a gap of 4 errors closes": (equal, near[1]),
    }


def gap_change(
    new: Floats, other: Floats, agreement: float, size: int, runs: int, generator: np.random.Generator
) -> tuple[float, float]:
    """Return the coverage of the change in max − min, and the mean width."""
    each = [generator.multinomial(size, chances(a, b, agreement), size=runs) for a, b in zip(new, other, strict=True)]
    truth = (new.max() - new.min()) - (other.max() - other.min())
    ends = np.array([gap_change_ends(change_of(run), ALPHA) for run in np.stack(each, axis=1).astype(float)])
    held = (ends[:, 0] <= truth + 1e-12) & (ends[:, 1] >= truth - 1e-12)
    return float(held.mean()), float((ends[:, 1] - ends[:, 0]).mean())
