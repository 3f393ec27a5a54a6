"""From a lazy frame and its roles to count tables. Rows never come into Python.

`roles.FrameView` is what a source must offer; `query` is the one GROUP BY. Everything that can be decided on the
resulting cells (labels, unknowns, which value is positive) is decided in `coding`, by the same code for every engine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw

from ethicscheck.errors import DataError
from ethicscheck.model.text import text_of

from .checking import refuse_bad_counts, refuse_text_for_numbers
from .exact_weights import WeightScale, weight_scale
from .grid import MOST_SCORES, MOST_STEPS, Grid
from .query import (
    MOST_GROUPS,
    MOST_ROWS,
    Cells,
    distinct_values,
    group_rows,
    identifier_error,
    score_range,
    too_many_cells,
)
from .roles import FrameView, KeyColumn, Roles
from .table import CountTable
from .tabulate import Tabulated, tabulate
from .values import Coding

MOST_VALUES = 50
PREFIX_ROWS = 100_000
# Scores are counted in the one GROUP BY up to so many different ones, and apart beyond; exactly up to MOST_SCORES.
MOST_JOINT_SCORES = 1_000
MOST_SCORE_CELLS = 1_000_000
FEWEST_STEPS = 256


@dataclass(frozen=True)
class Collected:
    """The tables by kind, and how the label's and the prediction's values were read.

    Kinds: "decisions", "scores", "classes", "moments" (see `bases`), "changes" where two models are compared, and
    "missing", of every row read. `main` is the one that the task's own measures rest on. `other` is how the decisions of
    the model compared with were read, `scale` how weights were summed.
    """

    tables: Mapping[str, CountTable]
    main: str
    label: Coding | None = None
    prediction: Coding | None = None
    other: Coding | None = None
    scale: WeightScale | None = None

    @property
    def table(self) -> CountTable:
        """The table that the task's own measures rest on."""
        return self.tables[self.main]


def collect(view: FrameView, roles: Roles) -> Collected:
    """Make the count tables in the engine that holds the data.

    Raises
    ------
    DataError
        Naming column, value and number of rows of what can't be counted.
    """
    distinct = _refuse_identifiers(view, roles)
    scale = weight_scale(view, roles.weight, roles.count) if roles.weight else None
    return replace(_collect(view, roles, scale, distinct), scale=scale)


def _collect(view: FrameView, roles: Roles, scale: WeightScale | None, distinct: Mapping[str, int]) -> Collected:
    if roles.task == "regression":
        from .moments import collect_moments

        return collect_moments(view, roles, scale)
    if roles.score is None or not (roles.decides or roles.task == "score"):
        cells = _cells(view, roles, scale)
        return _collected(roles, tabulate(roles, cells, scale, None))
    if distinct.get(roles.score, 0) <= MOST_JOINT_SCORES:
        joint = group_rows(view, roles, scale, Grid())
        if joint is not None:
            _check(view, roles, joint)
            return _collected(roles, tabulate(roles, joint, scale, Grid()))
    # Too many combinations for one table: the decisions and the scores are counted apart, without strata and extras.
    apart = replace(roles, strata=(), extras=(), compare_with=None, prediction=None, threshold=None)
    counted = _cells(view, roles if roles.decides else apart, scale)
    exact = distinct.get(roles.score, 0) <= MOST_SCORES
    groups = len(set(zip(*(counted[name] for name in counted if name[0] == "k" or name == "label"), strict=True)))
    grid, cells = _scores_apart(view, apart, scale, groups, exact)
    scores = tabulate(apart, cells, scale, grid)
    if not roles.decides:
        return _collected(roles, scores)
    decisions = tabulate(roles, counted, scale, None)
    return _collected(roles, replace(decisions, tables={**scores.tables, **decisions.tables}))


def _collected(roles: Roles, made: Tabulated) -> Collected:
    main = {"binary": "decisions", "score": "scores", "multiclass": "classes"}[roles.task]
    table = made.tables[main]
    for place, axis in enumerate(table.axes):
        if (table.codes[:, place] < 0).all():
            raise DataError(
                "not one row with a known label and prediction has a known value",
                f"column {axis.name!r}",
                "check data.unknown, or leave the column out",
            )
    return Collected(made.tables, main, made.label, made.prediction, made.other)


