"""One of several answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ethicscheck.checklist.definition import Checklist, Item

from .definition import QuestionKind, pick


def choices(item: Item, checklist: Checklist) -> Mapping[str, str]:
    """Return the options, id to label."""
    return checklist.options_of(item)


def read(item: Item, checklist: Checklist, given: Any) -> str:
    """Return the option's id."""
    return pick(item, given, checklist.options_of(item))


def show(value: Any, item: Item, checklist: Checklist) -> str:
    """Return the option's label."""
    return checklist.options_of(item).get(str(value), str(value))


KIND = QuestionKind("one_of", read, show, lambda _: "one of the options", choices)
