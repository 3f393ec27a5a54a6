"""Every decision threshold at once, from a histogram of scores: cells by group, the best common one, one for each group.

A person is selected where score ≥ threshold. No rows are needed: one reversed cumulative sum over the histogram gives
the four cells of every group at every threshold. Which rule a threshold keeps is asked in `studies.thresholds`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .intervals import Floats

Ints = NDArray[np.int64]
Booleans = NDArray[np.bool_]

# How far a curve may move between two kept points; the first under which few enough points are left is taken.
TOLERANCES = (0.0, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0)
MOST_WINDOWS = 20_000
# Rates are quotients of floats: two that should be one window's width apart may differ in the last bits.
_SLACK = 1e-12


@dataclass(frozen=True)
class Sweep:
    """The outcomes of G groups at each of T thresholds.

    Parameters
    ----------
    thresholds : ascending, shape (T,): every score that occurs, then infinity (nobody is selected).
    false_positives, true_positives : counts or sums of weights, shape (G, T), falling along T.
    """

    thresholds: Floats
    false_positives: Floats
    true_positives: Floats

    @property
    def negatives(self) -> Floats:
        """People for whom the outcome did not happen, shape (G,)."""
        return self.false_positives[:, 0]

    @property
    def positives(self) -> Floats:
        """People for whom the outcome happened, shape (G,)."""
        return self.true_positives[:, 0]

    @property
    def correct(self) -> Floats:
        """True positives plus true negatives, shape (G, T)."""
        return self.true_positives + (self.negatives[:, None] - self.false_positives)

    @property
    def selection_rates(self) -> Floats:
        """(TP + FP) ÷ all, shape (G, T); NaN for a group without people."""
        return _share(self.false_positives + self.true_positives, self.negatives + self.positives)

    @property
    def true_positive_rates(self) -> Floats:
        """TP ÷ (TP + FN), shape (G, T); NaN for a group without positives."""
        return _share(self.true_positives, self.positives)

    @property
    def false_positive_rates(self) -> Floats:
        """FP ÷ (FP + TN), shape (G, T); NaN for a group without negatives."""
        return _share(self.false_positives, self.negatives)

    def place(self, threshold: float) -> int:
        """Return the place at which the decisions are those of `threshold`, which need not be a score that occurs.

        >>> sweep([0.2, 0.5], [[1, 0, 0, 1]]).place(0.3)
        1
        """
        return int(np.searchsorted(self.thresholds, threshold, side="left"))

    def cells(self, places: ArrayLike) -> Floats:
        """Return TN, FP, FN, TP of each group at its own place.

        Parameters
        ----------
        places : one place for each group, shape (G,); or one for all, a single number.

        Returns
        -------
        Shape (G, 4).
        """
        groups = np.arange(len(self.false_positives))
        at = np.broadcast_to(np.asarray(places, dtype=np.int64), groups.shape)
        wrongly, rightly = self.false_positives[groups, at], self.true_positives[groups, at]
        return np.stack([self.negatives - wrongly, wrongly, self.positives - rightly, rightly], axis=1)

    def at(self, places: Ints) -> Sweep:
        """Return the sweep at some thresholds only; its first place must be 0, where everyone is selected."""
        if len(places) == 0 or places[0] != 0:
            raise ValueError("a sweep starts where everyone is selected")
        return Sweep(self.thresholds[places], self.false_positives[:, places], self.true_positives[:, places])

    def groups(self, places: Iterable[int]) -> Sweep:
        """Return the sweep of some groups."""
        rows = list(places)
        return Sweep(self.thresholds, self.false_positives[rows], self.true_positives[rows])


def sweep(values: ArrayLike, cells: ArrayLike) -> Sweep:
    """Return the outcomes of every group at every threshold.

    Parameters
    ----------
    values : the scores that occur, ascending, shape (S,).
    cells : how many (or how much weight) of each group have each score and label, shape (G, 2·S); column 2·place of
        the score + label.

    Returns
    -------
    A sweep over S + 1 thresholds.

    Notes
    -----
    Selected is score ≥ threshold, as scikit-learn's `roc_curve` counts it (T. Fawcett 2006, Pattern Recognition
    Letters 27, 861–874, algorithm 1). Sums run from the highest score down, so no difference of sums is ever negative.

    >>> found = sweep([0.2, 0.5], [[3, 1, 1, 2]])
    >>> found.true_positives.tolist(), found.false_positives.tolist()
    ([[3.0, 2.0, 0.0]], [[4.0, 1.0, 0.0]])
    """
    scores = np.asarray(values, dtype=float)
    amounts = np.asarray(cells, dtype=float)
    return Sweep(np.append(scores, np.inf), _from_the_top(amounts[:, 0::2]), _from_the_top(amounts[:, 1::2]))


def _from_the_top(amounts: Floats) -> Floats:
    sums = np.zeros((amounts.shape[0], amounts.shape[1] + 1))
    sums[:, :-1] = np.cumsum(amounts[:, ::-1], axis=1)[:, ::-1]
    return sums


def _share(above: Floats, below: Floats) -> Floats:
    known = below > 0
    return np.where(known[:, None], above / np.where(known, below, 1.0)[:, None], np.nan)


def thin(curves: Floats, most: int, always: Iterable[int] = ()) -> tuple[Ints, float]:
    """Choose the points of some curves to keep, so that little is lost between them.

    Parameters
    ----------
    curves : shape (K, T); NaN counts as no change.
    most : how many points to keep at most, besides those in `always`.
    always : places to keep whatever happens there.

    Returns
    -------
    places : ascending; the first and the last are among them.
    tolerance : read as steps (each kept value holds until the next), no curve is off by more than this.
    """
    known = np.nan_to_num(np.asarray(curves, dtype=float))
    last = known.shape[1] - 1
    wanted = {0, last, *always}
    for tolerance in TOLERANCES:
        kept = _steps(known, tolerance, most)
        if kept is not None:
            return np.array(sorted(wanted | set(kept)), dtype=np.int64), tolerance
    return np.array(sorted(wanted), dtype=np.int64), float(np.ptp(known, axis=1).max(initial=0.0))


def _steps(curves: Floats, tolerance: float, most: int) -> list[int] | None:
    """Return the places where some curve has left its last kept value by more than the tolerance; None if too many."""
    kept = [0]
    while True:
        place = _first_beyond(curves, kept[-1], tolerance)
        if place is None:
            return kept
        kept.append(place)
        if len(kept) > most - 1:  # the last place comes on top
            return None


def _first_beyond(curves: Floats, origin: int, tolerance: float) -> int | None:
    """Look ahead in growing blocks, so that a jump close by is found without reading the whole curve."""
    start, block = origin + 1, 64
    while start < curves.shape[1]:
        part = curves[:, start : start + block]
        hit = np.flatnonzero((np.abs(part - curves[:, [origin]]) > tolerance + _SLACK).any(axis=0))
        if len(hit):
            return start + int(hit[0])
        start, block = start + block, block * 2
    return None


def best_common(accuracy: Floats, allowed: Booleans, near: int | None = None) -> int | None:
    """Return the place of the most accurate allowed threshold; None where none is allowed.

    Parameters
    ----------
    accuracy : shape (T,).
    allowed : shape (T,).
    near : of several equally accurate ones the nearest to this place is taken, then the lowest.

    >>> best_common(np.array([0.5, 0.9, 0.8]), np.array([True, False, True]))
    2
    """
    places = np.flatnonzero(allowed)
    if not len(places):
        return None
    best = places[accuracy[places] >= accuracy[places].max() - _SLACK]
    return int(best[0] if near is None else best[np.abs(best - near).argmin()])


@dataclass(frozen=True)
class EqualThresholds:
    """One place for each group, how far apart the groups' rates then are, and how many decisions are correct."""

    places: Ints
    gap: float
    correct: float


