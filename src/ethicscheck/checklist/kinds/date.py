"""A day."""

from __future__ import annotations

import datetime
import re
from typing import Any

from ethicscheck.checklist.definition import Checklist, Item

from .definition import QuestionKind, no_answer, one_line

_HINT = "write the day as YYYY-MM-DD, such as 2026-03-01"


def read(item: Item, checklist: Checklist, given: Any) -> str:  # noqa: ARG001
    """Return the day as YYYY-MM-DD; no other form, since 03/04 is two days."""
    word = given.isoformat() if type(given) is datetime.date else one_line(given, item, _HINT)
    if read_day(word) is None:
        raise no_answer(item, given, _HINT)
    return word


def read_day(word: str) -> datetime.date | None:
    """Return the day that is written as YYYY-MM-DD, or None.

    >>> read_day("2026-02-30") is None
    True
    """
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", word):
        return None
    try:
        return datetime.date.fromisoformat(word)
    except ValueError:
        return None


def show(value: Any, item: Item, checklist: Checklist) -> str:  # noqa: ARG001
    """Return the day."""
    return str(value)


KIND = QuestionKind("line", read, show, lambda _: "a day, YYYY-MM-DD")
