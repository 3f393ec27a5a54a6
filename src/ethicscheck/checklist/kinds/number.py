"""A number, within the limits of the question."""

from __future__ import annotations

import math
import re
from typing import Any

from ethicscheck.checklist.definition import Checklist, Item
from ethicscheck.model.scalars import MOST

from .definition import QuestionKind, no_answer, one_line

_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_COMMA = re.compile(r"[-+]?[0-9]*,[0-9]+")


def read(item: Item, checklist: Checklist, given: Any) -> int | float:  # noqa: ARG001
    """Return the number; whole ones as whole numbers."""
    hint = f"give {limits(item)}"
    word = one_line(given, item, hint).replace("−", "-")
    if _COMMA.fullmatch(word):
        raise no_answer(item, given, f"write it with a point: {word.replace(',', '.')}")
    number = float(word) if _NUMBER.fullmatch(word) else math.nan
    if not math.isfinite(number) or abs(number) > MOST:
        raise no_answer(item, given, hint)
    if (item.min is not None and number < item.min) or (item.max is not None and number > item.max):
        raise no_answer(item, given, hint)
    return int(number) if number.is_integer() else number


def limits(item: Item) -> str:
    """Return which numbers will do: "a number from 0 to 365"."""
    low = f" from {item.min:.15g}" if item.min is not None else ""
    high = (f" to {item.max:.15g}" if low else f" up to {item.max:.15g}") if item.max is not None else ""
    return f"a number{low}{high or (' up' if low else '')}" + ("" if low or high else ", such as 12 or 0.5")


def show(value: Any, item: Item, checklist: Checklist) -> str:  # noqa: ARG001
    """Return the number with a real minus sign."""
    return f"{value:.15g}".replace("-", "−") if isinstance(value, (int, float)) else str(value)


KIND = QuestionKind("line", read, show, limits)
