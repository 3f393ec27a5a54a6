"""What is missing, and from whom: rows without outcome, decision or score, by group, over all rows read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ethicscheck.metrics.rows import interval
from ethicscheck.model.missing_record import Absent, MissingOfGroup, MissingValues, SharesTest
from ethicscheck.stats.exact_tests import test_equal_proportions
from ethicscheck.stats.intervals import critical_value, wilson_limits

from .context import Features, StudyContext

Ints = NDArray[np.int64]

# Column 2·(label is missing) + (prediction, or the score where there is none, is missing).
_LABEL, _OTHER = (2, 3), (1, 3)


def study(context: StudyContext) -> tuple[MissingValues, ...] | None:
    """Return what is missing by the groups of each feature; None where nothing is."""
    table = context.measurement.tables.get("missing")
    if table is None:
        return None
    total = table.roll_up().rows[0]
    parts: dict[str, tuple[int, int]] = {}
    if context.config.data.label is not None and total[list(_LABEL)].sum():
        parts["label"] = _LABEL
    if total[list(_OTHER)].sum():
        parts["prediction" if context.roles.decides or context.roles.prediction else "score"] = _OTHER
    if not parts:
        return None
    features = (axis for axis in context.axes if len(axis) == 1)
    return tuple(_missing(context, axis, parts) for axis in features)


def _missing(context: StudyContext, features: Features, parts: Mapping[str, tuple[int, int]]) -> MissingValues:
    measurement, statistics = context.measurement, context.config.statistics
    counts = measurement.counts(features, "missing")
    unknown = measurement.counts((), "missing").rows - counts.rows.sum(axis=0)
    names = [dict(zip(features, key, strict=True)) for key in counts.keys]
    tests = {}
    if context.roles.cluster is None:
        for part, columns in parts.items():
            absent, rows = counts.rows[:, columns].sum(axis=1), counts.rows.sum(axis=1)
            found = test_equal_proportions(absent, rows, statistics.replicates, statistics.seed)
            if found is not None:
                tests[part] = SharesTest(p_value=found.p_value, test=found.test)
    cells = [*zip(names, counts.rows, strict=True), *([({}, unknown[0])] if unknown.sum() else [])]
    return MissingValues(
        features=features,
        groups=tuple(
            MissingOfGroup(group=name, rows=int(rows.sum()), **dict(_absent(rows, parts, measurement.confidence)))
            for name, rows in cells
            if rows.sum()
        ),
        tests=tests,
    )


def _absent(rows: Ints, parts: Mapping[str, tuple[int, int]], confidence: float) -> Iterator[tuple[str, Absent]]:
    total = int(rows.sum())
    for part, columns in parts.items():
        absent = int(rows[list(columns)].sum())
        low, high = wilson_limits(absent / total, total, critical_value(1 - confidence))
        yield (
            part,
            Absent(
                rows=absent,
                share=absent / total,
                interval=interval(float(low[0]), float(high[0]), confidence, "wilson"),
            ),
        )
