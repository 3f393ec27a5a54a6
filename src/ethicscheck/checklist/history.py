"""What was said, from first to last, question by question. Nothing is left out; what no longer counts says why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .definition import Checklist
from .entries import (
    Answer,
    ChangeRequest,
    Comment,
    Entry,
    Migration,
    Resolution,
    SignatureWithdrawal,
    Signing,
    Start,
    Unknown,
    Withdrawal,
)
from .people import person_key
from .rules import AS_IT_WAS
from .signing import in_time
from .standing import Given, stand
from .status import ChecklistStatus

OfAnItem = Answer | Withdrawal | Resolution | Comment | Unknown


@dataclass(frozen=True)
class Event:
    """A line of the journal; `over` says why it no longer counts, "" where it does."""

    entry: Entry
    over: str = ""


@dataclass(frozen=True)
class History:
    """All that stands in a journal.

    Parameters
    ----------
    items : what was said about each question, by its present id: in the checklist's order, those no longer asked last.
    signing : signatures, changes asked for, and what was withdrawn of them, in the order of time.
    journal : its beginning, its moves to other versions, and lines of kinds that are not known.
    """

    items: Mapping[str, tuple[Event, ...]]
    signing: tuple[Event, ...]
    journal: tuple[Event, ...]


def make_history(entries: Iterable[Entry], status: ChecklistStatus) -> History:
    """Return the history of a journal.

    Parameters
    ----------
    entries : the journal, in order.
    status : what it was folded to.
    """
    checklist = status.checklist
    said: dict[str, list[OfAnItem]] = {item.id: [] for _, item in checklist.items()}
    signing: list[Signing | ChangeRequest | SignatureWithdrawal] = []
    journal: list[Event] = []
    for entry in entries:
        if isinstance(entry, (Answer, Withdrawal, Resolution, Comment)):
            said.setdefault(checklist.current_id(entry.item), []).append(entry)
        elif isinstance(entry, (Signing, ChangeRequest, SignatureWithdrawal)):
            signing.append(entry)
        elif isinstance(entry, Unknown) and checklist.current_id(str(entry.content.get("item"))) in said:
            said[checklist.current_id(str(entry.content.get("item")))].append(entry)
        else:
            assert isinstance(entry, (Start, Migration, Unknown)), "there are no other kinds"
            journal.append(Event(entry))
    return History(
        {name: _of_an_item(name, part, checklist) for name, part in said.items() if part},
        _of_signing(signing, status),
        tuple(journal),
    )


def _of_an_item(name: str, said: Iterable[OfAnItem], checklist: Checklist) -> tuple[Event, ...]:
    item = checklist.item(name)
    may_settle = checklist.section_of(item).roles.resolve if item is not None else ()
    over: dict[int, str] = {}
    given = Given()
    said = tuple(said)
    for place, entry in enumerate(said):
        if isinstance(entry, Resolution):
            if may_settle and entry.role not in may_settle:
                over[place] = f"it is for {' or '.join(may_settle)} to settle"
                continue
            if given.resolution is not None:
                over[given.resolution[0]] = f"{entry.by} settled it anew, no. {entry.seq}"
            given.resolution = (place, entry)
        elif isinstance(entry, (Answer, Withdrawal)):
            before = given.answers.pop(entry.by, None)
            if before is not None:
                did = "answered anew" if isinstance(entry, Answer) else "withdrew it"
                over[before[0]] = f"{entry.by} {did}, no. {entry.seq}"
            elif isinstance(entry, Withdrawal):
                over[place] = f"{entry.by} had no answer to withdraw"
            if isinstance(entry, Answer):
                given.answers[entry.by] = (place, entry)
    if item is not None:
        now = given.as_asked_now(checklist.item_sha256(item))
        over |= {place: AS_IT_WAS for by, (place, _) in given.answers.items() if by not in now.answers}
        if given.resolution is not None and stand(now, item).decision is None:
            over[given.resolution[0]] = _why_not_decided(given, now)
    return tuple(Event(entry, over.get(place, "")) for place, entry in enumerate(said))


def _why_not_decided(given: Given, now: Given) -> str:
    if not given.answers:
        return "no answer is left that it could settle"
    if now.resolution is None:
        return "it settled the question as it was"
    return "somebody has answered otherwise since, or it was settled without having seen every answer"


def _of_signing(
    said: Iterable[Signing | ChangeRequest | SignatureWithdrawal], status: ChecklistStatus
) -> tuple[Event, ...]:
    roles = status.sign_roles()
    lapsed = {(part.by, part.role, part.at): part.lapsed for part in status.signatures}
    asked = {(part.by, part.role, part.at) for part in status.requests}
    ordered = in_time(said)
    over: dict[int, str] = {}
    last: dict[tuple[str, str], int] = {}
    for place, entry in enumerate(ordered):
        if roles and entry.role not in roles:
            over[place] = f"it is signed by {' or '.join(roles)}"
            continue
        key = (person_key(entry.by), entry.role)
        if (before := last.get(key)) is not None:
            over[before] = f"{entry.by} {_DID[type(entry)]} later, no. {entry.seq}"
        last[key] = place
    for place in last.values():
        entry = ordered[place]
        if isinstance(entry, Signing) and lapsed.get((entry.by, entry.role, entry.at)):
            over[place] = f"it has lapsed: {lapsed[entry.by, entry.role, entry.at]}"
        if isinstance(entry, ChangeRequest) and (entry.by, entry.role, entry.at) not in asked:
            over[place] = "the answers have changed, and somebody in that role has signed them"
    return tuple(Event(entry, over.get(place, "")) for place, entry in enumerate(ordered))


_DID: Mapping[type, str] = {
    Signing: "signed",
    ChangeRequest: "asked for changes",
    SignatureWithdrawal: "withdrew it",
}


__all__ = ["Event", "History", "make_history"]
