"""The journal of answers: one JSON object a line, only ever added to.

A line counts once its newline is on the disk; that is when the person is told that it is saved. What stands after the
last newline is the rest of a write that was cut short: it is set aside beside the journal before the next line is added,
and reported, never guessed at and never written onto.
"""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from ethicscheck.errors import JournalError, Problem, UsageError

from .entries import LAST_SEQ, Entry, Start, Unknown, read_line, write_line
from .locking import opened_alone, opened_to_read
from .pausing import nothing_thrown_away
from .plain_lines import read_plain

BLOCK = 1 << 20


@dataclass(frozen=True)
class JournalContents:
    """What a journal holds.

    Parameters
    ----------
    entries : in the order they were made, whatever order a merge left the lines in.
    notes : what the reader should know: a torn last line, kinds from a newer version.
    sha256 : digest of the lines that count.
    """

    entries: tuple[Entry, ...]
    notes: tuple[str, ...]
    sha256: str

    @property
    def start(self) -> Start:
        """The first line."""
        return next(entry for entry in self.entries if isinstance(entry, Start))


class Journal:
    """A journal of answers on the disk.

    Remembers how far it has read, so that adding many lines does not read the file again each time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = _Known()

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
        _sync_folder(self.path.parent)
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
                _check_regular(handle, self.path)
                content = _read_from(handle, 0)
        except FileNotFoundError:
            raise _cannot("there is no such journal", self.path) from None
        except OSError as error:
            raise _cannot(f"the journal can't be read: {error.strerror}", self.path) from None
        whole, tail = _cut(content)
        with nothing_thrown_away():
            entries = _read_lines(whole, self.path)
        notes = []
        if tail:
            notes.append(
                f"the last line of {self.path.name} is torn ({len(tail)} bytes, cut short while it was written) and "
                "does not count; the next answer sets it aside"
            )
        unknown = sorted({entry.kind for entry in entries if isinstance(entry, Unknown)})
        if unknown:
            count = sum(isinstance(entry, Unknown) for entry in entries)
            notes.append(
                f"{count} of its lines are of a kind this version does not know ({', '.join(unknown)}); they are kept"
            )
        _check_start(entries, self.path)
        return JournalContents(_in_order(entries), tuple(notes), hashlib.sha256(whole).hexdigest())

    def append(self, entries: Sequence[Entry]) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
        """Add entries as the next lines; when this returns they are on the disk.

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
        """
        try:
            with opened_alone(self.path) as handle:
                _check_regular(handle, self.path)
                known, tail = self._catch_up(handle)
                notes = (self._set_aside(handle, known.size, tail),) if tail else ()
                seq = known.seq
                written = tuple(replace(entry, seq=seq + place) for place, entry in enumerate(entries, 1))
                if seq + len(written) >= LAST_SEQ:
                    raise _cannot("the journal's numbers have run out", self.path)
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
                known.last = lines[-1:]
                return written, notes
        except FileNotFoundError:
            raise _cannot("there is no such journal", self.path) from None
        except OSError as error:
            what = f"the answer was not saved: {error.strerror}"
            raise UsageError(what, str(self.path), "make room, or get the right to write there") from None

    def _catch_up(self, handle: int) -> tuple[_Known, bytes]:
        """Read what was added since, under the lock."""
        now = os.fstat(handle)
        known = self._known
        if not known.is_beginning_of(handle, now):
            known = self._known = _Known(now.st_ino, now.st_dev)
        whole, tail = _cut(_read_from(handle, known.size))
        entries = _read_lines(whole, self.path, known.lines)
        if known.size == 0:
            _check_start(entries, self.path)
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
        _sync_folder(self.path.parent)
        os.ftruncate(handle, size)
        return f"the last line of {self.path.name} was torn ({len(tail)} bytes); it was set aside in {aside.name}"


@dataclass
class _Known:
    """How far a journal was read: its file, the bytes and lines up to the last newline, the highest number."""

    inode: int = 0
    device: int = 0
    size: int = 0
    lines: int = 0
    seq: int = 0
    last: bytes = b""

    def is_beginning_of(self, handle: int, now: os.stat_result) -> bool:
        same = (self.inode, self.device) == (now.st_ino, now.st_dev) and 0 < self.size <= now.st_size
        if same:
            os.lseek(handle, self.size - 1, os.SEEK_SET)
            same = os.read(handle, 1) == b"\n"
        return same


def _in_order(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    numbers = [entry.seq for entry in entries]
    rising = all(first < second for first, second in pairwise(numbers))
    return tuple(entries if rising else sorted(entries, key=_order))


def _order(entry: Entry) -> tuple[int, str, bytes]:
    """Numbers grow along every branch of a merge; where two branches used one number, time and content decide."""
    return entry.seq, entry.at, write_line(entry)


def _checked_line(entry: Entry) -> bytes:
    """Return an entry's line; one that could not be read back would lock everybody out, so it is never written."""
    line = write_line(entry)
    read_line(line[:-1])
    return line


def _cut(content: bytes) -> tuple[bytes, bytes]:
    """Cut into the whole lines and the torn rest: what stands after the last newline, and nothing else."""
    end = content.rfind(b"\n") + 1
    return content[:end], content[end:]


def _read_lines(whole: bytes, path: Path, before: int = 0) -> list[Entry]:
    if before == 0 and whole.startswith(codecs.BOM_UTF8):
        hint = "an editor put it there: save the file as UTF-8 without it; nothing was changed"
        raise JournalError([Problem("the journal begins with a byte order mark", f"{path.name}:1", hint, 1)])
    problems = []
    entries, left = read_plain(whole)
    for place, line in left:
        try:
            entries[place] = read_line(line)
        except ValueError as error:
            number = before + place + 1
            hint = "mend the line by hand, or take the journal from your version control; nothing was changed"
            if line.startswith((b"<<<<<<<", b"=======", b">>>>>>>")):
                hint = "a merge left its mark; take out the marks and keep the lines of both sides"
            problems.append(Problem(f"line {number} is no entry: {error}", f"{path.name}:{number}", hint, number))
    if problems and len(problems) == len(entries) and before == 0:
        raise _cannot("this is no journal: none of its lines is an entry", path)
    if problems:
        raise JournalError(problems)
    return entries


def _check_start(entries: Sequence[Entry], path: Path) -> None:
    starts = [entry for entry in entries if isinstance(entry, Start)]
    if not starts:
        raise _cannot("this is no journal: it does not say which checklist it answers", path)
    if len(names := {entry.checklist for entry in starts}) > 1:
        raise _cannot(f"the journal answers several checklists at once: {', '.join(sorted(names))}", path)


def _check_regular(handle: int, path: Path) -> None:
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        raise _cannot("this is no regular file", path)


def _cannot(what: str, path: Path) -> JournalError:
    return JournalError([Problem(what, path.name, "begin one with `ethicscheck checklist start ID -o JOURNAL`")])


def _read_from(handle: int, offset: int) -> bytes:
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


def _sync_folder(folder: Path) -> None:
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


__all__ = ["Journal", "JournalContents"]
