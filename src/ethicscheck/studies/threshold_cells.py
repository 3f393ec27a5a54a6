"""The cells of each group at any threshold, and any measure of a decision at all thresholds at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ethicscheck.counts.bases import DECISIONS
from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.comparison import Compare
from ethicscheck.metrics.definition import Criterion, Metric
from ethicscheck.metrics.keeping import Side
from ethicscheck.stats.intervals import Floats
from ethicscheck.stats.sweeps import Ints, Sweep, sweep

from .optimized_thresholds import expected_cells


@dataclass(frozen=True)
class SweptGroups:
    """The score histograms of some groups with their sweeps: of people, and of weights where there are any.

    Parameters
    ----------
    counts : one group a row, on a basis of labelled scores.
    values : the scores, shape (S,).
    people, weight, squares : sweeps of counts, weights and squared weights.
    """

    counts: GroupCounts
    values: Floats
    people: Sweep
    weight: Sweep | None
    squares: Sweep | None

    @classmethod
    def of(cls, counts: GroupCounts, values: Floats) -> SweptGroups:
        """Sweep the histograms of `counts`."""
        return cls(
            counts,
            values,
            sweep(values, counts.rows),
            None if counts.weight is None else sweep(values, counts.weight),
            None if counts.weight_squares is None else sweep(values, counts.weight_squares),
        )

    @property
    def amounts(self) -> Sweep:
        """The sweep that rates are made of: of weights where there are any, else of people."""
        return self.weight if self.weight is not None else self.people

    def threshold(self, place: int) -> float | None:
        """Return the threshold at a place; None where it is above every score."""
        return float(self.values[place]) if place < len(self.values) else None

    def pick(self, places: Sequence[int]) -> SweptGroups:
        """Return some of the groups."""
        return SweptGroups(
            self.counts.pick(places),
            self.values,
            self.people.groups(places),
            None if self.weight is None else self.weight.groups(places),
            None if self.squares is None else self.squares.groups(places),
        )

    def at(self, places: Ints | int) -> GroupCounts:
        """Return the decisions of each group at its own place (or all at one), with whole counts."""
        return self._decisions(
            self.people.cells(places).astype(np.int64),
            None if self.weight is None else self.weight.cells(places),
            None if self.squares is None else self.squares.cells(places),
        )

    def mixed(self, lower: Ints, upper: Ints, chances: Floats) -> GroupCounts:
        """Return the decisions to be expected where selection is by lot; counts are fractions of people."""

        def expected(cells: Floats | None) -> Floats | None:
            return None if cells is None else expected_cells(cells, lower, upper, chances)

        rows = expected_cells(self.counts.rows.astype(float), lower, upper, chances)
        return self._decisions(rows, expected(self.counts.weight), expected(self.counts.weight_squares))

    def _decisions(self, rows: Any, weight: Floats | None, squares: Floats | None) -> GroupCounts:
        return replace(self.counts, rows=rows, weight=weight, weight_squares=squares, basis=DECISIONS)

    def group_values(self, metric: Metric, places: Ints, favourable: int) -> Floats:
        """Return a measure of each group at some places, shape (G, P); NaN where undefined."""
        found = self.amounts
        wrongly, rightly = found.false_positives[:, places], found.true_positives[:, places]
        return values_of(metric, found.negatives, found.positives, wrongly, rightly, favourable)

    def gaps(self, measure: Metric | Criterion, places: Ints, compare: Compare, side: Side, favourable: int) -> Floats:
        """Return the value that a rule judges at some places, shape (P,); NaN where it is undefined."""
        metrics = measure.components if isinstance(measure, Criterion) else (measure,)
        gaps = [_gaps(self.group_values(metric, places, favourable), compare, side) for metric in metrics]
        smallest = compare == "ratio" or (compare == "each" and side == "min")
        worst: Floats = np.min(gaps, axis=0) if smallest else np.max(gaps, axis=0)
        return worst


def values_of(
    metric: Metric, negatives: Floats, positives: Floats, wrongly: Floats, rightly: Floats, favourable: int
) -> Floats:
    """Return a measure of decisions for many thresholds at once, NaN where it is undefined.

    Parameters
    ----------
    metric : a measure of decisions.
    negatives, positives : people by what happened, shape (G,).
    wrongly, rightly : false and true positives, shape (G, T).
    favourable : which prediction helps the person.

    Returns
    -------
    Shape (G, T).
    """
    cells = [negatives[:, None] - wrongly, wrongly, positives[:, None] - rightly, rightly]
    flat = np.stack(cells, axis=2).reshape(-1, 4)
    # One "group" for each group and threshold: the measure's own definition, all at once. Only values are wanted, so
    # that fractions and weights may stand where counts of people do.
    counts = GroupCounts((), ((),) * len(flat), flat)
    return metric.measure(counts, favourable).estimator.value.reshape(wrongly.shape)


def _gaps(values: Floats, compare: Compare, side: Side) -> Floats:
    known = ~np.isnan(values)
    largest = np.where(known, values, -np.inf).max(axis=0, initial=-np.inf)
    smallest = np.where(known, values, np.inf).min(axis=0, initial=np.inf)
    enough = known.sum(axis=0) >= (1 if compare == "each" else 2)
    if compare == "each":
        return np.where(enough, largest if side == "max" else smallest, np.nan)
    if compare == "difference":
        return np.where(enough, np.where(enough, largest, 0) - np.where(enough, smallest, 0), np.nan)
    divisible = enough & (largest > 0)
    return np.where(divisible, np.where(divisible, smallest, 0) / np.where(divisible, largest, 1), np.nan)
