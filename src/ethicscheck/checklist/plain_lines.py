"""Reads the plain lines of a journal all at once: answers as `write_line` writes them, of texts and one value.

Most lines are such, and there may be tens of thousands. Whatever else a line is, right or wrong, is left for
`entries.read_line` to judge: this only ever says "an answer, and this one", and where it does both say the same.
"""

from __future__ import annotations

import datetime
import re
from types import MappingProxyType
from typing import Any

from pydantic_core import from_json

from .entries import Answer, Entry

# No quote, no backslash, no control character: nothing to decode. A text that is asked for begins with no blank either.
_CHARACTERS = r'[^"\\\x00-\x1f]*'
_SAID = rf'[^\s"\\\x00-\x1f]{_CHARACTERS}'
_TEXT = f'"{_CHARACTERS}"'
_DAY = r"(?:19[0-9]{2}|[2-8][0-9]{3})-[01][0-9]-[0-3][0-9]"
_LINE = re.compile(
    rf'(?:\{{"seq":([1-9][0-9]{{0,14}}),"at":"({_DAY}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)"'
    rf',"by":"({_SAID})","role":"({_SAID})","item":"({_SAID})"'
    rf',"value":({_TEXT}|0|-?[1-9][0-9]{{0,14}}|true|false|\[{_TEXT}(?:,{_TEXT}){{0,49}}\])'
    rf'(?:,"comment":"({_SAID})")?(?:,"evidence":\[\])?(?:,"checklist_sha256":"({_SAID})")?(?:,"item_sha256":"({_SAID})")?\}}'
    r"|([^\n]*))\n"
)
_NOTHING: MappingProxyType[str, str] = MappingProxyType({})


def read_plain(whole: bytes) -> tuple[list[Any], list[tuple[int, bytes]]]:
    """Read whole lines, each with its newline.

    Returns
    -------
    entries : one for each line, None where it is left.
    left : the places and lines that are to be read one by one.
    """
    try:
        text = whole.decode()
    except UnicodeDecodeError:  # one line is wrong; which, is found out line by line
        lines = whole.split(b"\n")[:-1]
        return [None] * len(lines), list(enumerate(lines))
    entries: list[Entry | None] = []
    left: list[tuple[int, bytes]] = []
    values: dict[str, Any] = {}
    texts: dict[str, str] = {}
    days: dict[str, bool] = {}
    add, new, one, changed = entries.append, object.__new__, texts.setdefault, object.__setattr__
    for seq, at, by, role, item, written, comment, version, asked, other in _LINE.findall(text):
        if not seq:
            left.append((len(entries), other.encode()))
            add(None)
            continue
        day = at[:10]
        if day not in days:
            days[day] = _is_day(day)
        if not days[day]:
            left.append((len(entries), whole.split(b"\n", len(entries) + 1)[-2]))
            add(None)
            continue
        if (value := values.get(written)) is None:
            value = values[written] = _value(written)
        answer = new(Answer)
        # What its own __init__ does, in one step; `na_reason` is as the class has it. A name that lines share is kept once.
        changed(
            answer,
            "__dict__",
            {
                "at": at,
                "by": one(by, by),
                "role": one(role, role),
                "item": one(item, item),
                "value": value,
                "comment": comment or None,
                "evidence": (),
                "checklist_sha256": one(version, version),
                "item_sha256": one(asked, asked),
                "seq": int(seq),
                "imported": _NOTHING,
            },
        )
        add(answer)
    return entries, left


def _is_day(day: str) -> bool:
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        return False
    return True


def _value(written: str) -> Any:
    value = written[1:-1] if written[0] == '"' else from_json(written)
    return tuple(value) if isinstance(value, list) else value


__all__ = ["read_plain"]
