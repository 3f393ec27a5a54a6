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
END, WITHOUT = "\x1f", "\x1e"
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
        rows, total = _in_duckdb(frame, columns, count, most, run)
        found = [(tuple(map(text_of, row[:-1])), int(row[-1])) for row in rows]
    else:
        if frame.implementation.value not in IN_MEMORY:
            raise DataError(
                "a sample of rows can be had from files and from frames in memory only",
                "proxies",
                "leave `proxies` out, or audit an extract",
            )
        found = _in_python(frame, columns, count, run)
        total = sum(rows for _, rows in found)
        found = found[:most]
    return LineSample(tuple(line for line, _ in found), tuple(rows for _, rows in found), total)


def _in_duckdb(
    frame: nw.LazyFrame[Any], columns: Sequence[str], count: str | None, most: int, run: Run
) -> tuple[list[tuple[Any, ...]], int]:
    """Return the first lines with their rows, and how many rows there are in all.

    Where lines are far more than are wanted, those whose digest is large are passed over before lines are put together,
    so that memory holds little more than the sample. Which lines come first does not depend on where that cut is.
    """
    relation = frame.to_native()
    texts = ", ".join(f"coalesce(CAST({name} AS VARCHAR), chr(30))" for name in columns)
    digest = f"md5(replace(concat_ws(chr(31), {texts}, ''), '.0' || chr(31), chr(31)))"
    chosen = ", ".join(columns)
    amount = f"sum(CAST({count} AS BIGINT))" if count is not None else "count(*)"

    def asked(query: str) -> list[tuple[Any, ...]]:
        return run(nw.from_native(relation.query("data", query)).lazy())

    ((total, different),) = asked(f"SELECT coalesce({amount}, 0), approx_count_distinct(({chosen})) FROM data")  # noqa: S608  # our own names
    for share in (2 * most / max(int(different), 1), 1.0):
        cut = f"WHERE digest < '{int(share * 16**8):08x}'" if share < 0.5 else ""
        rows = asked(
            f"SELECT {chosen}, {amount} AS n FROM (SELECT *, {digest} AS digest FROM data) {cut} "  # noqa: S608  # our own names
            f"GROUP BY digest, {chosen} HAVING n > 0 ORDER BY digest, {chosen} LIMIT {int(most)}"
        )
        if len(rows) >= most or not cut:
            break
    return rows, int(total)


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
    # Whole floats are digested as whole numbers: a column with a missing value holds floats in some formats.
    text = "".join(f"{WITHOUT if part is None else part}{END}" for part in line).replace(f".0{END}", END)
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return digest, tuple((part is None, part or "") for part in line)
