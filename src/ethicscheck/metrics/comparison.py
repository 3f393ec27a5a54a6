"""The gap over K groups of one measure: its value, its two ends, and the α at which an end crosses a bound.

The two ends are different problems (docs/statistics.md): the upper end of max − min takes no correction for the number
of groups, the lower end is simultaneous over all pairs. For min ÷ max they swap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np

from ethicscheck.counts.table import GroupCounts
from ethicscheck.stats.dispersion import corrected_dispersion
from ethicscheck.stats.exact_tests import TestResult, test_equal_proportions
from ethicscheck.stats.gaps import (
    crossing_critical_value,
    gap_difference_high,
    gap_difference_low,
    gap_ratio_high,
    gap_ratio_low,
)
from ethicscheck.stats.intervals import critical_value, two_sided_p
from ethicscheck.stats.studentized_range import simultaneous_critical_value, simultaneous_p

from .definition import Criterion, Measured, Metric

Compare = Literal["difference", "ratio", "each"]
METHODS = {
    "difference": "pairwise_mover_simultaneous_lower",
    "ratio": "pairwise_mover_ratio_simultaneous_upper",
    "each": "worst_group_simultaneous",
}


@dataclass(frozen=True)
class LeftOutGroup:
    """A group that takes no part, by its place in the counts, and why; `of` is the only component it misses, if one."""

    place: int
    reason: str
    of: Metric | None = None


@dataclass(frozen=True)
class Gap:
    """A gap with its ends; `high` may be infinite.

    `first` and `second` are the places (in all counts) of the two groups it is between: first − second, first ÷ second.
    For `each` only `first` is set, the worst group. `of`, `low_of` and `high_of` are the places of
    the components that value and ends come from.
    """

    value: float
    exact: Fraction | None
    low: float
    high: float
    first: int
    second: int | None
    method: str
    of: int = 0
    low_of: int = 0
    high_of: int = 0


@dataclass(frozen=True)
class Part:
    """One component of a comparison: a metric measured on the groups that take part."""

    metric: Metric
    measured: Measured
    places: tuple[int, ...]
    left_out: tuple[LeftOutGroup, ...]

    @property
    def undefined(self) -> str | None:
        """Why there is no gap, or None."""
        return "fewer_than_two_groups" if len(self.places) < 2 else None


@dataclass(frozen=True)
class Comparison:
    """All groups of one feature (or intersection) compared by one metric or criterion.

    Parameters
    ----------
    parts : the components; one for a metric, two for equalized odds.
    counts : the cells of all groups.
    alpha : 1 − confidence.
    """

    parts: tuple[Part, ...]
    counts: GroupCounts
    alpha: float

    @classmethod
    def of(
        cls, measure: Metric | Criterion, counts: GroupCounts, small: frozenset[int], favourable: int, alpha: float
    ) -> Comparison:
        """Compare the groups of `counts`, leaving out those that are small or undefined."""
        metrics = measure.components if isinstance(measure, Criterion) else (measure,)
        return cls(tuple(_part(metric, counts, small, favourable) for metric in metrics), counts, alpha)

    @property
    def left_out(self) -> tuple[LeftOutGroup, ...]:
        """The groups that all components leave out, with the first reason, and those that only some do, for each."""
        found: dict[int, list[LeftOutGroup]] = {}
        for part in self.parts:
            for group in part.left_out:
                found.setdefault(group.place, []).append(LeftOutGroup(group.place, group.reason, part.metric))
        return tuple(
            group
            for place, groups in sorted(found.items())
            for group in (groups if len(groups) < len(self.parts) else [LeftOutGroup(place, groups[0].reason)])
        )

    @property
    def places(self) -> tuple[int, ...]:
        """The groups that all components compare."""
        return tuple(sorted(set.intersection(*(set(part.places) for part in self.parts))))

    def undefined(self, compare: Compare) -> str | None:
        """Return why there is no such gap, or None."""
        for part in self.parts:
            if compare == "each":
                if not part.places:
                    return "no_group"
            elif part.undefined:
                return part.undefined
            elif compare == "ratio" and max(value for value in part.measured.values if value is not None) == 0:
                return "divided_by_zero"
        return None

    def gap(
        self, compare: Compare, worst: Literal["max", "min"] = "max", extra: tuple[float, float] = (0.0, 0.0)
    ) -> Gap:
        """Return the gap; call it only where `undefined` is None.

        Parameters
        ----------
        compare : "difference" (max − min), "ratio" (min ÷ max) or "each" (the worst single group).
        worst : for "each", whether the largest or the smallest value is the worst.
        extra : added to the uncorrected and to the simultaneous critical value (for planning how many rows decide).
        """
        z = critical_value(self.alpha) + extra[0]
        gaps = []
        for part in self.parts:
            strict = self._strict_critical_value(part, compare) + extra[1]
            if compare == "difference":
                ends = (
                    gap_difference_low(part.measured.estimator, strict),
                    gap_difference_high(part.measured.estimator, z),
                )
            elif compare == "ratio":
                ends = gap_ratio_low(part.measured.estimator, z), gap_ratio_high(part.measured.estimator, strict)
            else:
                ends = _each_ends(part, z, strict, worst)
            gaps.append(_gap(part, compare, ends, worst))
        if len(gaps) == 1:
            return gaps[0]
        pick = min if compare == "ratio" or (compare == "each" and worst == "min") else max
        of = gaps.index(pick(gaps, key=lambda gap: gap.value))
        low_of = gaps.index(pick(gaps, key=lambda gap: gap.low))
        high_of = gaps.index(pick(gaps, key=lambda gap: gap.high))
        return replace(
            gaps[of],
            low=gaps[low_of].low,
            high=gaps[high_of].high,
            method="worst_of_components",
            of=of,
            low_of=low_of,
            high_of=high_of,
        )

    def failing_p(self, compare: Compare, bound: float, side: Literal["max", "min"]) -> float:
        """Return the smallest α at which the rule would still fail: its deciding end meets the bound there."""
        found = 1.0
        for part in self.parts:
            estimator = part.measured.estimator
            groups = len(part.places)
            if compare == "each":
                z = crossing_critical_value(
                    lambda z, part=part: _each_ends(part, z, z, side)[0 if side == "max" else 1],  # type: ignore[misc]
                    bound,
                    rising=side == "min",
                )
                p = min(two_sided_p(z) * groups, 1.0) if z > 0 else 1.0
            else:
                low, high = (
                    (gap_difference_low, gap_difference_high)
                    if compare == "difference"
                    else (gap_ratio_low, gap_ratio_high)
                )
                end, rising = (low, False) if side == "max" else (high, True)
                z = crossing_critical_value(lambda z, end=end, own=estimator: end(own, z), bound, rising)  # type: ignore[misc]
                strict = (compare == "difference") == (side == "max")
                p = simultaneous_p(z, groups) if strict else two_sided_p(z) if z > 0 else 1.0
            found = min(found, p * len(self.parts))
        return min(found, 1.0)

    def test(self, replicates: int, seed: int) -> TestResult | None:
        """Return the test that all groups share one value, where the measure rests on one proportion."""
        if len(self.parts) != 1 or self.parts[0].measured.tested is None:
            return None
        successes, trials = self.parts[0].measured.tested
        return test_equal_proportions(successes, trials, replicates, seed)

    def dispersion(self) -> float | None:
        """Return the spread between groups beyond sampling noise, for a single metric with finite values."""
        if len(self.parts) != 1 or self.parts[0].undefined:
            return None
        estimator = self.parts[0].measured.estimator
        variance = estimator.variance()
        return corrected_dispersion(estimator.value, variance) if np.isfinite(variance).all() else None

    def _strict_critical_value(self, part: Part, compare: Compare) -> float:
        alpha = self.alpha / len(self.parts)
        if compare == "each":
            return critical_value(alpha / max(len(part.places), 1))
        return simultaneous_critical_value(alpha, len(part.places))


def _part(metric: Metric, counts: GroupCounts, small: frozenset[int], favourable: int) -> Part:
    everyone = metric.measure(counts, favourable)
    left_out = []
    places = []
    for place, reason in enumerate(everyone.reasons):
        if place in small:
            left_out.append(LeftOutGroup(place, "small"))
        elif reason is not None:
            left_out.append(LeftOutGroup(place, reason))
        else:
            places.append(place)
    measured = metric.measure(counts.pick(places), favourable)
    return Part(metric, measured, tuple(places), tuple(left_out))


def _each_ends(part: Part, z: float, strict: float, worst: Literal["max", "min"]) -> tuple[float, float]:
    """Return the ends for the worst group: the side that can fail a rule is simultaneous over the groups."""
    estimator = part.measured.estimator
    if worst == "max":
        return float(estimator.far_limits(strict)[0].max()), float(estimator.limits(z)[1].max())
    return float(estimator.limits(z)[0].min()), float(estimator.far_limits(strict)[1].min())


def _gap(part: Part, compare: Compare, ends: tuple[float, float], worst: Literal["max", "min"]) -> Gap:
    values = part.measured.estimator.value
    exact = part.measured.exact
    keys: list[Fraction | float] = [
        exact[place] if exact is not None and exact[place] is not None else float(values[place])  # type: ignore[misc]
        for place in range(len(values))
    ]
    largest, smallest = keys.index(max(keys)), keys.index(min(keys))
    if compare != "each" and largest == smallest:  # all are equal: still two different groups, in the order of labels
        largest, smallest = (0, 1) if compare == "difference" else (1, 0)
    a: Fraction | float
    if compare == "difference":
        first, second = largest, smallest
        a = keys[first] - keys[second]
    elif compare == "ratio":
        first, second = smallest, largest
        a = keys[first] / keys[second]
    else:
        first, second = (largest if worst == "max" else smallest), -1
        a = keys[first]
    value = float(a)
    low, high = min(ends[0], value), max(ends[1], value)
    return Gap(
        value,
        a if isinstance(a, Fraction) else None,
        low,
        high,
        part.places[first],
        part.places[second] if second >= 0 else None,
        METHODS[compare],
    )
