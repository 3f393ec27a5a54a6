"""Two records with their rows by name, and a gap's groups as the intervals of a change need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ethicscheck.metrics.definition import Criterion, Metric
from ethicscheck.metrics.registry import find_measure
from ethicscheck.model.changes_record import Changes
from ethicscheck.model.record import AuditRecord, Disparity, Estimate
from ethicscheck.stats.growth import KnownAt, Limited, proportion_of_limits
from ethicscheck.stats.intervals import critical_value

from .settings import changed_functions

Features = tuple[str, ...]
GroupKey = tuple[tuple[str, str], ...]
_WILSON = frozenset({"wilson", "wilson_effective_size"})


def group_key(group: Mapping[str, str]) -> GroupKey:
    """Return a group as something that can be looked up."""
    return tuple(sorted(group.items()))


@dataclass(frozen=True)
class Side:
    """One audit with its rows by name."""

    record: AuditRecord
    estimates: Mapping[tuple[str, Features], Mapping[GroupKey, Estimate]]
    gaps: Mapping[tuple[str, Features, str], Disparity]

    @classmethod
    def of(cls, record: AuditRecord) -> Side:
        """Return a record with its rows by name."""
        estimates: dict[tuple[str, Features], dict[GroupKey, Estimate]] = {}
        for row in record.estimates:
            if not row.stratum:
                estimates.setdefault((row.metric, row.features), {})[group_key(row.group)] = row
        gaps: dict[tuple[str, Features, str], Disparity] = {
            (row.metric, row.features, row.compare): row for row in record.disparities if row.to == "gap"
        }
        return cls(record, estimates, gaps)

    def compared(self, metric: str, features: Features) -> tuple[Estimate, ...] | None:
        """Return the estimates of the groups that a metric's gap is over; None where the record has no such gap."""
        row, found = self.gaps.get((metric, features, "difference")), self.estimates.get((metric, features), {})
        if row is None or any(group_key(group) not in found for group in row.groups):
            return None
        rows = tuple(found[group_key(group)] for group in row.groups)
        return rows if all(part.value is not None and part.interval is not None for part in rows) else None


@dataclass(frozen=True)
class TwoAudits:
    """The older and the newer audit.

    Parameters
    ----------
    pairing : the newer record's part on two models, where its other model is the older audit's on the very same rows.
    """

    old: Side
    new: Side
    pairing: Changes | None
    changed_functions: frozenset[str]

    @classmethod
    def of(cls, old: AuditRecord, new: AuditRecord, pairing: Changes | None) -> TwoAudits:
        """Return both with their rows by name."""
        return cls(Side.of(old), Side.of(new), pairing, changed_functions(old, new))

    @property
    def alpha(self) -> float:
        """1 − the newer audit's confidence."""
        return 1 - self.new.record.plan.confidence

    def measure(self, name: str) -> Metric | Criterion | None:
        """Return what a name stands for; None for a measure of the audit's own."""
        if any(part.name == name for part in self.new.record.custom or ()):
            return None
        return find_measure(name, self.new.record.plan.task)

    def components(self, name: str) -> tuple[str, ...]:
        """Return the metrics a criterion compares, or the metric itself."""
        measure = self.measure(name)
        return tuple(part.name for part in measure.components) if isinstance(measure, Criterion) else (name,)

    def span(self, name: str) -> float:
        """Return how far apart two values of a measure can lie at most; endless where that is not known."""
        measure = self.measure(name)
        return measure.highest - measure.lowest if measure is not None else np.inf


def limited(rows: Sequence[Estimate]) -> Limited:
    """Return groups as values that know their limits at any critical value.

    Of a rate the number of people is worked out from its Wilson limits; the limits of anything else reach in proportion to the critical value.
    """
    value, low, high, z = (np.array(column, dtype=float) for column in zip(*map(_known, rows), strict=True))
    level = float(z[0])
    if all(row.interval is not None and row.interval.method in _WILSON for row in rows):
        return proportion_of_limits(value, low, high, level)
    return KnownAt(value, low, high, level)


def _known(row: Estimate) -> tuple[float, float, float, float]:
    assert row.value is not None
    assert row.interval is not None
    interval = row.interval
    high = np.inf if interval.high is None else interval.high
    return row.value, interval.low, high, critical_value(1 - interval.level)
