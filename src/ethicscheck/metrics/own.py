"""Measures of the user's own: any f(y_true, y_pred, sample_weight=), run on the cells through Fairlearn's MetricFrame.

One row stands for each cell of a group and its count (or weight) is the sample weight, so a billion rows cost as much as
four. Finding the function is in `loading`.
"""

from __future__ import annotations

import contextlib
import inspect
import math
import sys
import warnings
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from ethicscheck.counts.bases import Basis, Classes, Decisions, Scores
from ethicscheck.counts.table import GroupCounts
from ethicscheck.errors import DataError
from ethicscheck.stats.delta import cell_variance
from ethicscheck.stats.intervals import Floats, effective_size
from ethicscheck.stats.resampling import bootstrapped
from ethicscheck.stats.scaled import Scale, Scaled

from .definition import Criterion, Measured, Metric, Worse
from .loading import OwnFunction, a_kind_of

UNDEFINED = "custom_metric_undefined"
MOST_DELTA_CELLS = 16
HEAVY = 1000.0  # times as many people in one cell as in each other, to see whether a function notices
REPLICATES = 200  # for a standard error; each costs a call for each group


@dataclass(frozen=True, eq=False)
class OwnMeasure:
    """A function with what is known of its values.

    Parameters
    ----------
    name : as the config calls it.
    own : the function, and where it came from.
    lowest, highest : the range of its values; ±inf where there is no limit.
    said : what the function said where it gave no value; grows as it is called.
    """

    name: str
    own: OwnFunction
    lowest: float = -math.inf
    highest: float = math.inf
    said: dict[str, None] = field(default_factory=dict, compare=False)
    weighed: set[int] = field(
        default_factory=set, compare=False
    )  # widths of the tables on which its weights were tried

    def __call__(self, counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG002
        """Measure each group.

        Raises
        ------
        DataError
            When the function gives no number, or one out of its range, or a total in place of a mean, or passes over
            its weights.
        """
        truth, decision = _columns(counts.basis)
        run = _Run(self, truth, decision)
        amounts = counts.amounts
        value = run.through_fairlearn(amounts)
        self._check(value, run, amounts)
        empty = counts.rows.sum(axis=1) == 0
        weightless = amounts.sum(axis=1) <= 0
        reasons = tuple(
            "no_rows" if none else "no_weight" if light else UNDEFINED if math.isnan(number) else None
            for none, light, number in zip(empty, weightless, value, strict=True)
        )
        return Measured(_OwnValues(value, run, counts), amounts.sum(axis=1), reasons)

    @property
    def scale(self) -> Scale:
        """The scale on which limits are symmetric."""
        if math.isinf(self.lowest):
            return "identity"
        return "log" if math.isinf(self.highest) else "logit"

    def _check(self, value: Floats, run: _Run, amounts: Floats) -> None:
        known = value[np.isfinite(value)]
        out = known[(known < self.lowest - 1e-9) | (known > self.highest + 1e-9)]
        if len(out):
            raise self.error(
                f"it gave {out[0]:.6g}, outside its range from {self.lowest:g} to {self.highest:g}",
                "mend the function, or its `lowest` and `highest`",
            )
        place = int(np.argmax(np.isfinite(value))) if len(known) else -1
        if place >= 0:
            again = run.directly(2 * amounts[place : place + 1])[0]
            if not math.isclose(again, value[place], rel_tol=1e-6, abs_tol=1e-9):
                raise self.error(
                    f"it gives {value[place]:.6g}, and {again:.6g} when every weight doubles: a total, not a measure of a group",
                    "divide by the sum of sample_weight",
                )
        if place >= 0 and len(run.truth) >= 4 and len(run.truth) not in self.weighed:
            self.weighed.add(len(run.truth))
            self._check_weights(run)

    def _check_weights(self, run: _Run) -> None:
        """Refuse a function that passes over its weights: one row stands for a whole cell, so its value would mean nothing."""
        width = len(run.truth)
        shift = np.arange(width)
        if width <= MOST_DELTA_CELLS:
            cells = 1 + (HEAVY - 1) * np.eye(width)
        else:
            halves = (run.truth == run.truth[0], shift < width // 2, shift % 4 < 2, shift % 3 == 0)
            cells = np.array([np.where(half, HEAVY, 1.0) for half in halves])
        found = replace(run, measure=replace(self, said={})).directly(cells)
        known = found[np.isfinite(found)]
        if len(known) > 1 and np.ptp(known) <= 1e-12 * max(1.0, float(np.abs(known).max())):
            raise self.error(
                f"it gives {known[0]:.6g} however many people are in which cell: it passes over sample_weight",
                "weigh each row by sample_weight; a row stands for all the people of a cell",
            )

    def error(self, what: str, hint: str) -> DataError:
        """Return an error that names the measure."""
        return DataError(f"{self.name!r}: {what}", self.own.where, hint)


@dataclass(frozen=True)
class _Run:
    """Calls of a function on cells whose truth and decision are these columns."""

    measure: OwnMeasure
    truth: np.ndarray[Any, Any]
    decision: np.ndarray[Any, Any]

    def through_fairlearn(self, cells: Floats) -> Floats:
        """Return the value of each group, shape (G,); NaN where there is none. Cells that nobody is in are left out."""
        group, cell = np.nonzero(cells > 0)
        found = np.full(len(cells), np.nan)
        if not len(group):
            return found
        from fairlearn.metrics import MetricFrame

        def called(y_true: Any, y_pred: Any, *, sample_weight: Any) -> float:
            return self._call(np.asarray(y_true), np.asarray(y_pred), np.asarray(sample_weight))

        frame = MetricFrame(
            metrics=called,
            y_true=self.truth[cell],
            y_pred=self.decision[cell],
            sensitive_features=group,
            sample_params={"sample_weight": cells[group, cell]},
        )
        by_group = frame.by_group
        found[by_group.index.to_numpy()] = by_group.to_numpy(dtype=float)
        return found

    def directly(self, cells: Floats) -> Floats:
        """Return the same without Fairlearn's frame: for the thousands of calls behind a standard error."""
        found = np.full(len(cells), np.nan)
        for group, own in enumerate(cells):
            some = own > 0
            if some.any():
                found[group] = self._call(self.truth[some], self.decision[some], own[some])
        return found

    def _call(self, truth: Any, decision: Any, weight: Floats) -> float:
        from sklearn.exceptions import UndefinedMetricWarning

        try:
            # What it prints must not stand among what is asked for on stdout (`power --json`).
            with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
                warnings.simplefilter("ignore")
                warnings.simplefilter("error", UndefinedMetricWarning)  # scikit-learn would give a made-up 0
                value = self.measure.own.function(truth, decision, sample_weight=weight)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever it is, the group has no value
            text = str(error).strip().splitlines()
            self.measure.said[f"{type(error).__name__}: {text[0]}" if text else type(error).__name__] = None
            return math.nan
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value.item()
        if isinstance(value, (bool, str, bytes, complex)) or not isinstance(value, (int, float, np.number)):
            raise self.measure.error(f"it gave {a_kind_of(value)}, not a number", "return one number")
        try:
            number = float(value)
        except OverflowError:  # a whole number past what a float holds
            number = math.inf
        if math.isinf(number):
            raise self.measure.error("it gave an infinite number", "return NaN where there is no value")
        return number


@dataclass(frozen=True)
class _OwnValues:
    """The values, whose standard errors are worked out only when they are asked for."""

    value: Floats
    run: _Run
    counts: GroupCounts

    @property
    def method(self) -> str:
        """The name of the interval's method."""
        return "custom_delta" if self.counts.basis.width <= MOST_DELTA_CELLS else "custom_bootstrap"

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the limits at critical value `z`, each of shape (G,)."""
        return self._scaled.limits(z)

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the same limits; no exact ones are known."""
        return self._scaled.limits(z)

    def variance(self) -> Floats:
        """Return the sampling variances, shape (G,)."""
        return self._scaled.variance()

    @cached_property
    def _scaled(self) -> Scaled:
        measure, counts = self.run.measure, self.counts
        amounts, squares = counts.amounts, counts.squares
        rows = effective_size(amounts.sum(axis=1), squares.sum(axis=1))
        if counts.basis.width <= MOST_DELTA_CELLS:
            variance = np.full(len(self.value), np.nan)
            known = np.isfinite(self.value)
            if known.any():
                variance[known] = cell_variance(self.run.directly, amounts[known], squares[known])
        else:
            variance = bootstrapped(
                self.run.directly,
                counts.rows.astype(float),
                REPLICATES,
                0,
                scale=measure.scale,
                lowest=measure.lowest,
                highest=measure.highest,
                weight=counts.weight,
                weight_squares=counts.weight_squares,
            ).variance()
        return Scaled(self.value, variance, measure.scale, measure.lowest, measure.highest, self.method, rows=rows)


def own_metric(
    measure: OwnMeasure,
    *,
    title: str | None = None,
    asks: str | None = None,
    misleads: str | None = None,
    worse: Worse = "depends",
    table: str = "decisions",
) -> Metric:
    """Return a measure of the user's own as a metric like any other.

    Parameters
    ----------
    measure : the function and its range.
    title, asks, misleads : in plain words; where nothing is given, what little is known is said.
    worse : which direction is worse.
    table : the kind of count table that y_pred comes from.
    """
    name = measure.name
    return Metric(
        name,
        title or name.replace("_", " ").capitalize(),
        asks or "A measure of this audit's own.",
        misleads or "Nothing is written about when it misleads.",
        measure.own.where,
        measure,
        lowest=measure.lowest,
        highest=measure.highest,
        worse=worse,
        ratio=measure.lowest >= 0,
        mean_of_groups=False,
        source=f"the function {measure.own.where}, run through Fairlearn's MetricFrame",
        table=table,
        costly=True,
    )


def said_by(measure: Metric | Criterion) -> tuple[str, ...]:
    """Return what a function of the user's own said where it gave no value; () for any other measure."""
    own = inspect.unwrap(measure.measure) if isinstance(measure, Metric) else None
    return tuple(own.said) if isinstance(own, OwnMeasure) else ()


def own_table(task: str, needs: Literal["decisions", "scores"]) -> str | None:
    """Return the kind of count table that a function of the user's own is run on; None where there is none."""
    if task == "multiclass":
        return "classes" if needs == "decisions" else None
    return needs if task in ("binary", "score") else None


def _columns(basis: Basis) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the truth and the decision (or score) that each column of a table stands for."""
    if isinstance(basis, Decisions):
        return np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    if isinstance(basis, Scores):
        return np.tile([0, 1], len(basis.values)), np.repeat(basis.values, 2)
    assert isinstance(basis, Classes), "checked when the config is read"
    labels = np.array(basis.labels)
    return np.repeat(labels, len(labels)), np.tile(labels, len(labels))
