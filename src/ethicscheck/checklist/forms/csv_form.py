"""The form as CSV, for spreadsheets: one row an answer.

A cell that a spreadsheet would run as a formula gets an apostrophe in front, which is taken off again when it is read.
"""

from __future__ import annotations

import csv
import io
import re
import sys

from ethicscheck.checklist.definition import Checklist
from ethicscheck.errors import did_you_mean

from .problems import refused
from .rows import COLUMNS, SCHEMA, TEXTS, Form, Row, read_evidence, write_answer, write_evidence
from .wording import allowed, notes

# What spreadsheets take for a formula, in wide letters too (OWASP, CSV injection), whatever apostrophes stand before it.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
# Shown for the reader, never read back.
_SHOWN = ("section", "question", "allowed", "help")
_HEAD = ("form", "checklist", "version", "sha256")


def defused(cell: str) -> str:
    """Return a cell that no spreadsheet runs.

    >>> defused("=1+1"), defused("'-x"), defused("so-so")
    ("'=1+1", "''-x", 'so-so')
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def as_meant(cell: str) -> str:
    """Return what was defused: the inverse of `defused`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def write(form: Form, checklist: Checklist) -> str:
    """Return the form as CSV, its rows ending in CR LF; the first row names the columns, the last columns the checklist."""
    places = {item.id: (section, item) for section, item in checklist.items()}
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(_names())
    for row in form.rows:
        place = places.get(checklist.current_id(row.item))
        shown = ["", "", "", ""]
        if place is not None:
            section, item = place
            may_be = " · ".join((allowed(item, checklist), *notes(item, checklist)))
            shown = [section.title, item.text, may_be, item.help or ""]
        cells = {name: str(getattr(row, name)) for name in TEXTS}
        cells |= {"answer": write_answer(row.answer), "evidence": write_evidence(row.evidence)}
        cells |= dict(zip(_SHOWN, shown, strict=True))
        cells |= dict(zip(_HEAD, (SCHEMA, form.checklist, form.version, form.sha256), strict=True))
        writer.writerow([defused(cells[name]) for name in _names()])
    return stream.getvalue()


def _names() -> tuple[str, ...]:
    first, *others = COLUMNS
    return (first, "section", "question", "allowed", *others[:8], "help", *others[8:], *_HEAD)


def read(text: str, name: str) -> Form:
    """Read the form; a spreadsheet may have written it with semicolons or tabs, and moved its columns.

    Raises
    ------
    JournalError
        When it is none.
    """
    first, _, rest = text.partition("\n")
    skipped = 0
    if re.fullmatch(r'"?sep=.*', first.strip(), re.IGNORECASE):  # a line that tells spreadsheets how cells are parted
        text, first, skipped = rest, rest.partition("\n")[0], 1
    delimiter = max(",;\t", key=first.count)
    before = csv.field_size_limit(sys.maxsize)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        table = [(reader.line_num + skipped, cells) for cells in reader]
    except csv.Error as error:
        raise refused(f"not valid CSV: {error}", name, reader.line_num + skipped, "save it as CSV again") from None
    finally:
        csv.field_size_limit(before)
    if not table:
        raise refused("the form is empty", name, 0, "export it again")
    header = [cell.strip() for cell in table[0][1]]
    for column in ("item", "answer", "checklist"):
        if column not in header:
            raise refused(f"there is no column {column!r}", name, 1, did_you_mean(column, header) or "export it again")
    if twice := [column for column in header if column in _names() and header.count(column) > 1]:
        raise refused(f"there are two columns {twice[0]!r}", name, 1, "take one of them out")
    rows: list[Row] = []
    heads: dict[tuple[str, ...], int] = {}
    line = table[0][0]
    for last, found in table[1:]:
        line, started = last, line + 1
        if not any(cell.strip() for cell in found):
            continue
        if len(found) > len(header) and any(cell.strip() for cell in found[len(header) :]):
            raise refused(f"{len(found)} cells under {len(header)} columns", name, started, "quote cells with commas")
        cells = {key: as_meant(cell) for key, cell in zip(header, found, strict=False)}
        if not cells.get("item", "").strip():
            raise refused("there is no question's id in the column 'item'", name, started, "copy it from another row")
        head = tuple(cells.get(key, "") for key in _HEAD)
        if any(head):  # a row that somebody added need not repeat them
            heads.setdefault(head, started)
        try:
            evidence = read_evidence(cells.get("evidence", ""))
        except ValueError as error:
            raise refused(str(error), name, started) from None
        texts = {key: cells.get(key, "") for key in TEXTS}
        rows.append(Row(answer=cells.get("answer", ""), evidence=evidence, line=started, **texts))
    return Form(*_head(heads, name), tuple(rows))


def _head(heads: dict[tuple[str, ...], int], name: str) -> tuple[str, str, str]:
    if not heads:
        raise refused("no row names a checklist", name, 1, "export it again")
    if len(heads) > 1:
        line = list(heads.values())[1]
        raise refused("the rows belong to several forms", name, line, f"the columns {', '.join(_HEAD)} must not change")
    ((schema, checklist, version, sha256),) = heads
    if schema != SCHEMA:
        raise refused(f"this is no form of answers ({SCHEMA})", name, 2, "export it again")
    return checklist, version, sha256


__all__ = ["as_meant", "defused", "read", "write"]
