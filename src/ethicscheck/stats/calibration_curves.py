"""Calibration curves, what happened at each part of the range of scores, and the calibration error made from them.

As in `calibration`, `cells` has shape (G, 2·S), column 2·place + label, and `squares` is Σw² by cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from .intervals import Floats, critical_value, effective_size, wilson_limits
from .ranking import split_labels

BINS = 10
_MEAN_OF_HALF_NORMAL = float(np.sqrt(2 / np.pi))


@dataclass(frozen=True)
class CalibrationCurve:
    """Equal-mass bins of each group's scores, in ascending order; arrays of shape (G, B).

    `total` is the summed weight (0: the bin is empty, all else there NaN), `size` the effective rows; `first` and `last`
    are the lowest and highest score in the bin; `score` their mean, `rate` the observed rate with Wilson's limits
    `low` and `high`; `spread` is the variance of score − rate.
    """

    total: Floats
    size: Floats
    first: Floats
    last: Floats
    score: Floats
    rate: Floats
    low: Floats
    high: Floats
    spread: Floats


def calibration_curve(
    cells: Floats, squares: Floats, scores: Floats, bins: int | None = BINS, confidence: float = 0.95
) -> CalibrationCurve:
    """Return each group's scores in bins of about equal mass, with what was promised and what happened.

    Parameters
    ----------
    cells, squares : shape (G, 2·S).
    scores : shape (S,), ascending.
    bins : number of bins B; some stay empty where few scores differ, as rows with one score are never parted. None: a
        bin for each score.
    confidence : of the intervals of the rates, each by itself.

    Notes
    -----
    A score belongs to the bin that holds the middle of its own rows: ⌊B · (rows below + ½ own)/rows⌋. Bins are the
    group's own, so a group's curve does not depend on the others. Equal masses: A. Niculescu-Mizil & R. Caruana (2005);
    M. P. Naeini, G. F. Cooper & M. Hauskrecht (2015).
    """
    amounts, squared = np.asarray(cells, dtype=float), np.asarray(squares, dtype=float)
    groups = len(amounts)
    at_score = amounts[:, 0::2] + amounts[:, 1::2]
    total = at_score.sum(axis=1, keepdims=True)
    if bins is None:
        bins = len(scores)
        place = np.tile(np.arange(bins), (groups, 1))
    else:
        middle = (np.cumsum(at_score, axis=1) - at_score / 2) / np.where(total > 0, total, 1.0)
        # A hair is added so that a middle which is an edge, as of two halves, falls to one side on every machine.
        place = np.clip((bins * middle + 1e-9).astype(np.int64), 0, bins - 1)
    place += bins * np.arange(groups)[:, None]

    def gathered(values: Floats) -> Floats:
        sums = np.bincount(place.ravel(), values.ravel(), groups * bins)
        return np.asarray(sums.reshape(groups, bins), dtype=float)

    _negatives, positives = split_labels(amounts)
    both_squares = squared[:, 0::2] + squared[:, 1::2]
    mass = gathered(at_score)
    some = mass > 0
    safe = np.where(some, mass, 1.0)
    score, rate = gathered(at_score * scores) / safe, gathered(positives) / safe
    size = effective_size(mass.ravel(), gathered(both_squares).ravel()).reshape(groups, bins)
    residual = score - rate
    spread = np.zeros_like(mass)
    for label in (0, 1):
        part, values = squared[:, label::2], scores - label
        # Σw²(r − r̄)² from sums, each small enough here that nothing cancels badly
        spread += gathered(part * values**2) - 2 * residual * gathered(part * values) + residual**2 * gathered(part)
    # One row of the spread that calibrated scores would have: a bin with one row, or without an event, is not certain.
    chance = np.clip(scores, 0, 1)
    usual = gathered(at_score * chance * (1 - chance)) / safe
    row = gathered(both_squares) / safe
    spread = (np.maximum(spread, 0) + usual * row**2) / safe**2
    low, high = wilson_limits(rate.ravel(), size.ravel(), critical_value(1 - confidence))
    first, last = np.full(groups * bins, np.inf), np.full(groups * bins, -np.inf)
    present = at_score > 0
    values = np.broadcast_to(scores, at_score.shape)
    np.minimum.at(first, place[present], values[present])
    np.maximum.at(last, place[present], values[present])

    def where_some(values: Floats) -> Floats:
        return np.where(some, values.reshape(groups, bins), np.nan)

    return CalibrationCurve(mass, size, *(where_some(array) for array in (first, last, score, rate, low, high, spread)))


@dataclass(frozen=True)
class CalibrationError:
    """The expected calibration error of G groups, freed of most of its upward bias.

    Parameters
    ----------
    plain : Σ share · |score − rate| over bins, shape (G,); too large by chance alone.
    corrected : the same less its estimated bias, at least 0, shape (G,).
    noise : Σ share · sd of score − rate in the bin, shape (G,).
    deviation : √Σ (share · sd)², shape (G,).
    """

    plain: Floats
    corrected: Floats
    noise: Floats
    deviation: Floats
    method: str = "debiased_bins"

    @property
    def value(self) -> Floats:
        """The corrected errors."""
        return self.corrected

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return limits that hold whatever part of the plain error is bias.

        Notes
        -----
        With d the bins' true distances, the plain error's mean lies between Σ share·d and Σ share·(d + √(2/π)·sd) (an
        absolute normal value exceeds that of its mean by at most this), and its deviation is at most `deviation`. So the
        limits are plain − √(2/π)·noise − z·deviation and plain + z·deviation.
        """
        low = np.maximum(self.plain - _MEAN_OF_HALF_NORMAL * self.noise - z * self.deviation, 0)
        return np.minimum(low, self.corrected), np.minimum(self.plain + z * self.deviation, 1)

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the same limits."""
        return self.limits(z)

    def variance(self) -> Floats:
        """Return the squares of `deviation`, an upper bound of the sampling variance."""
        return np.asarray(self.deviation**2, dtype=float)


def expected_calibration_error(cells: Floats, squares: Floats, scores: Floats, bins: int = BINS) -> CalibrationError:
    """Return how far scores lie from observed rates, on average over equal-mass bins, less the bias of small bins.

    Notes
    -----
    Plain: Σ_b share_b · |d_b| with d_b = mean score − observed rate. Even perfectly calibrated scores give a positive
    one, the more so the fewer rows. A. Kumar, P. Liang & T. Ma (2019), Verified Uncertainty Calibration, NeurIPS:
    subtract what the error would gain if every d_b were drawn anew from a normal around it; here in closed form,
    E|N(d, s²)| = s√(2/π)e^{−d²/2s²} + d(1 − 2Φ(−d/s)). J. Bröcker (2012), Climate Dynamics 39, 655–667, on the bias.
    """
    curve = calibration_curve(cells, squares, scores, bins)
    some = curve.total > 0
    total = curve.total.sum(axis=1)
    share = curve.total / np.where(total > 0, total, 1.0)[:, None]
    distance = np.where(some, np.abs(curve.score - curve.rate), 0.0)
    sd = np.where(some, np.sqrt(np.where(some, curve.spread, 0.0)), 0.0)
    plain = (share * distance).sum(axis=1)
    squared, noise = (share * distance**2).sum(axis=1), (share * sd**2).sum(axis=1)
    real = np.sqrt(np.maximum(squared - noise, 0) / np.where(squared > 0, squared, 1.0))
    shrunk = real[:, None] * distance
    ratio = shrunk / np.where(sd > 0, sd, 1.0)
    drawn = np.where(
        sd > 0, sd * _MEAN_OF_HALF_NORMAL * np.exp(-(ratio**2) / 2) + shrunk * (1 - 2 * ndtr(-ratio)), shrunk
    )
    corrected = np.maximum(plain - (share * (drawn - shrunk)).sum(axis=1), 0)
    known = total > 0
    # One row, half of either label, is added to the deviation: where no event was seen yet, none is not certain.
    size = effective_size(np.sum(cells, axis=1), np.sum(squares, axis=1))
    unseen = 1 / np.where(size > 0, size, 1.0) ** 2

    def where_known(values: Floats) -> Floats:
        return np.where(known, values, np.nan)

    return CalibrationError(
        where_known(plain),
        where_known(corrected),
        where_known((share * sd).sum(axis=1)),
        where_known(np.sqrt(((share * sd) ** 2).sum(axis=1) + unseen)),
    )
