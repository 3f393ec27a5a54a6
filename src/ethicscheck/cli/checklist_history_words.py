"""What `checklist history` says, in words and as JSON. Heavy: imported by the command only."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console

from ethicscheck.checklist.definition import Checklist, Item
from ethicscheck.checklist.entries import (
    Answer,
    ChangeRequest,
    Comment,
    Entry,
    Evidence,
    Migration,
    Resolution,
    SignatureWithdrawal,
    Signing,
    Start,
    Unknown,
    Withdrawal,
    content_of,
)
from ethicscheck.checklist.history import Event, History
from ethicscheck.checklist.kinds import show_value
from ethicscheck.checklist.rules import NOT_APPLICABLE
from ethicscheck.checklist.signing import listed
from ethicscheck.checklist.status import ChecklistStatus

from .checklist_words import Page, brought_in, print_text, word

SHORT = 12


def print_history(history: History, status: ChecklistStatus, only: str | None, console: Console) -> None:
    """Print a history, or that of one question."""
    checklist, page = status.checklist, Page(console.width)
    states = {part.item.id: word(part.state) for part in status.items}
    print_text(page, f"{checklist.title}  {checklist.id} {checklist.version}", "bold")
    if only is None:
        _print_events(history.journal, None, checklist, page)
    for name in (only,) if only is not None else history.items:
        item, events = checklist.item(name), history.items.get(name, ())
        page.add()
        head = f"{item.text}  [{name}] {states[name]}" if item is not None else f"{name}, no longer asked"
        print_text(page, head, "bold", hanging=2)
        if not events:
            print_text(page, "nobody has answered it", "dim", 2)
        _print_events(events, item, checklist, page)
    if only is None:
        if history.signing:
            page.add()
            print_text(page, "Signing", "bold")
            _print_events(history.signing, None, checklist, page)
        if silent := sum(part.item.id not in history.items for part in status.items):
            page.add()
            print_text(page, f"nobody has answered {silent} of {len(status.items)} questions", "dim")
    for note in status.notes if only is None else ():
        print_text(page, f"note: {note}", hanging=2)
    page.print_to(console)


def _print_events(events: Iterable[Event], item: Item | None, checklist: Checklist, page: Page) -> None:
    for event in events:
        entry, style = event.entry, "dim" if event.over else ""
        did, *more = did_in_words(entry, item, checklist).split("\n")
        print_text(page, f"no. {entry.seq}  {_when(entry.at)}  {did}", style, 2, 4)
        for line in more:
            print_text(page, line, style, 6)
        for line in _besides(entry, item):
            print_text(page, line, style, 6, 2)
        if event.over:
            print_text(page, f"→ no longer counts: {event.over}", style, 6, 2)


def did_in_words(entry: Entry, item: Item | None, checklist: Checklist) -> str:
    """Return who did what; the answer may have several lines."""
    if isinstance(entry, Start):
        return f"begun with version {entry.version} of the checklist"
    if isinstance(entry, Migration):
        who = f" by {entry.by} ({entry.role})" if entry.by else ""
        return f"moved to version {entry.version} of the checklist{who}"
    if isinstance(entry, Unknown):
        by = entry.content.get("by")
        return f"{f'{by}: ' if isinstance(by, str) else ''}a line of a kind this version does not know ({entry.kind})"
    who = f"{entry.by} ({entry.role})"
    if isinstance(entry, Answer):
        return f"{who} answered{brought_in(entry)}: {_shown(entry, item, checklist)}"
    if isinstance(entry, Resolution):
        return f"{who} settled it{brought_in(entry)} as {_shown(entry, item, checklist)}"
    if isinstance(entry, Comment):
        reply = f", in reply to no. {entry.reply_to}" if entry.reply_to is not None else ""
        return f"{who} remarked{reply}: {entry.text}"
    if isinstance(entry, Withdrawal):
        return f"{who} withdrew their answer"
    if isinstance(entry, Signing):
        covers = f" {listed([f'the {name}' for name in entry.parts])}" if entry.parts else ""
        return f"{who} signed{covers}, sha256 {entry.sha256[:SHORT]}…"
    if isinstance(entry, ChangeRequest):
        return f"{who} asked for changes"
    return f"{who} withdrew what they had said on signing"


def _shown(entry: Answer | Resolution, item: Item | None, checklist: Checklist) -> str:
    if entry.na_reason is not None:
        return f"{NOT_APPLICABLE}, {entry.na_reason}"
    if item is not None:
        return show_value(entry.value, item, checklist)
    return entry.value if isinstance(entry.value, str) else json.dumps(entry.value, ensure_ascii=False)


def _besides(entry: Entry, item: Item | None) -> Iterable[str]:
    """Yield what stands below: reason, comment, evidence, another name of the question."""
    if isinstance(entry, (Resolution, Withdrawal, ChangeRequest, SignatureWithdrawal)) and entry.reason:
        yield f"because: {entry.reason}"
    if isinstance(entry, Answer):
        if entry.comment:
            yield f"“{entry.comment}”"
        yield from (f"evidence: {_piece(piece)}" for piece in entry.evidence)
    if isinstance(entry, (Answer, Resolution, Withdrawal, Comment)) and item is not None and entry.item != item.id:
        yield f"the question was called {entry.item} then"


def _piece(piece: Evidence) -> str:
    digest = f"sha256 {piece.sha256[:SHORT]}…" if piece.sha256 else ""
    size = f"{piece.size} bytes" if piece.size is not None else ""
    dated = f"dated {piece.dated}" if piece.dated else ""
    expires = f"good until {piece.expires}" if piece.expires else ""
    parts = ", ".join(part for part in (digest, size, dated, expires) if part)
    return f"{piece.name} ({parts})" if parts else piece.name


def _when(at: str) -> str:
    moment = datetime.datetime.fromisoformat(at)
    moment = moment.astimezone(datetime.UTC) if moment.tzinfo is not None else moment
    return moment.strftime("%Y-%m-%d %H:%M")


def history_json(history: History, status: ChecklistStatus, only: str | None) -> dict[str, Any]:
    """Return a history, or that of one question, as JSON."""
    checklist = status.checklist
    states = {part.item.id: part.state for part in status.items}
    items = []
    for name in (only,) if only is not None else history.items:
        item = checklist.item(name)
        known = {"text": item.text, "state": states[name]} if item is not None else {}
        events = [_event_json(event, item, checklist) for event in history.items.get(name, ())]
        items.append({"id": name, **known, "events": events})
    found: dict[str, Any] = {"id": checklist.id, "version": checklist.version, "items": items}
    if only is None:
        for part, said in (("signing", history.signing), ("journal", history.journal)):
            found[part] = [_event_json(event, None, checklist) for event in said]
        found["notes"] = list(status.notes)
    return found


def _event_json(event: Event, item: Item | None, checklist: Checklist) -> Mapping[str, Any]:
    """Return a line of the journal as it stands there, with what it says in words and whether it counts."""
    line = {"kind": "answer", **content_of(event.entry)}
    more = {"why_not": event.over} if event.over else {}
    return {**line, "words": did_in_words(event.entry, item, checklist), "counts": not event.over, **more}


__all__ = ["did_in_words", "history_json", "print_history"]
