"""Who is in a checklist now, and in which question; kept in memory only, and never more of it than a little."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

MOST_TABS = 1000
MOST_OF_ONE = 20
STILL_THERE = 120.0  # seconds after which somebody who has not been heard of is in no question any more


@dataclass(frozen=True)
class Here:
    """One open page: whose it is, which checklist it shows, which question its reader is in, when that was last heard."""

    person: str
    name: str
    checklist: str
    at: str
    heard: float


class Presence:
    """The open pages, by a key that each chooses for itself within its session."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tabs: dict[tuple[str, str], Here] = {}

    def enter(self, tab: tuple[str, str], person: str, name: str, checklist: str) -> bool:
        """Note that a page was opened; False when there are too many already, of one session or in all."""
        if tab not in self._tabs:
            own = sum(key[0] == tab[0] for key in self._tabs)
            if own >= MOST_OF_ONE or len(self._tabs) >= MOST_TABS:
                return False
        self._tabs[tab] = Here(person, name, checklist, "", self._clock())
        return True

    def leave(self, tab: tuple[str, str]) -> None:
        """Note that a page was closed."""
        self._tabs.pop(tab, None)

    def move(self, tab: tuple[str, str], checklist: str, at: str) -> bool:
        """Note which question somebody is in, "" for none; False for a page that is not open."""
        found = self._tabs.get(tab)
        if found is None or found.checklist != checklist:
            return False
        self._tabs[tab] = replace(found, at=at, heard=self._clock())
        return True

    def people(self, checklist: str) -> tuple[tuple[str, str, str], ...]:
        """Return who is there, as (person's id, name, question or ""), each person once a question, in order of names."""
        now = self._clock()
        found: dict[tuple[str, str, str], None] = {}
        for here in self._tabs.values():
            if here.checklist == checklist:
                at = here.at if now - here.heard <= STILL_THERE else ""
                found[here.person, here.name, at] = None
        named = {(person, name) for person, name, at in found if at}
        shown = (one for one in found if one[2] or one[:2] not in named)
        return tuple(sorted(shown, key=lambda one: (one[1], one[0], one[2])))


__all__ = ["Here", "Presence"]
