"""Watches journals for whoever has their pages open: one look a second for each checklist, however many look on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ethicscheck.checklist.entries import Answer, Comment, Resolution, Withdrawal
from ethicscheck.errors import EthicscheckError
from ethicscheck.model.wording import visible

from .presence import Presence

if TYPE_CHECKING:
    from ethicscheck.checklist.opening import OpenJournal

    from .journals import LiveJournal

EVERY = 1.0
HEARTBEAT = 15.0
MOST_WAITING = 100
MOST_MISSED = 50


@dataclass(eq=False)
class Watcher:
    """One open page's line: what still has to be sent to it."""

    person: str
    waiting: asyncio.Queue[str | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    people: tuple[tuple[str, str, str], ...] | None = None

    def put(self, event: str | None) -> None:
        """Leave an event to be sent, None for the end; a page that does not read for so long is let go, and comes again."""
        if self.waiting.full():
            while not self.waiting.empty():
                self.waiting.get_nowait()
            event = None
        self.waiting.put_nowait(event)


class Watch:
    """Tells the open pages of a folder's checklists what others do."""

    def __init__(self, presence: Presence | None = None, every: float = EVERY) -> None:
        self.presence = presence or Presence()
        self._every = every
        self._watchers: dict[str, set[Watcher]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._of_tab: dict[tuple[str, str], Watcher] = {}

    async def events(
        self, live: LiveJournal, checklist: str, tab: tuple[str, str], person: str, name: str, since: int
    ) -> AsyncIterator[str]:
        """Yield the events for one page, as text of an event stream, until it is closed.

        Parameters
        ----------
        live : the checklist's journal.
        checklist : its key.
        tab : the page's session and own key; a page has one stream, so an older one of the same key ends.
        person, name : whose page it is.
        since : the last line of the journal that the page shows; what came after it is told first.
        """
        if not self.presence.enter(tab, person, visible(name), checklist):
            return
        watcher = Watcher(person)
        if (older := self._of_tab.get(tab)) is not None:
            older.put(None)
        self._of_tab[tab] = watcher
        watchers = self._watchers.setdefault(checklist, set())
        watchers.add(watcher)
        try:
            yield "retry: 3000\n\n"
            for event in await asyncio.to_thread(_missed, live, since):
                yield event
            self._tell_people(checklist)
            if (looking := self._tasks.get(checklist)) is None or looking.done():  # one that broke off begins again
                self._tasks[checklist] = asyncio.create_task(self._look(live, checklist))
            while True:
                try:
                    event_or_end = await asyncio.wait_for(watcher.waiting.get(), HEARTBEAT)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if event_or_end is None:
                    return
                yield event_or_end
        finally:
            watchers.discard(watcher)
            if self._of_tab.get(tab) is watcher:
                del self._of_tab[tab]
                self.presence.leave(tab)
            if not watchers and (task := self._tasks.pop(checklist, None)) is not None:
                task.cancel()

    def close(self) -> None:
        """End all streams: the server is going to stop."""
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.put(None)

    async def _look(self, live: LiveJournal, checklist: str) -> None:
        """Look at the journal again and again; tell the pages what is new there, be it by us or by a command line."""
        seen = await asyncio.to_thread(_last, live)
        while True:
            await asyncio.sleep(self._every)
            new = await asyncio.to_thread(_since, live, seen)
            if new:
                seen = max(seq for seq, _ in new)
                together = "".join(event for _, event in new)  # one piece for each page, however many lines
                for watcher in self._watchers[checklist]:
                    watcher.put(together)
            self._tell_people(checklist)

    def _tell_people(self, checklist: str) -> None:
        people = self.presence.people(checklist)
        for watcher in self._watchers.get(checklist, ()):
            if people != watcher.people:
                others = [(name, at) for person, name, at in people if person != watcher.person]
                known = watcher.people
                watcher.people = people
                if known is None or others != [(name, at) for person, name, at in known if person != watcher.person]:
                    watcher.put(_event("here", others))


def _event(name: str, content: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(content, ensure_ascii=True, separators=(',', ':'))}\n\n"


def _opened(live: LiveJournal) -> OpenJournal | None:
    try:
        return live.opened()
    except EthicscheckError:
        return None  # somebody is mending it; the page itself says what is wrong


def _last(live: LiveJournal) -> int:
    opened = _opened(live)
    return opened.contents.last_seq if opened is not None else 0


def _missed(live: LiveJournal, since: int) -> list[str]:
    """Return the events that a page slept through, the last one for each question."""
    latest: dict[str, tuple[int, str]] = {}
    opened = _opened(live)
    for at, seq, event in _told(opened, since) if opened is not None else ():
        latest[at] = (seq, event)
    return [event for _, event in sorted(latest.values())][-MOST_MISSED:]


def _since(live: LiveJournal, since: int) -> list[tuple[int, str]]:
    opened = _opened(live)
    return [(seq, event) for _, seq, event in _told(opened, since)] if opened is not None else []


def _told(opened: OpenJournal, since: int) -> list[tuple[str, int, str]]:
    """Return the new lines about questions: the question's place in pages, the line's number, the event."""
    if opened.contents.last_seq <= since:
        return []
    checklist = opened.loaded.checklist
    places = {item.id: f"q{number}" for number, (_, item) in enumerate(checklist.items(), 1)}
    found = []
    for entry in opened.contents.entries:
        if entry.seq <= since or not isinstance(entry, (Answer, Withdrawal, Resolution, Comment)):
            continue
        at = places.get(checklist.current_id(entry.item or ""))
        if at is not None:
            content = {"at": at, "by": visible(entry.by), "did": type(entry).__name__.lower(), "seq": entry.seq}
            found.append((at, entry.seq, _event("said", content)))
    return found


__all__ = ["Watch"]
