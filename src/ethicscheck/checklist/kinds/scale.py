"""A step of a scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ethicscheck.checklist.definition import Checklist, Item

from .definition import QuestionKind, pick


def choices(item: Item, checklist: Checklist) -> Mapping[str, str]:  # noqa: ARG001
    """Return the steps with their names."""
    steps = range(int(item.min or 0), int(item.max or 0) + 1)
    return {str(step): item.labels.get(str(step), str(step)) for step in steps}


def read(item: Item, checklist: Checklist, given: Any) -> int:
    """Return the step, given as its number or its name."""
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    return int(pick(item, given, choices(item, checklist)))


def show(value: Any, item: Item, checklist: Checklist) -> str:  # noqa: ARG001
    """Return the step of how many, and its name."""
    name = item.labels.get(str(value))
    high = f" of {item.max:.15g}" if item.max is not None else ""
    return f"{value}{high}" + (f" ({name})" if name else "")


KIND = QuestionKind("one_of", read, show, lambda _: "a step of the scale", choices)
