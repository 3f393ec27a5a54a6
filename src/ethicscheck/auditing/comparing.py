"""Which measures are made, whom each group is compared with, and the rows of the record that come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ethicscheck.counts.table import GroupCounts
from ethicscheck.errors import DataError, did_you_mean
from ethicscheck.metrics.definition import Criterion, Metric
from ethicscheck.metrics.measurement import Measurement
from ethicscheck.metrics.rows import estimate_rows, gap_rows, overall_rows, reference_rows
from ethicscheck.model.config import Config
from ethicscheck.model.record import (
    Disparity,
    Estimate,
)
from ethicscheck.policy.rules import Rule, measures_of


def chosen_measures(
    config: Config, rules: tuple[Rule, ...], measurement: Measurement
) -> tuple[tuple[Metric, ...], tuple[Criterion, ...]]:
    """Return the metrics and criteria to make: those chosen (default: all that the data allow) and those of rules.

    The metrics that a criterion is made of are among them, so that its gap can be traced to what the groups' values are.

    Raises
    ------
    DataError
        When a measure that is asked for by name has no meaning for these data.
    """
    known = measures_of(config)
    asked = [known.find(name) for name in config.metrics or ()] + [rule.measure for rule in rules]
    wanted = [measure for measure in asked if measure is not None]
    for measure in wanted:
        _check_measurable(measure, measurement, config)
    usual = () if config.metrics is not None else (*known.defaults(), *known.found_in(measurement.table))
    chosen = [*usual, *wanted]
    chosen = [measure for measure in chosen if measurement.measures(measure)]
    criteria = dict.fromkeys(measure for measure in chosen if isinstance(measure, Criterion))
    parts = [part for criterion in criteria for part in criterion.components if known.find(part.name) is not None]
    metrics = dict.fromkeys(measure for measure in (*chosen, *parts) if isinstance(measure, Metric))
    return tuple(metrics), tuple(criteria)


def _check_measurable(measure: Metric | Criterion, measurement: Measurement, config: Config) -> None:
    if measure.table not in measurement.tables:
        what = {"scores": "data.score", "decisions": "data.prediction, or data.score and data.threshold"}
        raise DataError(
            f"{measure.name!r} can't be made from these data",
            "metrics, policy.rules",
            f"it needs {what.get(measure.table, measure.table)}",
        )
    column = {"scores": config.data.score}.get(measure.table, config.data.prediction) or ""
    for part in measure.components if isinstance(measure, Criterion) else (measure,):
        if part.checks is not None:
            part.checks(measurement.tables[part.table], column)


def reference_group(features: tuple[str, ...], counts: GroupCounts, config: Config) -> int:
    """Return the place of the reference group: the configured one, else the largest, ties in label order."""
    wanted = [config.data.sensitive[name].reference for name in features]
    if len(features) == 1 and wanted[0] is not None and (wanted[0],) not in counts.keys:
        labels = [key[0] for key in counts.keys]
        raise DataError(
            f"the reference group {wanted[0]!r} does not occur",
            f"column {features[0]!r}",
            did_you_mean(wanted[0], labels),
        )
    if None not in wanted and tuple(wanted) in counts.keys:
        return counts.keys.index(tuple(str(label) for label in wanted))
    rows = counts.rows.sum(axis=1)
    return int(rows.argmax()) if len(rows) else 0  # an intersection may have no row that is known in all of it


def all_estimates(
    measurement: Measurement, metrics: tuple[Metric, ...], axes: list[tuple[str, ...]]
) -> Iterator[Estimate]:
    favourable, confidence = measurement.favourable, measurement.confidence
    strata: list[Mapping[str, str]] = [{}, *measurement.table.stratum_keys(), *measurement.table.quarter_keys()]
    for stratum in strata:
        for features in [(), *axes]:
            for metric in metrics:
                if measurement.holds(metric.table, stratum):
                    counts = measurement.counts(features, metric.table, stratum)
                    yield from estimate_rows(metric, counts, favourable, confidence, stratum)


def all_disparities(
    measurement: Measurement,
    metrics: tuple[Metric, ...],
    criteria: tuple[Criterion, ...],
    references: Mapping[tuple[str, ...], int],
    config: Config,
) -> Iterator[Disparity]:
    favourable, confidence = measurement.favourable, measurement.confidence
    replicates, seed = config.statistics.replicates, config.statistics.seed
    for features, reference in references.items():
        measures: tuple[Metric | Criterion, ...] = (*metrics, *criteria)
        for measure in measures:
            comparison = measurement.comparison(measure, features)
            yield from gap_rows(measure.name, comparison, confidence, replicates, seed, measure.ratio)
        chosen = measurement.counts(features).keys[reference] if len(measurement.counts(features)) else None
        for metric in metrics:
            counts = measurement.counts(features, metric.table)
            if chosen in counts.keys:
                yield from reference_rows(metric, counts, counts.keys.index(chosen), favourable, confidence)
            yield from overall_rows(metric, counts, measurement.counts((), metric.table), favourable, confidence)
