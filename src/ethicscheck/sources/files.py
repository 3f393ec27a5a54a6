"""Data files through DuckDB: CSV, TSV, Parquet, JSON, JSON Lines and Arrow; one path, a glob or a list.

Text formats are read as text, with a strict header, and typed by us: sniffing turns yes/no into booleans and a ragged
file into one row. Columns are addressed by place, since DuckDB renames a column whose name it has seen, in silence.
"""

from __future__ import annotations

import csv
import glob
import hashlib
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw

from ethicscheck.errors import DataError, UsageError

from .frames import missing_columns
from .view import Rows, SourceFile, SourceView

TEXT_FORMATS = {".csv": ",", ".tsv": "\t"}
JSON_FORMATS = {".json": "auto", ".jsonl": "newline_delimited", ".ndjson": "newline_delimited"}
PACKED = (".gz", ".zst")
KNOWN = "csv, tsv, parquet, json, jsonl, arrow; text and JSON also as .gz or .zst"

Run = Callable[[Callable[[], Any], duckdb.DuckDBPyConnection], Any]


@dataclass(frozen=True)
class OpenedFiles:
    """The view, and a way to name its files once they have been read."""

    view: SourceView
    paths: tuple[Path, ...]
    connection: duckdb.DuckDBPyConnection
    stamps: tuple[tuple[int, int], ...]
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
            sha256 = digest.result()
            if _stamp(path) != stamp:
                raise DataError("the file changed while it was read", _name(path, base), "run the audit again")
            found.append(SourceFile(_name(path, base), sha256, count))
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

    Raises
    ------
    DataError
        Naming the file, line or column.
    """
    paths = _expand(sources, base)
    stamps = tuple(_stamp(path) for path in paths)
    connection = duckdb.connect(config={"enable_external_access": True, "threads": _threads()})
    connection.execute("SET preserve_insertion_order = false; SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false; SET autoinstall_known_extensions = false")
    builder = _Builder(connection, base, tuple(columns), numeric, unknown, delimiter)

    def call(work: Callable[[], Any]) -> Any:
        try:
            return run(work, connection)
        except duckdb.Error as error:
            raise _explain(error, paths, base) from None

    relation = call(lambda: builder.relation(paths))
    aliases = {name: f"c{place}" for place, name in enumerate(columns)}
    flagged = builder.numeric_text
    view = SourceView(
        frame=nw.from_native(relation).lazy(),
        aliases=aliases,
        runner=lambda frame: list(call(lambda: frame.to_native().fetchall())),
        flags={name: f"{aliases[name]}_bad" for name in flagged},
        originals={name: f"{aliases[name]}_text" for name in flagged},
    )

    def rows_by_file(total: int) -> tuple[int, ...]:
        if len(paths) == 1:
            return (total,)
        counted = []
        for path in paths:
            one = builder.relation([path])
            amount = f"coalesce(sum({aliases[count]}), 0)" if count is not None else "count(*)"
            counted.append(int(call(lambda one=one, amount=amount: one.aggregate(amount).fetchall())[0][0]))
        return tuple(counted)

    # Hashing lets go of the interpreter, so it runs beside the query.
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sha256")
    digests = tuple(pool.submit(_digest, path) for path in paths)
    pool.shutdown(wait=False)
    return OpenedFiles(view, tuple(paths), connection, stamps, digests, rows_by_file)


def file_header(path: Path, base: Path, delimiter: str | None = None) -> list[str]:
    """Return the names of a data file's columns, exactly as they are written."""
    connection = duckdb.connect()
    try:
        return _Builder(connection, base, (), frozenset(), frozenset(), delimiter).header(path)
    except duckdb.Error as error:
        raise _explain(error, [path], base) from None


