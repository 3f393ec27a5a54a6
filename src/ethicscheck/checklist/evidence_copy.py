"""Copies a file into the project, so that it can be evidence there: under a name of its own content, never over another file."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from ethicscheck.errors import UsageError

from .evidence import is_address
from .journal import sync_folder

FOLDER = "evidence"
BLOCK = 1 << 20
LONGEST = 120
LONGEST_ENDING = 20


class Readable(Protocol):
    """What is read from, piece by piece: a file that is open, or one that somebody sends."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, none at the end."""


def copy_evidence(source: Path, folder: Path) -> str:
    """Copy a file into `evidence/` beside the journal; return its path there.

    The name begins with the first digits of its SHA-256, so the same content is kept once and a later version of the file
    takes no other's place.

    Parameters
    ----------
    source : a regular file, wherever it is.
    folder : the folder of the journal.

    Raises
    ------
    UsageError
        When it is no regular file, or can't be read or copied; nothing is left half-written.
    """
    return _copy(source, folder)[0]


def keep_evidence(stream: Readable, name: str, folder: Path, max_bytes: int) -> tuple[str, bool]:
    """Keep what somebody sends in `evidence/` beside the journal, as `copy_evidence` does.

    Parameters
    ----------
    stream : what is sent.
    name : what they call it, whatever it is; `safe_name` makes a file's name of it.
    folder : the folder of the journal.
    max_bytes : how large it may be.

    Returns
    -------
    path : where it is kept, beside the journal.
    new : whether it was not there before.

    Raises
    ------
    UsageError
        When it is larger, or can't be written; nothing is left of it.
    """
    return _keep(stream, name, folder, max_bytes)


@contextlib.contextmanager
def evidence_kept(given: Sequence[tuple[str, Readable]], journal: Path, max_bytes: int) -> Iterator[tuple[str, ...]]:
    """Keep the files that are sent with one answer, each with its name; yield their paths beside the journal.

    They are taken away again as in `evidence_copied`.

    Raises
    ------
    UsageError
        When one of them can't be kept.
    """
    with _all_or_nothing(journal) as keep:
        yield tuple(keep(keep_evidence(stream, name, journal.parent, max_bytes)) for name, stream in given)


@contextlib.contextmanager
def evidence_copied(given: Sequence[str], journal: Path) -> Iterator[tuple[str, ...]]:
    """Copy the files of one answer; yield their paths beside the journal, addresses as they are.

    When a piece or the answer itself is refused meanwhile, the copies that were made for it are taken away again, unless a
    line of the journal speaks of them.

    Raises
    ------
    UsageError
        When a file can't be copied.
    """
    with _all_or_nothing(journal) as keep:
        yield tuple(one if is_address(one) else keep(_copy(Path(one), journal.parent)) for one in given)


@contextlib.contextmanager
def _all_or_nothing(journal: Path) -> Iterator[Callable[[tuple[str, bool]], str]]:
    """Yield what notes a copy that was made and returns its path; all of them are taken away again when anything fails."""
    there = (journal.parent / FOLDER).exists()
    held: list[Path] = []

    def keep(copy: tuple[str, bool]) -> str:
        path, new = copy
        held.append(journal.parent / path)
        _hold(held[-1], new)
        return path

    try:
        yield keep
    except Exception:
        _take_away(_let_go(held), journal)
        if not there:
            with contextlib.suppress(OSError):  # somebody else's copy may lie in it by now
                (journal.parent / FOLDER).rmdir()
        raise
    else:
        _let_go(held, stay=True)


# Copies that answers are being given with just now, in this process: how many, and whether one of them made the copy.
_HELD: dict[Path, tuple[int, bool]] = {}
_ALONE = threading.Lock()


def _hold(path: Path, new: bool) -> None:
    with _ALONE:
        count, made = _HELD.get(path, (0, False))
        _HELD[path] = (count + 1, made or new)


def _let_go(held: Sequence[Path], stay: bool = False) -> list[Path]:
    """Return the copies that nobody else holds and that were not there before; all that stay belong to an answer now."""
    free = []
    with _ALONE:
        for path in held:
            count, made = _HELD.pop(path)
            if count > 1:
                _HELD[path] = (count - 1, made and not stay)
            elif made and not stay:
                free.append(path)
    return free


def _take_away(made: Sequence[Path], journal: Path) -> None:
    with contextlib.suppress(OSError):  # where the journal can't be read, nobody knows what it speaks of
        said = journal.read_bytes() if made else b""
        for copy in made:
            path = copy.relative_to(journal.parent).as_posix()
            if json.dumps(path, ensure_ascii=False).encode("utf-8", "replace") not in said:
                copy.unlink()


