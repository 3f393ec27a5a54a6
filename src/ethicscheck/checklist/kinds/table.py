"""Rows of several columns: an empathy map, a scan of consequences."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ethicscheck.checklist.definition import Checklist, Column, Item
from ethicscheck.errors import UsageError, did_you_mean

from .definition import QuestionKind, clean_text, no_answer, pick

BETWEEN = "|"


def read(item: Item, checklist: Checklist, given: Any) -> tuple[dict[str, str], ...]:  # noqa: ARG001
    """Return the rows, each with every column filled; text is a row a line, cells with | between, or a JSON list of rows."""
    hint = f"write one row a line, its cells with | between: {' | '.join(column.title for column in item.columns)}"
    said = given
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            given = _lines(item, given)
            if given is None:
                raise no_answer(item, said, hint) from None
    rows = [given] if isinstance(given, Mapping) else given
    if not isinstance(rows, (list, tuple)) or not rows or not all(isinstance(row, Mapping) for row in rows):
        raise no_answer(item, given, hint)
    return tuple(_row(item, place, row) for place, row in enumerate(rows, 1))


def _lines(item: Item, text: str) -> list[dict[str, str]] | None:
    """Return the rows of lines such as `Ana | Observed`, None where a line has not one cell for each column, or JSON was meant."""
    columns = [column.id for column in item.columns]
    lines = [[cell.strip() for cell in line.split(BETWEEN)] for line in text.splitlines() if line.strip()]
    if not lines or text.lstrip()[0] in "[{" or any(len(cells) != len(columns) for cells in lines):
        return None
    return [dict(zip(columns, cells, strict=True)) for cells in lines]


def _row(item: Item, place: int, row: Mapping[str, Any]) -> dict[str, str]:
    known = [column.id for column in item.columns]
    for key in row:
        if key not in known:
            raise UsageError(f"there is no column {key!r}", f"{item.id}, row {place}", did_you_mean(str(key), known))
    return {column.id: read_cell(item, column, row.get(column.id), place) for column in item.columns}


def read_cell(item: Item, column: Column, given: Any, place: int | None = None) -> str:
    """Return a cell's text, or the id of its option.

    Raises
    ------
    UsageError
        When it is blank or none of the options.
    """
    where = f"{item.id}, row {place}" if place is not None else item.id
    if given is None or (isinstance(given, str) and not given.strip()):
        hint = "fill every column; where nothing is known, say so"
        raise UsageError(f"the column {column.id!r} is blank", where, hint)
    if column.options is not None:
        return pick(item, given, column.options)
    if isinstance(given, bool) or not isinstance(given, (str, int, float)):
        raise no_answer(item, given, "some text is meant in each cell")
    return clean_text(str(given), f"{where}, {column.id}")


def show(value: Any, item: Item, checklist: Checklist) -> str:  # noqa: ARG001
    """Return the rows, one a line."""
    if not isinstance(value, (list, tuple)):
        return str(value)
    columns = {column.id: column for column in item.columns}
    return "\n".join(
        "; ".join(_cell(columns.get(str(key)), str(key), cell) for key, cell in row.items())
        if isinstance(row, Mapping)
        else str(row)
        for row in value
    )


def _cell(column: Column | None, key: str, cell: Any) -> str:
    title = column.title if column is not None else key
    options = (column.options if column is not None else None) or {}
    return f"{title}: {options.get(str(cell), cell)}"


KIND = QuestionKind("rows", read, show, lambda _: "rows of the columns")
