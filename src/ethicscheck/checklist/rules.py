"""What one answer must bring, and when two of them agree."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from .definition import Item
from .entries import Evidence
from .status import GivenAnswer, GivenEvidence, ItemStatus

NOT_APPLICABLE = "N/A"
AS_IT_WAS = "it answers the question as it was"
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def check_not_applicable(item: Item, reason: str) -> str:
    """Return why a question can't be set aside as N/A for that reason, "" when it can."""
    if item.na is None:
        return "N/A is not allowed for this question"
    if len(reason.strip()) < item.na.reason_min_chars:
        return (
            f"N/A needs a reason of at least {item.na.reason_min_chars} characters, this one has {len(reason.strip())}"
        )
    return ""


def evidence_missing(item: Item, value: Any, evidence: Iterable[Evidence | GivenEvidence]) -> int:
    """Return how many pieces of evidence an answer still needs; N/A (None) needs none, and one file given twice, under whatever names, is one."""
    if item.evidence is None or value is None:
        return 0
    named = item.evidence.for_
    count = len({piece.sha256 or piece.url or PurePosixPath(piece.path or "") for piece in evidence})
    return max(item.evidence.min - count, 0) if named is None or chosen(value) & set(named) else 0


def differing(status: ItemStatus, by: str) -> tuple[GivenAnswer, ...]:
    """Return the answers of others that differ from that person's."""
    own = next((answer for answer in status.answers if answer.by == by), None)
    if own is None:
        return ()
    own_meaning = meaning(own.value, status.item)
    return tuple(answer for answer in status.answers if meaning(answer.value, status.item) != own_meaning)


def chosen(value: Any) -> frozenset[str]:
    """Return the options an answer chose; none for N/A."""
    if isinstance(value, tuple):
        return frozenset(str(part) for part in value)
    return frozenset() if value is None else frozenset({str(value)})


def meaning(value: Any, item: Item) -> str:
    """Return what two answers must share to agree; how words are spaced makes no difference, nor does the reason of an N/A."""
    if value is None:
        return NOT_APPLICABLE
    if isinstance(value, str):  # the mark keeps words apart from every other value, the letters N/A included
        return f"={' '.join(value.split()) if item.type == 'text' else value}"
    if item.type == "multi" and isinstance(value, tuple):
        value = sorted(map(str, value))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return canonical(value)


def same(one: Any, other: Any) -> bool:
    """Return whether two values are written alike."""
    if type(one) is type(other) and isinstance(one, (str, int)):
        return bool(one == other)
    return canonical(one) == canonical(other)


def canonical(value: Any) -> str:
    """Return a value as text that is the same for the same value."""
    return _ENCODER.encode(value)


__all__ = [
    "AS_IT_WAS",
    "NOT_APPLICABLE",
    "canonical",
    "check_not_applicable",
    "chosen",
    "differing",
    "evidence_missing",
    "meaning",
    "same",
]
