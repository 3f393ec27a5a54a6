"""Writing to the disk so that it stays there: every file and folder is synced before anything counts on it.

All that an archive changes on the disk goes through here.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from ethicscheck.errors import UsageError

BLOCK = 1 << 20
_PLAIN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Written(NamedTuple):
    """A file that was written: its digest and its size."""

    sha256: str
    size: int


class NotPlainError(Exception):
    """Why something can't be copied: it is gone, no regular file, or can't be read."""


def write_file(path: Path, content: bytes) -> Written:
    """Write a new file; its folder is made where there is none."""
    make_folder(path.parent)
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return Written(hashlib.sha256(content).hexdigest(), len(content))


def copy_file(source: Path, target: Path) -> Written:
    """Copy a regular file of any size, and digest the very bytes that were copied.

    Raises
    ------
    NotPlainError
        When the source is no regular file or can't be read; nothing is left of the target.
    """
    make_folder(target.parent)
    with open_plain(source) as reading, target.open("xb") as writing:
        digest, size = hashlib.sha256(), 0
        while True:
            try:
                block = reading.read(BLOCK)
            except OSError as error:
                raise NotPlainError(f"it can't be read: {error.strerror}") from None
            if not block:
                break
            digest.update(block)
            size += len(block)
            writing.write(block)
        writing.flush()
        os.fsync(writing.fileno())
    return Written(digest.hexdigest(), size)


@contextlib.contextmanager
def open_plain(path: Path) -> Iterator[BufferedReader]:
    """Open a regular file to read it; never a pipe, a device or a link.

    Raises
    ------
    NotPlainError
        When it is none.
    """
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise NotPlainError("it is no regular file")
        handle = os.open(path, _PLAIN)
    except (FileNotFoundError, NotADirectoryError):
        raise NotPlainError("it is not there") from None
    except (OSError, ValueError) as error:
        raise NotPlainError(f"it can't be read: {getattr(error, 'strerror', None) or error}") from None
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise NotPlainError("it is no regular file")
        yield stream


def digest_plain(path: Path) -> str:
    """Return the SHA-256 of a regular file.

    Raises
    ------
    NotPlainError
        When it is none.
    """
    with open_plain(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def make_folder(folder: Path) -> None:
    """Make a folder and those above it."""
    folder.mkdir(parents=True, exist_ok=True)


def move(source: Path, target: Path) -> None:
    """Give a file or folder its place, for good."""
    if not target.parent.is_dir():
        make_folder(target.parent)
        sync_folder(target.parent.parent)
    source.rename(target)
    sync_folder(target.parent)


def replace(source: Path, target: Path) -> None:
    """Put a file in the place of another, for good; there is always one of the two."""
    source.replace(target)
    sync_folder(target.parent)


def remove_tree(folder: Path) -> None:
    """Remove a folder and all in it; a link is removed, not followed."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.is_dir():
        shutil.rmtree(folder)


def remove_empty(folder: Path) -> None:
    """Remove the folders below one in which there is no file."""
    for place, _, _ in os.walk(folder, topdown=False):
        if Path(place) != folder and not any(Path(place).iterdir()):
            Path(place).rmdir()


def sync_tree(folder: Path) -> None:
    """Sync a folder and all folders in it."""
    for place, _, _ in os.walk(folder):
        sync_folder(Path(place))


def sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder are on the disk, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:  # Windows opens no folder
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def worded(root: Path) -> Iterator[None]:
    """Turn what the disk refuses into words.

    Raises
    ------
    UsageError
        Naming the archive and the trouble.
    """
    try:
        yield
    except OSError as error:
        what = f"the archive can't be written: {error.strerror or error}"
        raise UsageError(what, str(root), "make room, or see to the permissions of that folder") from None


__all__ = [
    "NotPlainError",
    "Written",
    "copy_file",
    "digest_plain",
    "make_folder",
    "move",
    "open_plain",
    "remove_empty",
    "remove_tree",
    "replace",
    "sync_folder",
    "sync_tree",
    "worded",
    "write_file",
]
