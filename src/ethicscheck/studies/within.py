"""The groups of a feature in every stratum, side by side: the same groups in the same order, also where nobody is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.definition import Measured, Metric
from ethicscheck.metrics.measurement import Measurement
from ethicscheck.stats.intervals import Floats

Group = dict[str, str]


@dataclass(frozen=True)
class InStrata:
    """The cells of G groups in S strata.

    Parameters
    ----------
    labels : each stratum's labels.
    counts : one a stratum, each over the same groups.
    """

    labels: tuple[Group, ...]
    counts: tuple[GroupCounts, ...]

    @classmethod
    def of(cls, measurement: Measurement, features: tuple[str, ...], table: str) -> InStrata:
        """Return the groups of `features` in every stratum of a table; without strata where that table has none."""
        keys = measurement.counts(features, table).keys
        labels = tuple(dict(stratum) for stratum in measurement.tables[table].stratum_keys())
        return cls(labels, tuple(aligned(measurement.counts(features, table, stratum), keys) for stratum in labels))

    def pick(self, places: Sequence[int]) -> InStrata:
        """Return some of the groups."""
        return InStrata(self.labels, tuple(counts.pick(places) for counts in self.counts))

    def rows(self) -> NDArray[np.int64]:
        """Return the rows of each stratum, shape (S,)."""
        return np.array([int(counts.rows.sum()) for counts in self.counts], dtype=np.int64)


@dataclass(frozen=True)
class MeasuredInStrata:
    """One metric of G groups in S strata."""

    parts: tuple[Measured, ...]

    @classmethod
    def of(cls, metric: Metric, strata: InStrata, favourable: int) -> MeasuredInStrata:
        """Measure each stratum."""
        return cls(tuple(metric.measure(counts, favourable) for counts in strata.counts))

    @property
    def defined(self) -> NDArray[np.bool_]:
        """Which group has a value in which stratum, shape (S, G)."""
        return np.array([[reason is None for reason in part.reasons] for part in self.parts])

    @property
    def denominators(self) -> Floats:
        """What the values are measured on, shape (S, G)."""
        return np.stack([np.asarray(part.denominator, dtype=float) for part in self.parts])

    @property
    def tested(self) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """Whole successes and trials, shape (S, G) each, where every value rests on one proportion."""
        pairs = [part.tested for part in self.parts if part.tested is not None]
        if len(pairs) < len(self.parts):
            return None
        return np.stack([pair[0] for pair in pairs]), np.stack([pair[1] for pair in pairs])


def aligned(counts: GroupCounts, keys: tuple[tuple[str, ...], ...]) -> GroupCounts:
    """Return the cells of the groups `keys`, zeros where a group has no row."""
    own = {key: place for place, key in enumerate(counts.keys)}
    places = [own.get(key, len(counts)) for key in keys]  # one beyond the end stands for nobody

    def spread(array: Any) -> Any:
        if array is None:
            return None
        nobody = np.zeros((1, *array.shape[1:]), dtype=array.dtype)
        return np.concatenate([array, nobody])[places]

    return replace(
        counts,
        keys=keys,
        rows=spread(counts.rows),
        weight=spread(counts.weight),
        weight_squares=spread(counts.weight_squares),
        sums=spread(counts.sums),
        products=spread(counts.products),
        clusters=spread(counts.clusters),
    )


def added(parts: Sequence[GroupCounts]) -> GroupCounts:
    """Return the cells of the same groups over several strata together."""

    def total(arrays: list[Any]) -> Any:
        known = [array for array in arrays if array is not None]
        return np.sum(known, axis=0) if len(known) == len(arrays) else None

    return replace(
        parts[0],
        rows=total([part.rows for part in parts]),
        weight=total([part.weight for part in parts]),
        weight_squares=total([part.weight_squares for part in parts]),
        sums=total([part.sums for part in parts]),
        products=total([part.products for part in parts]),
        clusters=total([part.clusters for part in parts]),
    )
