"""How small and how large each gap could be, whichever groups the rows of unknown group belong to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.definition import Measured, Metric
from ethicscheck.model.missing_record import GapBounds
from ethicscheck.stats.bounds import Extremes, rate_extremes
from ethicscheck.stats.estimators import FromJaccard, Proportion
from ethicscheck.stats.intervals import Floats

from .context import Features, StudyContext


def study(context: StudyContext) -> tuple[GapBounds, ...] | None:
    """Return the bounds of every gap of rates (and of what rises with a rate) that unknown groups leave open."""
    found = tuple(
        row for features in context.axes for metric in context.metrics for row in _bounds(context, metric, features)
    )
    return found or None


def _bounds(context: StudyContext, metric: Metric, features: Features) -> Iterator[GapBounds]:
    measurement = context.measurement
    counts, overall = measurement.counts(features, metric.table), measurement.counts((), metric.table)
    comparison = measurement.comparison(metric, features)
    (part,) = comparison.parts
    if part.undefined or overall.sums is not None:
        return
    known, lost = (metric.measure(cells, measurement.favourable) for cells in (counts, _unknown(counts, overall)))
    rates, unknown = _rates(known), _rates(lost)
    if rates is None or unknown is None or lost.reasons[0] is not None:
        return
    places = list(part.places)
    (successes, trials), (up, size) = rates, (float(number[0]) for number in unknown)
    extremes = rate_extremes(successes[places], trials[places], up, size - up, len(places) < len(counts))
    names = [dict(zip(features, counts.keys[place], strict=True)) for place in places]
    rows = int(overall.rows.sum() - counts.rows.sum())
    yield from _rows(context, metric, extremes, isinstance(known.estimator, FromJaccard), names, rows)


def _rates(measured: Measured) -> tuple[Floats, Floats] | None:
    """Return successes and trials of values that are rates, or that rise with one (F1 with the Jaccard index)."""
    estimator, denominator = measured.estimator, np.asarray(measured.denominator, dtype=float)
    if isinstance(estimator, Proportion):
        trials, share = denominator, estimator.share
    elif isinstance(estimator, FromJaccard):
        share = estimator.jaccard.share
        trials = denominator / (1 + share)  # F1's denominator is 2 TP + FP + FN, the index's TP + FP + FN
    else:
        return None
    return share * trials, trials


def _rows(
    context: StudyContext,
    metric: Metric,
    extremes: Extremes,
    jaccard: bool,
    names: list[dict[str, str]],
    unknown: int,
) -> Iterator[GapBounds]:
    features = tuple(names[0])
    comparison = context.measurement.comparison(metric, features)
    (narrow_low, narrow_high), (wide_low, wide_high) = (
        tuple(2 * rate / (1 + rate) if jaccard else rate for rate in ends) for ends in (extremes.narrow, extremes.wide)
    )
    for compare in ("difference", "ratio") if metric.ratio else ("difference",):
        if comparison.undefined(compare) is not None:
            continue
        value = comparison.gap(compare).value
        if compare == "difference":
            low, high = narrow_high - narrow_low, wide_high - wide_low
        else:
            low = wide_low / wide_high if wide_high else 1.0
            high = narrow_low / narrow_high if narrow_high else 1.0
        yield GapBounds(
            metric=metric.name,
            features=features,
            compare=compare,
            value=value,
            low=min(float(low), value),
            high=max(float(high), value),
            unknown=unknown,
            group=names[extremes.highest],
            against=names[extremes.lowest],
        )


def _unknown(counts: GroupCounts, overall: GroupCounts) -> GroupCounts:
    """Return the cells of the rows whose group is not known."""

    def rest(whole: Any, known: Any) -> Any:
        return np.maximum(whole - known.sum(axis=0, keepdims=True), 0)

    rows = rest(overall.rows, counts.rows)
    weighted = overall.weight is not None and counts.weight is not None

    def heavy(whole: Any, known: Any) -> Any:  # sums of decimal weights leave a rest where no row is left
        return np.where(rows > 0, rest(whole, known), 0.0)

    return replace(
        overall,
        products=None,  # bounds hold for the rows there are; they have no sampling error
        clusters=None,
        rows=rows,
        weight=heavy(overall.weight, counts.weight) if weighted else None,
        weight_squares=heavy(overall.squares, counts.squares) if weighted else None,
    )
