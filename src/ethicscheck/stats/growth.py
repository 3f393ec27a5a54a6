"""How much a gap grew between two audits of different people, when of each group only its value and limits are known.

A gap is the largest of several contrasts (pairs of groups, or single groups), and which of them is truly the largest is
known of neither audit. Two models on the same people are in `paired`, where luck is shared and cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from .estimators import Proportion
from .gaps import difference_limits, ratio_limits
from .intervals import Floats

Bools = NDArray[np.bool_]
Places = NDArray[np.int64]
Compare = Literal["difference", "ratio", "each"]

EXCLUDING_SHARE = 0.1  # of α; spent on finding out which groups may be the extreme ones


class Limited(Protocol):
    """G values that know their limits."""

    @property
    def value(self) -> Floats:
        """The estimates, shape (G,)."""
        ...

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the limits at a critical value, each of shape (G,)."""
        ...


@dataclass(frozen=True)
class KnownAt:
    """Values whose limits are known at one critical value; at another they reach in proportion to it.

    Parameters
    ----------
    value, low, high : shape (G,); `high` may be infinite.
    z : the critical value they were made with.
    """

    value: Floats
    low: Floats
    high: Floats
    z: float

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the limits, each side's reach scaled by `z` over what it was made with."""
        part = z / self.z
        return self.value - (self.value - self.low) * part, self.value + (self.high - self.value) * part


def proportion_of_limits(value: Floats, low: Floats, high: Floats, z: float) -> Proportion:
    """Return the proportions that have these Wilson limits: the (effective) number of trials is worked out from them.

    Parameters
    ----------
    value, low, high : a proportion and its Wilson limits, shape (G,).
    z : the critical value the limits were made with.

    Notes
    -----
    Wilson's limits L solve (p − L)² = z² L(1 − L)/n, so n follows from either; the one further from p keeps more digits.

    >>> from .intervals import wilson_limits
    >>> p = np.array([0.0, 0.3])
    >>> proportion_of_limits(p, *wilson_limits(p, [40, 200], 1.96), 1.96).size.round(6).tolist()
    [40.0, 200.0]
    """
    far = np.where(high - value >= value - low, high, low)
    reach = np.abs(far - value)
    known = reach > 0
    size = np.where(known, z * z * far * (1 - far) / np.where(known, reach, 1.0) ** 2, np.inf)
    return Proportion(value, np.maximum(size, 0.0))


@dataclass(frozen=True)
class Compared:
    """One measure in two audits of different people.

    Parameters
    ----------
    new, old : the groups that are compared in either audit; they need not be the same ones.
    same : (place in new, place in old) of each group that stands in both.
    """

    new: Limited
    old: Limited
    same: Sequence[tuple[int, int]]


def growth_ends(parts: Sequence[Compared], compare: Compare, alpha: float, worst: str = "max") -> tuple[float, float]:
    """Return the interval of (new gap − old gap) from two samples of different people.

    Parameters
    ----------
    parts : the measure; of a criterion, whose gap is the worst of several, each of them.
    compare : "difference" (max − min), "ratio" (min ÷ max) or "each" (the worst single group).
    alpha : 1 − confidence.
    worst : for "each", whether the largest or the smallest value is the worst.

    Returns
    -------
    (low, high) : either may be infinite.

    Notes
    -----
    Under either audit a group drops out as the highest (lowest) when another is higher (lower) beyond doubt, and a measure
    as the worst of several when another one's gap is larger beyond doubt; a tenth of α goes to that, by Bonferroni. Let c be
    a pair that may be the new audit's extremes, d̂ a difference. Where c may be the old audit's extremes too, the gap grew by
    at most d_new(c) − d_old(c), since the old gap is at least the old difference of that pair. Else it grew by
    d_new(c) − d_old(e) for some pair e that may be the old extremes. Each such contrast has a MOVER limit (Zou & Donner 2008,
    Statistics in Medicine 27, 1693–1702) from the two pairs' own, which in turn come from the groups' own; the upper end is
    the largest of them, with what is left of α/2, and the lower end mirrors it.

    MOVER on the two gaps' printed ends would not do: max − min is biased upward, its lower end is floored at 0, and
    a bias is no chance error that cancels another. With ten equal groups of 100 new people and an old gap well known it would
    miss the truth in up to half of all samples (tests/coverage/simulate_growth.py).
    """
    excluding = (
        EXCLUDING_SHARE * alpha / 2
    )  # for one end: four extremes must be kept, and the worst of several measures
    z = float(-ndtri(alpha / 2 - excluding))
    new = _whole([part.new for part in parts], compare, z, excluding, worst)
    old = _whole([part.old for part in parts], compare, z, excluding, worst)
    there, back = _matched(parts, compare)
    high, low = _largest_growth(new, old, there), -_largest_growth(old, new, back)
    rising = compare == "difference" or (compare == "each" and worst == "max")
    return (low, high) if rising else (-high, -low)


@dataclass(frozen=True)
class _Contrasts:
    """What a gap may be the largest of: C values, how far their limits reach, and which of them may be the largest."""

    value: Floats
    down: Floats
    up: Floats
    possible: Bools


