"""The measures of the audit's own, described: what they ask, where the functions came from, what they said."""

from __future__ import annotations

import inspect
import math

from ethicscheck.metrics.own import OwnMeasure
from ethicscheck.model.own_record import OwnMeasureEntry

from .context import StudyContext


def study(context: StudyContext) -> tuple[OwnMeasureEntry, ...] | None:
    """Return the description of each function that groups were measured by; None where there is none."""
    measured = [(metric, inspect.unwrap(metric.measure)) for metric in context.metrics]
    found = tuple(
        OwnMeasureEntry(
            name=metric.name,
            title=metric.title,
            asks=metric.asks,
            misleads=metric.misleads,
            function=measure.own.where,
            sha256=measure.own.sha256,
            lowest=metric.lowest if math.isfinite(metric.lowest) else None,
            highest=metric.highest if math.isfinite(metric.highest) else None,
            worse=metric.worse,
            ratio=metric.ratio,
            said=tuple(sorted(measure.said)),
        )
        for metric, measure in measured
        if isinstance(measure, OwnMeasure)
    )
    return found or None
