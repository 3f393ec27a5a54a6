"""What people did to a checklist, in words: lines of the journal, and what the engine refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ethicscheck.checklist.definition import Checklist
from ethicscheck.checklist.entries import (
    Answer,
    ChangeRequest,
    Entry,
    Resolution,
    SignatureWithdrawal,
    Signing,
    Withdrawal,
)
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.rules import NOT_APPLICABLE
from ethicscheck.errors import EthicscheckError
from ethicscheck.model.wording import visible

from .questions import said_words


@dataclass(frozen=True)
class Told:
    """Something that was done, and where the question it was done to has its history, "" where it was done to none."""

    text: str
    address: str


def since(opened: OpenJournal, last: int, checklist: Checklist, address: str) -> tuple[Told, ...]:
    """Return what was written to a journal after a line, in words; `address` is the checklist's."""
    found = []
    for entry in opened.contents.entries:
        text = did_words(entry, checklist) if entry.seq > last else ""
        if text:
            name = checklist.current_id(getattr(entry, "item", ""))
            asked = checklist.item(name)
            about = f" “{visible(asked.text)}”" if asked is not None else ""
            found.append(Told(f"{text}{about}", f"{address}/items/{name}/history" if asked is not None else ""))
    return tuple(found)


def did_words(entry: Entry, checklist: Checklist) -> str:
    """Return who did what, without the question it was done to; "" for what changes nothing under a signature."""
    by = visible(getattr(entry, "by", None) or "")
    if isinstance(entry, Answer):
        item = checklist.item(entry.item)
        said = said_words(entry, item, checklist) if item is not None else ""
        return f"{by} answered{f' “{said}”' if said else ''}:"
    if isinstance(entry, Withdrawal):
        return f"{by} took their answer back:"
    if isinstance(entry, Resolution):
        return f"{by} settled this as “{settled_as(entry, checklist)}”:"
    if isinstance(entry, Signing):
        return f"{by} signed."
    if isinstance(entry, ChangeRequest):
        return f"{by} asked for changes: {visible(entry.reason)}"
    if isinstance(entry, SignatureWithdrawal):
        return f"{by} took back what they had said on signing."
    return ""


def settled_as(entry: Resolution, checklist: Checklist) -> str:
    """Return what a dispute was settled as, on one line."""
    item = checklist.item(entry.item)
    if entry.na_reason is not None:
        return visible(f"{NOT_APPLICABLE}: {entry.na_reason}")
    from ethicscheck.checklist.kinds import show_value

    shown = show_value(entry.value, item, checklist) if item is not None else str(entry.value)
    return visible(" ".join(shown.split()))


def refused_words(error: EthicscheckError) -> str:
    """Return why something was refused, as it stands on a page: without the ways of the terminal."""
    parts = []
    for problem in error.problems:
        what, hint = getattr(problem, "what", None) or str(problem), getattr(problem, "hint", "") or ""
        text = visible(f"{what}: {hint}" if hint and "--" not in hint and "`" not in hint else what)
        parts.append(text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else "."))
    return " ".join(parts)


def moment(at: str) -> str:
    """Return a moment for people.

    >>> moment("2026-03-01T12:00:00Z")
    '2026-03-01 12:00 UTC'
    """
    return visible(f"{at[:10]} {at[11:16]}{' UTC' if at.endswith(('Z', '+00:00')) else ''}".strip())


def role_words(role: str) -> str:
    """Return a role for people."""
    return visible(role.replace("_", " "))


def either(roles: Sequence[str]) -> str:
    """Return roles as a choice is said.

    >>> either(["product", "ethics_reviewer"])
    'product or ethics reviewer'
    """
    shown = list(map(role_words, roles))
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


__all__ = ["Told", "did_words", "either", "moment", "refused_words", "role_words", "settled_as", "since"]
