"""Scores by group: how they spread, what happened at each, and where they are probabilities whether they are calibrated.

Made wherever there is a score, from the histogram alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ethicscheck.counts.bases import Scores
from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.rows import group_names, interval
from ethicscheck.metrics.scores import METRICS, bounds_of
from ethicscheck.model.calibration_record import AxisScores, Calibration, CurveBin, GroupScores, InTheLarge
from ethicscheck.stats.calibration_curves import (
    BINS,
    CalibrationCurve,
    calibration_curve,
    expected_calibration_error,
)
from ethicscheck.stats.intervals import Floats, critical_value, wilson_limits

from .context import Features, StudyContext

# With no more different scores than this each is shown by itself.
FEW_SCORES = 20
COLUMNS = 20


def study(context: StudyContext) -> Calibration | None:
    """Return the record's part on scores; None without a score."""
    measurement, column = context.measurement, context.config.data.score
    table = measurement.tables.get("scores")
    if table is None or not isinstance(table.basis, Scores) or column is None:
        return None
    everyone = measurement.counts((), "scores")
    shown = _Shown.of(context, everyone, table.basis, table.labelled)
    if shown is None:
        return None
    values = shown.values
    return Calibration(
        score=column,
        distinct=len(values),
        half_width=table.basis.half_width,
        lowest=float(values[0]),
        highest=float(values[-1]),
        probabilities=table.basis.probabilities,
        not_calibrated=None
        if table.basis.probabilities and table.labelled
        else "scores_outside_0_1"
        if not table.basis.probabilities
        else "no_label",
        infinite=int(everyone.rows.sum() - shown.finite(everyone).rows.sum()),
        bins="each_score" if shown.edges is None else "equal_mass",
        values=tuple(values.tolist()) if shown.edges is None else None,
        edges=tuple(shown.edges.tolist()) if shown.edges is not None else None,
        everyone=next(shown.groups((), everyone)),
        axes=tuple(
            AxisScores(features=features, groups=tuple(shown.groups(features, measurement.counts(features, "scores"))))
            for features in context.axes
        ),
    )


