"""A journal that is kept open: caught up with the disk at each look, beside its checklist and what was measured."""

from __future__ import annotations

from pathlib import Path

from ethicscheck.checklist.following import FollowedJournal
from ethicscheck.checklist.opening import OpenJournal, open_journal


class LiveJournal:
    """A journal of answers, read anew as it grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._journal = FollowedJournal(path)

    def opened(self) -> OpenJournal:
        """Return the journal as it is now.

        Raises
        ------
        JournalError, ConfigError, UsageError
            When it or its checklist can't be read.
        """
        return open_journal(self.path, journal=self._journal)


def last_line(opened: OpenJournal, item_id: str) -> int:
    """Return the number of the last line about a question, 0 where there is none: what a form was drawn from."""
    current = opened.loaded.checklist.current_id
    return max(
        (entry.seq for entry in opened.contents.entries if current(getattr(entry, "item", "")) == item_id), default=0
    )


__all__ = ["LiveJournal", "last_line"]
