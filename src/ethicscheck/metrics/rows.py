"""Estimates and disparities as rows of the record."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ethicscheck.counts.table import GroupCounts
from ethicscheck.model.record import Disparity, Dispersion, Estimate, Interval, LeftOut
from ethicscheck.stats.exact_tests import TestResult, test_equal_proportions
from ethicscheck.stats.gaps import against_overall, difference_limits, ratio_against_overall, ratio_limits
from ethicscheck.stats.intervals import Floats, critical_value, effective_size
from ethicscheck.stats.overlap import overlap_correlation

from .comparison import Comparison
from .definition import Measured, Metric

Group = dict[str, str]

# The correlation of a group with everyone is worked out column by column, up to so many columns.
MOST_COLUMNS = 100


def group_names(counts: GroupCounts) -> list[Group]:
    """Return each group as {feature: label}."""
    return [dict(zip(counts.axes, key, strict=True)) for key in counts.keys]


def interval(low: float, high: float, level: float, method: str) -> Interval:
    """Return a record's interval; an infinite upper limit is null, and −∞ (of an R² from very few rows) the least float."""
    low = max(low, -sys.float_info.max)
    return Interval(low=low, high=high if math.isfinite(high) else None, level=level, method=method)


def estimate_rows(
    metric: Metric, counts: GroupCounts, favourable: int, confidence: float, stratum: Mapping[str, str] | None = None
) -> Iterator[Estimate]:
    """Yield one estimate for each group."""
    measured = metric.measure(counts, favourable)
    low, high = measured.estimator.limits(critical_value(1 - confidence))
    whole = counts.weight is None
    for place, (group, value) in enumerate(zip(group_names(counts), measured.values, strict=True)):
        denominator = math.ldexp(float(measured.denominator[place]), counts.unit)
        yield Estimate(
            metric=metric.name,
            features=counts.axes,
            group=group,
            stratum=dict(stratum) if stratum else None,
            value=value,
            undefined=measured.reasons[place],
            rows=int(counts.rows[place].sum()),
            denominator=int(denominator) if whole else denominator,
            interval=None
            if value is None
            else interval(float(low[place]), float(high[place]), confidence, measured.estimator.method),
        )


def gap_rows(
    name: str, comparison: Comparison, confidence: float, replicates: int, seed: int, divisible: bool
) -> Iterator[Disparity]:
    """Yield the gap over all groups, as a difference and (where values can be divided) as a ratio."""
    names = group_names(comparison.counts)
    left_out = tuple(
        LeftOut(
            group=names[group.place],
            reason=group.reason,
            component=group.of.name if group.of is not None else None,
        )
        for group in comparison.left_out
    )
    groups = tuple(names[place] for place in comparison.places)
    test = comparison.test(replicates, seed) if comparison.undefined("difference") is None else None
    spread = comparison.dispersion()
    for compare in ("difference", "ratio") if divisible else ("difference",):
        undefined = comparison.undefined(compare)
        gap = None if undefined else comparison.gap(compare)
        yield Disparity(
            metric=name,
            features=comparison.counts.axes,
            compare=compare,
            to="gap",
            group=names[gap.first] if gap else None,
            against=names[gap.second] if gap and gap.second is not None else None,
            value=gap.value if gap else None,
            undefined=undefined,
            interval=interval(gap.low, gap.high, confidence, gap.method) if gap else None,
            p_value=test.p_value if test and gap else None,
            test=test.test if test and gap else None,
            dispersion=Dispersion(value=spread) if spread is not None and compare == "difference" else None,
            groups=groups,
            left_out=left_out,
        )


def reference_rows(
    metric: Metric, counts: GroupCounts, reference: int, favourable: int, confidence: float
) -> Iterator[Disparity]:
    """Yield each group against the reference group, as a difference and a ratio."""
    others = [place for place in range(len(counts)) if place != reference]
    if not others:
        return
    own = metric.measure(counts.pick(others), favourable)
    base = metric.measure(counts.pick([reference] * len(others)), favourable)
    names = group_names(counts)
    yield from _pairs(
        metric, counts, own, base, [names[place] for place in others], names[reference], "reference", confidence
    )


def overall_rows(
    metric: Metric, counts: GroupCounts, overall: GroupCounts, favourable: int, confidence: float
) -> Iterator[Disparity]:
    """Yield each group against the overall, which holds the group itself."""
    own = metric.measure(counts, favourable)
    rest_counts = rest_of(counts, overall)
    rest = metric.measure(rest_counts, favourable)
    # Few clusters in the rest make its limits wide, which is safe beside a group that has enough; so does one that stands
    # in the group and in the rest, which the difference of the sums takes for a large one.
    rest = replace(rest, reasons=tuple(None if part == "too_few_clusters" else part for part in rest.reasons))
    whole = metric.measure(overall, favourable)
    overlap = None
    if not metric.mean_of_groups:
        narrow = (counts.rows.shape[1] <= MOST_COLUMNS or metric.gradient is not None) and counts.sums is None
        # Without it the two are taken as independent, which makes the interval too wide, never too narrow.
        overlap = _overlap(metric, counts, rest_counts, favourable) if narrow else np.zeros(len(counts))
    yield from _pairs(metric, counts, own, rest, group_names(counts), {}, "overall", confidence, whole, overlap)


