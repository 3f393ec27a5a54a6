"""A table filled in cell by cell: an empathy map, a scan of consequences. Rows that are whole are never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ethicscheck.checklist.definition import Column, Item
from ethicscheck.checklist.kinds.table import read_cell
from ethicscheck.errors import UsageError
from ethicscheck.model.wording import visible

from .checklist_speech import Speech

DROP, LEAVE, LITERAL = "b", "q", "="

Row = dict[str, str]


class LeftTableError(Exception):
    """The person left in the middle of a table; these rows were whole. `cause` where the input ended or was broken off."""

    def __init__(self, rows: list[Row], cause: BaseException | None) -> None:
        super().__init__()
        self.rows, self.cause = rows, cause


class _LeftError(Exception):
    """q in a cell."""


class _DroppedError(Exception):
    """The row at hand is begun again."""


def read_rows(
    item: Item,
    first: str | None,
    before: Iterable[Mapping[str, Any]],
    read: Callable[[str], str],
    tell: Callable[[str], None],
    speech: Speech,
) -> list[Row]:
    """Read rows until an empty first cell.

    Parameters
    ----------
    item : the table.
    first : the first cell of the first row, where it was typed already.
    before : rows that are there already.
    read : a prompt -> the line typed; raises EOFError or KeyboardInterrupt.
    tell : says why a cell won't do.

    Raises
    ------
    LeftTableError
        When the person leaves; with the rows that were whole.
    """
    rows = [{str(key): str(cell) for key, cell in row.items()} for row in before]
    line = first
    while True:
        try:
            if line is None:
                line = read(speech.ask_row.format(cell_label(item.columns[0]))).strip()
                if not line:
                    return rows
            rows.append(_read_row(item, line, read, tell, speech))
        except _DroppedError:
            tell(speech.row_dropped)
        except (_LeftError, EOFError, KeyboardInterrupt) as error:
            raise LeftTableError(rows, None if isinstance(error, _LeftError) else error) from error
        line = None


def _read_row(item: Item, first: str, read: Callable[[str], str], tell: Callable[[str], None], speech: Speech) -> Row:
    cells = {}
    for place, column in enumerate(item.columns):
        cells[column.id] = _read_cell(item, column, first if place == 0 else None, read, tell, speech)
    return cells


def _read_cell(
    item: Item,
    column: Column,
    given: str | None,
    read: Callable[[str], str],
    tell: Callable[[str], None],
    speech: Speech,
) -> str:
    numbers = numbered(column.options or {})
    while True:
        if given is None:
            given = read(speech.ask_cell.format(cell_label(column))).strip()
        if given == LEAVE:
            raise _LeftError
        if given == DROP:
            raise _DroppedError
        literal = given[1:].strip() if given.startswith(LITERAL) else given
        try:
            return read_cell(item, column, numbers.get(literal, literal))
        except UsageError as error:
            tell(speech.cell_refused.format(literal, column.title) if speech.cell_refused else str(error))
            given = None


def cell_label(column: Column) -> str:
    """Return what stands before a cell: its title, and its options with their numbers."""
    options = column.options or {}
    shown = ", ".join(f"{number} {options[key]}" for number, key in numbered(options).items())
    return visible(f"{column.title}{f' ({shown})' if shown else ''}")


def numbered(options: Mapping[str, str]) -> Mapping[str, str]:
    """Return options by the numbers they are shown with; where the ids are numbers themselves, by those."""
    if any(key.isdigit() for key in options):
        return {key: key for key in options}
    return {str(number): key for number, key in enumerate(options, 1)}


__all__ = ["LeftTableError", "cell_label", "numbered", "read_rows"]