def _whole(sides: Sequence[Limited], compare: Compare, z: float, excluding: float, worst: str) -> _Contrasts:
    """Return the contrasts of all measures of one audit, without measures that are beyond doubt not the worst."""
    groups = max(len(side.value) for side in sides)
    z_excluding = float(-ndtri(excluding / (6 * max(groups - 1, 1))))
    made = [_contrasts(side, compare, z, z_excluding, worst) for side in sides]
    joined = _Contrasts(*(np.concatenate([getattr(part, name) for part in made]) for name in _FIELDS))
    if len(sides) == 1:
        return joined
    z_apart = float(-ndtri(excluding / (6 * len(joined.value))))
    far = [_contrasts(side, compare, z_apart, z_excluding, worst) for side in sides]
    floor = max(float((part.value - part.down).max()) for part in far)
    reached = np.concatenate([part.value + part.up >= floor for part in far])
    return replace(joined, possible=joined.possible & reached)


_FIELDS = ("value", "down", "up", "possible")


def _contrasts(side: Limited, compare: Compare, z: float, z_excluding: float, worst: str) -> _Contrasts:
    value, (low, high) = side.value, side.limits(z)
    highest, lowest = _extremes(side, z_excluding)
    if compare == "each":
        if worst == "max":
            return _Contrasts(value, value - low, high - value, highest)
        return _Contrasts(-value, high - value, value - low, lowest)
    rows = value[:, None], (low[:, None], high[:, None])
    columns = value[None, :], (low[None, :], high[None, :])
    apart = ~np.eye(len(value), dtype=bool)
    if compare == "difference":
        lows, highs = difference_limits(*rows, *columns)
        centre, possible = rows[0] - columns[0], highest[:, None] & lowest[None, :]
        return _Contrasts(centre[apart], (centre - lows)[apart], (highs - centre)[apart], possible[apart])
    # A divisor of 0 may be any number: its contrast has no end. Cutting ratios off at 1, which that of the true extremes
    # never passes, would make the reach of those near 1 far too short.
    lows, highs = ratio_limits(*rows, *columns)
    some = columns[0] > 0
    centre = np.where(some, rows[0] / np.where(some, columns[0], 1.0), 1.0)
    down, up = (np.where(some, reach, np.inf) for reach in (highs - centre, centre - lows))
    possible = lowest[:, None] & highest[None, :]
    return _Contrasts(-centre[apart], down[apart], up[apart], possible[apart])


def _extremes(side: Limited, z: float) -> tuple[Bools, Bools]:
    """Return which groups may be the highest, and which the lowest."""
    value, (low, high) = side.value, side.limits(z)
    lows, _ = difference_limits(
        value[:, None], (low[:, None], high[:, None]), value[None, :], (low[None, :], high[None, :])
    )
    above = lows > 0  # the row's group beyond doubt above the column's
    np.fill_diagonal(above, val=False)
    return np.asarray(~above.any(axis=0)), np.asarray(~above.any(axis=1))


def _matched(parts: Sequence[Compared], compare: Compare) -> tuple[Places, Places]:
    """Return the place of each contrast in the other audit, both ways; −1 where it has none."""
    places: tuple[list[Places], list[Places]] = ([], [])
    for part in parts:
        sizes = len(part.new.value), len(part.old.value)
        there, back = (np.full(size, -1) for size in sizes)
        for a, b in part.same:
            there[a], back[b] = b, a
        if compare != "each":
            there, back = _matched_pairs(there, sizes[1]), _matched_pairs(back, sizes[0])
        starts = [sum(map(len, found)) for found in places]
        places[0].append(np.where(there >= 0, there + starts[1], -1))
        places[1].append(np.where(back >= 0, back + starts[0], -1))
    return np.concatenate(places[0]), np.concatenate(places[1])


def _matched_pairs(there: Places, others: int) -> Places:
    """Return the place of each ordered pair in the other audit; pairs are listed row by row, without the diagonal."""
    i, j = np.nonzero(~np.eye(len(there), dtype=bool))
    a, b = there[i], there[j]
    return np.where((a >= 0) & (b >= 0), a * (others - 1) + b - (b > a), -1)


def _largest_growth(new: _Contrasts, old: _Contrasts, match: Places) -> float:
    """Return the largest upper limit of (new gap − old gap) over the contrasts that may be the largest."""
    both = new.possible & (match >= 0) & old.possible[match]
    largest = -np.inf
    if both.any():
        at = match[both]
        largest = float((new.value[both] - old.value[at] + np.hypot(new.up[both], old.down[at])).max())
    apart = new.possible & ~both
    if apart.any():
        # The limit rises with the new value and reach, and with the old reach and minus the old value.
        value, up = _front(new.value[apart], new.up[apart])
        other, down = _front(-old.value[old.possible], old.down[old.possible])
        largest = max(largest, float((value[:, None] + other[None, :] + np.hypot(up[:, None], down[None, :])).max()))
    return largest


def _front(value: Floats, reach: Floats) -> tuple[Floats, Floats]:
    """Return the points that no other one beats in both."""
    order = np.lexsort((-reach, -value))
    value, reach = value[order], reach[order]
    best = np.maximum.accumulate(np.r_[-np.inf, reach[:-1]])
    keep = reach > best
    keep[0] = True
    return value[keep], reach[keep]
