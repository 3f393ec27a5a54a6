"""Evidence for an answer: a file beside the journal, kept by its digest, or an address that nobody opens for you."""

from __future__ import annotations

import datetime
import hashlib
import os
import stat
from collections.abc import Callable
from io import BufferedReader
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from ethicscheck.errors import UsageError

from .entries import Evidence
from .kinds.date import read_day

WEB = ("http", "https")
# A folder on the way need not be readable, where the system can open it for its name alone.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0)
_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


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
        digest, size = _digest(path, folder)
    except _RefusedError as refused:
        hint = "copy the evidence itself into the folder of the journal"
        raise UsageError(f"the evidence {refused}", path, hint) from None
    return Evidence(path=path, sha256=digest, dated=dated, expires=expires, size=size)


def is_address(given: str) -> bool:
    """Return whether something is meant as an address, be it one that is taken or not."""
    return "://" in given or given.lower().startswith(("http:", "https:", "javascript:", "data:", "mailto:"))


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


def evidence_checker(folder: Path, today: datetime.date) -> Callable[[Evidence], str]:
    """Return what tells the trouble with a piece of evidence, "" where there is none; each file is read once."""
    seen: dict[Evidence, str] = {}

    def problem(piece: Evidence) -> str:
        if piece not in seen:
            seen[piece] = _problem(piece, folder, today)
        return seen[piece]

    return problem


def _problem(piece: Evidence, folder: Path, today: datetime.date) -> str:
    if piece.url is not None:
        trouble = _url_problem(piece.url)
    elif piece.sha256 is None:
        trouble = "has no digest, so nobody can tell whether it changed"
    else:
        try:
            digest, size = _digest(piece.path or "", folder)
            changed = digest != piece.sha256 or piece.size not in (None, size)
            trouble = "has changed since" if changed else ""
        except _RefusedError as refused:
            trouble = str(refused)
    if trouble or piece.expires is None:
        return trouble
    last = read_day(piece.expires)
    if last is None:
        return f"has a last day that is none ({piece.expires})"
    return f"expired on {piece.expires}" if last < today else ""


class _RefusedError(Exception):
    """Why a file can't be evidence."""


def _inside(given: str, folder: Path) -> str:
    """Return a path relative to the folder."""
    path = Path(given)
    if path.is_absolute():
        for base in (folder.absolute(), folder.resolve()):
            if path.is_relative_to(base):
                return path.relative_to(base).as_posix()
        raise UsageError("the evidence lies outside the folder of the journal", given, "copy it into that folder")
    return PurePosixPath(*path.parts).as_posix()


def _digest(path: str, folder: Path) -> tuple[str, int]:
    """Return the SHA-256 of a file and how many bytes it was made of."""
    parts = PurePosixPath(path).parts
    if not parts or ".." in parts or PurePosixPath(path).is_absolute() or Path(path).is_absolute():
        raise _RefusedError("leads out of the folder of the journal")
    try:
        with _opened(parts, folder) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise _RefusedError("is no regular file")
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return digest, stream.tell()
    except (FileNotFoundError, NotADirectoryError):
        raise _RefusedError("is not there") from None
    except (OSError, ValueError) as error:
        raise _RefusedError(f"can't be read: {getattr(error, 'strerror', None) or error}") from None


def _opened(parts: tuple[str, ...], folder: Path) -> BufferedReader:
    """Open a file step by step, each folder from within the one before: none can be exchanged for a link meanwhile."""
    if os.open not in os.supports_dir_fd:
        return _opened_by_path(parts, folder)
    within = os.open(folder, _FOLDER)
    try:
        for place, part in enumerate(parts):
            last = place == len(parts) - 1
            _check_kind(os.stat(part, dir_fd=within, follow_symlinks=False).st_mode, last)
            inner = os.open(part, _FILE if last else _FOLDER | os.O_NOFOLLOW, dir_fd=within)
            os.close(within)
            within = inner
        return os.fdopen(within, "rb")
    except BaseException:
        os.close(within)
        raise


def _opened_by_path(parts: tuple[str, ...], folder: Path) -> BufferedReader:
    whole = folder
    for place, part in enumerate(parts):
        whole = whole / part
        _check_kind(whole.lstat().st_mode, place == len(parts) - 1)
    return os.fdopen(os.open(whole, _FILE), "rb")


def _check_kind(mode: int, last: bool) -> None:
    if stat.S_ISLNK(mode):
        raise _RefusedError("is reached through a symbolic link")
    if last and not stat.S_ISREG(mode):
        raise _RefusedError("is no regular file")


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


__all__ = ["check_is_not_the_journal", "evidence_checker", "is_address", "record_evidence"]
