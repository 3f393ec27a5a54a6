"""Copies a file into the project, so that it can be evidence there: under a name of its own content, never over another file."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from ethicscheck.errors import UsageError

from .evidence import is_address

FOLDER = "evidence"
BLOCK = 1 << 20
LONGEST = 120


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
    there = (journal.parent / FOLDER).exists()
    made: list[str] = []
    paths: list[str] = []
    try:
        for one in given:
            path, new = (one, False) if is_address(one) else _copy(Path(one), journal.parent)
            paths.append(path)
            made += [path] if new else []
        yield tuple(paths)
    except Exception:
        _take_away(made, journal)
        if not there:
            with contextlib.suppress(OSError):  # somebody else's copy may lie in it by now
                (journal.parent / FOLDER).rmdir()
        raise


def _take_away(made: Sequence[str], journal: Path) -> None:
    with contextlib.suppress(OSError):  # where the journal can't be read, nobody knows what it speaks of
        said = journal.read_bytes() if made else b""
        for path in made:
            if json.dumps(path, ensure_ascii=False).encode("utf-8", "replace") not in said:
                (journal.parent / path).unlink()


def _copy(source: Path, folder: Path) -> tuple[str, bool]:
    """Copy a file; return its path beside the journal, and whether it was not there before."""
    place = folder / FOLDER
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        raise _cannot(error, place) from None
    if not stat.S_ISDIR(place.lstat().st_mode):
        hint = f"evidence is copied into a real folder {FOLDER}/ beside the journal"
        raise UsageError("this is no folder of its own", str(place), hint)
    handle = _opened(source)
    try:
        written, temporary = tempfile.mkstemp(prefix=".copying-", dir=place)
    except OSError as error:
        os.close(handle)
        raise _cannot(error, place) from None
    try:
        with os.fdopen(handle, "rb") as stream, os.fdopen(written, "wb") as copy:
            digest = hashlib.sha256()
            while part := stream.read(BLOCK):
                digest.update(part)
                copy.write(part)
            copy.flush()
            os.fsync(copy.fileno())
        found = place / f"{digest.hexdigest()[:12]}-{_short(source.name)}"
        new = _settle(Path(temporary), found, digest.hexdigest())
    except OSError as error:
        raise _cannot(error, source) from None
    finally:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
    return f"{FOLDER}/{found.name}", new


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


def _short(name: str) -> str:
    """Return a file's name short enough to have digits before it, its ending kept."""
    stem, ending = Path(name).stem, Path(name).suffix
    room = LONGEST - len(ending.encode())
    return stem.encode()[: max(room, 1)].decode("utf-8", "ignore") + ending if len(name.encode()) > LONGEST else name


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


def _cannot(error: OSError, path: Path) -> UsageError:
    return UsageError(
        f"can't copy the evidence: {error.strerror}", str(path), "make room, or refer to a file beside the journal"
    )


__all__ = ["FOLDER", "copy_evidence", "evidence_copied"]
