"""Opens and reads files of evidence: within the journal's folder, through no link, and no more often than they change."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from io import BufferedReader
from pathlib import Path, PurePosixPath

# A folder on the way need not be readable, where the system can open it for its name alone.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0)
_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
# A file may change twice within one tick of its clock, and the second change leaves no trace: what is this young is not kept.
_SETTLED = 2_000_000_000
_MOST = 10_000


class RefusedError(Exception):
    """Why a file can't be evidence."""


class EvidenceDigests:
    """The digests of files that were read, kept for as long as the files stay as they are. Several threads may share it."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], tuple[str, int]] = {}

    def digest(self, path: str, folder: Path) -> tuple[str, int]:
        """Return the SHA-256 of a file and how many bytes it was made of.

        Raises
        ------
        RefusedError
            When it can't be evidence.
        """
        with opened_inside(path, folder) as stream:
            return self.of(stream)

    def of(self, stream: BufferedReader) -> tuple[str, int]:
        """Return digest and size of an open file that was not read yet."""
        began = time.time_ns()
        before = os.fstat(stream.fileno())
        if (known := self._known.get(_key(before))) is not None:
            return known
        try:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise _unreadable(error) from None
        found = digest, stream.tell()
        settled = max(before.st_mtime_ns, before.st_ctime_ns) + _SETTLED < began
        if settled and _key(os.fstat(stream.fileno())) == _key(before):
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[_key(before)] = found
        return found


def opened_inside(path: str, folder: Path) -> BufferedReader:
    """Open a regular file in a folder.

    Parameters
    ----------
    path : relative to the folder, with / between its parts.

    Raises
    ------
    RefusedError
        When it is none, leads elsewhere, is reached through a link, or can't be read.
    """
    parts = PurePosixPath(path).parts
    if not parts or ".." in parts or PurePosixPath(path).is_absolute() or Path(path).is_absolute():
        raise RefusedError("leads out of the folder of the journal")
    try:
        stream = _opened(parts, folder)
    except (FileNotFoundError, NotADirectoryError):
        raise RefusedError("is not there") from None
    except (OSError, ValueError) as error:
        raise _unreadable(error) from None
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise RefusedError("is no regular file")
    return stream


def _key(now: os.stat_result) -> tuple[int, ...]:
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns


def _unreadable(error: OSError | ValueError) -> RefusedError:
    return RefusedError(f"can't be read: {getattr(error, 'strerror', None) or error}")


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
        raise RefusedError("is reached through a symbolic link")
    if last and not stat.S_ISREG(mode):
        raise RefusedError("is no regular file")


__all__ = ["EvidenceDigests", "RefusedError", "opened_inside"]
