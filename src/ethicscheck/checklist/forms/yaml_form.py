"""The form as YAML: a list of answers, with the questions in comments. Read strictly: every scalar is the text it is."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ethicscheck.checklist.definition import Checklist, ChecklistSection, Item
from ethicscheck.checklist.entries import frozen
from ethicscheck.errors import ConfigError, JournalError, did_you_mean
from ethicscheck.model.wording import visible

from .cut_short import cut_short
from .problems import refused
from .quick_yaml import read_form_yaml
from .rows import COLUMNS, SCHEMA, TEXTS, Form, Row, piece_json, read_evidence, write_answer
from .wording import allowed, notes

WIDTH = 110
# What a person fills in stands in every row, even empty.
_TO_FILL = ("answer", "na_reason", "comment", "evidence")


def write(form: Form, checklist: Checklist) -> str:
    """Return the form as YAML."""
    lines = [*_comment(f"{checklist.title}, version {form.version}."), *_comment(HOW_TO), *head_lines(form), "answers:"]
    for section, item, rows in in_order(form, checklist):
        if section is not None:
            lines += ["", *_comment(f"── {section.title}", "  ")]
        lines += ["", *_comment(_about(item, checklist), "  ")] if item is not None else [""]
        for row in rows:
            first, *others = row_lines(row)
            lines += [f"  - {first}", *(f"    {line}" for line in others)]
    return "\n".join(lines) + "\n"


HOW_TO = (
    "Fill in `answer`, or `na_reason` where a question may be set aside; `comment` and `evidence` (paths beside the journal, "
    "or addresses) as needed. Leave the digests as they are. An answer that carries a name is somebody's: to differ, "
    "add an entry of your own below it, with `item` and `answer`."
)


def in_order(form: Form, checklist: Checklist) -> Iterator[tuple[ChecklistSection | None, Item | None, list[Row]]]:
    """Yield each question with its rows and, where a section begins, the section; questions no longer asked have none."""
    places = {item.id: (section, item) for section, item in checklist.items()}
    grouped: dict[str, list[Row]] = {}
    for row in form.rows:
        grouped.setdefault(checklist.current_id(row.item), []).append(row)
    before = None
    for name, rows in grouped.items():
        section, item = places.get(name, (None, None))
        yield (section if section is not None and section.id != before else None), item, rows
        before = section.id if section is not None else before


def head_lines(form: Form) -> list[str]:
    """Return the lines that say which checklist this answers."""
    parts = {"schema": SCHEMA, "checklist": form.checklist, "version": form.version, "sha256": form.sha256}
    return [f"{key}: {quoted(part)}" for key, part in parts.items()]


def row_lines(row: Row) -> list[str]:
    """Return a row as the lines of a mapping."""
    lines = []
    for name in COLUMNS:
        value = getattr(row, name)
        if name == "answer":
            shown = _answer(value)
        elif name == "evidence":
            shown = _flow([piece_json(piece) for piece in value])
        elif value or name in _TO_FILL:
            shown = quoted(value) if value else ""
        else:
            continue
        lines += [f"{name}: {shown}".rstrip(" ") if isinstance(shown, str) else f"{name}:"]
        if not isinstance(shown, str):
            lines += [f"  - {part}" for part in shown]
    return lines


def _answer(value: Any) -> str | list[str]:
    """Return an answer; rows of words stand one a line, everything else as the text of a cell."""
    if isinstance(value, tuple) and value and all(isinstance(row, dict) and _words(row) for row in value):
        return [_flow(row) for row in value]
    return "" if value is None else quoted(write_answer(value))


def _words(row: Mapping[str, Any]) -> bool:
    """Return whether a row holds nothing but words, under names that YAML takes for keys."""
    return all(isinstance(cell, str) and 0 < len(key) < 100 for key, cell in row.items())


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return quoted(str(value))


def quoted(text: str) -> str:
    r"""Return a text as a double-quoted scalar on one line, whatever is in it.

    >>> print(quoted('say "no"\n'))
    "say \"no\"\n"
    """
    shown = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else _escaped(ord(c)) for c in shown)


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _about(item: Item, checklist: Checklist) -> str:
    return "\n".join(
        [f"{item.id}: {item.text}", f"({allowed(item, checklist)})", *notes(item, checklist), item.help or ""]
    )


def _comment(text: str, space: str = "") -> Iterator[str]:
    for line in text.splitlines():
        shown = "".join(c if c.isprintable() else "�" for c in visible(line))
        for part in textwrap.wrap(shown, WIDTH - len(space) - 2, break_long_words=False, break_on_hyphens=False):
            yield f"{space}# {part}"


def read(text: str, name: str) -> Form:
    """Read the form.

    Raises
    ------
    JournalError
        With every problem.
    """
    return form_in(text, name)


def form_in(text: str, name: str) -> Form:
    """Return the form that YAML holds.

    Raises
    ------
    JournalError
        With every problem.
    """
    try:
        document = read_form_yaml(text, name)
    except ConfigError as error:
        hint = "put a text with a colon, # or @ in it between quotes, or below `answer: |`, indented"
        raise JournalError([replace(part, hint=hint) for part in error.problems]) from None
    value = document.value
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        if document.problems:
            raise JournalError(document.problems)
        raise refused(f"this is no form of answers (`schema: {SCHEMA}`)", document.name, 1, "export it again")
    problems = list(document.problems)
    parts = {}
    for key in ("checklist", "version", "sha256"):
        if not isinstance(value.get(key), str):
            problems.append(document.problem((key,), f"`{key}` is missing", "export the form again"))
        parts[key] = str(value.get(key))
    listed = value.get("answers")
    if not isinstance(listed, list):
        problems.append(document.problem(("answers",), "`answers` is a list", "export the form again"))
        listed = []
    rows = []
    for place, given in enumerate(listed):
        try:
            rows.append(_read_row(given, document.line(("answers", place))))
        except ValueError as error:
            problems.append(document.problem(("answers", place), str(error)))
    problems += cut_short(text, rows, name)
    if problems:
        raise JournalError(problems)
    return Form(parts["checklist"], parts["version"], parts["sha256"], tuple(rows))


def _read_row(given: Any, line: int) -> Row:
    return read_row({key: _plain(part) for key, part in given.items()} if isinstance(given, dict) else given, line)


def read_row(given: Any, line: int = 0) -> Row:
    """Read a row from a mapping of plain values.

    Raises
    ------
    ValueError
        When it is none, in words.
    """
    if not isinstance(given, dict):
        raise ValueError("an answer is a mapping, with `item` and `answer`")
    for key in given:
        if key not in COLUMNS:
            raise ValueError(f"unknown key {key!r}; {did_you_mean(str(key), COLUMNS)}")
    texts = {}
    for key in TEXTS:
        part = given.get(key)
        if part is not None and not isinstance(part, str):
            raise ValueError(f"`{key}` is no text")
        texts[key] = part or ""
    if not texts["item"].strip():
        raise ValueError("`item` is missing: the question's id")
    return Row(answer=frozen(given.get("answer")), evidence=read_evidence(given.get("evidence")), line=line, **texts)


def _plain(value: Any) -> Any:
    """Return a value of the strict reader as plain text, lists and mappings."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Sequence):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    return value


__all__ = ["form_in", "head_lines", "in_order", "quoted", "read", "read_row", "row_lines", "write"]
