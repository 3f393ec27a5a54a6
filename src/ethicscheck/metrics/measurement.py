"""Everything measured on one count table, each roll-up and comparison made once."""

from __future__ import annotations

from dataclasses import dataclass, field

from ethicscheck.counts.table import CountTable, GroupCounts

from .comparison import Comparison
from .definition import Criterion, Metric


@dataclass(frozen=True)
class Measurement:
    """A count table with the settings that measures need.

    Parameters
    ----------
    table : the counts.
    favourable : which prediction helps the person, 0 or 1.
    confidence : coverage of every interval.
    min_group : rows below which a group takes no part in gaps.
    """

    table: CountTable
    favourable: int
    confidence: float
    min_group: int
    _counts: dict[tuple[str, ...], GroupCounts] = field(default_factory=dict, repr=False)
    _comparisons: dict[tuple[str, tuple[str, ...]], Comparison] = field(default_factory=dict, repr=False)

    def counts(self, features: tuple[str, ...] = ()) -> GroupCounts:
        """Return the cells of each group of a feature or an intersection; () is the overall."""
        if features not in self._counts:
            self._counts[features] = self.table.roll_up(features)
        return self._counts[features]

    def small(self, features: tuple[str, ...]) -> frozenset[int]:
        """Return the places of the groups with fewer rows than `min_group`."""
        rows = self.counts(features).rows.sum(axis=1)
        return frozenset(place for place, n in enumerate(rows) if n < self.min_group)

    def comparison(self, measure: Metric | Criterion, features: tuple[str, ...]) -> Comparison:
        """Return the comparison of all groups by one measure."""
        key = (measure.name, features)
        if key not in self._comparisons:
            self._comparisons[key] = Comparison.of(
                measure, self.counts(features), self.small(features), self.favourable, 1 - self.confidence
            )
        return self._comparisons[key]
