"""The second road: config → counts → what so many rows can show. Nothing is judged and nothing is written."""

from __future__ import annotations

from typing import Any

import numpy as np

from .auditing import Run, chosen_measures, measure_data
from .counts.table import Axis, CountTable
from .metrics.binary import SELECTION_RATE
from .metrics.definition import Criterion, Metric
from .metrics.measurement import Measurement
from .model.config import LoadedConfig
from .model.power import PowerPlan
from .policy.power import PowerPlanner, shared_out
from .policy.rows_needed import CHANCE
from .policy.rules import Rule, intersections_of, resolve_rules


def plan_power(loaded: LoadedConfig, frame: Any = None, rows: int | None = None, run: Run | None = None) -> PowerPlan:
    """Return what the rows of a config's data can show, rule by rule; or measure by measure where there are no rules.

    Parameters
    ----------
    loaded : a checked config.
    frame : a data frame instead of the config's data source.
    rows : plan for so many rows in all, in today's proportions, instead of today's.
    run : runs each engine call; for progress and for stopping.

    Raises
    ------
    DataError
        When the data can't be audited as they stand.
    """
    config = loaded.config
    measurement = measure_data(loaded, frame, run).measurement
    rules = resolve_rules(config, loaded.document)
    today = measurement.table.judged
    planner = PowerPlanner(measurement, 1.0 if rows is None else rows / today)
    metrics, criteria = chosen_measures(config, rules, measurement)
    axes: list[tuple[str, ...]] = [(name,) for name in config.data.sensitive]
    axes += intersections_of(config)
    measures: tuple[Metric | Criterion, ...] = (*metrics, *criteria)
    asked: list[tuple[Metric | Criterion, tuple[str, ...]]] = [(rule.measure, rule.features) for rule in rules]
    if not rules:
        asked = [(measure, features) for features in axes for measure in measures]
    seen = {(measure.name, features): (measure, features) for measure, features in asked}
    return PowerPlan(
        subject=config.subject.name,
        rows=today if rows is None else rows,
        rows_today=None if rows is None else today,
        confidence=measurement.confidence,
        chance=CHANCE,
        min_group=measurement.min_group,
        rules=tuple(planner.rule(rule, len(rules)) for rule in rules),
        gaps=tuple(planner.gap(measure, features) for measure, features in seen.values()),
    )


def plan_hypothetical(
    rows: int, shares: tuple[float, ...], rate: float, bound: float | None = None, confidence: float = 0.95
) -> PowerPlan:
    """Return what so many rows would show of any rate, before there are data.

    Parameters
    ----------
    rows : rows in all.
    shares : each group's share of them.
    rate : the rate expected in all groups, such as a selection rate.
    bound : the largest difference a rule would allow, if there is to be one.
    confidence : coverage of the intervals.
    """
    labels = tuple(f"group {place} ({share:.0%})" for place, share in enumerate(shares, 1))
    sizes = np.maximum(shared_out(np.array(shares) / sum(shares) * rows), 1)
    chosen = np.rint(sizes * rate).astype(np.int64)
    places = np.arange(len(shares), dtype=np.int64)
    table = CountTable(
        features=(Axis("group", labels),),
        strata=(),
        codes=np.concatenate([places, places])[:, None],
        outcome=np.repeat(np.array([0, 1], dtype=np.int64), len(shares)),
        rows=np.concatenate([sizes - chosen, chosen]),
        labelled=False,
    )
    measurement = Measurement({"decisions": table}, "decisions", 1, confidence, 0)
    planner = PowerPlanner(measurement)
    rules = []
    if bound is not None:
        rules = [Rule("planned", "planned", SELECTION_RATE, ("group",), "difference", "max", bound, None, None, None)]
    return PowerPlan(
        subject="A plan without data",
        rows=table.judged,
        rows_today=0,
        confidence=confidence,
        chance=CHANCE,
        min_group=0,
        rules=tuple(planner.rule(rule, 1) for rule in rules),
        gaps=(planner.gap(SELECTION_RATE, ("group",)),),
    )