def _overlap(metric: Metric, counts: GroupCounts, rest: GroupCounts, favourable: int) -> Floats:
    """Return the correlation of each group's value with the overall's, which holds the group."""

    def value(cells: Any) -> Floats:
        plain = replace(
            counts, rows=cells, weight=None, weight_squares=None, unit=0, products=None
        )  # shares of rows will do
        return metric.measure(plain, favourable).estimator.value

    own_size, rest_size = (effective_size(c.amounts.sum(axis=1), c.squares.sum(axis=1)) for c in (counts, rest))
    # The ½ that is added to a cell is half a row: weights come as effective rows, on one scale for group and rest.
    total = (counts.amounts + rest.amounts).sum(axis=1)
    size = effective_size(total, (counts.squares + rest.squares).sum(axis=1))
    each = np.where(total > 0, size / np.where(total > 0, total, 1.0), 1.0)[:, None]
    cells = counts.amounts * each, rest.amounts * each
    return overlap_correlation(value, *cells, own_size, rest_size, metric.gradient)


def rest_of(counts: GroupCounts, overall: GroupCounts) -> GroupCounts:
    """Return, for each group, the cells of everyone else."""
    weight = squares = None
    if counts.weight is not None and overall.weight is not None:
        weight = np.maximum(overall.weight - counts.weight, 0)
    if counts.weight_squares is not None and overall.weight_squares is not None:
        squares = np.maximum(overall.weight_squares - counts.weight_squares, 0)
    sums = None if counts.sums is None or overall.sums is None else overall.sums - counts.sums
    products = clusters = None
    if counts.products is not None and overall.products is not None:
        products = np.maximum(overall.products - counts.products, 0)
    if counts.clusters is not None and overall.clusters is not None:
        clusters = np.maximum(overall.clusters - counts.clusters, 0)
    return replace(
        counts,
        rows=overall.rows - counts.rows,
        weight=weight,
        weight_squares=squares,
        sums=sums,
        products=products,
        clusters=clusters,
    )


def _pairs(
    metric: Metric,
    counts: GroupCounts,
    own: Measured,
    base: Measured,
    names: list[Group],
    against: Group,
    to: str,
    confidence: float,
    whole: Measured | None = None,
    overlap: Floats | None = None,
) -> Iterator[Disparity]:
    z = critical_value(1 - confidence)
    a, b = own.estimator.value, base.estimator.value
    limits = difference_limits(a, own.estimator.limits(z), b, base.estimator.limits(z))
    quotients = ratio_limits(a, own.estimator.limits(z), b, base.estimator.limits(z)) if metric.ratio else None
    compared = (
        base
        if whole is None
        else Measured(
            whole.estimator, whole.denominator, whole.reasons * len(names), whole.exact and whole.exact * len(names)
        )
    )
    if whole is not None and overlap is not None:
        pair = a, own.estimator.limits(z), whole.estimator.value, whole.estimator.limits(z), overlap
        limits = difference_limits(*pair)
        quotients = ratio_limits(*pair) if metric.ratio else None
    elif whole is not None:
        alone = np.array([base_reason is not None for base_reason in base.reasons])  # nobody to compare with: no row
        total = float(whole.denominator[0])
        share = np.where(alone, 0.0, own.denominator / total) if total > 0 else np.zeros(len(names))
        limits = against_overall(a - b, limits, a - float(whole.estimator.value[0]), share)
        quotients = ratio_against_overall(quotients, share) if quotients is not None else None
    tests = _tests(own, base)
    for place, name in enumerate(names):
        reason = own.reasons[place] or compared.reasons[place]
        if reason is None and whole is not None and base.reasons[place] is not None:
            reason = "no_other_rows"
        for compare in ("difference", "ratio") if metric.ratio else ("difference",):
            value, undefined = None, reason
            if undefined is None:
                value = _exact_value(own, compared, place, compare)
                undefined = "divided_by_zero" if value is None else None
            ends = limits if compare == "difference" else quotients
            shown = None
            if value is not None and ends is not None:
                low, high = min(float(ends[0][place]), value), max(float(ends[1][place]), value)
                method = ("mover_difference" if compare == "difference" else "mover_ratio") + (
                    "_overall" if whole is not None else ""
                )
                shown = interval(low, high, confidence, method)
            test = tests[place] if value is not None else None
            yield Disparity(
                metric=metric.name,
                features=counts.axes,
                compare=compare,
                to=to,
                group=name,
                against=against,
                value=value,
                undefined=undefined,
                interval=shown,
                p_value=test.p_value if test else None,
                test=test.test if test else None,
            )


def _exact_value(own: Measured, base: Measured, place: int, compare: str) -> float | None:
    """Return own − base or own ÷ base, correctly rounded where both are fractions of counts; None for x ÷ 0."""
    a = own.exact[place] if own.exact is not None else None
    b = base.exact[place] if base.exact is not None else None
    if a is not None and b is not None:
        if compare == "difference":
            return float(a - b)
        return float(a / b) if b else None
    x = float(own.estimator.value[place])
    y = float(base.estimator.value[place if len(base.estimator.value) > 1 else 0])
    if compare == "difference":
        return x - y
    return x / y if y else None


def _tests(own: Measured, base: Measured) -> list[TestResult | None]:
    if own.tested is None or base.tested is None:
        return [None] * len(own.reasons)
    return [
        test_equal_proportions([k1, k2], [n1, n2]) for k1, n1, k2, n2 in zip(*own.tested, *base.tested, strict=True)
    ]
