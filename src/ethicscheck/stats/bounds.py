"""How large and how small a gap could be, whichever groups the rows of unknown group belong to. No sampling, no interval.

G groups with k successes in n known trials; beside them U₁ successes and U₀ failures whose group nobody knows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .intervals import Floats


@dataclass(frozen=True)
class Extremes:
    """The groups' rates at both ends.

    `narrow` and `wide` are (lowest rate, highest rate) where the gap is smallest and where it is largest; `lowest` and
    `highest` are the places of the two groups of the wide end.
    """

    narrow: tuple[float, float]
    wide: tuple[float, float]
    lowest: int
    highest: int


def rate_extremes(
    successes: ArrayLike, trials: ArrayLike, unknown_successes: float, unknown_failures: float, elsewhere: bool
) -> Extremes:
    """Return the smallest and the largest gap of rates over every way to share out the unknown rows.

    Parameters
    ----------
    successes, trials : of the rows whose group is known (weights where weighted), shape (G,), G ≥ 2, trials above 0.
    unknown_successes, unknown_failures : of the rows whose group is unknown.
    elsewhere : whether an unknown row may also belong to a group that is not among the G.

    Notes
    -----
    Largest: for an ordered pair (i, j) every unknown success goes to i and every unknown failure to j, which is best for
    both at once, so it is sharp; the difference and the ratio are extreme at the same allocation.

    Smallest: successes lift the lowest groups to a common level L, the largest with Σ max(0, (L n − k)/(1 − L)) ≤ U₁,
    which is the least of (K + U₁)/(N + U₁) over the 1, 2, … G lowest groups pooled; failures bring the highest ones down to
    H = the largest of K/(N + U₀) over the 1, 2, … G highest. The two do not hinder one another. If all rows belong to these
    groups, the rate of all together lies between L and H whatever the allocation, and L ≤ R ≤ H bounds both; the rest of the
    rows can then be placed without leaving [L, H]. Sharp but for whole rows: a row can't be split between groups.

    The idea of bounds from what is not observed: C. F. Manski (1989), Journal of Human Resources 24, 343–360; for unknown
    groups J. Kallus, X. Mao & A. Zhou (2022), Management Science 68, 1959–1981.

    >>> found = rate_extremes([30, 20], [60, 60], 5, 10, False)
    >>> [round(rate, 3) for rate in (*found.narrow, *found.wide)]
    [0.385, 0.429, 0.286, 0.538]
    """
    k, n = np.asarray(successes, dtype=float), np.asarray(trials, dtype=float)
    up, down = float(unknown_successes), float(unknown_failures)
    highest, lowest = _widest((k + up) / (n + up), k / (n + down))
    wide = float(k[lowest] / (n[lowest] + down)), float((k[highest] + up) / (n[highest] + up))
    order = np.argsort(k / n, kind="stable")
    level_low = _pooled(k[order], n[order], up, up).min()
    level_high = _pooled(k[order[::-1]], n[order[::-1]], 0.0, down).max()
    if elsewhere:
        middle = (level_low + level_high) / 2
        narrow = (middle, middle) if level_low >= level_high else (level_low, level_high)
    else:
        everyone = (k.sum() + up) / (n.sum() + up + down)
        narrow = min(level_low, everyone), max(level_high, everyone)
    return Extremes((float(narrow[0]), float(narrow[1])), wide, lowest, highest)


def _widest(most: Floats, least: Floats) -> tuple[int, int]:
    """Return the places i ≠ j with the largest most[i] − least[j]."""
    apart = most[:, None] - least[None, :]
    np.fill_diagonal(apart, -np.inf)
    first, second = np.unravel_index(int(apart.argmax()), apart.shape)
    return int(first), int(second)


def _pooled(k: Floats, n: Floats, above: float, below: float) -> Floats:
    return np.asarray((np.cumsum(k) + above) / (np.cumsum(n) + below), dtype=float)
