"""The types of questions: one file each. What an answer may be, how it is read and how it is shown.

Every type is filled in with one of a small closed set of widgets, so that a new type changes neither terminal nor web.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ethicscheck.checklist.definition import Checklist, Item, Kind

from . import choice, date, multi, number, scale, table, text
from .definition import QuestionKind

KINDS: Final[Mapping[Kind, QuestionKind]] = {
    "choice": choice.KIND,
    "multi": multi.KIND,
    "text": text.KIND,
    "number": number.KIND,
    "date": date.KIND,
    "scale": scale.KIND,
    "table": table.KIND,
}


def read_value(item: Item, checklist: Checklist, given: Any) -> Any:
    """Return an answer as it is kept in the journal.

    Raises
    ------
    UsageError
        When it is no answer to the question; the error says what would be.
    """
    return KINDS[item.type].read(item, checklist, given)


def show_value(value: Any, item: Item, checklist: Checklist) -> str:
    """Return an answer in words, with labels for ids; whatever no longer fits the question is shown as it is."""
    return KINDS[item.type].show(value, item, checklist)


def choices_of(item: Item, checklist: Checklist) -> Mapping[str, str]:
    """Return the fixed answers of a question, id to label; empty where any will do."""
    return KINDS[item.type].choices(item, checklist)


__all__ = ["KINDS", "QuestionKind", "choices_of", "read_value", "show_value"]
