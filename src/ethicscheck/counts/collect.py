"""The one GROUP BY: a lazy frame and its roles in, a CountTable out. Rows never come into Python.

`FrameView` is what a source must offer; `sources` makes them. Everything that can be decided on the few hundred
resulting cells (labels, unknowns, which value is positive) is decided there, by the same code for every engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import narwhals as nw
import numpy as np

from ethicscheck.errors import DataError
from ethicscheck.model.text import text_of

from .exact_weights import WeightScale, weight_columns, weight_scale
from .table import Axis, CountTable
from .values import Coding, canonical, code_binary

MOST_GROUPS = 1_000
MOST_VALUES = 50
PREFIX_ROWS = 100_000
MOST_ROWS = 2**53


class FrameView(Protocol):
    """A lazy frame with the columns that were asked for, under names of our own."""

    @property
    def frame(self) -> nw.LazyFrame[Any]:
        """The lazy frame."""
        ...

    def alias(self, column: str) -> str:
        """Return our name of the user's column."""
        ...

    def unreadable(self, column: str) -> str | None:
        """Return our name of the flag "this cell should be a number and is not", or None where types are known."""
        ...

    def original(self, column: str) -> str:
        """Return our name of the column as it was written, before it was read as a number."""
        ...

    def run(self, frame: nw.LazyFrame[Any]) -> list[tuple[Any, ...]]:
        """Run the query in its engine and return the (few) resulting rows."""
        ...


@dataclass(frozen=True)
class KeyColumn:
    """A sensitive feature or a stratum: a column, cut into bins at `bins` when it is numeric."""

    name: str
    bins: tuple[float, ...] = ()

    def bin_labels(self) -> tuple[str, ...]:
        """Return the bins' labels in order: "<25", "25–44", "≥45"."""
        edges = self.bins
        inner = [_span(low, high) for low, high in zip(edges, edges[1:], strict=False)]
        return (f"<{_number(edges[0])}", *inner, f"≥{_number(edges[-1])}")


@dataclass(frozen=True)
class Roles:
    """Which column plays which part."""

    features: tuple[KeyColumn, ...]
    strata: tuple[KeyColumn, ...] = ()
    label: str | None = None
    prediction: str | None = None
    score: str | None = None
    threshold: float | None = None
    count: str | None = None
    weight: str | None = None
    positive: str | None = None
    unknown: frozenset[str] = frozenset()

    @property
    def keys(self) -> tuple[KeyColumn, ...]:
        """The axes of the table."""
        return self.features + self.strata

    def columns(self) -> tuple[str, ...]:
        """Return every column that is read, once, in a fixed order."""
        scored = self.score if self.prediction is None else None
        single = (self.label, self.prediction, scored, self.count, self.weight)
        return tuple(dict.fromkeys([key.name for key in self.keys] + [name for name in single if name is not None]))

    def numeric(self) -> frozenset[str]:
        """Return the columns that must hold numbers."""
        scored = self.score if self.prediction is None else None
        single = {name for name in (scored, self.count, self.weight) if name is not None}
        return frozenset(single | {key.name for key in self.keys if key.bins})


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
    cells = _group(view, roles, scale)
    return _tabulate(view, roles, cells, scale)


def _refuse_identifiers(view: FrameView, roles: Roles) -> None:
    plain = [key.name for key in roles.keys if not key.bins]
    binary = [name for name in (roles.label, roles.prediction) if name is not None]
    columns = list(dict.fromkeys(plain + binary))
    prefix = view.frame.head(PREFIX_ROWS)
    found = view.run(prefix.select(*[nw.col(view.alias(name)).n_unique().alias(f"u{i}") for i, name in enumerate(columns)]))
    distinct = dict(zip(columns, found[0], strict=True)) if found else {}
    for name in plain:
        if distinct.get(name, 0) > MOST_GROUPS:
            raise _identifier(name, f"more than {MOST_GROUPS:,} different values in the first {PREFIX_ROWS:,} rows")
    for name in binary:
        if distinct.get(name, 0) > MOST_VALUES:
            some = view.run(prefix.select(nw.col(view.alias(name)).alias("v")).head(200))
            shown = ", ".join(repr(text) for text in sorted({str(text_of(row[0])) for row in some})[:4])
            raise DataError(
                f"{distinct[name]:,} different values in the first {PREFIX_ROWS:,} rows, such as {shown}, "
                "but a binary column has two",
                f"column {name!r}",
                "for a score, give data.score and data.threshold instead of data.prediction",
            )


