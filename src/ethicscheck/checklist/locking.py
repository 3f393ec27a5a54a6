"""One writer at a time: an exclusive lock on a file, held while a line is added."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from ethicscheck.errors import UsageError

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

PATIENCE = 30.0
STEP = 0.01


@contextlib.contextmanager
def opened_alone(path: Path) -> Iterator[int]:
    """Open a file to read and write, with nobody else writing to it; yield its descriptor.

    Raises
    ------
    OSError
        When it can't be opened.
    UsageError
        When somebody else holds it for too long (where there is no `flock`).
    """
    if fcntl is None:
        with _lock_file(path), _opened(path, os.O_RDWR) as handle:
            yield handle
        return
    while True:
        with _opened(path, os.O_RDWR) as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if _same_file(handle, path):  # else it was replaced while we waited, as git does
                yield handle
                return


@contextlib.contextmanager
def opened_to_read(path: Path) -> Iterator[int]:
    """Open a file to read it between two writes, never in the middle of one; yield its descriptor."""
    with _opened(path, os.O_RDONLY) as handle:
        if fcntl is not None:
            with contextlib.suppress(OSError):  # some network drives know no locks
                fcntl.flock(handle, fcntl.LOCK_SH)
        yield handle


@contextlib.contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        yield handle
    finally:
        os.close(handle)  # which lets go of the lock


def _same_file(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def _lock_file(path: Path) -> Iterator[None]:
    lock = path.with_name(f"{path.name}.lock")
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
            break
        except (FileExistsError, PermissionError):
            if time.monotonic() > give_up:
                hint = "if no other ethicscheck is running, delete that file"
                raise UsageError("somebody else is writing to the journal", lock.name, hint) from None
            time.sleep(STEP)
    try:
        yield
    finally:
        lock.unlink()


__all__ = ["opened_alone", "opened_to_read"]