class _Builder:
    """Builds one relation over files whose headers may differ in order."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        base: Path,
        columns: tuple[str, ...],
        numeric: frozenset[str],
        unknown: frozenset[str],
        delimiter: str | None,
    ) -> None:
        self.connection = connection
        self.base = base
        self.columns = columns
        self.numeric = numeric
        self.unknown = unknown
        self.delimiter = delimiter
        self.numeric_text: tuple[str, ...] = ()

    def relation(self, paths: Sequence[Path]) -> duckdb.DuckDBPyRelation:
        by_header: dict[tuple[str, tuple[str, ...]], list[Path]] = {}
        for path in paths:
            by_header.setdefault((_format(path), tuple(self.header(path))), []).append(path)
        text = {kind in ("text", "json") for (kind, _) in by_header}
        if len(text) > 1:
            raise DataError("text files and typed files are mixed", "data.source", "audit one format at a time")
        if text == {True}:
            self.numeric_text = tuple(name for name in self.columns if name in self.numeric)
        parts = [self._select(kind, header, group) for (kind, header), group in by_header.items()]
        return self.connection.sql(" UNION ALL ".join(parts))

    def header(self, path: Path) -> list[str]:
        kind = _format(path)
        if kind == "text":
            return self._text_header(path)
        if kind == "json":
            found = self.connection.sql(f"DESCRIBE SELECT * FROM {self._scan(kind, [path], ())}").fetchall()
            return [row[0] for row in found]
        if kind == "arrow":
            return [str(name) for name in _arrow(path).schema.names]
        sql = f"SELECT name, num_children FROM parquet_schema({_quote(str(path))})"
        return _top_level(self.connection.sql(sql).fetchall())

    def _text_header(self, path: Path) -> list[str]:
        sql = (
            f"SELECT * FROM read_csv({_quote(str(path))}, header=false, auto_detect=false, "
            "columns={'line': 'VARCHAR'}, delim='\x1f', quote='', escape='', strict_mode=false) LIMIT 1"
        )
        found = self.connection.sql(sql).fetchall()
        where = f"{_name(path, self.base)}:1"
        if not found or not (found[0][0] or "").strip():
            raise DataError("the file is empty", where, "the first line must name the columns")
        line = found[0][0].removeprefix("\ufeff").rstrip("\r")
        separator = self._separator(path)
        header = next(csv.reader([line], delimiter=separator))
        lone = len(header) == 1 and any(mark in line for mark in ";\t|,")
        if lone and not set(self.columns) <= set(header):
            raise DataError(
                f"the header is one single column, {header[0]!r}",
                where,
                "say what separates the cells with data.delimiter",
            )
        return header

    def _separator(self, path: Path) -> str:
        return self.delimiter or TEXT_FORMATS[_suffix(path)]

    def _select(self, kind: str, header: tuple[str, ...], paths: list[Path]) -> str:
        where = _name(paths[0], self.base)
        missing = [name for name in self.columns if name not in header]
        if missing:
            raise missing_columns(missing, header, where)
        for name in self.columns:
            if header.count(name) > 1:
                raise DataError(
                    f"the column {name!r} stands in the header {header.count(name)} times", where, "rename one of them"
                )
        scan = self._scan(kind, paths, header)
        names = self._engine_names(kind, header, scan)
        selected = [self._column(place, name, names[header.index(name)]) for place, name in enumerate(self.columns)]
        return f"SELECT {', '.join(selected) or '1 AS nothing'} FROM {scan}"

    def _column(self, place: int, name: str, engine_name: str) -> str:
        column, alias = _identifier(engine_name), f"c{place}"
        if name not in self.numeric_text:
            return f"{column} AS {alias}"
        unknown = ", ".join(_quote(text) for text in sorted(self.unknown)) or "''"
        text = f"CASE WHEN {column} IN ({unknown}) THEN NULL ELSE {column} END"
        return (
            f"TRY_CAST({text} AS DOUBLE) AS {alias}, {column} AS {alias}_text, "
            f"({text} IS NOT NULL AND TRY_CAST({text} AS DOUBLE) IS NULL) AS {alias}_bad"
        )

    def _scan(self, kind: str, paths: Sequence[Path], header: tuple[str, ...]) -> str:
        files = "[" + ", ".join(_quote(str(path)) for path in paths) + "]"
        if kind == "text":
            columns = ", ".join(f"'h{place}': 'VARCHAR'" for place in range(len(header)))
            return (
                f"read_csv({files}, header=true, auto_detect=false, delim={_quote(self._separator(paths[0]))}, "
                "quote='\"', escape='\"', strict_mode=true, null_padding=false, ignore_errors=false, "
                f"columns={{{columns}}})"
            )
        if kind == "json":
            shape = JSON_FORMATS[_suffix(paths[0])]
            chosen = ", ".join(f"{_quote(name)}: 'VARCHAR'" for name in header if name in self.columns)
            columns = f", columns={{{chosen}}}" if chosen else ", sample_size=-1, map_inference_threshold=-1"
            return f"read_json({files}, format='{shape}'{columns})"
        if kind == "arrow":
            name = f"arrow_{len(self.connection.sql('SHOW TABLES').fetchall())}"
            self.connection.register(name, _arrow(*paths))
            return name
        return f"read_parquet({files}, hive_partitioning=false)"

    def _engine_names(self, kind: str, header: tuple[str, ...], scan: str) -> list[str]:
        if kind == "text":
            return [f"h{place}" for place in range(len(header))]
        if kind == "json":
            return list(header)
        return [row[0] for row in self.connection.sql(f"DESCRIBE SELECT * FROM {scan}").fetchall()]


def _expand(sources: Sequence[str], base: Path) -> list[Path]:
    found: list[Path] = []
    for source in sources:
        pattern = str(base / source)
        exact = Path(pattern)
        if exact.is_file():
            matches = [exact]
        elif glob.has_magic(source):
            matches = sorted(path for path in map(Path, glob.glob(pattern, recursive=True)) if path.is_file())
        else:
            matches = []
        if not matches:
            what = f"no file matches {source!r}" if glob.has_magic(source) else f"there is no file {source!r}"
            hint = "it is a folder: add /*.parquet or the like" if exact.is_dir() else "paths are relative to the config"
            raise DataError(what, "data.source", hint)
        found += [match for match in matches if match not in found]
    for path in found:
        _format(path)
    return found


def _suffix(path: Path) -> str:
    name = path.name.lower()
    for packed in PACKED:
        name = name.removesuffix(packed)
    return Path(name).suffix


def _format(path: Path) -> str:
    suffix = _suffix(path)
    packed = path.name.lower().endswith(PACKED)
    if suffix in TEXT_FORMATS:
        return "text"
    if suffix in JSON_FORMATS:
        return "json"
    if suffix in (".parquet", ".pq") and not packed:
        return "parquet"
    if suffix in (".arrow", ".feather", ".ipc") and not packed:
        return "arrow"
    raise DataError(f"the format of {path.name!r} is not known", "data.source", f"known are {KNOWN}")


def _arrow(*paths: Path) -> Any:
    try:
        import pyarrow.dataset
    except ImportError:
        raise UsageError(
            "reading Arrow files needs an extra", "data.source", 'install it with: pip install "ethicscheck[arrow]"'
        ) from None
    return pyarrow.dataset.dataset([str(path) for path in paths], format="ipc")


def _top_level(rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """Return the names of a Parquet schema's direct columns (rows come depth first, the root first)."""
    names: list[str] = []
    skip = 0
    for name, children in rows[1:]:
        if skip:
            skip -= 1
        else:
            names.append(name)
        skip += int(children or 0)
    return names


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _name(path: Path, base: Path) -> str:
    """Return a name that tells nothing of the machine: relative to the config, or the bare file name."""
    try:
        return path.resolve().relative_to(base.resolve()).as_posix()
    except ValueError:
        return path.name


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _threads() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def _explain(error: duckdb.Error, paths: Sequence[Path], base: Path) -> DataError:
    text = str(error)
    line = re.search(r"CSV Error on Line: (\d+)", text)
    named = next((path for path in paths if str(path) in text), paths[0])
    where = _name(named, base) + (f":{line[1]}" if line else "")
    columns = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if columns:
        what = f"this line has {columns[2]} cells where the header has {columns[1]}"
        return DataError(what, where, "mend the line, or quote a cell that holds the separator")
    if "utf-8" in text.lower() or "unicode" in text.lower():
        return DataError("the file is not UTF-8 text", where, "save it as UTF-8")
    if "quote" in text.lower() and line:
        return DataError("a quotation mark is not closed or stands inside a cell", where, 'write it doubled: ""')
    first = next((part.strip() for part in text.splitlines() if part.strip()), "no reason given")
    return DataError(f"the file can't be read: {first}", where, "check that it is what its ending says")


def run_plainly(work: Callable[[], Any], connection: duckdb.DuckDBPyConnection) -> Any:  # noqa: ARG001
    """Run an engine call on this thread, without progress."""
    return work()


__all__ = ["OpenedFiles", "Rows", "file_header", "open_files", "run_plainly"]
