"""One save: nothing is written over, nothing written twice, and whoever saves later is told what changed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ethicscheck.checklist.answering import find_item, make_answer, person, withdraw_answer
from ethicscheck.checklist.entries import Answer, Evidence, Resolution, Withdrawal
from ethicscheck.checklist.journal import MovedOn
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.rules import canonical
from ethicscheck.provenance import created_now

from .access import Person
from .filled import Filled
from .journals import LiveJournal

Outcome = Literal["saved", "unchanged", "conflict", "changed"]
About = Answer | Withdrawal | Resolution


@dataclass(frozen=True)
class Saved:
    """What became of a save.

    Parameters
    ----------
    outcome : written; nothing to write, since it stands there already; or not written, since the same person answered
        otherwise in another window, or since the question is no longer the one that the form asked.
    entry : the answer that stands there now.
    meanwhile : what was said about the question since the form was drawn.
    notes : what was set aside on the way.
    """

    outcome: Outcome
    entry: Answer | None
    meanwhile: tuple[About, ...] = ()
    notes: tuple[str, ...] = ()


def save_answer(live: LiveJournal, item_id: str, filled: Filled, who: Person, new: Sequence[Evidence] = ()) -> Saved:
    """Save one person's answer; when this returns it is on the disk.

    Parameters
    ----------
    new : evidence that comes with this save; what the person's answer had before stays with it, unless it is dropped.

    Raises
    ------
    UsageError
        When it is no answer to the question, or somebody else's to answer; nothing is written.
    """
    while True:
        opened = live.opened()
        item = find_item(opened, item_id)
        by, role = person(who.name, who.role)
        said = about(opened, item.id)
        own = next(
            (entry for entry in reversed(said) if isinstance(entry, (Answer, Withdrawal)) and entry.by == by), None
        )
        before = own if isinstance(own, Answer) else None
        if not opened.loaded.checklist.item_sha256(item).startswith(filled.asked):
            return Saved("changed", before)
        kept = [piece for piece in (before.evidence if before is not None else ()) if piece.name not in filled.dropped]
        entry = make_answer(
            opened,
            item.id,
            filled.value,
            by=by,
            role=role,
            at=created_now(),
            na_reason=filled.na_reason,
            comment=before.comment if before is not None else None,
            evidence=(*kept, *new),
        )
        meanwhile = tuple(part for part in said if part.seq > filled.base)
        if before is not None and _same(before, entry) and not (filled.again and before.seq <= filled.base):
            return Saved("unchanged", before, tuple(part for part in meanwhile if part.by != by))
        if own is not None and own.seq > filled.base:
            return Saved("conflict", before, meanwhile)
        try:
            (written,), notes = opened.journal.append([entry], after=highest(opened))
        except MovedOn:
            continue
        return Saved(
            "saved", replace(entry, seq=written.seq), tuple(part for part in meanwhile if part.by != by), notes
        )


def take_back(live: LiveJournal, item_id: str, base: int, who: Person) -> bool:
    """Take a person's own answer back, unless they have given another one since; return whether none stands now.

    Raises
    ------
    UsageError
        When they have given none.
    """
    while True:
        opened = live.opened()
        by, role = person(who.name, who.role)
        said = about(opened, opened.loaded.checklist.current_id(item_id))
        own = [entry for entry in said if isinstance(entry, (Answer, Withdrawal)) and entry.by == by]
        if own and isinstance(own[-1], Withdrawal) and own[-1].seq > base:
            return True  # the form was sent twice
        if own and own[-1].seq > base:
            return False
        try:
            withdraw_answer(opened, item_id, by=by, role=role, at=created_now(), after=highest(opened))
        except MovedOn:
            continue
        return True


def about(opened: OpenJournal, item_id: str) -> list[About]:
    """Return what was said about a question, in order."""
    current = opened.loaded.checklist.current_id
    return [
        entry
        for entry in opened.contents.entries
        if isinstance(entry, (Answer, Withdrawal, Resolution)) and current(entry.item) == item_id
    ]


def highest(opened: OpenJournal) -> int:
    """Return the highest number of the journal as it was read."""
    return max(entry.seq for entry in opened.contents.entries)


def _same(one: Answer, other: Answer) -> bool:
    return (
        canonical(one.value) == canonical(other.value)
        and (one.na_reason, one.comment, one.role) == (other.na_reason, other.comment, other.role)
        and set(one.evidence) == set(other.evidence)
        and one.item_sha256 == other.item_sha256
    )


__all__ = ["About", "Saved", "about", "highest", "save_answer", "take_back"]
