"""How far apart groups are: two groups, a group and the overall, and the gap over K groups.

Only group values and their limits enter, whatever the measure (MOVER, the method of variance estimates recovery).
For proportions with Wilson limits the difference is Newcombe's hybrid score interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .estimators import Estimator
from .intervals import Floats

Limits = tuple[Floats, Floats]
_BLOCK = 256
_FEW = 50


def difference_limits(
    a: Floats, limits_a: Limits, b: Floats, limits_b: Limits, correlation: Floats | None = None
) -> Limits:
    """Return the limits of a − b from each side's own limits (square-and-add).

    Parameters
    ----------
    a, b : estimates; any shapes that broadcast.
    limits_a, limits_b : (low, high) of each, at the same critical value.
    correlation : of the two estimates, where they share rows; None where they don't.

    Notes
    -----
    R. G. Newcombe (1998), Statistics in Medicine 17, 873–890, method 10, when the limits are Wilson's. With a
    correlation: G. Y. Zou (2007), Psychological Methods 12, 399–413.

    Examples
    --------
    >>> from ethicscheck.stats.intervals import wilson_limits
    >>> a, b = np.array([56 / 70]), np.array([48 / 80])
    >>> low, high = difference_limits(a, wilson_limits(a, [70], 1.959964), b, wilson_limits(b, [80], 1.959964))
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.0524, 0.3339)
    """
    centre = a - b
    down, up = (a - limits_a[0], limits_b[1] - b), (limits_a[1] - a, b - limits_b[0])
    if correlation is None:
        return centre - np.hypot(*down), centre + np.hypot(*up)
    return centre - _third_side(*down, correlation), centre + _third_side(*up, correlation)


def _third_side(x: Floats, y: Floats, correlation: Floats) -> Floats:
    with np.errstate(invalid="ignore"):  # ∞ × 0, where a limit is infinite and nothing is shared
        side = np.sqrt(np.maximum(x * x - 2 * correlation * x * y + y * y, 0))
    return np.asarray(np.where(np.isinf(x) | np.isinf(y), np.inf, side), dtype=float)


def ratio_limits(a: Floats, limits_a: Limits, b: Floats, limits_b: Limits, correlation: Floats | float = 0.0) -> Limits:
    """Return the limits of a ÷ b for values that are never negative (MOVER-R).

    Written so that zeros need no special case: a lower limit is 0 when a's is 0, and an upper limit is infinite when
    b's lower limit is 0. Shapes broadcast; `correlation` is that of the two estimates, where they share rows.

    Notes
    -----
    A. Donner & G. Y. Zou (2012), Statistical Methods in Medical Research 21, 347–359, equations 8 and 9, with the
    numerator of the lower limit rationalised.
    """
    (l1, u1), (l2, u2) = limits_a, limits_b
    with np.errstate(divide="ignore", invalid="ignore"):
        product = a * b - correlation * (a - l1) * (u2 - b)
        root = np.sqrt(np.maximum(product**2 - l1 * u2 * (2 * a - l1) * (2 * b - u2), 0))
        low = l1 * (2 * a - l1) / (product + root)
        product = a * b - correlation * (u1 - a) * (b - l2)
        root = np.sqrt(np.maximum(product**2 - u1 * l2 * (2 * a - u1) * (2 * b - l2), 0))
        high = (product + root) / (l2 * (2 * b - l2))
        quotient = np.where(b > 0, a / np.where(b > 0, b, 1.0), np.inf)
    zero_low = np.broadcast_to(l1 <= 0, np.shape(low)) | np.isinf(np.broadcast_to(u2, np.shape(low)))
    low = np.where(zero_low, 0.0, np.maximum(low, 0))
    no_high = np.broadcast_to(l2 <= 0, np.shape(high)) | np.isinf(np.broadcast_to(u1, np.shape(high)))
    high = np.where(no_high, np.inf, high)
    return np.minimum(low, quotient), np.maximum(high, np.where(np.isinf(quotient), 0, quotient))


def against_overall(difference: Floats, limits: Limits, observed: Floats, share: Floats) -> Limits:
    """Turn the limits of (group − rest) into those of (group − overall), which holds the group itself.

    θ_g − θ = (1 − w)(θ_g − θ_rest) with w the group's share of the denominator. It holds for rates and all that are
    means over a denominator; who makes up the overall is taken as observed. For other measures see `overlap`.

    Parameters
    ----------
    difference : θ_g − θ_rest, shape (G,).
    limits : its limits.
    observed : θ_g − θ as observed, shape (G,); the interval is built around it.
    share : w, shape (G,).
    """
    keep = 1 - share
    return observed + keep * (limits[0] - difference), observed + keep * (limits[1] - difference)


def ratio_against_overall(limits: Limits, share: Floats) -> Limits:
    """Turn the limits of r = group ÷ rest into those of group ÷ overall = 1/(w + (1 − w)/r)."""

    def transform(r: Floats) -> Floats:
        positive = r > 0
        inverse = np.where(positive, 1 / np.where(positive, r, 1.0), 0.0)
        whole = share + (1 - share) * inverse
        finite = 1 / np.where(whole > 0, whole, np.nan)
        return np.where(r == 0, 0.0, np.where(np.isnan(r), np.nan, finite))

    return transform(limits[0]), transform(limits[1])


PairLimits = Callable[[Floats, Limits, Floats, Limits], Limits]


@dataclass(frozen=True)
class PairwiseExtremes:
    """The four extremes over all ordered pairs of groups that the ends of a gap are made of."""

    largest_low: float
    largest_high: float
    smallest_low: float
    smallest_high: float


def pairwise_extremes(estimator: Estimator, z: float, pair: PairLimits) -> PairwiseExtremes:
    """Return the extremes of the pairwise limits at critical value `z` over all ordered pairs i ≠ j."""
    return _extremes(estimator.value, *estimator.limits(z), pair)


def _extremes(value: Floats, low: Floats, high: Floats, pair: PairLimits) -> PairwiseExtremes:
    largest_low = largest_high = -np.inf
    smallest_low = smallest_high = np.inf
    for start in range(0, len(value), _BLOCK):
        rows = slice(start, start + _BLOCK)
        lows, highs = pair(
            value[rows, None], (low[rows, None], high[rows, None]), value[None, :], (low[None, :], high[None, :])
        )
        place = np.arange(len(lows))
        for array, fill in ((lows, np.nan), (highs, np.nan)):
            array[place, start + place] = fill
        largest_low = max(largest_low, float(np.nanmax(lows)))
        largest_high = max(largest_high, float(np.nanmax(highs)))
        smallest_low = min(smallest_low, float(np.nanmin(lows)))
        smallest_high = min(smallest_high, float(np.nanmin(highs)))
    return PairwiseExtremes(largest_low, largest_high, smallest_low, smallest_high)


def gap_difference_low(estimator: Estimator, z: float) -> float:
    """Return the lower end of max − min at a (simultaneous) critical value, floored at 0."""
    value, (low, high) = estimator.value, estimator.limits(z)

    def reach(best: float) -> NDArray[np.bool_]:  # a pair's lower limit is at most l_i − θ_j, and at most θ_i − u_j
        return np.asarray((low - value.min() >= best) | (value.max() - high >= best), dtype=bool)

    kept = _deciding(value, low, high, difference_limits, int(low.argmax()), int(high.argmin()), reach, "largest_low")
    return max(_extremes(*kept, difference_limits).largest_low, 0.0)


def gap_difference_high(estimator: Estimator, z: float) -> float:
    """Return the upper end of max − min at an uncorrected critical value.

    The largest pairwise upper limit is at least that of the truly extreme pair, which alone already covers.
    """
    value, (low, high) = estimator.value, estimator.limits(z)

    def reach(best: float) -> NDArray[np.bool_]:  # a pair's upper limit is at most u_i − l_j
        return np.asarray((high - low.min() >= best) | (high.max() - low >= best), dtype=bool)

    kept = _deciding(value, low, high, difference_limits, int(high.argmax()), int(low.argmin()), reach, "largest_high")
    return _extremes(*kept, difference_limits).largest_high


def gap_ratio_low(estimator: Estimator, z: float) -> float:
    """Return the lower end of min ÷ max at an uncorrected critical value (the mirror of `gap_difference_high`)."""
    value, (low, high) = estimator.value, estimator.limits(z)

    def reach(best: float) -> NDArray[np.bool_]:  # a pair's lower limit is at least l_i ÷ u_j
        return np.asarray((low <= best * high.max()) | (low.min() <= best * high), dtype=bool)

    kept = _deciding(value, low, high, ratio_limits, int(low.argmin()), int(high.argmax()), reach, "smallest_low")
    return max(_extremes(*kept, ratio_limits).smallest_low, 0.0)


def gap_ratio_high(estimator: Estimator, z: float) -> float:
    """Return the upper end of min ÷ max at a (simultaneous) critical value, capped at 1."""
    value, (low, high) = estimator.value, estimator.limits(z)

    def reach(best: float) -> NDArray[np.bool_]:  # a pair's upper limit is at least u_i ÷ θ_j, and at least θ_i ÷ l_j
        return np.asarray((high <= best * value.max()) | (value.min() <= best * low), dtype=bool)

    kept = _deciding(value, low, high, ratio_limits, int(high.argmin()), int(low.argmax()), reach, "smallest_high")
    return min(_extremes(*kept, ratio_limits).smallest_high, 1.0)


def _deciding(
    value: Floats,
    low: Floats,
    high: Floats,
    pair: PairLimits,
    first: int,
    second: int,
    reach: Callable[[float], NDArray[np.bool_]],
    wanted: str,
) -> tuple[Floats, Floats, Floats]:
    """Return the groups that can hold the wanted extreme over all pairs: of many groups, only a few.

    Every pair with `first` or `second`, the likeliest to hold it, is looked at; then `reach` says which groups could
    still do better. What is left out can't, so that the extreme is the same as over all pairs.
    """
    if len(value) <= _FEW:
        return value, low, high
    best = None
    for place in (first, second):
        others = np.delete(np.arange(len(value)), place)
        own = value[[place]], (low[[place]], high[[place]])
        rest = value[others], (low[others], high[others])
        for ends in (pair(*own, *rest), pair(*rest, *own)):
            found = ends[0] if wanted.endswith("low") else ends[1]
            extreme = float(np.nanmax(found) if wanted.startswith("largest") else np.nanmin(found))
            best = extreme if best is None else (max if wanted.startswith("largest") else min)(best, extreme)
    assert best is not None
    slack = 1e-9 * max(abs(best), 1e-9) if np.isfinite(best) else 0.0
    with np.errstate(invalid="ignore"):  # 0 times an endless limit: no better than the best there is
        kept = reach(best - slack if wanted.startswith("largest") else best + slack)
    kept[[first, second]] = True
    return value[kept], low[kept], high[kept]


def crossing_critical_value(end: Callable[[float], float], bound: float, rising: bool) -> float:
    """Return the critical value at which a monotone end of an interval meets `bound`.

    Parameters
    ----------
    end : the end as a function of the critical value z.
    bound : the rule's limit.
    rising : True when the end grows with z (an upper end), False when it falls (a lower end).

    Returns
    -------
    The largest z in [0, 40] at which the end still lies on its side of the bound; 0 when it never does.
    """

    def beyond(z: float) -> bool:
        return end(z) < bound if rising else end(z) > bound

    if not beyond(0.0):
        return 0.0
    low, high = 0.0, 40.0
    if beyond(high):
        return high
    for _ in range(50):
        middle = (low + high) / 2
        if beyond(middle):
            low = middle
        else:
            high = middle
    return low
