"""Whether scores mean what they say: Brier score, log loss, calibration in the large, curves, calibration error.

From a histogram of scores by label: `cells` has shape (G, 2·S), column 2·place + label, and `scores` the S values,
ascending and in [0, 1]; `squares` is Σw² by cell, the counts themselves where there are no weights. Means of scores that
are no probabilities are here too (`mean_score`); how well scores rank is in `ranking`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from .intervals import Floats, critical_value, effective_size, wilson_limits
from .means import SkewedMean
from .ranking import Linearised, split_labels
from .scaled import Scaled, student_value

BINS = 10
_ADDED = 0.5  # rows of either label that stand for what few rows can't show
_MEAN_OF_HALF_NORMAL = float(np.sqrt(2 / np.pi))


def mean_of(cells: Floats, terms: Floats) -> Linearised:
    """Return the mean of a quantity that depends on score and label alone.

    Parameters
    ----------
    cells : shape (G, 2·S).
    terms : the quantity in each column, shape (2·S,); may be infinite where no row is (the mean is then infinite
        only where rows are).
    """
    amounts = np.asarray(cells, dtype=float)
    total = amounts.sum(axis=1)
    known = total > 0
    safe = np.where(known, total, 1.0)
    finite = np.where(np.isfinite(terms), terms, 0.0)
    value = (amounts * finite).sum(axis=1) / safe
    value = np.where(amounts[:, ~np.isfinite(terms)].sum(axis=1) > 0, np.inf, value)
    gradient = (finite - np.where(np.isfinite(value), value, 0.0)[:, None]) / safe[:, None]
    return Linearised(np.where(known, value, np.nan), np.where(known[:, None], gradient, 0.0))


def brier_terms(scores: Floats) -> Floats:
    """Return (score − label)² in each column, shape (2·S,)."""
    return _columns(scores**2, (1 - scores) ** 2)


def log_loss_terms(scores: Floats) -> Floats:
    """Return −ln of the probability that the score gave to what happened, shape (2·S,); infinite where that is 0."""
    with np.errstate(divide="ignore"):
        return _columns(-np.log1p(-scores), -np.log(scores))


def brier_score(cells: Floats, squares: Floats, scores: Floats) -> Scaled:
    """Return the mean squared distance of scores from what happened, with limits on the logit scale.

    Notes
    -----
    G. W. Brier (1950), Monthly Weather Review 78, 1–3. For the variance see `loss_variance`.
    """
    return _loss(cells, squares, scores, brier_terms(scores), "logit", 1.0)


def log_loss(cells: Floats, squares: Floats, scores: Floats) -> Scaled:
    """Return the mean of −ln(probability given to what happened), with limits on the log scale.

    Infinite where a score of 0 met a positive or one of 1 a negative. For the variance see `loss_variance`.
    """
    return _loss(cells, squares, scores, log_loss_terms(scores), "log", np.inf)


def _loss(cells: Floats, squares: Floats, scores: Floats, terms: Floats, scale: str, highest: float) -> Scaled:
    loss = mean_of(cells, terms)
    size = effective_size(np.sum(cells, axis=1), np.sum(squares, axis=1))
    return Scaled(
        loss.value,
        loss_variance(loss, cells, squares, scores),
        scale,  # type: ignore[arg-type]
        0.0,
        highest,
        f"delta_{scale}_t",
        np.minimum(_freedom(loss, cells, size), np.maximum(size - 1, 0.5)),
        size,
    )


def _freedom(loss: Linearised, cells: Floats, size: Floats) -> Floats:
    """Return the degrees of freedom of a variance of losses, fewer the heavier their tails: 2·s⁴/var s².

    2n/(κ − (n − 3)/(n − 1)) with κ the kurtosis; n − 1 where they are normal. F. E. Satterthwaite (1946), Biometrics
    Bulletin 2, 110–114.
    """
    amounts = np.asarray(cells, dtype=float)
    total = amounts.sum(axis=1)
    safe = np.where(total > 0, total, 1.0)
    second, fourth = ((amounts * loss.gradient**power).sum(axis=1) / safe for power in (2, 4))
    kurtosis = np.where(second > 0, fourth / np.where(second > 0, second, 1.0) ** 2, 3.0)
    n = np.maximum(size, 2)
    return np.asarray(np.maximum(2 * n / np.maximum(kurtosis - (n - 3) / (n - 1), 1e-9), 1.0), dtype=float)


def loss_variance(loss: Linearised, cells: Floats, squares: Floats, scores: Floats) -> Floats:
    """Return the variance of a mean loss, shape (G,), with half a row of either label added.

    Where few outcomes happened the observed spread is too small: with 100 rows and a true rate of .01 a third of samples
    hold no positive at all. So half a positive and half a negative (of the group's mean weight) join the variance, not
    the value, spread over the group's scores as calibrated scores would have them: positives in proportion to the score,
    negatives to one minus the score. This lifts the coverage of the Brier score's interval, at 100 rows and a rate of
    .02, from 82 % to 96 %.
    """
    amounts, squared = np.asarray(cells, dtype=float), np.asarray(squares, dtype=float)
    total = amounts.sum(axis=1, keepdims=True)
    safe = np.where(total > 0, total, 1.0)
    weight = squared.sum(axis=1, keepdims=True) / safe
    at_score = amounts[:, 0::2] + amounts[:, 1::2]
    extra = np.zeros_like(amounts)
    for label, chance in ((0, 1 - scores), (1, scores)):
        expected = at_score * chance
        all_expected = expected.sum(axis=1, keepdims=True)
        extra[:, label::2] = _ADDED * expected / np.where(all_expected > 0, all_expected, 1.0)
    size = safe[:, 0] ** 2 / np.where(squared.sum(axis=1) > 0, squared.sum(axis=1), 1.0)
    added = (extra * loss.gradient**2).sum(axis=1) * weight[:, 0] ** 2
    rows = size + 2 * _ADDED
    # n/(n − 1) for the value's own mean, with the added rows counted; (n/rows)² puts the sum over all of them.
    factor = (size / rows) ** 2 * rows / (rows - 1)
    return np.where(np.isfinite(loss.value), (loss.variance(squared) + added) * factor, np.nan)


def mean_score(cells: Floats, squares: Floats, scores: Floats) -> SkewedMean:
    """Return the mean score, with limits that allow for skewness (Hall's); scores of any range.

    Notes
    -----
    With weights the third moment takes each cell's Σw³ as (Σw²)²/Σw, which is exact where rows of a cell weigh alike.
    """
    amounts, squared = np.asarray(cells, dtype=float), np.asarray(squares, dtype=float)
    mean = mean_of(amounts, _columns(scores, scores))
    size = effective_size(amounts.sum(axis=1), squared.sum(axis=1))
    spread = mean.variance(squared)
    cubes = squared**2 / np.where(amounts > 0, amounts, 1.0)
    third = (cubes * mean.gradient**3).sum(axis=1)
    flat = ~(spread > 1e-24 * (1 + mean.value**2))  # what is left of equal scores is rounding, not spread
    spread = np.where(flat & ~np.isnan(mean.value), 0.0, spread)
    many = size > 2
    skewness = np.where(flat | ~many, 0.0, third / np.where(flat, 1.0, spread) ** 1.5)
    correction = np.sqrt(size * np.maximum(size - 1, 0)) / np.where(many, size - 2, 1.0)
    more = np.where(size > 1, size / np.where(size > 1, size - 1, 1.0), 1.0)
    return SkewedMean(mean.value, spread * more, skewness * correction, size - 1)


@dataclass(frozen=True)
class CalibrationInTheLarge:
    """Mean score − observed rate by group.

    Parameters
    ----------
    score : the mean scores, shape (G,).
    rate : the observed rates, shape (G,).
    size : (effective) rows behind each, shape (G,).
    slope : of scores on labels: how much the mean score goes with the rate, shape (G,).
    rest_variance : of the part of the mean score that does not go with the rate, shape (G,).
    residual_variance : of the difference itself, shape (G,).
    """

    score: Floats
    rate: Floats
    size: Floats
    slope: Floats
    rest_variance: Floats
    residual_variance: Floats
    method: str = "mover_wilson_t"

    @property
    def value(self) -> Floats:
        """The differences in [−1, 1]; above 0 the scores promise more than happened."""
        return self.score - self.rate

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return square-and-add limits of (slope − 1) · rate, by Wilson's, and of the rest, by Student's t.

        Notes
        -----
        The two parts are uncorrelated. Wilson's limits keep a width where nothing happened yet; a standard error of
        score − label does not: with 100 rows and a rate of .01 it covers 62 %. G. Y. Zou (2007), Psychological Methods
        12, 399–413, gives the same for two correlated means, but not growing with z where one limit meets its end.
        """
        known = ~np.isnan(self.value)
        rate = np.where(known, self.rate, 0.0)
        few, many = wilson_limits(rate, self.size, z)
        times = self.slope - 1
        ends = times * (few - rate), times * (many - rate)
        rest = student_value(z, np.maximum(self.size - 1, 0.5)) * np.sqrt(self.rest_variance) if z > 0 else 0.0
        low = self.value - np.hypot(np.minimum(*ends), rest)
        high = self.value + np.hypot(np.maximum(*ends), rest)
        return np.where(known, np.maximum(low, -1), np.nan), np.where(known, np.minimum(high, 1), np.nan)

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the same limits; no exact ones are known."""
        return self.limits(z)

    def variance(self) -> Floats:
        """Return the sampling variances of score − label's mean, shape (G,)."""
        return self.residual_variance


def calibration_in_the_large(cells: Floats, squares: Floats, scores: Floats) -> CalibrationInTheLarge:
    """Return mean score − observed rate: do the scores promise as much, on the whole, as happens?

    Notes
    -----
    D. R. Cox (1958), Biometrika 45, 562–565, tests it; E. W. Steyerberg (2019), Clinical Prediction Models, ch. 15.
    """
    amounts, squared = np.asarray(cells, dtype=float), np.asarray(squares, dtype=float)
    size = effective_size(amounts.sum(axis=1), squared.sum(axis=1))
    more = np.where(size > 1, size / np.where(size > 1, size - 1, 1.0), 1.0)
    rate = mean_of(amounts, _columns(np.zeros_like(scores), np.ones_like(scores)))
    mean = mean_of(amounts, _columns(scores, scores))
    of_rate = rate.variance(squared)
    between = (squared * rate.gradient * mean.gradient).sum(axis=1)
    slope = np.where(of_rate > 0, between / np.where(of_rate > 0, of_rate, 1.0), 0.0)
    rest = np.maximum(mean.variance(squared) - slope * between, 0)
    residual = mean_of(amounts, _columns(scores, scores - 1))
    return CalibrationInTheLarge(mean.value, rate.value, size, slope, rest * more, residual.variance(squared) * more)


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


def _columns(negatives: Floats, positives: Floats) -> Floats:
    """Return values by score and label as one array of columns, shape (2·S,)."""
    return np.stack([negatives, positives], axis=1).ravel()
