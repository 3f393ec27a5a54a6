"""Everything measured on the count tables, each roll-up and comparison made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ethicscheck.counts.clusters import ClusterSums
from ethicscheck.counts.table import CountTable, GroupCounts
from ethicscheck.errors import DataError

from .comparison import Comparison
from .definition import Criterion, Metric


@dataclass(frozen=True)
class Measurement:
    """The count tables with the settings that measures need.

    Parameters
    ----------
    tables : the count tables by kind (`counts.collect`).
    main : the kind that the task's own measures rest on.
    favourable : which prediction helps the person, 0 or 1.
    confidence : coverage of every interval.
    min_group : rows below which a group takes no part in gaps.
    clusters : the sums over clusters, where rows belong to some.
    """

    tables: Mapping[str, CountTable]
    main: str
    favourable: int
    confidence: float
    min_group: int
    clusters: ClusterSums | None = None
    _counts: dict[tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]], GroupCounts] = field(
        default_factory=dict, repr=False
    )
    _comparisons: dict[tuple[str, tuple[str, ...]], Comparison] = field(default_factory=dict, repr=False)

    @property
    def table(self) -> CountTable:
        """The table that the task's own measures rest on."""
        return self.tables[self.main]

    def counts(
        self, features: tuple[str, ...] = (), table: str | None = None, within: Mapping[str, str] | None = None
    ) -> GroupCounts:
        """Return the cells of each group of a feature or an intersection; () is the overall.

        Parameters
        ----------
        features : sensitive features.
        table : the kind of table; default: the task's own.
        within : a stratum to stay in.
        """
        key = (table or self.main, features, tuple((within or {}).items()))
        if key not in self._counts:
            counts = self.tables[key[0]].roll_up(features, within)
            self._counts[key] = counts if self.clusters is None else self.clusters.attach(counts, key[0], within)
        return self._counts[key]

    def small(self, features: tuple[str, ...], table: str | None = None) -> frozenset[int]:
        """Return the places of the groups with fewer rows than `min_group`."""
        rows = self.counts(features, table).rows.sum(axis=1)
        return frozenset(place for place, n in enumerate(rows) if n < self.min_group)

    def holds(self, table: str, within: Mapping[str, str]) -> bool:
        """Return whether a kind of table tells these strata apart; scores too many for one table are counted without any."""
        own = {axis.name for axis in self.tables[table].axes}
        return set(within) <= own

    def measures(self, measure: Metric | Criterion) -> bool:
        """Return whether the data hold what a measure needs, and it has a meaning for them."""
        found = self.tables.get(measure.table)
        if found is None or (measure.needs_label and not found.labelled):
            return False
        try:
            for part in measure.components if isinstance(measure, Criterion) else (measure,):
                if part.checks is not None:
                    part.checks(found, "")
        except DataError:
            return False
        return True

    def comparison(self, measure: Metric | Criterion, features: tuple[str, ...]) -> Comparison:
        """Return the comparison of all groups by one measure."""
        key = (measure.name, features)
        if key not in self._comparisons:
            counts, small = self.counts(features, measure.table), self.small(features, measure.table)
            self._comparisons[key] = Comparison.of(measure, counts, small, self.favourable, 1 - self.confidence)
        return self._comparisons[key]
