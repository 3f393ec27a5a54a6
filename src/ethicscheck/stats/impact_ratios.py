"""Impact ratios, as New York City's rule on hiring tools has them: a category's rate ÷ the highest category's rate.

Whole counts in, exact fractions out, with intervals beside them. What a category is, and which of them the rule lets one
leave out, is decided by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from .estimators import Proportion
from .gaps import ratio_limits
from .intervals import Floats, critical_value
from .studentized_range import simultaneous_critical_value


@dataclass(frozen=True)
class ImpactRatios:
    """The rates and ratios of K categories.

    Parameters
    ----------
    rates : selected ÷ applicants; None for a category without applicants.
    ratios : rate ÷ the highest rate; None where left out or undefined.
    highest : the place of the category with the highest rate among those not left out (the first of equals), or None.
    rate_limits, ratio_limits : (low, high) of each, at the level asked for; NaN where there is none.
    """

    rates: tuple[Fraction | None, ...]
    ratios: tuple[Fraction | None, ...]
    highest: int | None
    rate_limits: tuple[Floats, Floats]
    ratio_limits: tuple[Floats, Floats]


def impact_ratios(
    selected: Sequence[int], applicants: Sequence[int], left_out: frozenset[int] = frozenset(), alpha: float = 0.05
) -> ImpactRatios:
    """Return each category's rate and its impact ratio.

    Parameters
    ----------
    selected, applicants : whole counts of K categories; selected ≤ applicants.
    left_out : the places of categories that get no ratio and can't be the highest either.
    alpha : 1 − coverage of the intervals.

    Notes
    -----
    6 RCNY § 5-300: impact ratio = selection rate for a category ÷ selection rate of the most selected category (or
    scoring rate ÷ scoring rate of the highest scoring category). The rule asks for no interval. The one given here is of
    θ_g ÷ max θ_h, the smallest of g's ratios to every category, itself included: its lower end is the smallest lower end
    of those pairs; its upper end the smallest upper end, corrected for looking at all pairs (`gaps.gap_ratio_high`).
    When every rate is 0 there is nothing to divide by, and no ratio.

    Examples
    --------
    >>> found = impact_ratios([667, 555], [1390, 1181])
    >>> [round(float(ratio), 3) for ratio in found.ratios]
    [1.0, 0.979]
    """
    rates = tuple(Fraction(int(k), int(n)) if n else None for k, n in zip(selected, applicants, strict=True))
    taking = [place for place, rate in enumerate(rates) if rate is not None and place not in left_out]
    known = [rate for place in taking if (rate := rates[place]) is not None]
    top = max(known, default=Fraction(0))
    highest = taking[known.index(top)] if top else None
    ratios = tuple(
        rate / top if rate is not None and top and place in taking else None for place, rate in enumerate(rates)
    )
    size = np.asarray(applicants, dtype=float)
    share = np.array([np.nan if rate is None else float(rate) for rate in rates])
    estimator = Proportion(share, size)
    low, high = np.full(len(rates), np.nan), np.full(len(rates), np.nan)
    if top:
        low[taking], high[taking] = _ratio_limits(Proportion(share[taking], size[taking]), alpha)
    return ImpactRatios(rates, ratios, highest, estimator.limits(critical_value(alpha)), (low, high))


def _ratio_limits(estimator: Proportion, alpha: float) -> tuple[Floats, Floats]:
    """Return the limits of each value ÷ the largest, capped at 1."""
    value = estimator.value
    if len(value) == 1:
        return np.ones(1), np.ones(1)
    ends = []
    for z in (critical_value(alpha), simultaneous_critical_value(alpha, len(value))):
        low, high = estimator.limits(z)
        pairs = ratio_limits(
            value[:, None], (low[:, None], high[:, None]), value[None, :], (low[None, :], high[None, :])
        )
        for pair in pairs:
            np.fill_diagonal(pair, 1.0)
        ends.append(pairs)
    observed = value / value.max()
    low = np.minimum(ends[0][0].min(axis=1), observed)
    return low, np.maximum(ends[1][1].min(axis=1), observed)


def above_median(rows: ArrayLike) -> tuple[int, int | None]:
    """Return what "above the sample's median" means for scores counted by place, the lowest score first.

    Parameters
    ----------
    rows : how many people have each of S different scores, in rising order; at least one of them.

    Returns
    -------
    The first place whose scores lie above the median (S when none does), and the place of the median itself; None where
    it lies between two scores.

    Notes
    -----
    The median of an even number of scores is halfway between the middle two, so the upper of two different ones lies
    above it. Comparing places needs no arithmetic on the scores, and so can't be wrong by rounding.

    >>> above_median([2, 1, 1]), above_median([1, 1, 1])
    ((1, None), (2, 1))
    """
    counts = np.asarray(rows, dtype=np.int64)
    total = int(counts.sum())
    reached = np.cumsum(counts)
    lower = int(np.searchsorted(reached, (total + 1) // 2))
    upper = int(np.searchsorted(reached, total // 2 + 1))
    return lower + 1, lower if lower == upper else None
