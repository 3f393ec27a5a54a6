"""Any number of several answers, at least one."""

from __future__ import annotations

from typing import Any

from ethicscheck.checklist.definition import Checklist, Item
from ethicscheck.errors import UsageError, did_you_mean

from .choice import choices
from .definition import QuestionKind, no_answer, pick


def read(item: Item, checklist: Checklist, given: Any) -> tuple[str, ...]:
    """Return the options' ids, in the order of the question; text is cut at commas."""
    options = checklist.options_of(item)
    words = _cut(item, given, options) if isinstance(given, str) else given
    if not isinstance(words, (list, tuple)) or not words:
        raise no_answer(item, given, did_you_mean("", options))
    chosen = {pick(item, word, options) for word in words}
    return tuple(key for key in options if key in chosen)


def _cut(item: Item, given: str, options: dict[str, str]) -> list[str]:
    """Cut at commas, unless the whole is one label that holds a comma."""
    try:
        return [pick(item, given, options)]
    except UsageError:
        return [word.strip() for word in given.split(",") if word.strip()]


def show(value: Any, item: Item, checklist: Checklist) -> str:
    """Return the options' labels."""
    options = checklist.options_of(item)
    words = value if isinstance(value, (list, tuple)) else (value,)
    return "; ".join(options.get(str(word), str(word)) for word in words)


KIND = QuestionKind("some_of", read, show, lambda _: "options with commas between them", choices)
