"""A checklist as it is written: plain values, whatever may be wrong with them. For `linting` only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ethicscheck.model.scalars import as_number
from ethicscheck.model.strict_yaml import Path

MOST_STEPS = 21

Value = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """A question as it is written: its place, its parts, and the answers it can have (None: any)."""

    path: Path
    value: Value
    answers: tuple[str, ...] | None

    @property
    def id(self) -> str:
        """Its id, "" where it has none."""
        return text_in(self.value, "id")

    @property
    def kind(self) -> str:
        """Its type, "" where it has none."""
        return text_in(self.value, "type")


def text_in(value: Value, key: str) -> str:
    """Return a text of a mapping, or "" where there is none."""
    found = value.get(key)
    return str(found) if isinstance(found, str) else ""


def words_in(value: Any) -> list[str]:
    """Return the words of a word or a list."""
    if isinstance(value, str):
        return [str(value)]
    return [str(word) for word in value if isinstance(word, str)] if isinstance(value, list) else []


def maps_in(value: Any) -> Iterator[tuple[int, Value]]:
    """Yield the mappings of a list with their places."""
    for place, part in enumerate(value if isinstance(value, list) else ()):
        if isinstance(part, dict):
            yield place, part


def sections_in(value: Value) -> Iterator[tuple[Path, Value]]:
    """Yield the sections."""
    for place, section in maps_in(value.get("sections")):
        yield ("sections", place), section


def asked_in(value: Value, sets: Mapping[str, Any]) -> Iterator[Asked]:
    """Yield the questions; `sets` are the shared sets of options."""
    for path, section in sections_in(value):
        for place, item in maps_in(section.get("items")):
            yield Asked((*path, "items", place), item, _answers(item, sets))


def _answers(item: Value, sets: Mapping[str, Any]) -> tuple[str, ...] | None:
    if item.get("type") in ("choice", "multi"):
        options = item.get("options")
        found = sets.get(options) if isinstance(options, str) else options
        return tuple(map(str, found)) if isinstance(found, dict) else None
    if item.get("type") == "scale":
        low, high = number_in(item.get("min")), number_in(item.get("max"))
        if low is not None and high is not None and low.is_integer() and high.is_integer() and high - low < MOST_STEPS:
            return tuple(str(step) for step in range(int(low), int(high) + 1))
    return None


def number_in(value: Any) -> float | None:
    """Return a number, or None where there is none."""
    try:
        return as_number(value)
    except ValueError:
        return None
