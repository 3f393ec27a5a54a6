"""Where it is worst: a search over conjunctions of columns, and groups of intersections that borrow strength."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ethicscheck.counts.table import CountTable, GroupCounts, unique_rows
from ethicscheck.errors import DataError, did_you_mean
from ethicscheck.metrics.definition import Criterion, Metric
from ethicscheck.metrics.registry import all_measures, find_measure
from ethicscheck.metrics.rows import interval
from ethicscheck.model.config_studies import ExploreConfig
from ethicscheck.model.exploration_record import (
    Contrast,
    Exploration,
    FoundSubgroup,
    PooledGroup,
    PooledTable,
)
from ethicscheck.stats.estimators import Proportion
from ethicscheck.stats.pooling import pool_rates
from ethicscheck.stats.search import Candidate, TooManySubgroupsError, search_subgroups
from ethicscheck.stats.search import Contrast as HalfContrast
from ethicscheck.stats.splitting import split_counts

from .context import StudyContext

Ints = NDArray[np.int64]

MOST_TABLES = 12
MOST_GROUPS = 100


def study(context: StudyContext) -> Exploration | None:
    """Return the search's part of the record; None where none is asked for.

    Raises
    ------
    DataError
        When a metric is no rate, or there are too many subgroups.
    """
    explore = context.config.explore
    if explore is None:
        return None
    table = context.measurement.table
    metrics = _rates(context, explore)
    columns = tuple(axis.name for axis in table.features) + explore.columns
    codes, rows = _cells(table, columns)
    first, second = (
        np.stack([_tested(metric, half, context) for metric in metrics], axis=1)
        for half in split_counts(rows, context.config.statistics.seed)
    )
    minimum = max(-(-context.measurement.min_group // 2), 1)  # half of the rows, so half of the smallest group
    try:
        found = search_subgroups(
            codes,
            first,
            second,
            tuple(_worse(metric, context) for metric in metrics),
            explore.depth,
            minimum,
            1 - context.measurement.confidence,
        )
    except TooManySubgroupsError as error:
        raise DataError(
            f"there are more than {error.most:,} subgroups to look at",
            "explore",
            "lower explore.depth, name fewer columns, or give ages and other numbers bins",
        ) from None
    labels = {axis.name: axis.labels for axis in table.axes}
    return Exploration(
        metrics=tuple(metric.name for metric in metrics),
        columns=columns,
        depth=explore.depth,
        min_denominator=minimum,
        subgroups=found.subgroups,
        comparisons=found.looked_at,
        found=tuple(_found(part, metrics, columns, labels, context) for part in found.candidates),
        pooled=tuple(_pooled(context, metrics, explore.depth)),
    )


def _rates(context: StudyContext, explore: ExploreConfig) -> tuple[Metric, ...]:
    """Return the rates to look at: those named, else those that rules judge, else the selection rate."""
    task = context.config.task
    if explore.metrics is not None:
        asked: list[Metric | Criterion] = []
        for name in explore.metrics:
            measure = find_measure(name, task)
            if measure is None:
                raise DataError(
                    f"there is no metric {name!r}", "explore.metrics", did_you_mean(name, all_measures(task))
                )
            asked.append(measure)
    else:
        asked = [measure for measure, _ in context.judged]
    parts = [
        part for measure in asked for part in (measure.components if isinstance(measure, Criterion) else (measure,))
    ]
    rates = tuple(dict.fromkeys(metric for metric in parts if _is_rate(metric, context)))
    if explore.metrics is not None:
        other = next((metric for metric in parts if metric not in rates), None)
        if other is not None:
            raise DataError(
                f"{other.name!r} can't be searched",
                "explore.metrics",
                "name rates of the task’s own decisions, such as selection_rate or false_positive_rate",
            )
    fallback = find_measure("selection_rate", task)
    if not rates and isinstance(fallback, Metric) and _is_rate(fallback, context):
        return (fallback,)
    if not rates:
        raise DataError(
            "there is no rate to search by",
            "explore.metrics",
            f"name one that task: {task} has, or leave explore out",
        )
    return rates


def _is_rate(metric: Metric, context: StudyContext) -> bool:
    """Return whether a metric is a share of counted people, on the table that the audit rests on."""
    if metric.table != context.measurement.main or not context.measurement.measures(metric):
        return False
    measured = metric.measure(context.measurement.counts(), context.measurement.favourable)
    return isinstance(measured.estimator, Proportion) and measured.tested is not None


def _worse(metric: Metric, context: StudyContext) -> int:
    if metric.name == "selection_rate":
        return -1 if context.measurement.favourable else 1
    return {"higher": 1, "lower": -1, "depends": 0}[metric.worse]


def _cells(table: CountTable, columns: tuple[str, ...]) -> tuple[Ints, Ints]:
    """Return the codes of each cell on these columns, −1 where unknown, and its rows by outcome, shape (cells, C)."""
    names = [axis.name for axis in table.axes]
    unique, place = unique_rows(table.codes[:, [names.index(name) for name in columns]])
    rows = np.zeros((len(unique), table.basis.width), dtype=np.int64)
    np.add.at(rows, (place, table.outcome), table.rows)
    return unique, rows


def _tested(metric: Metric, rows: Ints, context: StudyContext) -> Ints:
    """Return successes and trials of a rate in each cell, shape (cells, 2)."""
    basis = context.measurement.table.basis
    cells = GroupCounts(("cell",), tuple((str(place),) for place in range(len(rows))), rows, basis=basis)
    measured = metric.measure(cells, context.measurement.favourable)
    assert measured.tested is not None
    return np.stack(measured.tested, axis=1).astype(np.int64)


def _found(
    part: Candidate,
    metrics: tuple[Metric, ...],
    columns: tuple[str, ...],
    labels: dict[str, tuple[str, ...]],
    context: StudyContext,
) -> FoundSubgroup:
    group = {name: labels[name][code] for name, code in zip(columns, part.pattern, strict=True) if code >= 0}
    measured = part.confirmation.difference is not None
    return FoundSubgroup(
        metric=metrics[part.rate].name,
        features=tuple(group),
        group=group,
        discovery=_contrast(part.discovery),
        p_discovery=part.p_discovery,
        q_discovery=part.q_discovery,
        confirmation=_contrast(part.confirmation),
        interval=interval(part.low, part.high, context.measurement.confidence, "newcombe_simultaneous")
        if measured
        else None,
        p_value=part.p_value,
        p_adjusted=part.p_adjusted,
        confirmed=part.confirmed,
    )


def _contrast(half: HalfContrast) -> Contrast:
    return Contrast(
        value=half.value,
        other=half.other,
        difference=half.difference,
        denominator=half.trials,
        other_denominator=half.other_trials,
    )


def _pooled(context: StudyContext, metrics: tuple[Metric, ...], depth: int) -> Iterator[PooledTable]:
    """Yield the groups of every intersection of sensitive features, pooled; at most 12 tables."""
    measurement = context.measurement
    names = [axis.name for axis in measurement.table.features]
    crossed = [part for size in range(2, depth + 1) for part in itertools.combinations(names, size)]
    for features, metric in itertools.islice(itertools.product(crossed, metrics), MOST_TABLES):
        counts = replace(measurement.counts(features), weight=None, weight_squares=None)
        if not len(counts):
            continue
        measured = metric.measure(counts, measurement.favourable)
        assert measured.tested is not None
        successes, trials = measured.tested
        pooled = pool_rates(successes, trials, 1 - measurement.confidence)
        if pooled is None:
            continue
        order = sorted(range(len(counts)), key=lambda place: (-abs(pooled.value[place] - pooled.mean), place))
        yield PooledTable(
            metric=metric.name,
            features=features,
            mean=pooled.mean,
            spread=pooled.spread,
            groups=tuple(
                PooledGroup(
                    group=dict(zip(features, counts.keys[place], strict=True)),
                    denominator=int(trials[place]),
                    value=measured.values[place],
                    pooled=float(pooled.value[place]),
                    interval=interval(
                        float(pooled.low[place]), float(pooled.high[place]), measurement.confidence, "partial_pooling"
                    ),
                )
                for place in order[:MOST_GROUPS]
            ),
            more=max(len(order) - MOST_GROUPS, 0),
        )
