"""How many more rows would decide a rule that today's data leave open."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
from scipy.special import ndtri

from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.comparison import Comparison
from ethicscheck.model.record import RowsNeeded
from ethicscheck.stats.dispersion import corrected_dispersion
from ethicscheck.stats.studentized_range import range_quantile

from .rules import Rule

CHANCE = 0.8
MOST = 10_000.0


def rows_needed(rule: Rule, comparison: Comparison, favourable: int) -> RowsNeeded | None:
    """Return the factor by which the rows must grow for the rule to be decided, in four cases of five.

    The groups' cells are first drawn toward their pooled mix until their spread is the one corrected for sampling noise
    (the observed extremes are too extreme), then scaled until the interval, widened by what a new sample may stray,
    clears the limit on either side. Which side is not said. None means: at the boundary, no number of rows will do.
    """
    if _at_the_limit(rule, comparison):
        return None
    places = sorted({place for part in comparison.parts for place in part.places})
    counts = comparison.counts.pick(places)
    keep = _kept_spread(comparison)
    z = float(ndtri(CHANCE))
    groups = max(len(places), 2)
    stray = (
        range_quantile(CHANCE, groups) / math.sqrt(2)
        if rule.compare != "each"
        else float(ndtri(CHANCE ** (1 / groups)))
    )

    def decided(factor: float) -> bool:
        grown = _grown(counts, keep, factor)
        planned = Comparison.of(rule.measure, grown, frozenset(), favourable, comparison.alpha)
        if planned.undefined(rule.compare):
            return False
        gap = planned.gap(rule.compare, rule.side, (max(z, stray), z))
        if rule.side == "max":
            return gap.high <= rule.bound or gap.low > rule.bound
        return gap.low >= rule.bound or gap.high < rule.bound

    factor = _smallest(decided)
    if factor is None:
        return None
    rows = int(counts.rows.sum())
    return RowsNeeded(factor=factor, rows_total=math.ceil(factor * rows), chance=CHANCE)


def _at_the_limit(rule: Rule, comparison: Comparison) -> bool:
    gap = comparison.gap(rule.compare, rule.side)
    if gap.exact is not None:
        return gap.exact == Fraction(repr(rule.bound))
    return math.isclose(gap.value, rule.bound, rel_tol=1e-12, abs_tol=1e-12)


def _kept_spread(comparison: Comparison) -> float:
    """Return the corrected dispersion as a share of the observed one.

    Shrinking each value to its best guess (the square of this) would leave less spread than there is (Louis 1984,
    JASA 79, 393–398), and plan for a gap that is too small.
    """
    kept = 0.0
    for part in comparison.parts:
        values, variances = part.measured.estimator.value, part.measured.estimator.variance()
        if len(values) < 2 or not np.isfinite(variances).all():
            return 1.0
        observed = corrected_dispersion(values, np.zeros(len(values)))
        kept = max(kept, corrected_dispersion(values, variances) / observed if observed > 0 else 0.0)
    return kept


def _grown(counts: GroupCounts, keep: float, factor: float) -> GroupCounts:
    """Return the cells drawn toward the pooled mix and scaled; fractional counts are fine for planning."""
    amounts = counts.amounts
    totals = amounts.sum(axis=1, keepdims=True)
    pooled = amounts.sum(axis=0, keepdims=True) / amounts.sum()
    own = amounts / np.where(totals > 0, totals, 1.0)
    cells = factor * totals * (keep * own + (1 - keep) * pooled)
    if counts.weight is None:
        return replace(counts, rows=cells)
    per_weight = counts.squares.sum(axis=1, keepdims=True) / np.where(totals > 0, totals, 1.0)
    return replace(counts, rows=cells, weight=cells, weight_squares=cells * per_weight)


def _smallest(decided: Callable[[float], bool]) -> float | None:
    high = 1.0
    while not decided(high):
        high *= 2
        if high > MOST:
            return None
    low = high / 2 if high > 1 else 1.0
    for _ in range(12):
        middle = math.sqrt(low * high)
        if decided(middle):
            high = middle
        else:
            low = middle
    return math.ceil(high * 100) / 100
