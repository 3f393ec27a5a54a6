"""From a lazy frame and its roles to a CountTable. Rows never come into Python.

`roles.FrameView` is what a source must offer; `query` is the one GROUP BY. Everything that can be decided on the few
hundred resulting cells (labels, unknowns, which value is positive) is decided here, by the same code for every engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from ethicscheck.errors import DataError
from ethicscheck.model.text import text_of

from .exact_weights import WeightScale, weight_scale
from .query import MOST_GROUPS, MOST_ROWS, Cell, distinct_values, group_rows, identifier_error, whole_count
from .roles import FrameView, KeyColumn, Roles
from .table import Axis, CountTable
from .values import Coding, code_binary

MOST_VALUES = 50
PREFIX_ROWS = 100_000


@dataclass(frozen=True)
class Collected:
    """The table and how the label's and the prediction's values were read."""

    table: CountTable
    label: Coding | None
    prediction: Coding


def collect(view: FrameView, roles: Roles) -> Collected:
    """Make the count table in the engine that holds the data.

    Raises
    ------
    DataError
        Naming column, value and number of rows of what can't be counted.
    """
    _refuse_identifiers(view, roles)
    scale = weight_scale(view, roles.weight, roles.count) if roles.weight else None
    cells = group_rows(view, roles, scale)
    return _tabulate(view, roles, cells, scale)


def _refuse_identifiers(view: FrameView, roles: Roles) -> None:
    """Look at the first rows, so that a column of names is refused before it is counted."""
    plain = [key.name for key in roles.keys if not key.bins]
    binary = [name for name in (roles.label, roles.prediction) if name is not None]
    distinct = distinct_values(view, list(dict.fromkeys(plain + binary)), PREFIX_ROWS)
    for name in plain:
        if distinct.get(name, 0) > MOST_GROUPS:
            raise identifier_error(
                name, f"more than {MOST_GROUPS:,} different values in the first {PREFIX_ROWS:,} rows"
            )
    for name in binary:
        if distinct.get(name, 0) > MOST_VALUES:
            some = view.run(view.frame.head(PREFIX_ROWS).select(nw.col(view.original(name)).alias("v")).head(200))
            shown = ", ".join(repr(text) for text in sorted({str(text_of(row[0])) for row in some})[:4])
            raise DataError(
                f"{distinct[name]:,} different values in the first {PREFIX_ROWS:,} rows, such as {shown}, "
                "but a binary column has two",
                f"column {name!r}",
                "for a score, give data.score and data.threshold instead of data.prediction",
            )


def _tabulate(view: FrameView, roles: Roles, cells: list[Cell], scale: WeightScale | None) -> Collected:
    _refuse_text_for_numbers(view, roles, cells)
    _refuse_bad_counts(view, roles, cells)
    for cell in cells:
        cell["rows"] = int(cell["rows"]) if roles.count is not None else int(cell["lines"])
    if sum(cell["rows"] for cell in cells) >= MOST_ROWS:
        raise DataError("the counts add up to 2^53 or more", f"column {roles.count!r}", "check the count column")
    if not any(cell["rows"] for cell in cells):
        raise DataError("there are no rows to audit", "data.source", "check the file, and the count column if any")
    codings = _codings(roles, cells)
    axes = [_axis(key, [cell[f"k{place}"] for cell in cells], roles) for place, key in enumerate(roles.keys)]
    kept, excluded = _judged(roles, cells, codings)
    table = _table(roles, axes, kept, excluded, scale)
    for place, axis in enumerate(table.features + table.strata):
        if (table.codes[:, place] < 0).all():
            raise DataError(
                "not one row with a known label and prediction has a known value",
                f"column {axis.name!r}",
                "check data.unknown, or leave the column out",
            )
    return Collected(table, codings.get("label"), codings["prediction"])


def _refuse_text_for_numbers(view: FrameView, roles: Roles, cells: Sequence[Cell]) -> None:
    for place, name in enumerate(sorted(roles.numeric())):
        flag = view.unreadable(name)
        bad = sum(int(cell[f"unreadable{place}"] or 0) for cell in cells) if flag else 0
        if flag and bad:
            worst = _smallest(view, name, nw.col(flag))
            raise DataError(
                f"{worst!r} is not a number ({_rows(bad, 'such')})",
                f"column {name!r}",
                "mend the rows, or list the value under data.unknown if it means 'not known'",
            )


def _refuse_bad_counts(view: FrameView, roles: Roles, cells: Sequence[Cell]) -> None:
    if roles.count is None:
        return
    bad = sum(int(cell["lines"]) - int(cell["countable"]) for cell in cells)
    if bad:
        _, whole = whole_count(view, roles.count)
        good = nw.when(whole).then(nw.lit(1)).otherwise(0)
        shown = _smallest(view, roles.count, good == 0)
        raise DataError(
            f"{'an empty cell' if shown is None else repr(shown)} is not a count ({_rows(bad, 'such')})",
            f"column {roles.count!r}",
            "counts are whole numbers, 0 or more and below 2^53",
        )


def _codings(roles: Roles, cells: Sequence[Cell]) -> dict[str, Coding]:
    values: dict[str, dict[str, int]] = {}
    named = {"label": roles.label, "prediction": roles.prediction}
    for part, column in named.items():
        if column is None:
            continue
        counts = values.setdefault(column, {})
        for cell in cells:
            text = text_of(cell[part])
            if text is not None and text not in roles.unknown_texts:
                counts[text] = counts.get(text, 0) + int(cell["lines"])
    for column, counts in values.items():
        if not counts:
            raise DataError(
                "not one row has a known value",
                f"column {column!r}",
                "check the column's name and data.unknown",
            )
    # A favourable value that is not the positive one is the negative one, also where every decision is the same.
    negative = {roles.prediction: roles.favourable} if roles.prediction and roles.favourable is not None else {}
    by_column = code_binary(values, roles.positive, negative) if values else {}
    found = {part: by_column[column] for part, column in named.items() if column is not None}
    found.setdefault("prediction", Coding("1", "0"))
    return found


def _axis(key: KeyColumn, values: Sequence[Any], roles: Roles) -> Axis:
    if key.bins:
        return Axis(key.name, key.bin_labels())
    labels = sorted({text for value in values if (text := text_of(value)) is not None} - roles.unknown_texts)
    if len(labels) > MOST_GROUPS:
        raise identifier_error(key.name, f"{len(labels):,} different values")
    return Axis(key.name, tuple(labels))


def _judged(roles: Roles, cells: Sequence[Cell], codings: dict[str, Coding]) -> tuple[list[Cell], dict[str, int]]:
    """Return the cells with a known label and prediction, and how many rows the others stand for, by reason."""
    excluded: dict[str, int] = {}
    kept: list[Cell] = []
    for cell in cells:
        label = _code(cell.get("label"), codings.get("label"), roles)
        prediction = _code(cell["prediction"], codings["prediction"], roles)
        missing = ["label"] if label is None and roles.label is not None else []
        missing += ["prediction"] if prediction is None else []
        if missing:
            reason = "missing_" + "_and_".join(missing)
            excluded[reason] = excluded.get(reason, 0) + cell["rows"]
        elif cell["rows"]:
            cell["outcome"] = 2 * (label or 0) + (prediction or 0)
            kept.append(cell)
    if not kept:
        raise DataError(
            f"not one of the {sum(excluded.values()):,} rows has a known label and prediction",
            "data.source",
            "check data.label, data.prediction and data.unknown",
        )
    return kept, excluded


def _code(value: Any, coding: Coding | None, roles: Roles) -> int | None:
    text = text_of(value)
    if text is None or coding is None or text in roles.unknown_texts:
        return None
    return coding.code(text)


def _table(
    roles: Roles,
    axes: Sequence[Axis],
    cells: list[Cell],
    excluded: dict[str, int],
    scale: WeightScale | None,
) -> CountTable:
    places = [{label: place for place, label in enumerate(axis.labels)} for axis in axes]
    coded: list[tuple[tuple[int, ...], Cell]] = []
    for cell in cells:
        codes = []
        for place, key in enumerate(roles.keys):
            text = text_of(cell[f"k{place}"])
            codes.append(-1 if text is None else int(text) if key.bins else places[place].get(text, -1))
        coded.append(((*codes, cell["outcome"]), cell))
    coded.sort(key=lambda item: item[0])
    width = len(roles.features)
    weights = [scale.totals(cell) for _, cell in coded] if scale is not None else []
    return CountTable(
        features=tuple(axes[:width]),
        strata=tuple(axes[width:]),
        codes=np.array([key[:-1] for key, _ in coded], dtype=np.int64).reshape(len(coded), len(axes)),
        outcome=np.array([key[-1] for key, _ in coded], dtype=np.int64),
        rows=np.array([cell["rows"] for _, cell in coded], dtype=np.int64),
        weight=np.array([pair[0] for pair in weights], dtype=object) if scale is not None else None,
        weight_squares=np.array([pair[1] for pair in weights], dtype=object) if scale is not None else None,
        scale=scale.exponent if scale is not None else 0,
        excluded=tuple(sorted(excluded.items())),
        labelled=roles.label is not None,
    )


def _smallest(view: FrameView, column: str, where: nw.Expr) -> str | None:
    """Return the smallest value among some rows, as text: the same one whatever order the engine reads in."""
    value = nw.col(view.original(column)).min().alias("v")
    return text_of(view.run(view.frame.filter(where).select(value))[0][0]) or None


def _rows(number: int, kind: str) -> str:
    return f"{int(number):,} {kind} {'row' if number == 1 else 'rows'}"


__all__ = ["Collected", "KeyColumn", "Roles", "collect"]
