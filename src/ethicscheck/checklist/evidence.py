"""Evidence for an answer: a file beside the journal, kept by its digest, or an address that nobody opens for you."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from ethicscheck.errors import UsageError

from .entries import Answer, Entry, Evidence
from .evidence_files import EvidenceDigests, RefusedError, opened_inside
from .kinds.date import read_day

WEB = ("http", "https")


def record_evidence(given: str, folder: Path, *, dated: str | None = None, expires: str | None = None) -> Evidence:
    """Return a piece of evidence, with digest and size of the file as it is now.

    Parameters
    ----------
    given : a path in `folder`, or an http(s) address.
    folder : the folder of the journal.
    dated, expires : the evidence's own day and its last one, YYYY-MM-DD.

    Raises
    ------
    UsageError
        When it is no regular file in there, can't be read, or no address, or it expires before its own day.
    """
    for what, day in (("date", dated), ("last day", expires)):
        if day is not None and read_day(day) is None:
            raise UsageError(f"{day!r} is no day", f"the evidence's {what}", "write it as YYYY-MM-DD")
    first, last = read_day(dated or ""), read_day(expires or "")
    if first is not None and last is not None and last < first:
        what = f"the evidence would expire on {last}, before its own day, {first}"
        raise UsageError(what, given, "change --dated or --expires")
    if is_address(given):
        if problem := _url_problem(given):
            raise UsageError(f"the evidence {problem}", given, "give an address such as https://example.org/report")
        return Evidence(url=given, dated=dated, expires=expires)
    path = _inside(given, folder)
    try:
        digest, size = EvidenceDigests().digest(path, folder)
    except RefusedError as refused:
        hint = "copy the evidence itself into the folder of the journal"
        raise UsageError(f"the evidence {refused}", path, hint) from None
    return Evidence(path=path, sha256=digest, dated=dated, expires=expires, size=size)


def is_address(given: str) -> bool:
    """Return whether something is meant as an address, be it one that is taken or not."""
    return "://" in given or given.lower().startswith(("http:", "https:", "javascript:", "data:", "mailto:"))


def is_web_address(given: str) -> bool:
    """Return whether something is an address that may be made a link: http or https, and nothing else.

    >>> is_web_address("https://example.org/report"), is_web_address("javascript:alert(1)")
    (True, False)
    """
    return not _url_problem(given)


def check_is_not_the_journal(piece: Evidence, journal: Path) -> None:
    """Check that a piece of evidence is not the journal itself: every answer changes it, and it proves nothing.

    Raises
    ------
    UsageError
        When it is.
    """
    try:
        itself = piece.path is not None and (journal.parent / piece.path).samefile(journal)
    except OSError:
        return
    if itself:
        hint = "name what shows that the answer is true"
        raise UsageError("the journal is no evidence for what stands in it", piece.name, hint)


def evidence_checker(
    folder: Path, today: datetime.date, digests: EvidenceDigests | None = None
) -> Callable[[Evidence], str]:
    """Return what tells the trouble with a piece of evidence, "" where there is none; each file is read once.

    With `digests` that are kept, files that have not changed since are not read at all.
    """
    seen: dict[Evidence, str] = {}
    known = digests if digests is not None else EvidenceDigests()

    def problem(piece: Evidence) -> str:
        if piece not in seen:
            seen[piece] = _problem(piece, folder, today, known)
        return seen[piece]

    return problem


@dataclass(frozen=True)
class OpenEvidence:
    """A file of evidence, open to be read from its beginning; whoever opened it closes `stream`.

    Parameters
    ----------
    name : its own name, without the folders on the way.
    sha256, size : what it is made of now.
    changed : whether it is no longer what any line of the journal names by that path.
    """

    stream: BufferedReader
    name: str
    sha256: str
    size: int
    changed: bool


def open_evidence(
    path: str, entries: Iterable[Entry], folder: Path, digests: EvidenceDigests | None = None
) -> OpenEvidence:
    """Open a file of evidence that a line of the journal names, and none else.

    Parameters
    ----------
    path : as the line has it.
    entries : the journal.
    folder : the folder of the journal.

    Raises
    ------
    UsageError
        When no line names it, or it is no file that can be evidence (any more).
    """
    named = {
        piece.sha256 for entry in entries if isinstance(entry, Answer) for piece in entry.evidence if piece.path == path
    }
    if not named:
        hint = "evidence is opened from the answer that it belongs to"
        raise UsageError("no answer names such a piece of evidence", path, hint)
    hint = "put the file back as it was, or answer with evidence anew"
    try:
        stream = opened_inside(path, folder)
        try:
            sha256, size = (digests or EvidenceDigests()).of(stream)
            stream.seek(0)
        except BaseException:
            stream.close()
            raise
    except RefusedError as refused:
        raise UsageError(f"the evidence {refused}", path, hint) from None
    return OpenEvidence(stream, PurePosixPath(path).name, sha256, size, sha256 not in named)


def _problem(piece: Evidence, folder: Path, today: datetime.date, digests: EvidenceDigests) -> str:
    if piece.url is not None:
        trouble = _url_problem(piece.url)
    elif piece.sha256 is None:
        trouble = "has no digest, so nobody can tell whether it changed"
    else:
        try:
            digest, size = digests.digest(piece.path or "", folder)
            changed = digest != piece.sha256 or piece.size not in (None, size)
            trouble = "has changed since" if changed else ""
        except RefusedError as refused:
            trouble = str(refused)
    if trouble or piece.expires is None:
        return trouble
    last = read_day(piece.expires)
    if last is None:
        return f"has a last day that is none ({piece.expires})"
    return f"expired on {piece.expires}" if last < today else ""


def _inside(given: str, folder: Path) -> str:
    """Return a path relative to the folder."""
    path = Path(given)
    if path.is_absolute():
        for base in (folder.absolute(), folder.resolve()):
            if path.is_relative_to(base):
                return path.relative_to(base).as_posix()
        raise UsageError("the evidence lies outside the folder of the journal", given, "copy it into that folder")
    return PurePosixPath(*path.parts).as_posix()


def _url_problem(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is no address"
    if parts.scheme.lower() not in WEB or not host:
        return "is no http or https address"
    if any(ord(character) <= 32 or ord(character) == 127 for character in url) or not url.isprintable():
        return "holds characters that no address has"
    if parts.username is not None or parts.password is not None:
        return "holds a user name or password"
    return "" if port is None or port > 0 else "is no address"


__all__ = [
    "EvidenceDigests",
    "OpenEvidence",
    "check_is_not_the_journal",
    "evidence_checker",
    "is_address",
    "is_web_address",
    "open_evidence",
    "record_evidence",
]
