"""The journal of answers: one JSON object a line, only ever added to.

A line counts once its newline is on the disk; that is when the person is told that it is saved. What stands after the
last newline is the rest of a write that was cut short: it is set aside beside the journal before the next line is added,
and reported, never guessed at and never written onto.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ethicscheck.errors import UsageError

from .contents import Gathering, JournalContents, cannot, check_start, cut, read_lines
from .entries import LAST_SEQ, Entry, Start, read_line, write_line
from .locking import opened_alone, opened_to_read

BLOCK = 1 << 20


class MovedOn(Exception):  # noqa: N818 - no fault of anybody's
    """Somebody has written to the journal since the caller read it: nothing was added. Read again, look, and decide."""


class Journal:
    """A journal of answers on the disk.

    Remembers how far it has read, so that adding many lines does not read the file again each time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = Known()

    def start(self, entry: Start) -> Start:
        """Make the file, with its first line.

        Raises
        ------
        UsageError
            When there is such a file already, or it can't be made.
        """
        entry = replace(entry, seq=1)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, flags, 0o666)
        except FileExistsError:
            hint = "go on with it, or choose another name; answers are never written over"
            raise UsageError("there is such a file already", str(self.path), hint) from None
        except OSError as error:
            raise UsageError(f"can't write: {error.strerror}", str(self.path), "choose another place") from None
        try:
            _write(handle, write_line(entry))
        except OSError as error:
            self.path.unlink()
            raise UsageError(f"can't write: {error.strerror}", str(self.path), "choose another place") from None
        finally:
            os.close(handle)
        sync_folder(self.path.parent)
        return entry

    def read(self) -> JournalContents:
        """Read the journal; nothing is changed.

        Raises
        ------
        JournalError
            When there is none, or a line that ends in a newline is broken; with every such line.
        """
        try:
            with opened_to_read(self.path) as handle:
                check_regular(handle, self.path)
                content = read_from(handle, 0)
        except FileNotFoundError:
            raise cannot("there is no such journal", self.path) from None
        except OSError as error:
            raise cannot(f"the journal can't be read: {error.strerror}", self.path) from None
        whole, tail = cut(content)
        gathered = Gathering(self.path)
        gathered.add(whole)
        return gathered.contents(tail)

    def append(
        self, entries: Sequence[Entry], *, after: int | None = None
    ) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
        """Add entries as the next lines; when this returns they are on the disk.

        Parameters
        ----------
        entries : what to add; their numbers are given here.
        after : the highest number of a line that the caller has seen; default: whatever has been written meanwhile.

        Returns
        -------
        entries : as written, with their numbers.
        notes : what was set aside.

        Raises
        ------
        JournalError
            When there is no journal, or a line of it is broken.
        UsageError
            When it can't be written.
        MovedOn
            When the last line is no longer the one numbered `after`; nothing is written.
        """
        try:
            with opened_alone(self.path) as handle:
                check_regular(handle, self.path)
                known, tail = self._catch_up(handle)
                if after is not None and known.seq != after:
                    raise MovedOn(f"{self.path.name} has come to line {known.seq}, from {after}")
                notes = (self._set_aside(handle, known.size, tail),) if tail else ()
                seq = known.seq
                written = tuple(replace(entry, seq=seq + place) for place, entry in enumerate(entries, 1))
                if seq + len(written) >= LAST_SEQ:
                    raise cannot("the journal's numbers have run out", self.path)
                lines = b"".join(_checked_line(entry) for entry in written)
                os.lseek(handle, known.size, os.SEEK_SET)
                try:
                    _write(handle, lines)
                except OSError:
                    with contextlib.suppress(OSError):  # what can't be taken back is a torn line to the next writer
                        os.ftruncate(handle, known.size)
                    raise
                known.seq += len(written)
                known.lines += len(written)
                known.size += len(lines)
                return written, notes
        except FileNotFoundError:
            raise cannot("there is no such journal", self.path) from None
        except OSError as error:
            what = f"the answer was not saved: {error.strerror}"
            raise UsageError(what, str(self.path), "make room, or get the right to write there") from None

    def _catch_up(self, handle: int) -> tuple[Known, bytes]:
        """Read what was added since, under the lock."""
        now = os.fstat(handle)
        known = self._known
        if not known.is_beginning_of(handle, now):
            known = self._known = Known(now.st_ino, now.st_dev)
        whole, tail = cut(read_from(handle, known.size))
        entries = read_lines(whole, self.path, known.lines)
        if known.size == 0:
            check_start(entries, self.path)
        known.seq = max([known.seq, *(entry.seq for entry in entries)])
        known.lines += len(entries)
        known.size += len(whole)
        return known, tail

    def _set_aside(self, handle: int, size: int, tail: bytes) -> str:
        number = 1
        while True:
            aside = self.path.with_name(f"{self.path.name}.torn-{number}")
            try:
                kept = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
                break
            except FileExistsError:
                number += 1
        try:
            _write(kept, tail)
        finally:
            os.close(kept)
        sync_folder(self.path.parent)
        os.ftruncate(handle, size)
        return f"the last line of {self.path.name} was torn ({len(tail)} bytes); it was set aside in {aside.name}"


@dataclass
class Known:
    """How far a journal was read: its file, the bytes and lines up to the last newline, the highest number."""

    inode: int = 0
    device: int = 0
    size: int = 0
    lines: int = 0
    seq: int = 0

    def is_beginning_of(self, handle: int, now: os.stat_result) -> bool:
        same = (self.inode, self.device) == (now.st_ino, now.st_dev) and 0 < self.size <= now.st_size
        if same:
            os.lseek(handle, self.size - 1, os.SEEK_SET)
            same = os.read(handle, 1) == b"\n"
        return same


def _checked_line(entry: Entry) -> bytes:
    """Return an entry's line; one that could not be read back would lock everybody out, so it is never written."""
    line = write_line(entry)
    read_line(line[:-1])
    return line


def check_regular(handle: int, path: Path) -> None:
    """Check that an open file is a regular one.

    Raises
    ------
    JournalError
        When it is a folder, a pipe or the like.
    """
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        raise cannot("this is no regular file", path)


def read_from(handle: int, offset: int) -> bytes:
    """Read an open file from a place to its end."""
    os.lseek(handle, offset, os.SEEK_SET)
    parts = []
    while part := os.read(handle, BLOCK):
        parts.append(part)
    return b"".join(parts)


def _write(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]
    os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of files to the disk, where the system lets us."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # not every system lets a folder be opened
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


__all__ = ["Journal", "JournalContents", "Known", "MovedOn", "check_regular", "read_from", "sync_folder"]
