"""Reads the YAML of a form quickly where it stands as it was written, and strictly where somebody changed it.

The strict reader takes a millisecond for each answer; forms may hold tens of thousands. An answer whose lines are all
`key: "text"`, as the forms write them, needs none of it. Every other answer is read strictly, by itself; and where that
is not possible, so is the whole document. What is read, and which line a problem names, is the same either way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from ethicscheck.errors import ConfigError
from ethicscheck.model.strict_yaml import Document, read_yaml

from .problems import MOST_BYTES

LONGEST_KEY = 100
_DOCUMENTS = ("---", "...", "%")
_LINES = re.compile(r"\r\n|\n|\r")
_FIRST = re.compile(r"( *)- ")
_KEYED = re.compile(r"([a-z_0-9]+):(?: +(.*))?")
# A word or number without quotes that is text in whichever YAML, and none of those that mean nothing.
_WORD = re.compile(r"(?!null$|Null$|NULL$)[A-Za-z0-9][A-Za-z0-9_./-]*(?: [A-Za-z0-9][A-Za-z0-9_./-]*)*")
_ODD = re.compile(r"\\(?:u[dD]|/)")  # JSON and YAML differ in these


def read_form_yaml(text: str, name: str) -> Document:
    """Parse the YAML of a form.

    Raises
    ------
    ConfigError
        When the text is no YAML at all. Lesser problems are collected in `Document.problems`.
    """
    return _in_parts(text, name) or read_yaml(text, name, MOST_BYTES)


class _NotSoError(Exception):
    """This can't be read in parts."""


def _in_parts(text: str, name: str) -> Document | None:
    lines = _LINES.split(text)
    if len(text.encode("utf-8", "replace")) > MOST_BYTES or any(line.startswith(_DOCUMENTS) for line in lines):
        return None
    try:
        start = lines.index("answers:") + 1
        document = read_yaml("\n".join(lines[:start]), name)
        if not isinstance(document.value, dict) or "answers" not in document.value:
            return None
        document.value["answers"] = []
        for first, part in _parts(lines, start):
            _take(part, first, document)
    except (ValueError, ConfigError, _NotSoError):
        return None
    return document


def _parts(lines: Sequence[str], start: int) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the lines of each answer, and the place of the first."""
    begins, mark = [], ""
    for place in range(start, len(lines)):
        line = lines[place]
        if not mark and (found := _FIRST.match(line)):
            mark = found[0]
        elif not mark and not _empty(line):
            raise _NotSoError
        if mark and line.startswith(mark):
            begins.append(place)
    if not begins:
        raise _NotSoError
    for first, after in pairwise(begins):
        yield first, [*lines[first:after], ""]  # its last line ends, which a block of text would miss
    yield begins[-1], lines[begins[-1] :]


def _empty(line: str) -> bool:
    return line.isprintable() and (not line.strip(" ") or line.lstrip(" ").startswith("#"))


def _take(part: Sequence[str], first: int, document: Document) -> None:
    """Add what one part holds to the answers."""
    answers: list[Any] = document.value["answers"]
    row = _plainly(part)
    if row is not None:
        document.lines["answers", len(answers)] = first + 1
        answers.append(row)
        return
    found = read_yaml("\n".join(part), document.name, MOST_BYTES)
    if not isinstance(found.value, list) or found.problems:
        raise _NotSoError  # the whole says which line it is
    for place, row in enumerate(found.value):
        document.lines["answers", len(answers)] = first + found.line((place,))
        answers.append(row)


def _plainly(part: Sequence[str]) -> dict[str, Any] | None:
    """Return the mapping that the lines are, None where a line is none of those that the forms write."""
    row: dict[str, Any] = {}
    indent = part[0].index("-") + 2
    listed, deeper = None, 0
    for place, line in enumerate(part):
        if not line.isprintable():
            return None
        if _empty(line) and place:
            continue
        shown = " " * indent + line[indent:] if place == 0 else line
        depth = len(shown) - len(shown.lstrip(" "))
        body = shown[depth:].rstrip(" ")
        if listed is not None and body.startswith("- ") and depth >= indent and depth == (deeper or depth):
            deeper = depth
            value = _value(body[2:])
            if value is None:
                return None
            row[listed] = [*(row[listed] or []), value]
            continue
        found = _KEYED.fullmatch(body)
        if found is None or depth != indent or found[1] in row:
            return None
        listed, deeper = None, 0
        if not found[2]:
            listed, row[found[1]] = found[1], None
        elif (value := _value(found[2])) is not None:
            row[found[1]] = value
        else:
            return None
    return row


def _value(text: str) -> Any:
    """Return a text, or mappings and lists of texts in quotes; None for what only the strict reader can tell."""
    if _WORD.fullmatch(text):
        return text
    if text[:1] not in '"[{' or _ODD.search(text):
        return None
    try:
        value = json.loads(text, object_pairs_hook=_mapping)
    except (ValueError, RecursionError):
        return None
    parts = value if isinstance(value, list) else [value]
    return value if all(isinstance(part, str) or _texts(part) for part in parts) else None


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def _texts(part: Any) -> bool:
    return isinstance(part, dict) and all(
        isinstance(cell, str) and 0 < len(key) < LONGEST_KEY and key != "<<" for key, cell in part.items()
    )


__all__ = ["read_form_yaml"]