def _group(view: FrameView, roles: Roles, scale: WeightScale | None) -> list[dict[str, Any]]:
    selected = [_key(view, key, roles.unknown).alias(f"k{place}") for place, key in enumerate(roles.keys)]
    names = [f"k{place}" for place in range(len(roles.keys))]
    if roles.label is not None:
        selected.append(nw.col(view.alias(roles.label)).alias("label"))
        names.append("label")
    if roles.prediction is not None:
        selected.append(nw.col(view.alias(roles.prediction)).alias("prediction"))
    else:
        selected.append(_decision(view, roles).alias("prediction"))
    names.append("prediction")
    sums = [nw.len().alias("lines")]
    outputs = [*names, "lines"]
    for name, expression in _totals(view, roles, scale).items():
        selected.append(expression.alias(name))
        sums.append(nw.col(name).sum())
        outputs.append(name)
    grouped = view.frame.select(*selected).group_by(*names, drop_null_keys=False).agg(*sums).select(*outputs)
    return [dict(zip(outputs, row, strict=True)) for row in view.run(grouped)]


def _key(view: FrameView, key: KeyColumn, unknown: frozenset[str]) -> nw.Expr:
    column = nw.col(view.alias(key.name))
    if not key.bins:
        return column
    number = column.cast(nw.Float64)
    known = ~number.is_nan()
    for text in sorted(unknown):
        if _is_number(text):
            known = known & (number != float(text))
    number = nw.when(known).then(number)
    place = (number >= key.bins[0]).cast(nw.Int64)
    for edge in key.bins[1:]:
        place = place + (number >= edge).cast(nw.Int64)
    return place


def _decision(view: FrameView, roles: Roles) -> nw.Expr:
    assert roles.score is not None
    assert roles.threshold is not None
    score = nw.col(view.alias(roles.score)).cast(nw.Float64)
    return (nw.when(~score.is_nan()).then(score) >= roles.threshold).cast(nw.Int64)


def _totals(view: FrameView, roles: Roles, scale: WeightScale | None) -> dict[str, nw.Expr]:
    totals: dict[str, nw.Expr] = {}
    if roles.count is not None:
        count = nw.col(view.alias(roles.count)).cast(nw.Float64)
        whole = (count >= 0) & (count == count.floor()) & (count < MOST_ROWS)
        # Sums of whole numbers below 2^53 are exact in any order.
        totals["rows"] = nw.when(whole).then(count).otherwise(0.0)
        totals["countable"] = nw.when(whole).then(nw.lit(1)).otherwise(0)
    for place, name in enumerate(sorted(roles.numeric())):
        flag = view.unreadable(name)
        if flag is not None:
            totals[f"unreadable{place}"] = nw.col(flag).cast(nw.Int64)
    if scale is not None and roles.weight is not None:
        weight = nw.col(view.alias(roles.weight)).cast(nw.Float64)
        times = nw.col(view.alias(roles.count)).cast(nw.Int64) if roles.count is not None else None
        totals |= weight_columns(weight, times, scale)
    return totals


def _tabulate(
    view: FrameView, roles: Roles, cells: list[dict[str, Any]], scale: WeightScale | None
) -> Collected:
    _refuse_bad_numbers(view, roles, cells)
    for cell in cells:
        cell["rows"] = int(cell["rows"]) if roles.count is not None else int(cell["lines"])
    if sum(cell["rows"] for cell in cells) >= MOST_ROWS:
        raise DataError("the counts add up to 2^53 or more", f"column {roles.count!r}", "check the count column")
    if not any(cell["rows"] for cell in cells):
        raise DataError("there are no rows to audit", "data.source", "check the file, and the count column if any")
    codings = _codings(roles, cells)
    axes = [_axis(key, [cell[f"k{place}"] for cell in cells], roles.unknown) for place, key in enumerate(roles.keys)]
    excluded: dict[str, int] = {}
    kept: list[dict[str, Any]] = []
    for cell in cells:
        label = _code(cell.get("label"), codings.get("label"), roles.unknown)
        prediction = _code(cell["prediction"], codings["prediction"], roles.unknown)
        missing = [
            name
            for name, code in (("label", label), ("prediction", prediction))
            if code is None and (name == "prediction" or roles.label is not None)
        ]
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
    table = _table(roles, axes, kept, excluded, scale)
    return Collected(table, codings.get("label"), codings["prediction"])


