"""The form as JSON: what the HTML form downloads, and what it carries inside."""

from __future__ import annotations

import json
from typing import Any

from ethicscheck.errors import JournalError

from .problems import problem, refused
from .rows import COLUMNS, SCHEMA, Form, Row, piece_json
from .yaml_form import read_row

# Beside the columns of a row: what the download says of itself.
_HEAD = ("schema", "checklist", "version", "sha256")


def content_of(form: Form) -> dict[str, Any]:
    """Return the form as a JSON object; what is empty is left out."""
    return {
        "schema": SCHEMA,
        "checklist": form.checklist,
        "version": form.version,
        "sha256": form.sha256,
        "answers": [_row(row) for row in form.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in COLUMNS if name not in ("answer", "evidence")}
    content: dict[str, Any] = {name: part for name, part in found.items() if part}
    if row.answer is not None:
        content["answer"] = row.answer
    if row.evidence:
        content["evidence"] = [piece_json(piece) for piece in row.evidence]
    return content


def read(text: str, name: str) -> Form:
    """Read the form.

    Raises
    ------
    JournalError
        With every problem.
    """
    try:
        return _form(text, name)
    except RecursionError:
        raise refused("it is nested too deeply", name, 0, "download the answers again") from None


def _form(text: str, name: str) -> Form:
    try:
        content = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise refused(f"not valid JSON: {error.msg}", name, error.lineno, "download the answers again") from None
    except ValueError:
        raise refused("not valid JSON", name, 0, "download the answers again") from None
    if not isinstance(content, dict) or content.get("schema") != SCHEMA or not isinstance(content.get("answers"), list):
        raise refused(f"this is no form of answers ({SCHEMA})", name, 0, "download the answers again")
    if missing := [key for key in _HEAD if not isinstance(content.get(key), str)]:
        raise refused(f"{missing[0]!r} is missing", name, 0, "download the answers again")
    rows, problems = [], []
    for place, given in enumerate(content["answers"], 1):
        try:
            rows.append(read_row(given))
        except ValueError as error:
            problems.append(problem(f"answer {place}: {error}", name))
    if problems:
        raise JournalError(problems)
    head = {key: content[key] for key in _HEAD if key != "schema"}
    return Form(rows=tuple(rows), **head)


def _refuse(word: str) -> float:
    raise ValueError(word)


__all__ = ["content_of", "read"]
