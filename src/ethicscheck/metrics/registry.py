"""Every measure by name: which family it belongs to, and which are made when nothing is chosen.

A family is a file with METRICS (and perhaps CRITERIA); a new one is a line in `_families`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from ethicscheck.counts.table import CountTable

from . import binary, multiclass, regression, scores
from .definition import Criterion, Metric

Measure = Metric | Criterion

# What each task is measured by, in the order of the report. A binary task with a score has both.
TASKS = ("binary", "score", "multiclass", "regression")


@dataclass(frozen=True)
class Family:
    """The measures of one kind of table.

    `defaults` are made when nothing is chosen, and with them what `found_in` finds a table to ask for; `resolve` knows
    measures whose names depend on the data (CLASS:metric).
    """

    name: str
    tasks: tuple[str, ...]
    metrics: Mapping[str, Metric]
    criteria: Mapping[str, Criterion]
    defaults: tuple[str, ...]
    resolve: Callable[[str], Metric | None] | None = None
    found_in: Callable[[CountTable], tuple[Metric, ...]] | None = None


@dataclass(frozen=True)
class Measures:
    """The measures one audit can ask for: its task's, and its own; `broken` are names of its own that can't be used."""

    task: str = "binary"
    own: Mapping[str, Metric] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()

    def find(self, name: str) -> Measure | None:
        """Return the metric or criterion of that name, or None."""
        return self.own.get(name) or find_measure(name, self.task)

    def names(self) -> tuple[str, ...]:
        """Return every name that can be asked for."""
        return (*all_measures(self.task), *self.own)

    def defaults(self) -> tuple[Measure, ...]:
        """Return what is made when nothing is chosen: metrics first, then criteria."""
        return (*default_measures(self.task), *self.own.values())

    def found_in(self, table: CountTable) -> tuple[Measure, ...]:
        """Return what is made besides when nothing is chosen, because of what the task's own table holds."""
        finders = [family.found_in for family in families() if self.task in family.tasks]
        return tuple(metric for find in finders if find is not None for metric in find(table))


@cache
def families() -> tuple[Family, ...]:
    """Return every family."""
    return (
        Family("binary", ("binary",), binary.METRICS, binary.CRITERIA, binary.DEFAULT_METRICS),
        Family("scores", ("binary", "score"), scores.METRICS, {}, scores.DEFAULT_METRICS),
        Family(
            "multiclass",
            ("multiclass",),
            multiclass.METRICS,
            {},
            multiclass.DEFAULT_METRICS,
            multiclass.class_metric,
            multiclass.default_class_metrics,
        ),
        Family(
            "regression",
            ("regression",),
            regression.METRICS,
            {},
            regression.DEFAULT_METRICS,
            found_in=regression.default_tolerance_metrics,
        ),
    )


@cache
def all_measures(task: str | None = None) -> Mapping[str, Measure]:
    """Return every measure that has a fixed name, of one task or of all."""
    found: dict[str, Measure] = {}
    for family in families():
        if task is None or task in family.tasks:
            for name, measure in _measures(family):
                found.setdefault(name, measure)
    return found


def find_measure(name: str, task: str | None = None) -> Measure | None:
    """Return the metric or criterion of that name, or None.

    Where two tasks have a measure of the same name (accuracy), `task` says which is meant; default: the first.
    """
    found = all_measures(task).get(name)
    resolvers = (family.resolve for family in families() if task is None or task in family.tasks)
    return found or next((metric for resolve in resolvers if resolve and (metric := resolve(name))), None)


def default_measures(task: str) -> tuple[Measure, ...]:
    """Return what is made when nothing is chosen: metrics first, then criteria."""
    chosen = [family for family in families() if task in family.tasks]
    metrics: list[Measure] = [family.metrics[name] for family in chosen for name in family.defaults]
    return (*metrics, *(criterion for family in chosen for criterion in family.criteria.values()))


def _measures(family: Family) -> Iterator[tuple[str, Measure]]:
    yield from family.metrics.items()
    yield from family.criteria.items()