def _copy(source: Path, folder: Path) -> tuple[str, bool]:
    """Copy a file; return its path beside the journal, and whether it was not there before."""
    with os.fdopen(_opened(source), "rb") as stream:
        return _keep(stream, source.name, folder)


def _keep(stream: Readable, name: str, folder: Path, max_bytes: int | None = None) -> tuple[str, bool]:
    place = folder / FOLDER
    try:
        place.mkdir(exist_ok=True)
        if not stat.S_ISDIR(place.lstat().st_mode):
            hint = f"evidence is copied into a real folder {FOLDER}/ beside the journal"
            raise UsageError("this is no folder of its own", str(place), hint)
        written, temporary = tempfile.mkstemp(prefix=".copying-", dir=place)
    except OSError as error:
        raise _cannot(error, str(place)) from None
    name = safe_name(name)
    try:
        with os.fdopen(written, "wb") as copy:
            digest = _write(stream, copy, name, max_bytes)
        found = place / f"{digest[:12]}-{name}"
        new = _settle(Path(temporary), found, digest)
        for one in (place, folder) if new else ():
            sync_folder(one)
    except OSError as error:
        raise _cannot(error, name) from None
    finally:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
    return f"{FOLDER}/{found.name}", new


def _write(stream: Readable, copy: BinaryIO, name: str, max_bytes: int | None) -> str:
    """Write a stream into a file, down to the disk; return its digest."""
    digest, size = hashlib.sha256(), 0
    while part := stream.read(BLOCK):
        size += len(part)
        if max_bytes is not None and size > max_bytes:
            most = f"{max_bytes / 1e6:.3g} MB" if max_bytes >= 1_000_000 else f"{max_bytes} bytes"
            hint = "keep it where your team keeps large files, and give its address as evidence"
            raise UsageError(f"the file is larger than {most}, the most that is taken", name, hint)
        digest.update(part)
        copy.write(part)
    copy.flush()
    os.fsync(copy.fileno())
    return digest.hexdigest()


def _opened(source: Path) -> int:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    hint = "name the file itself"
    try:
        if stat.S_ISLNK(source.lstat().st_mode):
            raise UsageError("the evidence is a symbolic link", str(source), hint)
        handle = os.open(source, flags)
    except (OSError, ValueError) as error:
        raise UsageError(f"can't read: {getattr(error, 'strerror', None) or error}", str(source), hint) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UsageError("the evidence is no regular file", str(source), hint)
    return handle


_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9¹²³]|LPT[0-9¹²³])(?:\.|$)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """Return a name that is a file's own and nothing else, on every system: no folders, no marks, not too long.

    >>> safe_name("../../etc/pass\u202ewd "), safe_name("C:\\\\temp\\\\con.txt"), safe_name("...")
    ('passwd', '_con.txt', 'evidence')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(character for character in last if character.isprintable() or character.isspace())
    plain = " ".join(re.sub(r'[<>:"|?*]', "_", shown).split()).strip(". ") or "evidence"
    return _short(f"_{plain}" if _RESERVED.match(plain) else plain)


def _short(name: str) -> str:
    """Return a file's name short enough to have digits before it, its ending kept."""
    if len(name.encode()) <= LONGEST:
        return name
    ending = Path(name).suffix if len(Path(name).suffix.encode()) <= LONGEST_ENDING else ""
    stem = name.removesuffix(ending).encode()[: LONGEST - len(ending.encode())]
    return stem.decode("utf-8", "ignore").rstrip(". ") + ending


def _settle(temporary: Path, found: Path, digest: str) -> bool:
    """Give the copy its name, unless the same content has it already; return whether it did."""
    try:
        os.link(temporary, found)  # unlike a rename, this never takes the place of another file
    except FileExistsError:
        if found.is_symlink() or not found.is_file() or hashlib.sha256(found.read_bytes()).hexdigest() != digest:
            hint = "move that file away; nothing is written over it"
            raise UsageError("another file has the name of this evidence", f"{FOLDER}/{found.name}", hint) from None
        return False
    except OSError:  # a file system without hard links
        with found.open("xb") as copy:
            copy.write(temporary.read_bytes())
            copy.flush()
            os.fsync(copy.fileno())
    return True


def _cannot(error: OSError, where: str) -> UsageError:
    return UsageError(
        f"can't copy the evidence: {error.strerror}", where, "make room, or refer to a file beside the journal"
    )


__all__ = ["FOLDER", "Readable", "copy_evidence", "evidence_copied", "evidence_kept", "keep_evidence", "safe_name"]
