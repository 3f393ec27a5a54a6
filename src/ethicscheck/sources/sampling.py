"""A bounded look at a data file: its header and its first rows as text, for guessing what the columns are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from ethicscheck.errors import DataError
from ethicscheck.model.text import text_of

from .files import explain_engine_error
from .paths import SEPARATORS, format_of, suffix_of
from .scanning import Scanner, Wanted

MOST_ROWS = 10_000
MOST_CELLS = 2_000_000
MARKS = (";", "\t", "|", ",")


@dataclass(frozen=True)
class Sample:
    """The first rows of a file.

    Parameters
    ----------
    columns : names that stand in the header once, blank ones left out.
    rows : the first rows, a text or None for each column.
    delimiter : what separates the cells, when it is not what the file's ending says.
    whole : whether these are all of the file's rows.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    delimiter: str | None
    whole: bool


def sample_file(path: Path) -> Sample:
    """Read the header and the first rows of a data file.

    Raises
    ------
    DataError
        When its format is not known, or it can't be read.
    """
    # One thread and the file's own order, so that the same file gives the same sample.
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET enable_progress_bar = false; SET autoinstall_known_extensions = false")
    base = path.parent
    try:
        header = Scanner(connection, base, Wanted(())).header(path)
        delimiter = _other_delimiter(path, header)
        if delimiter is not None:
            header = Scanner(connection, base, Wanted((), delimiter=delimiter)).header(path)
        columns = tuple(name for name in header if name.strip() and _occurs_once(name, header))
        if not columns:
            raise DataError("no column has a name of its own", f"{path.name}:1", "name the columns in the first line")
        most = max(1, min(MOST_ROWS, MOST_CELLS // len(columns)))
        relation, _ = Scanner(connection, base, Wanted(columns, delimiter=delimiter)).relation([path])
        rows = relation.limit(most + 1).fetchall()
    except duckdb.Error as error:
        raise explain_engine_error(error, [path], base) from None
    finally:
        connection.close()
    kept = tuple(tuple(text_of(cell) for cell in row) for row in rows[:most])
    return Sample(columns, kept, delimiter, len(rows) <= most)


def _occurs_once(name: str, header: list[str]) -> bool:
    return [other.casefold() for other in header].count(name.casefold()) == 1


def _other_delimiter(path: Path, header: list[str]) -> str | None:
    """Return the mark that cuts a header of one single column into several, or None."""
    if format_of(path) != "text" or len(header) != 1:
        return None
    usual = SEPARATORS[suffix_of(path)]
    found = {mark: header[0].count(mark) for mark in MARKS if mark != usual and mark in header[0]}
    return max(found, key=lambda mark: found[mark]) if found else None
