"""How many more rows would decide a rule that today's data leave open."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from scipy.special import ndtri

from ethicscheck.counts.mixing import drawn_together
from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.comparison import Comparison
from ethicscheck.model.record import RowsNeeded
from ethicscheck.stats.dispersion import corrected_dispersion
from ethicscheck.stats.intervals import Floats
from ethicscheck.stats.studentized_range import range_quantile

from .rules import Rule

CHANCE = 0.8
MOST = 10_000.0


def rows_needed(rule: Rule, comparison: Comparison, favourable: int, asked: int = 1) -> RowsNeeded | None:
    """Return the factor by which the rows must grow for the rule to be decided, in four cases of five.

    The groups' cells are first drawn toward their pooled mix until their spread is the one corrected for sampling noise
    (the observed extremes are too extreme), then scaled until the interval, widened by what a new sample may stray,
    clears the limit on either side. Which side is not said. None means: at the boundary, no number of rows will do.

    Parameters
    ----------
    rule : the rule.
    comparison : today's groups, compared.
    favourable : which prediction helps the person.
    asked : rules judged together; a fail must survive Holm's adjustment over all of them.
    """
    if at_the_limit(rule, comparison):
        return None
    planner = Planner.of(rule, comparison, favourable, kept_spread(comparison), asked)
    factor = smallest(planner.decided)
    if factor is None:
        return None
    rows = int(planner.counts.rows.sum())
    return RowsNeeded(factor=factor, rows_total=math.ceil(factor * rows), chance=CHANCE)


@dataclass(frozen=True)
class Planner:
    """Whether a rule would be decided, in four cases of five, if there were more rows.

    Parameters
    ----------
    rule : the rule.
    counts : the cells of the groups compared.
    favourable : which prediction helps the person.
    keep : how much of the observed spread is taken for real: 1 all of it, 0 none (all groups alike).
    alpha : 1 − confidence.
    asked : rules judged together.
    """

    rule: Rule
    counts: GroupCounts
    favourable: int
    keep: float
    alpha: float
    asked: int = 1

    @classmethod
    def of(cls, rule: Rule, comparison: Comparison, favourable: int, keep: float, asked: int = 1) -> Planner:
        """Return the planner for the groups that a comparison compares."""
        places = sorted({place for part in comparison.parts for place in part.places})
        return cls(rule, comparison.counts.pick(places), favourable, keep, comparison.alpha, asked)

    def decided(self, factor: float | Floats) -> bool:
        """Return whether so many times the rows decide the rule; a factor for each group has shape (G, 1)."""
        rule = self.rule
        cells = drawn_together(self.counts, self.keep, factor)
        planned = Comparison.of(rule.measure, cells, frozenset(), self.favourable, self.alpha)
        if planned.undefined(rule.compare):
            return False
        z = float(ndtri(CHANCE))
        groups = max(len(self.counts), 2)
        stray = (
            range_quantile(CHANCE, groups) / math.sqrt(2)
            if rule.compare != "each"
            else float(ndtri(CHANCE ** (1 / groups)))
        )
        extra = (max(z, stray), z)
        gap = planned.gap(rule.compare, rule.side, extra)
        if gap.high <= rule.bound if rule.side == "max" else gap.low >= rule.bound:
            return True
        if self.asked > 1:  # the first of several fails must be beyond the limit at α ÷ their number (Holm)
            planned = replace(planned, alpha=self.alpha / self.asked)
            gap = planned.gap(rule.compare, rule.side, extra)
        return gap.low > rule.bound if rule.side == "max" else gap.high < rule.bound


def at_the_limit(rule: Rule, comparison: Comparison) -> bool:
    """Return whether the observed value is the limit itself: more of the same can never tell on which side it lies."""
    gap = comparison.gap(rule.compare, rule.side)
    if gap.exact is not None:
        return gap.exact == Fraction(repr(rule.bound))
    return math.isclose(gap.value, rule.bound, rel_tol=1e-12, abs_tol=1e-12)


def kept_spread(comparison: Comparison) -> float:
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


def smallest(decided: Callable[[float], bool], most: float = MOST) -> float | None:
    """Return the smallest factor from 1 up to `most` that decides, to one part in a hundred; None when none does."""
    high = 1.0
    while not decided(high):
        high *= 2
        if high > most:
            return None
    low = high / 2 if high > 1 else 1.0
    for _ in range(12):
        middle = math.sqrt(low * high)
        if decided(middle):
            high = middle
        else:
            low = middle
    return math.ceil(high * 100) / 100
