"""The SQL that reads data files: headers exactly as written, columns by place, text as text.

Columns are addressed by place, since DuckDB renames a column whose name it has seen (`Race` beside `race`) in silence.
Text formats are read as text, with a strict header, and typed by us: sniffing turns yes/no into booleans and a ragged
file into one row.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ethicscheck.errors import DataError, UsageError

from .frames import missing_columns
from .paths import JSON_SHAPES, SEPARATORS, format_of, name_of, suffix_of

# Names and paths enter SQL through `_quote`, `_identifier` and `_file` only (hence "noqa: S608").
_NUMERIC = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|UINTEGER|FLOAT|DOUBLE|BOOLEAN|DECIMAL\(.*\)|BIGNUM|NULL)")
_HEADER_LINES = 100


@dataclass(frozen=True)
class Wanted:
    """What is read of the files.

    Parameters
    ----------
    columns : the columns that have a role.
    numeric : those that must hold numbers.
    unknown : texts that mean "not known", which need not be numbers.
    delimiter : what separates the cells of text files, when it is not what their ending says.
    """

    columns: tuple[str, ...]
    numeric: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    delimiter: str | None = None


@dataclass(frozen=True)
class _Part:
    """Files that one scan can read: of one format, with the same header and types.

    `engine_names` are DuckDB's names of the header's columns; `types` those of the wanted columns.
    """

    suffix: str
    header: tuple[str, ...]
    engine_names: tuple[str, ...]
    types: tuple[str, ...]
    paths: tuple[Path, ...]

    @property
    def kind(self) -> str:
        return format_of(self.paths[0])


class Scanner:
    """Reads files of one format family whose headers may differ in order."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, base: Path, wanted: Wanted) -> None:
        self.connection = connection
        self.base = base
        self.wanted = wanted
        self._tables = 0

    def header(self, path: Path) -> list[str]:
        """Return the names of a file's columns, exactly as they are written."""
        kind = format_of(path)
        if kind == "text":
            return self._text_header(path)
        if kind == "json":
            return self._json_header(path)
        if kind == "arrow":
            return [str(name) for name in _arrow_schema(path, self.base).names]
        sql = f"SELECT name, num_children FROM parquet_schema({_file(path)})"  # noqa: S608
        return _top_level(self.connection.sql(sql).fetchall())

    def relation(self, paths: Sequence[Path]) -> tuple[duckdb.DuckDBPyRelation, tuple[str, ...]]:
        """Return one relation over files, and the columns that are numbers written as text.

        Column i of `wanted` is c{i}. Those written as text also have c{i}_text, the cell as written, and c{i}_bad, true
        where it should be a number and is not.

        Raises
        ------
        DataError
            For columns that are missing, stand there twice, or hold what can't be a number.
        """
        parts = self._parts(paths)
        if len({part.kind in ("text", "json") for part in parts}) > 1:
            raise DataError("text files and typed files are mixed", "data.source", "audit one format at a time")
        written = tuple(
            name
            for place, name in enumerate(self.wanted.columns)
            if name in self.wanted.numeric and any(part.types[place] == "VARCHAR" for part in parts)
        )
        selects = [self._select(part, written) for part in parts]
        return self.connection.sql(" UNION ALL ".join(selects)), written

    def _parts(self, paths: Sequence[Path]) -> list[_Part]:
        """Sort the files into scans: DuckDB would cast all files of a scan to the types of the first, in silence."""
        found: dict[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]], list[Path]] = {}
        for path in paths:
            header = tuple(self.header(path))
            self._check_header(header, name_of(path, self.base))
            engine_names, types = self._types(path, header)
            found.setdefault((suffix_of(path), header, engine_names, types), []).append(path)
        return [
            _Part(suffix, header, engine_names, types, tuple(group))
            for (suffix, header, engine_names, types), group in found.items()
        ]

    def _check_header(self, header: tuple[str, ...], where: str) -> None:
        missing = [name for name in self.wanted.columns if name not in header]
        if missing:
            raise missing_columns(missing, header, where)
        for name in self.wanted.columns:
            if header.count(name) > 1:
                raise DataError(
                    f"the column {name!r} stands in the header {header.count(name)} times",
                    where,
                    "rename one of them",
                )

    def _types(self, path: Path, header: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        kind = format_of(path)
        if kind == "text":
            return tuple(f"h{place}" for place in range(len(header))), ("VARCHAR",) * len(self.wanted.columns)
        if kind == "json":
            return header, ("VARCHAR",) * len(self.wanted.columns)
        described = self.connection.sql(f"DESCRIBE SELECT * FROM {self._scan([path], header)}").fetchall()  # noqa: S608
        types = [str(described[header.index(name)][1]) for name in self.wanted.columns]
        for name, kind in zip(self.wanted.columns, types, strict=True):
            if name in self.wanted.numeric and kind != "VARCHAR" and not _NUMERIC.fullmatch(kind):
                raise DataError(
                    f"it holds {kind}, not numbers",
                    f"{name_of(path, self.base)}, column {name!r}",
                    "convert it to a numeric type before the audit",
                )
        return tuple(str(row[0]) for row in described), tuple(types)

    def _select(self, part: _Part, written: tuple[str, ...]) -> str:
        cells = []
        for place, name in enumerate(self.wanted.columns):
            column, alias = _identifier(part.engine_names[part.header.index(name)]), f"c{place}"
            cells.append(self._number(column, alias) if name in written else f"{column} AS {alias}")
        return f"SELECT {', '.join(cells) or '1 AS nothing'} FROM {self._scan(part.paths, part.header)}"  # noqa: S608

    def _number(self, column: str, alias: str) -> str:
        cell = f"CAST({column} AS VARCHAR)"
        unknown = ", ".join(_quote(text) for text in sorted(self.wanted.unknown | {""}))
        known = f"CASE WHEN trim({cell}) IN ({unknown}) THEN NULL ELSE {cell} END"
        return (
            f"TRY_CAST({known} AS DOUBLE) AS {alias}, {cell} AS {alias}_text, "
            f"({known} IS NOT NULL AND TRY_CAST({known} AS DOUBLE) IS NULL) AS {alias}_bad"
        )

    def _scan(self, paths: Sequence[Path], header: tuple[str, ...]) -> str:
        kind = format_of(paths[0])
        files = "[" + ", ".join(_file(path) for path in paths) + "]"
        if kind == "text":
            columns = ", ".join(f"'h{place}': 'VARCHAR'" for place in range(len(header)))
            return (
                f"read_csv({files}, header=true, auto_detect=false, delim={_quote(self._separator(paths[0]))}, "
                "quote='\"', escape='\"', strict_mode=true, null_padding=false, ignore_errors=false, "
                f"columns={{{columns}}})"
            )
        if kind == "json":
            chosen = ", ".join(f"{_quote(name)}: 'VARCHAR'" for name in self.wanted.columns)
            return f"read_json({files}, format='{JSON_SHAPES[suffix_of(paths[0])]}', columns={{{chosen}}})"
        if kind == "arrow":
            self._tables += 1
            self.connection.register(f"arrow_{self._tables}", _arrow_data(paths, header))
            return f"arrow_{self._tables}"
        return f"read_parquet({files}, hive_partitioning=false)"

    def _separator(self, path: Path) -> str:
        return self.wanted.delimiter or SEPARATORS[suffix_of(path)]

    def _text_header(self, path: Path) -> list[str]:
        where = f"{name_of(path, self.base)}:1"
        lines = self._first_lines(path, 1)
        if lines and lines[0].count('"') % 2:  # a name with a line break in it
            lines = self._first_lines(path, _HEADER_LINES)
        if not lines or not lines[0].strip():
            raise DataError(
                "the first line is empty" if lines else "the file is empty",
                where,
                "the first line must name the columns",
            )
        text = "\n".join(lines).removeprefix("\ufeff")
        separator = self._separator(path)
        header = next(csv.reader(text.splitlines(keepends=True), delimiter=separator))
        lone = len(header) == 1 and any(mark in lines[0] for mark in ";\t|,")
        if lone and not set(self.wanted.columns) <= set(header):
            raise DataError(
                f"the header is one single column, {header[0]!r}",
                where,
                "say what separates the cells with data.delimiter",
            )
        return header

    def _first_lines(self, path: Path, most: int) -> list[str]:
        # parallel=false: with several threads LIMIT takes whichever line comes first, not the file's first.
        sql = (
            f"SELECT line FROM read_csv({_file(path)}, header=false, auto_detect=false, "  # noqa: S608
            f"columns={{'line': 'VARCHAR'}}, delim='\x1f', quote='', escape='', strict_mode=false, parallel=false) "
            f"LIMIT {most}"
        )
        return [str(row[0] or "").rstrip("\r") for row in self.connection.sql(sql).fetchall()]

    def _json_header(self, path: Path) -> list[str]:
        shape = JSON_SHAPES[suffix_of(path)]
        folded = {name.casefold() for name in self.wanted.columns}
        if len(folded) < len(self.wanted.columns):
            raise DataError(
                "two chosen keys differ only in case, which the JSON reader can't tell apart",
                name_of(path, self.base),
                "rename one, or use another format",
            )
        sql = f"DESCRIBE SELECT * FROM read_json({_file(path)}, format='{shape}')"  # noqa: S608
        header = [str(row[0]) for row in self.connection.sql(sql).fetchall()]
        if set(self.wanted.columns) <= set(header):
            return header
        # A key may first occur far down the file, or be renamed for differing from another only in case.
        sql = f"SELECT DISTINCT unnest(json_keys(json)) AS name FROM read_json_objects({_file(path)}, format='{shape}')"  # noqa: S608
        keys = sorted(str(row[0]) for row in self.connection.sql(sql).fetchall())
        if not keys:
            raise DataError(
                "the file holds no objects",
                name_of(path, self.base),
                'each row is an object: {"column": value}',
            )
        return keys


def _arrow_schema(path: Path, base: Path) -> Any:
    try:
        import pyarrow
        import pyarrow.dataset
        import pyarrow.ipc
    except ImportError:
        raise UsageError(
            "reading Arrow files needs an extra",
            "data.source",
            'install it with: pip install "ethicscheck[arrow]"',
        ) from None
    try:
        with pyarrow.memory_map(str(path)) as mapped:
            return pyarrow.ipc.open_file(mapped).schema
    except (pyarrow.ArrowInvalid, OSError):
        raise DataError(
            "this is no Arrow file", name_of(path, base), "write it with pyarrow.feather or as an IPC file"
        ) from None


def _arrow_data(paths: Sequence[Path], header: Sequence[str]) -> Any:
    """Return Arrow files as something DuckDB scans lazily; names that it would take for one are replaced by places."""
    import pyarrow
    import pyarrow.dataset
    import pyarrow.ipc

    if len({name.casefold() for name in header}) == len(header):
        return pyarrow.dataset.dataset([str(path) for path in paths], format="ipc")
    tables = [pyarrow.ipc.open_file(pyarrow.memory_map(str(path))).read_all() for path in paths]
    return pyarrow.concat_tables(
        [table.rename_columns([f"h{place}" for place in range(len(header))]) for table in tables]
    )


def _top_level(rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """Return the names of a Parquet schema's direct columns (rows come depth first, the root first)."""
    names: list[str] = []
    left: list[int] = []  # how many children each open parent still has
    for name, children in rows:
        if len(left) == 1:
            names.append(str(name))
        if left:
            left[-1] -= 1
        if children:
            left.append(int(children))
        while len(left) > 1 and not left[-1]:
            left.pop()
    return names


def _file(path: Path) -> str:
    """Return a path for DuckDB, which would take `a[1].csv` for a pattern and read `a1.csv`."""
    return _quote(re.sub(r"([*?\[])", r"[\1]", str(path)))


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
