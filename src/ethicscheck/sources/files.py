"""Data files through DuckDB: CSV, TSV, Parquet, JSON, JSON Lines and Arrow; one path, a glob or a list.

How each format is read stands in `scanning`; here is what becomes of the result, and of what goes wrong.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw

from ethicscheck.errors import DataError

from .engine import connect
from .paths import digest_of, expand_sources, name_of, stamp_of
from .scanning import Scanner, Wanted
from .view import SourceFile, SourceView

Run = Callable[[Callable[[], Any], duckdb.DuckDBPyConnection], Any]
Stamp = tuple[int, int] | None


@dataclass(frozen=True)
class OpenedFiles:
    """The view, and a way to name its files once they have been read."""

    view: SourceView
    paths: tuple[Path, ...]
    connection: duckdb.DuckDBPyConnection
    stamps: tuple[Stamp, ...]
    digests: tuple[Future[str], ...]
    rows_by_file: Callable[[int], tuple[int, ...]]

    def describe(self, total: int, base: Path) -> tuple[SourceFile, ...]:
        """Return each file's name, digest and rows.

        Raises
        ------
        DataError
            When a file changed while it was read.
        """
        rows = self.rows_by_file(total)
        found = []
        for path, stamp, digest, count in zip(self.paths, self.stamps, self.digests, rows, strict=True):
            try:
                sha256 = digest.result()
            except OSError:
                sha256 = ""
            if not sha256 or stamp_of(path) != stamp or sum(rows) != total:
                raise DataError("the file changed while it was read", name_of(path, base), "run the audit again")
            found.append(SourceFile(name_of(path, base), sha256, count))
        return tuple(found)


def open_files(
    sources: Sequence[str],
    base: Path,
    columns: Sequence[str],
    numeric: frozenset[str],
    unknown: frozenset[str],
    count: str | None,
    run: Run,
    delimiter: str | None = None,
    memory: str | None = None,
) -> OpenedFiles:
    """Open data files as one lazy frame.

    Parameters
    ----------
    sources : paths or globs, relative to `base`.
    base : the folder of the config.
    columns : the columns that have a role; nothing else is read.
    numeric : those that must hold numbers.
    unknown : texts that mean "not known", which need not be numbers.
    count : the frequency column, for rows by file.
    run : runs an engine call (with progress, stoppable).
    delimiter : what separates the cells of a CSV, when it is not the comma.
    memory : how much the engine may take (`engine.connect`).

    Raises
    ------
    DataError
        Naming the file, line or column.
    """
    paths = expand_sources(sources, base)
    stamps = tuple(stamp_of(path) for path in paths)
    connection = connect(memory)
    scanner = Scanner(connection, base, Wanted(tuple(columns), numeric, unknown, delimiter))

    stop = threading.Event()

    def call(work: Callable[[], Any]) -> Any:
        try:
            return run(work, connection)
        except duckdb.Error as error:
            stop.set()
            raise explain_engine_error(error, paths, base) from None
        except BaseException:  # Ctrl-C: the hashing must not keep the process alive
            stop.set()
            raise

    relation, written = call(lambda: scanner.relation(paths))
    aliases = {name: f"c{place}" for place, name in enumerate(columns)}
    view = SourceView(
        frame=nw.from_native(relation).lazy(),
        aliases=aliases,
        runner=lambda frame: list(call(lambda: frame.to_native().fetchall())),
        flags={name: f"{aliases[name]}_bad" for name in written},
        originals={name: f"{aliases[name]}_text" for name in written},
    )

    def rows_by_file(total: int) -> tuple[int, ...]:
        if len(paths) == 1:
            return (total,)
        amount = f"coalesce(sum({aliases[count]}), 0)" if count is not None else "count(*)"

        def rows_of(path: Path) -> int:
            return int(scanner.relation([path])[0].aggregate(amount).fetchall()[0][0])

        return tuple(call(partial(rows_of, path)) for path in paths)

    # Hashing lets go of the interpreter, so it runs beside the query.
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sha256")
    digests = tuple(pool.submit(digest_of, path, stop) for path in paths)
    pool.shutdown(wait=False)
    return OpenedFiles(view, paths, connection, stamps, digests, rows_by_file)


def file_header(path: Path, base: Path, delimiter: str | None = None) -> list[str]:
    """Return the names of a data file's columns, exactly as they are written."""
    try:
        return Scanner(connect(), base, Wanted((), delimiter=delimiter)).header(path)
    except duckdb.Error as error:
        raise explain_engine_error(error, [path], base) from None


def run_plainly(work: Callable[[], Any], connection: duckdb.DuckDBPyConnection) -> Any:  # noqa: ARG001
    """Run an engine call on this thread, without progress."""
    return work()


def explain_engine_error(error: duckdb.Error, paths: Sequence[Path], base: Path) -> DataError:
    """Return DuckDB's complaint in the user's terms: file, line, and what to do."""
    text = str(error)
    if isinstance(error, duckdb.OutOfMemoryException):
        return DataError(
            "the memory does not suffice", "data.source", "give more (--memory), or audit the files in parts"
        )
    line = re.search(r"Line: (\d+)", text)
    # The longest name first: one file's name may begin another's.
    named = next((path for path in sorted(paths, key=lambda path: -len(str(path))) if str(path) in text), paths[0])
    where = name_of(named, base) + (f":{line[1]}" if line else "")
    cells = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if cells:
        what = f"this line has {cells[2]} cells where the header has {cells[1]}"
        return DataError(what, where, "mend the line, or quote a cell that holds the separator")
    lowered = text.lower()
    if "utf-8" in lowered or "unicode" in lowered:
        return DataError("the file is not UTF-8 text", where, "save it as UTF-8")
    if "quote" in lowered and line:
        return DataError("a quotation mark is not closed or stands inside a cell", where, 'write it doubled: ""')
    if "changed" in lowered or not all(stamp_of(path) for path in paths):
        return DataError("the file changed while it was read", where, "run the audit again")
    reason = next((part.strip() for part in text.splitlines() if part.strip()), "no reason given")
    for path in paths:
        reason = reason.replace(str(path), path.name)
    reason = re.sub(r"^(\w+ )*Error: ", "", reason)
    return DataError(f"the file can't be read: {reason}", where, "check that it is what its ending says")