def _cells(view: FrameView, roles: Roles, scale: WeightScale | None) -> Cells:
    cells = group_rows(view, roles, scale)
    if cells is None:
        raise too_many_cells(view, roles)
    _check(view, roles, cells)
    return cells


def _check(view: FrameView, roles: Roles, cells: Cells) -> None:
    """Refuse what can't be read, and put the rows that each cell stands for under "rows"."""
    refuse_text_for_numbers(view, roles, cells)
    refuse_bad_counts(view, roles, cells)
    cells["rows"] = [int(number) for number in cells["rows" if roles.count is not None else "lines"]]
    if sum(cells["rows"]) >= MOST_ROWS:
        raise DataError("the counts add up to 2^53 or more", f"column {roles.count!r}", "check the count column")
    if not any(cells["rows"]):
        raise DataError("there are no rows to audit", "data.source", "check the file, and the count column if any")
    if "score" in cells:
        cells["score"] = [_number(value) for value in cells["score"]]


def _number(value: Any) -> float | None:
    """Return a score as a float; None for null, NaN and pandas' NA."""
    if isinstance(value, float):
        return None if math.isnan(value) else value
    return None if text_of(value) is None else float(value)


def _scores_apart(
    view: FrameView, roles: Roles, scale: WeightScale | None, groups: int, exact: bool
) -> tuple[Grid, Cells]:
    """Count the scores alone: as they are where few differ, else on the finest grid that makes no huge table."""
    if exact:
        cells = group_rows(view, roles, scale, Grid(), MOST_SCORE_CELLS)
        if cells is not None and len(set(cells["score"])) <= MOST_SCORES:
            _check(view, roles, cells)
            return Grid(), cells
    grid = _grid(view, roles, max(min(MOST_STEPS, MOST_SCORE_CELLS // (2 * groups)), FEWEST_STEPS))
    cells = group_rows(view, roles, scale, grid, 4 * MOST_SCORE_CELLS)
    if cells is None:
        raise too_many_cells(view, roles)
    _check(view, roles, cells)
    return grid, cells


def _grid(view: FrameView, roles: Roles, steps: int) -> Grid:
    found = score_range(view, roles)
    if found is None:
        return Grid()  # no score at all, which is said where the cells are read
    if math.isinf(found[0]) or math.isinf(found[1]):
        raise DataError(
            "an infinite score can't be put on a grid with the many others",
            f"column {roles.score!r}",
            "mend the rows, or list the value under data.unknown if it means 'not known'",
        )
    return Grid.over(*found, steps)


def _refuse_identifiers(view: FrameView, roles: Roles) -> Mapping[str, int]:
    """Look at the first rows, so that a column of names is refused before it is counted."""
    plain = [key.name for key in roles.keys if not key.bins]
    decided = [name for name in (roles.label, roles.prediction, roles.compare_with) if name is not None]
    decided = [] if roles.task == "regression" else decided
    scores = [roles.score] if roles.score is not None else []
    distinct = distinct_values(view, list(dict.fromkeys(plain + decided + scores)), PREFIX_ROWS)
    for name in plain:
        if distinct.get(name, 0) > MOST_GROUPS:
            raise identifier_error(
                name, f"more than {MOST_GROUPS:,} different values in the first {PREFIX_ROWS:,} rows", roles
            )
    most, kind = MOST_VALUES, "a binary column has two"
    hints = {
        roles.prediction: "for a score, give data.score and data.threshold instead of data.prediction",
        roles.compare_with: "name the other model's decisions; its scores would have to be cut at its threshold first",
        roles.label: "for several classes or a number, declare task: multiclass or regression",
    }
    if roles.task == "multiclass":
        most, kind = 100, "there can be 100 classes"
        hints = dict.fromkeys(hints, "for a number that is predicted, declare task: regression")
    for name in decided:
        if distinct.get(name, 0) > most:
            some = view.run(view.frame.head(PREFIX_ROWS).select(nw.col(view.original(name)).alias("v")).head(200))
            shown = ", ".join(repr(text) for text in sorted({str(text_of(row[0])) for row in some})[:4])
            raise DataError(
                f"{distinct[name]:,} different values in the first {PREFIX_ROWS:,} rows, such as {shown}, but {kind}",
                f"column {name!r}",
                hints[name],
            )
    return distinct


__all__ = ["Collected", "KeyColumn", "Roles", "collect"]
