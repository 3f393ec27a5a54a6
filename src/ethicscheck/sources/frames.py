"""Frames that are already in Python (pandas, polars, Arrow, anything narwhals takes) as one lazy frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals as nw

from ethicscheck.errors import DataError, Problem, did_you_mean

from .view import Rows, SourceView

MEASURED = "data frame"


def view_frame(native: Any, columns: Sequence[str], numeric: frozenset[str]) -> SourceView:
    """Return a view of the chosen columns of a frame.

    Parameters
    ----------
    native : a frame of any library narwhals knows.
    columns : the columns that have a role.
    numeric : those of them that must hold numbers.

    Raises
    ------
    DataError
        When it is no frame, a column is missing or stands there twice, or a numeric column holds text.
    """
    native = _with_plain_names(native, columns)
    try:
        frame = nw.from_native(native)
    except TypeError:
        raise DataError(
            f"a {type(native).__name__} is no data frame",
            "the first argument of audit",
            "give a pandas, polars or Arrow frame, or the path of a config",
        ) from None
    lazy = frame.lazy() if isinstance(frame, nw.DataFrame) else frame
    schema = lazy.collect_schema()
    missing = [name for name in columns if name not in schema]
    if missing:
        raise missing_columns(missing, list(schema), MEASURED)
    for name in sorted(numeric):
        if not (schema[name].is_numeric() or schema[name] == nw.Boolean):
            raise DataError(
                f"it holds {schema[name]}, not numbers",
                f"column {name!r}",
                "convert it to a numeric type before the audit",
            )
    aliases = {name: f"c{place}" for place, name in enumerate(columns)}
    chosen = lazy.select(*[nw.col(name).alias(alias) for name, alias in aliases.items()])
    return SourceView(chosen, aliases, _collect, lacks=_lacks(native))


def _lacks(native: Any) -> frozenset[str]:
    """Return what a database behind an ibis table can't be asked."""
    if not nw.dependencies.is_ibis_table(native):
        return frozenset()
    from ibis.expr.operations import IsNan

    # narwhals counts different values by casting a truth value to a small integer, which PostgreSQL refuses.
    return frozenset({"n_unique"} | (set() if native.get_backend().has_operation(IsNan) else {"is_nan"}))


def frame_header(native: Any) -> list[str]:
    """Return the names of a frame's columns; nothing for what is no frame, which is said where it is opened."""
    try:
        frame = nw.from_native(_with_plain_names(native, ()))
    except TypeError:
        return []
    return list(frame.collect_schema())


def missing_columns(missing: Sequence[str], present: Sequence[str], where: str) -> DataError:
    """Return the error for columns that the data do not have, with the nearest names they do have."""
    error = DataError(f"there is no column {missing[0]!r}", where)
    error.problems = tuple(
        Problem(f"there is no column {name!r}", where, did_you_mean(name, present)) for name in missing
    )
    return error


def _with_plain_names(native: Any, columns: Sequence[str]) -> Any:
    """Return the frame with text for names; a name that stands there twice matters only where it is chosen."""
    header = _header(native)
    names = [str(name) for name in header]
    for name in columns:
        if names.count(name) > 1:
            raise DataError(
                f"the column {name!r} stands there {names.count(name)} times", MEASURED, "rename one of them"
            )
    if hasattr(native, "iloc") and (names != header or len(set(names)) < len(names)):
        chosen = [place for place, name in enumerate(names) if name in columns or names.count(name) == 1]
        return native.iloc[:, chosen].set_axis([names[place] for place in chosen], axis=1)
    if hasattr(native, "column_names") and len(set(names)) < len(names):
        return native.select([place for place, name in enumerate(names) if names.count(name) == 1])
    return native


def _header(native: Any) -> list[Any]:
    if hasattr(native, "column_names"):  # Arrow, whose `columns` are the data
        return list(native.column_names)
    names = [] if hasattr(native, "collect_schema") else getattr(native, "columns", [])  # polars has no twins
    return list(names) if isinstance(names, Iterable) else []


def _collect(frame: nw.LazyFrame[Any]) -> Rows:
    native = frame.to_native()
    if nw.dependencies.is_ibis_table(native):
        from .databases import fetch

        return fetch(native)
    if hasattr(native, "fetchall"):  # a DuckDB relation: its own rows need neither pandas nor pyarrow
        return list(native.fetchall())
    return list(frame.collect().rows())
