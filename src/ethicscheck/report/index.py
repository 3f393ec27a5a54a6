"""Ways to look things up in a record: estimates by metric and feature, definitions by name."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NoReturn

from ethicscheck.metrics.definition import Criterion, Metric
from ethicscheck.metrics.registry import find_measure
from ethicscheck.model.record import AuditRecord, Disparity, Estimate, Finding, OwnMeasureEntry
from ethicscheck.model.wording import visible

Features = tuple[str, ...]
# The measures of the audit's own in the record that is being drawn: they have names, but no place in the registry.
_OWN: ContextVar[Mapping[str, Metric]] = ContextVar("own_measures", default=MappingProxyType({}))
GroupKey = tuple[tuple[str, str], ...]


def group_key(group: dict[str, str] | None) -> GroupKey:
    """Return a group as something that can be looked up."""
    return tuple(sorted((group or {}).items()))


@dataclass
class RecordIndex:
    """A record with its rows by name."""

    record: AuditRecord
    estimates: dict[tuple[str, Features], list[Estimate]] = field(default_factory=lambda: defaultdict(list))
    by_stratum: dict[tuple[str, Features], list[Estimate]] = field(default_factory=lambda: defaultdict(list))
    gaps: dict[tuple[str, Features, str], Disparity] = field(default_factory=dict)
    pairs: dict[tuple[str, Features, str, str, GroupKey], Disparity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _OWN.set({entry.name: _described(entry) for entry in self.record.custom or ()})
        for estimate in self.record.estimates:
            rows = self.by_stratum if estimate.stratum else self.estimates
            rows[(estimate.metric, estimate.features)].append(estimate)
        for row in self.record.disparities:
            if row.to == "gap":
                self.gaps[(row.metric, row.features, row.compare)] = row
            else:
                self.pairs[(row.metric, row.features, row.compare, row.to, group_key(row.group))] = row

    def overall(self, metric: str) -> Estimate | None:
        """Return the estimate for everyone."""
        rows = self.estimates.get((metric, ()), [])
        return rows[0] if rows else None

    def metrics(self) -> list[str]:
        """Return the metrics that were made, in the order of the record."""
        return list(dict.fromkeys(estimate.metric for estimate in self.record.estimates))

    def axes(self) -> list[Features]:
        """Return the features and intersections, in the order of the record."""
        return list(dict.fromkeys(estimate.features for estimate in self.record.estimates if estimate.features))


def definition(name: str, task: str | None = None) -> Metric | Criterion | None:
    """Return what a metric or criterion is, when this version knows it; of a name that two tasks have, that of `task`."""
    return _OWN.get().get(name) or find_measure(name, task) or find_measure(name)


def _described(entry: OwnMeasureEntry) -> Metric:
    """Return what a record says of a measure of its audit's own; it can be described, but not measured again."""
    said = f" Where it gave no value it said: {'; '.join(entry.said)}." if entry.said else ""
    return Metric(
        entry.name,
        visible(entry.title),
        visible(entry.asks),
        visible(entry.misleads + said),
        visible(f"the audit’s own function {entry.function}"),
        _not_here,
        lowest=entry.lowest if entry.lowest is not None else -math.inf,
        highest=entry.highest if entry.highest is not None else math.inf,
        worse=entry.worse,
        ratio=entry.ratio,
    )


def _not_here(counts: object, favourable: int) -> NoReturn:  # noqa: ARG001
    raise AssertionError("a report is drawn from the record alone")


def title(name: str) -> str:
    """Return a metric's title; its name where it is not known."""
    known = definition(name)
    return known.title if known is not None else name


def is_share(name: str) -> bool:
    """Return whether values are shares of people, written as percentages."""
    known = definition(name)
    return known is not None and known.share


def is_quantity(name: str) -> bool:
    """Return whether values are in the unit of what is predicted."""
    known = definition(name)
    return known is not None and known.quantity


def components(name: str) -> list[str]:
    """Return the metrics a criterion compares, or the metric itself."""
    known = definition(name)
    return [part.name for part in known.components] if isinstance(known, Criterion) else [name]


def metric_of(finding: Finding) -> str:
    """Return the metric a finding judges; only for findings of kind "metric"."""
    assert finding.rule.metric is not None
    return finding.rule.metric


def metric_findings(record: AuditRecord) -> list[Finding]:
    """Return the findings about measures."""
    return [finding for finding in record.findings if finding.kind == "metric"]