def equal_rate_thresholds(rates: Floats, correct: Floats, tolerance: float) -> EqualThresholds:
    """Choose one threshold for each group so that a rate is (nearly) equal, at the least loss of accuracy.

    Of all choices whose largest rate exceeds the smallest by at most `tolerance`, the one with most correct decisions.
    There always is one: selecting everyone, or nobody, in every group.

    Parameters
    ----------
    rates : shape (G, T), each falling along T from 1 to 0 (`Sweep.selection_rates` and the like), all defined.
    correct : correct decisions, shape (G, T).
    tolerance : how far apart rates may be, ≥ 0.

    Notes
    -----
    A window of that width slides over the rates that occur; in it each group takes its most accurate threshold. With at
    most 20,000 different rates every window is tried and the answer is exact; past that, every n-th is.
    The rates of Hardt, Price & Srebro (2016, arXiv 1610.02413) are met exactly by tossing a coin between two
    thresholds; here none is tossed.
    """
    rising, gains = rates[:, ::-1], correct[:, ::-1]
    starts = np.unique(rising)
    if len(starts) > MOST_WINDOWS:
        starts = starts[np.linspace(0, len(starts) - 1, MOST_WINDOWS).round().astype(np.int64)]
    width = tolerance + _SLACK
    total = np.zeros(len(starts))
    chosen = np.zeros((len(rising), len(starts)), dtype=np.int64)
    for group, (own, gain) in enumerate(zip(rising, gains, strict=True)):
        low = np.searchsorted(own, starts - _SLACK, side="left")
        high = np.searchsorted(own, starts + width, side="right")
        chosen[group], best = _range_maximum(gain, low, high)
        total += best
    place = int(total.argmax())
    at = chosen[:, place]
    own_rates = rising[np.arange(len(rising)), at]
    return EqualThresholds(rates.shape[1] - 1 - at, float(np.ptp(own_rates)), float(total[place]))


def _range_maximum(values: Floats, low: Ints, high: Ints) -> tuple[Ints, Floats]:
    """Return, for each [low, high), the place of the largest value and that value; −inf where the range is empty."""
    tables = [np.arange(len(values))]
    step = 1
    while 2 * step <= len(values):
        before = tables[-1]
        first, second = before[:-step], before[step:]
        tables.append(np.where(values[first] >= values[second], first, second))
        step *= 2
    length = high - low
    level = np.zeros(len(low), dtype=np.int64)
    some = length > 0
    level[some] = np.log2(length[some]).astype(np.int64)
    places = np.zeros(len(low), dtype=np.int64)
    for depth in np.unique(level[some]):
        rows = some & (level == depth)
        first, second = tables[depth][low[rows]], tables[depth][high[rows] - (1 << int(depth))]
        places[rows] = np.where(values[first] >= values[second], first, second)
    return places, np.where(some, values[places], -np.inf)
