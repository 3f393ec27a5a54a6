"""What the lines of a journal come to: entries in order, notes, a digest. No files; `journal` and `following` read them."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ethicscheck.errors import JournalError, Problem

from .entries import Entry, Start, Unknown, read_line, write_line
from .pausing import nothing_thrown_away
from .plain_lines import read_plain


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

    @property
    def last_seq(self) -> int:
        """The highest number of a line: what `Journal.append(…, after=…)` asks for."""
        return self.entries[-1].seq


class Gathering:
    """The lines of a journal as they come in, a few at a time; each is read once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self.lines = 0
        self.entries: tuple[Entry, ...] = ()
        self._sha256 = hashlib.sha256()
        self._starts: list[Start] = []
        self._unknown: list[str] = []

    def add(self, whole: bytes) -> None:
        """Add whole lines, each with its newline.

        Raises
        ------
        JournalError
            When one of them is broken, with every such line; nothing is added then.
        """
        with nothing_thrown_away():
            entries = read_lines(whole, self.path, self.lines)
        check_start([*self._starts, *entries], self.path)
        behind = self.entries[-1].seq if self.entries else 0
        rising = _rising(entries) and (not entries or behind < entries[0].seq)
        self.entries = (*self.entries, *entries) if rising else in_order([*self.entries, *entries])
        self.size += len(whole)
        self.lines += len(entries)
        self._sha256.update(whole)
        self._starts += [entry for entry in entries if isinstance(entry, Start)]
        self._unknown += [entry.kind for entry in entries if isinstance(entry, Unknown)]

    def contents(self, tail: bytes) -> JournalContents:
        """Return what was gathered; `tail` is the torn rest behind it, which does not count."""
        notes = []
        if tail:
            notes.append(
                f"the last line of {self.path.name} is torn ({len(tail)} bytes, cut short while it was written) and "
                "does not count; the next answer sets it aside"
            )
        if unknown := sorted(set(self._unknown)):
            notes.append(
                f"{len(self._unknown)} of its lines are of a kind this version does not know ({', '.join(unknown)}); "
                "they are kept"
            )
        return JournalContents(self.entries, tuple(notes), self._sha256.hexdigest())


def cut(content: bytes) -> tuple[bytes, bytes]:
    """Cut into the whole lines and the torn rest: what stands after the last newline, and nothing else."""
    end = content.rfind(b"\n") + 1
    return content[:end], content[end:]


def read_lines(whole: bytes, path: Path, before: int = 0) -> list[Entry]:
    """Read whole lines; `before` is how many stand before them.

    Raises
    ------
    JournalError
        When one of them is no entry; with every such line.
    """
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
        raise cannot("this is no journal: none of its lines is an entry", path)
    if problems:
        raise JournalError(problems)
    return entries


def check_start(entries: Iterable[Entry], path: Path) -> None:
    """Check that a journal says which checklist it answers, and that it is one.

    Raises
    ------
    JournalError
        When it is none, or several.
    """
    names = {entry.checklist for entry in entries if isinstance(entry, Start)}
    if not names:
        raise cannot("this is no journal: it does not say which checklist it answers", path)
    if len(names) > 1:
        raise cannot(f"the journal answers several checklists at once: {', '.join(sorted(names))}", path)


def in_order(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return entries by their numbers; lines of two branches that share one by time and content."""
    return tuple(entries if _rising(entries) else sorted(entries, key=_order))


def cannot(what: str, path: Path) -> JournalError:
    """Return the error for a file that is no journal."""
    return JournalError([Problem(what, path.name, "begin one with `ethicscheck checklist start ID -o JOURNAL`")])


def _rising(entries: Sequence[Entry]) -> bool:
    return all(first < second for first, second in pairwise([entry.seq for entry in entries]))


def _order(entry: Entry) -> tuple[int, str, bytes]:
    """Numbers grow along every branch of a merge; where two branches used one number, time and content decide."""
    return entry.seq, entry.at, write_line(entry)


__all__ = ["Gathering", "JournalContents", "cannot", "check_start", "cut", "in_order", "read_lines"]
