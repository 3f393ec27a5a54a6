"""Words of one's own."""

from __future__ import annotations

from typing import Any

from ethicscheck.checklist.definition import Checklist, Item

from .definition import QuestionKind, clean_text, no_answer


def read(item: Item, checklist: Checklist, given: Any) -> str:  # noqa: ARG001
    """Return the text; a blank is no answer."""
    if not isinstance(given, str) or not given.strip():
        raise no_answer(item, given, "write some words")
    return clean_text(given, item.id)


def show(value: Any, item: Item, checklist: Checklist) -> str:  # noqa: ARG001
    """Return the text."""
    return str(value)


KIND = QuestionKind("line", read, show, lambda _: "some words")
