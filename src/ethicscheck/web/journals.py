"""A journal that is kept open: caught up with the disk at each look, beside its checklist."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ethicscheck.checklist.entries import Migration, Start
from ethicscheck.checklist.evidence_files import EvidenceDigests
from ethicscheck.checklist.following import FollowedJournal
from ethicscheck.checklist.opening import OpenJournal, latest_version, open_journal
from ethicscheck.checklist.reading import LoadedChecklist

Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class _Loaded:
    """A checklist as it was read: how the journal names it, its files then, and whether they are sure to be what was read."""

    named: str | None
    stamps: tuple[Stamp, ...]
    loaded: LoadedChecklist
    sure: bool


class LiveJournal:
    """A journal of answers, read on as it grows; its checklist is read again when one of its files changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._journal = FollowedJournal(path)
        self._digests = EvidenceDigests()
        self._loaded: _Loaded | None = None

    def opened(self) -> OpenJournal:
        """Return the journal as it is now.

        Raises
        ------
        JournalError, ConfigError, UsageError
            When it or its checklist can't be read.
        """
        latest = latest_version(self._journal.read())
        opened = open_journal(self.path, self._still(latest), journal=self._journal, digests=self._digests)
        before, stamps = self._loaded, _stamps(opened.loaded)
        # Sure only once it was read between two looks that saw the same files: one may be written while it is read.
        sure = before is not None and (before.stamps, before.loaded.sha256) == (stamps, opened.loaded.sha256)
        self._loaded = _Loaded(latest.path, stamps, opened.loaded, sure)
        return opened

    def _still(self, latest: Start | Migration) -> LoadedChecklist | None:
        """Return the checklist as it was read, None where it is another one now or its files have changed."""
        kept = self._loaded
        if kept is None or not kept.sure:
            return None
        same = (kept.named, kept.loaded.checklist.id) == (latest.path, latest.checklist)
        return kept.loaded if same and kept.stamps == _stamps(kept.loaded) else None


def last_line(opened: OpenJournal, item_id: str) -> int:
    """Return the number of the last line about a question, 0 where there is none: what a form was drawn from."""
    current = opened.loaded.checklist.current_id
    for entry in reversed(opened.contents.entries):
        if current(getattr(entry, "item", "")) == item_id:
            return entry.seq
    return 0


def _stamps(loaded: LoadedChecklist) -> tuple[Stamp, ...]:
    """Return what changes when a file of the checklist does; what came with ethicscheck stays as it is."""
    found = []
    for part in (loaded, *loaded.homes):
        if not part.shipped and part.source is not None:
            try:
                seen = part.source.stat()
            except OSError:
                return ((0, 0, 0),)
            found.append((seen.st_ino, seen.st_size, seen.st_mtime_ns))
    return tuple(found)


__all__ = ["LiveJournal", "last_line"]
