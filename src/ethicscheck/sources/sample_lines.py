"""A bounded sample of the different lines of some columns, the same for the same data in whatever order.

Lines are ordered by a digest of what they say, and the first so many are kept: chosen as if at random, but neither by the
order of the rows nor by a seed. The engine does the sorting; nothing but the sample comes into Python, unless the frame is
there already.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import narwhals as nw

from ethicscheck.counts.roles import LineSample
from ethicscheck.errors import DataError
from ethicscheck.model.text import text_of

Run = Callable[[nw.LazyFrame[Any]], list[tuple[Any, ...]]]
IN_MEMORY = frozenset({"pandas", "polars", "pyarrow", "modin", "cudf"})


def sample_lines(
    frame: nw.LazyFrame[Any], columns: Sequence[str], count: str | None, most: int, run: Run
) -> LineSample:
    """Return at most `most` of the different lines.

    Parameters
    ----------
    frame : the data.
    columns : our names of the columns.
    count : our name of the frequency column, if there is one.
    most : how many lines at most.
    run : runs a query in its engine.

    Raises
    ------
    DataError
        When the engine is one that can't do this.
    """
    if hasattr(frame.to_native(), "fetchall"):
        rows = run(_in_duckdb(frame, columns, count, most))
        different, total = (int(rows[0][-2]), int(rows[0][-1])) if rows else (0, 0)
        found = [(tuple(map(text_of, row[: len(columns)])), int(row[len(columns)])) for row in rows]
    else:
        if frame.implementation.value not in IN_MEMORY:
            raise DataError(
                "a sample of rows can be had from files and from frames in memory only",
                "proxies",
                "leave `proxies` out, or audit an extract",
            )
        found = _in_python(frame, columns, count, run)
        different, total = len(found), sum(rows for _, rows in found)
        found = found[:most]
    return LineSample(tuple(line for line, _ in found), tuple(rows for _, rows in found), different, total)


def _in_duckdb(frame: nw.LazyFrame[Any], columns: Sequence[str], count: str | None, most: int) -> nw.LazyFrame[Any]:
    # Whole floats as whole numbers, so that a column with a missing value gives the same digest in every format.
    texts = [f"coalesce(regexp_replace(CAST({name} AS VARCHAR), '\\.0$', ''), chr(30))" for name in columns]
    amount = f"sum(CAST({count} AS BIGINT))" if count is not None else "count(*)"
    chosen = ", ".join(columns)
    query = (
        f"WITH lines AS (SELECT {chosen}, {amount} AS n FROM data GROUP BY {chosen} HAVING n > 0) "  # noqa: S608  # our own names
        f"SELECT {chosen}, n, count(*) OVER () AS different, sum(n) OVER () AS total FROM lines "
        f"ORDER BY md5(concat_ws(chr(31), {', '.join(texts)})), {chosen} LIMIT {int(most)}"
    )
    found: nw.LazyFrame[Any] = nw.from_native(frame.to_native().query("data", query)).lazy()
    return found


def _in_python(
    frame: nw.LazyFrame[Any], columns: Sequence[str], count: str | None, run: Run
) -> list[tuple[tuple[str | None, ...], int]]:
    chosen = [nw.col(name) for name in columns]
    if count is None:
        grouped = frame.select(*chosen).group_by(*columns, drop_null_keys=False).agg(nw.len().alias("n"))
    else:
        amount = nw.col(count).cast(nw.Float64).alias("n")
        grouped = frame.select(*chosen, amount).group_by(*columns, drop_null_keys=False).agg(nw.col("n").sum())
    sums: dict[tuple[str | None, ...], int] = {}
    for row in run(grouped.select(*columns, "n")):
        line = tuple(map(text_of, row[:-1]))
        sums[line] = sums.get(line, 0) + int(row[-1])
    return sorted(((line, rows) for line, rows in sums.items() if rows), key=lambda item: _digest(item[0]))


def _digest(line: tuple[str | None, ...]) -> tuple[str, tuple[tuple[bool, str], ...]]:
    text = "\x1f".join("\x1e" if part is None else part for part in line)
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return digest, tuple((part is None, part or "") for part in line)