def _refuse_bad_numbers(view: FrameView, roles: Roles, cells: Sequence[dict[str, Any]]) -> None:
    for place, name in enumerate(sorted(roles.numeric())):
        flag = view.unreadable(name)
        bad = sum(int(cell.get(f"unreadable{place}") or 0) for cell in cells) if flag else 0
        if flag and bad:
            value = nw.col(view.original(name)).alias("v")
            worst = view.run(view.frame.filter(nw.col(flag)).select(value).head(1))
            raise DataError(
                f"{text_of(worst[0][0])!r} is not a number ({bad:,} such {'row' if bad == 1 else 'rows'})",
                f"column {name!r}",
                "mend the rows, or list the value under data.unknown if it means 'not known'",
            )
    if roles.count is not None:
        bad = sum(int(cell["lines"]) - int(cell["countable"]) for cell in cells)
        if bad:
            column = nw.col(view.alias(roles.count)).cast(nw.Float64)
            whole = (column >= 0) & (column == column.floor()) & (column < MOST_ROWS)
            good = nw.when(whole).then(nw.lit(1)).otherwise(0)
            value = nw.col(view.original(roles.count)).alias("v")
            worst = view.run(view.frame.filter(good == 0).select(value).head(1))
            shown = text_of(worst[0][0])
            raise DataError(
                f"{'an empty cell' if shown is None else repr(shown)} is not a count "
                f"({bad:,} such {'row' if bad == 1 else 'rows'})",
                f"column {roles.count!r}",
                "counts are whole numbers, 0 or more",
            )


def _codings(roles: Roles, cells: Sequence[dict[str, Any]]) -> dict[str, Coding]:
    values: dict[str, dict[str, int]] = {}
    named = {"label": roles.label, "prediction": roles.prediction}
    for part, column in named.items():
        if column is None:
            continue
        counts = values.setdefault(column, {})
        for cell in cells:
            text = text_of(cell[part])
            if text is not None and text not in roles.unknown:
                counts[text] = counts.get(text, 0) + int(cell["lines"])
    by_column = code_binary(values, roles.positive) if values else {}
    found = {part: by_column[column] for part, column in named.items() if column is not None}
    found.setdefault("prediction", Coding("1", "0"))
    return found


def _code(value: Any, coding: Coding | None, unknown: frozenset[str]) -> int | None:
    text = text_of(value)
    if text is None or coding is None or text in unknown:
        return None
    return coding.code(text)


def _axis(key: KeyColumn, values: Sequence[Any], unknown: frozenset[str]) -> Axis:
    if key.bins:
        return Axis(key.name, key.bin_labels())
    labels = sorted({text for value in values if (text := text_of(value)) is not None} - unknown)
    if len(labels) > MOST_GROUPS:
        raise _identifier(key.name, f"{len(labels):,} different values")
    if not labels:
        raise DataError("every row is unknown", f"column {key.name!r}", "check data.unknown, or leave the column out")
    return Axis(key.name, tuple(labels))


def _identifier(column: str, what: str) -> DataError:
    return DataError(
        f"{what}: it looks like an identifier, not a group",
        f"column {column!r}",
        "choose another column, or give it bins if it is a number",
    )


def _table(
    roles: Roles,
    axes: Sequence[Axis],
    cells: list[dict[str, Any]],
    excluded: dict[str, int],
    scale: WeightScale | None,
) -> CountTable:
    places = [{label: place for place, label in enumerate(axis.labels)} for axis in axes]
    coded: list[tuple[tuple[int, ...], dict[str, Any]]] = []
    for cell in cells:
        codes = []
        for place, key in enumerate(roles.keys):
            raw = cell[f"k{place}"]
            text = text_of(raw)
            if key.bins:
                codes.append(-1 if text is None else int(raw))
            else:
                codes.append(places[place].get(text, -1) if text is not None else -1)
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


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def _number(value: float) -> str:
    return canonical(repr(value))


def _span(low: float, high: float) -> str:
    if low.is_integer() and high.is_integer():
        return _number(low) if high - low == 1 else f"{_number(low)}–{_number(high - 1)}"
    return f"{_number(low)} to <{_number(high)}"