@dataclass(frozen=True)
class _Shown:
    """How scores are shown: which, in which bins, and with what.

    Parameters
    ----------
    keep : which of the table's scores are finite, shape (S,).
    values : those, ascending.
    edges : of the distributions' bins; None where each score is shown by itself.
    """

    context: StudyContext
    basis: Scores
    labelled: bool
    keep: NDArray[np.bool_]
    values: Floats
    edges: Floats | None

    @classmethod
    def of(cls, context: StudyContext, everyone: GroupCounts, basis: Scores, labelled: bool) -> _Shown | None:
        keep = np.isfinite(basis.values)
        values = basis.values[keep]
        if not everyone.rows[:, np.repeat(keep, 2)].sum():
            return None
        edges = None
        if len(values) > FEW_SCORES:
            low, high = (0.0, 1.0) if basis.probabilities else (float(values[0]), float(values[-1]))
            edges = low + (high - low) * np.arange(COLUMNS + 1) / COLUMNS
        return cls(context, basis, labelled, keep, values, edges)

    @property
    def calibrated(self) -> bool:
        """Whether it can be said if scores are calibrated."""
        return self.labelled and self.basis.probabilities

    def finite(self, counts: GroupCounts) -> GroupCounts:
        """Return the cells of finite scores."""
        columns = np.repeat(self.keep, 2)
        return replace(
            counts,
            rows=counts.rows[:, columns],
            weight=None if counts.weight is None else counts.weight[:, columns],
            weight_squares=None if counts.weight_squares is None else counts.weight_squares[:, columns],
            basis=replace(self.basis, values=self.values),
        )

    def groups(self, features: Features, all_counts: GroupCounts) -> Iterator[GroupScores]:
        """Yield each group that has finite scores of any weight."""
        measurement = self.context.measurement
        counts = self.finite(all_counts)
        counts = counts.pick([place for place, total in enumerate(counts.amounts.sum(axis=1)) if total > 0])
        if not len(counts):
            return
        at_score = counts.amounts[:, 0::2] + counts.amounts[:, 1::2]
        total = at_score.sum(axis=1)
        shares = at_score / total[:, None]
        columns = self._columns(shares)
        quartiles = [
            np.minimum((np.cumsum(shares, axis=1) < level - 1e-12).sum(axis=1), len(self.values) - 1)
            for level in (0.25, 0.5, 0.75)
        ]
        curves = list(self._curves(counts)) if self.labelled else [()] * len(counts)
        large, plain = self._calibration(counts)
        bounds = bounds_of(counts) if self.basis.half_width else {}
        rows = counts.rows.sum(axis=1)
        for place, name in enumerate(group_names(counts)):
            own_values = [float(self.values[at[place]]) for at in quartiles]
            own = {metric: float(found[place]) for metric, found in bounds.items() if math.isfinite(found[place])}
            yield GroupScores(
                group=name,
                rows=int(rows[place]),
                small=bool(features) and int(rows[place]) < measurement.min_group,
                distribution=tuple(columns[place].tolist()),
                quartiles=(own_values[0], own_values[1], own_values[2]),
                curve=curves[place],
                in_the_large=large[place],
                plain_error=plain[place],
                error_bounds=own if bounds else None,
            )

    def _columns(self, shares: Floats) -> Floats:
        if self.edges is None:
            return shares
        place = np.clip(np.searchsorted(self.edges, self.values, side="right") - 1, 0, COLUMNS - 1)
        columns = np.zeros((len(shares), COLUMNS))
        for column in range(COLUMNS):
            columns[:, column] = shares[:, place == column].sum(axis=1)
        return columns

    def _curves(self, counts: GroupCounts) -> Iterator[tuple[CurveBin, ...]]:
        bins = None if self.edges is None else BINS
        confidence = self.context.measurement.confidence
        curve = self._clustered(
            calibration_curve(counts.amounts, counts.squares, self.values, bins, confidence), counts
        )
        at_score = counts.rows[:, 0::2] + counts.rows[:, 1::2]
        for group in range(len(counts)):
            yield tuple(
                self._bin(curve, group, int(place), _rows_in(at_score[group], self.values, curve, group, int(place)))
                for place in np.nonzero(curve.total[group])[0]
            )

    def _clustered(self, curve: CalibrationCurve, counts: GroupCounts) -> CalibrationCurve:
        """Return the curve with intervals as wide as if all rows of a cluster were one; itself without clusters."""
        if counts.products is None:
            return curve
        rows = counts.squares.sum(axis=1)
        effect = np.maximum(counts.products.sum(axis=(1, 2)) / np.where(rows > 0, rows, 1.0), 1.0)
        size = curve.size / effect[:, None]
        z = critical_value(1 - self.context.measurement.confidence)
        low, high = wilson_limits(np.nan_to_num(curve.rate).ravel(), size.ravel(), z)
        return replace(curve, low=low.reshape(size.shape), high=high.reshape(size.shape))

    def _bin(self, curve: CalibrationCurve, group: int, place: int, rows: int) -> CurveBin:
        method = "wilson" if self.context.roles.weight is None else "wilson_effective_size"
        if self.context.roles.cluster is not None:
            method = "wilson_effective_size_alike_clusters"
        return CurveBin(
            lowest=float(curve.first[group, place]),
            highest=float(curve.last[group, place]),
            rows=rows,
            share=float(curve.total[group, place] / curve.total[group].sum()),
            mean_score=float(curve.score[group, place]),
            rate=float(curve.rate[group, place]),
            interval=interval(
                float(curve.low[group, place]),
                float(curve.high[group, place]),
                self.context.measurement.confidence,
                method,
            ),
        )

    def _calibration(self, counts: GroupCounts) -> tuple[list[InTheLarge | None], list[float | None]]:
        if not self.calibrated:
            return [None] * len(counts), [None] * len(counts)
        measurement = self.context.measurement
        estimator = METRICS["calibration_in_the_large"].measure(counts, measurement.favourable).estimator
        low, high = estimator.limits(critical_value(1 - measurement.confidence))
        error = expected_calibration_error(counts.amounts, counts.squares, self.values)
        return (
            [
                InTheLarge(
                    value=float(value),
                    interval=interval(float(a), float(b), measurement.confidence, estimator.method),
                )
                for value, a, b in zip(estimator.value, low, high, strict=True)
            ],
            [float(value) for value in error.plain],
        )


def _rows_in(at_score: NDArray[np.int64], values: Floats, curve: CalibrationCurve, group: int, place: int) -> int:
    """Return the rows in a bin: bins are of equal weight and do not overlap, so those between its ends."""
    first, last = (int(np.searchsorted(values, end[group, place])) for end in (curve.first, curve.last))
    return int(at_score[first : last + 1].sum())
