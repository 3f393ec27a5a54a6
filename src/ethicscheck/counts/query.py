"""The one GROUP BY, as an expression that any engine can run. Nothing here decides what a value means.

A comparison with NaN or null is False in numpy and null elsewhere, so each is guarded by what is known, and guarded
last.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw

from ethicscheck.errors import DataError

from .exact_weights import WeightScale, weight_columns
from .grid import Grid
from .roles import FrameView, KeyColumn, Roles

MOST_ROWS = 2**53
MOST_GROUPS = 1_000
MOST_CELLS = 400_000

# The cells that occur, by column: values of the keys, then sums.
Cells = dict[str, list[Any]]


def group_rows(
    view: FrameView, roles: Roles, scale: WeightScale | None, grid: Grid | None = None, most: int = MOST_CELLS
) -> Cells | None:
    """Return one cell for each combination of values that occurs: its values and its sums.

    Parameters
    ----------
    view, roles : the data and which column plays which part.
    scale : how weights are summed.
    grid : how scores are read, where they are counted too.
    most : the number of cells beyond which None is returned.
    """
    keys = {f"k{place}": key_value(view, key, roles) for place, key in enumerate(roles.keys)}
    if roles.label is not None:
        keys["label"] = nw.col(view.original(roles.label))
    if roles.decides:
        own = roles.prediction
        keys["prediction"] = nw.col(view.original(own)) if own is not None else cut_value(view, roles)
    if roles.compare_with is not None:
        keys["other"] = nw.col(view.original(roles.compare_with))
    if roles.cluster is not None:
        keys["cluster"] = nw.when(known_value(view, roles.cluster, roles)).then(nw.lit(1))
    if grid is not None:
        keys["score"] = grid.place(_score(view, roles))
    totals = _totals(view, roles, scale)
    outputs = [*keys, "lines", *totals]
    selected = [expression.alias(name) for name, expression in {**keys, **totals}.items()]
    sums = [nw.len().alias("lines"), *[nw.col(name).sum() for name in totals]]
    grouped = view.frame.select(*selected).group_by(*keys, drop_null_keys=False).agg(*sums).select(*outputs)
    rows = view.run(grouped.head(most + 1))
    if len(rows) > most:
        return None
    columns = zip(*rows, strict=True) if rows else ([] for _ in outputs)
    return {name: list(values) for name, values in zip(outputs, columns, strict=True)}


def score_range(view: FrameView, roles: Roles) -> tuple[float, float] | None:
    """Return the smallest and the largest score; None where there is none."""
    score = _score(view, roles)
    low, high = view.run(view.frame.select(score.min().alias("low"), score.max().alias("high")))[0]
    return None if low is None or high is None else (float(low), float(high))


def distinct_values(view: FrameView, columns: list[str], first: int | None = None) -> dict[str, int]:
    """Return how many different values each column has, in its first so many rows."""
    if not columns:
        return {}
    frame = view.frame if first is None else view.frame.head(first)
    counted = [nw.col(view.original(name)).n_unique().alias(f"u{place}") for place, name in enumerate(columns)]
    if "n_unique" in view.lacks:
        return {name: _distinct_alone(view, frame, name) for name in columns}
    found = view.run(frame.select(*counted))
    return {name: int(number or 0) for name, number in zip(columns, found[0], strict=True)} if found else {}


def _distinct_alone(view: FrameView, frame: nw.LazyFrame[Any], column: str) -> int:
    value = frame.select(nw.col(view.original(column)).alias("v"))
    grouped = value.group_by("v", drop_null_keys=False).agg(nw.len().alias("lines"))
    return int(view.run(grouped.select(nw.len().alias("u")))[0][0])


def whole_count(view: FrameView, column: str) -> tuple[nw.Expr, nw.Expr]:
    """Return the counts as numbers, and whether each is a whole number from 0 up to 2^53."""
    count = nw.col(view.alias(column)).cast(nw.Float64)
    return count, (count >= 0) & (count == count.floor()) & (count < MOST_ROWS)


def key_value(view: FrameView, key: KeyColumn, roles: Roles) -> nw.Expr:
    """Return the value that a row is grouped by: as it was written, or the place of its bin."""
    if not key.bins:
        return nw.col(view.original(key.name))
    number = nw.col(view.alias(key.name)).cast(nw.Float64)
    known = known_number(view, number, roles)
    place = _one_where(number >= key.bins[0])
    for edge in key.bins[1:]:
        place = place + _one_where(number >= edge)
    return nw.when(known).then(place)


def _score(view: FrameView, roles: Roles) -> nw.Expr:
    """Return the score, null where it is not known; 0 is added because −0 would be a value of its own."""
    score, known = _read_score(view, roles)
    return nw.when(known).then(score + 0.0)


def cut_value(view: FrameView, roles: Roles) -> nw.Expr:
    """Return the decision that a score and its threshold make, 1 or 0; null where the score is not known."""
    assert roles.threshold is not None
    score, known = _read_score(view, roles)
    return nw.when(known).then(_one_where(score >= roles.threshold))


def _one_where(condition: nw.Expr) -> nw.Expr:
    """Return 1.0 where it holds, else 0.0: PostgreSQL casts no truth value to a number."""
    return nw.when(condition).then(nw.lit(1.0)).otherwise(nw.lit(0.0))


def _read_score(view: FrameView, roles: Roles) -> tuple[nw.Expr, nw.Expr]:
    assert roles.score is not None
    score = nw.col(view.alias(roles.score)).cast(nw.Float64)
    return score, known_number(view, score, roles)


def known_number(view: FrameView, number: nw.Expr, roles: Roles) -> nw.Expr:
    """Return whether a number is there and does not mean "not known"."""
    known = ~number.is_null()
    if "is_nan" not in view.lacks:
        known = known & ~number.is_nan()
    for text in sorted(roles.unknown):
        if _is_number(text):
            known = known & (number != float(text))
    return known


def known_value(view: FrameView, column: str, roles: Roles) -> nw.Expr:
    """Return whether a value of any kind is there and does not mean "not known"."""
    name = view.original(column)
    kind, value = view.frame.collect_schema()[name], nw.col(name)
    known = ~value.is_null()
    if kind.is_float() and "is_nan" not in view.lacks:
        known = known & ~value.is_nan()
    if kind == nw.String or roles.unknown:
        text = value if kind == nw.String else value.cast(nw.String)
        known = known & ~text.is_in(sorted(roles.unknown_texts))
    return known


def _totals(view: FrameView, roles: Roles, scale: WeightScale | None) -> dict[str, nw.Expr]:
    totals: dict[str, nw.Expr] = {}
    if roles.count is not None:
        count, whole = whole_count(view, roles.count)
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


def too_many_cells(view: FrameView, roles: Roles) -> DataError:
    """Return the error for more combinations than any table of groups has."""
    distinct = distinct_values(view, [key.name for key in roles.keys if not key.bins])
    for name, number in distinct.items():
        if number > MOST_GROUPS:
            return identifier_error(name, f"{number:,} different values", roles)
    shown = ", ".join(f"{name!r} has {number:,} values" for name, number in distinct.items())
    return DataError(
        f"more than {MOST_CELLS:,} combinations of groups: {shown}",
        "data.sensitive, data.strata" + (", explore.columns" if roles.extras else ""),
        "leave out the column that is no group; a sensitive feature that is a number can be given bins",
    )


def identifier_error(column: str, what: str, roles: Roles) -> DataError:
    """Return the error for a column whose values are no groups; only a sensitive feature can be given bins."""
    feature = any(key.name == column for key in roles.features)
    return DataError(
        f"{what}: it looks like an identifier, not a group",
        f"column {column!r}",
        "choose another column, or give it bins if it is a number"
        if feature
        else "choose another column, or write its values in a few groups, as a column of their own",
    )


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False
