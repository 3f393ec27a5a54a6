"""Files written whole or not at all, and a set of them all or none: temporary file, fsync, rename."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ethicscheck.errors import UsageError


@dataclass(frozen=True)
class _Move:
    """A file that waits under a temporary name, the place it is for, and what stood there before."""

    temporary: Path
    path: Path

    @property
    def older(self) -> Path:
        return self.temporary.with_suffix(".old")

    def keep_older(self) -> None:
        """Give the older file a second name, so that its place is never empty."""
        if os.path.lexists(self.path):
            try:
                os.link(self.path, self.older, follow_symlinks=False)
            except (OSError, NotImplementedError):  # a file system without hard links
                shutil.copy2(self.path, self.older, follow_symlinks=False)

    def put_back(self) -> None:
        """Undo it."""
        if os.path.lexists(self.temporary):
            return  # it never took its place
        if os.path.lexists(self.older):
            self.older.replace(self.path)
        else:
            self.path.unlink()


def write_all(contents: Mapping[Path, bytes], hint: str = "choose another folder with -o") -> tuple[Path, ...]:
    """Write every file, or none: all are on the disk under temporary names before the first takes its place.

    Parameters
    ----------
    contents : what to write, by path.
    hint : what to do when that can't be done.

    Raises
    ------
    UsageError
        Naming the file or folder that can't be made or written; all older files are left as they were.
    """
    moves: list[_Move] = []
    for path in contents:
        if path.is_dir():
            raise UsageError("can't write: a folder of that name stands in the way", str(path), hint)
    try:
        for path, content in contents.items():
            with _worded(path.parent, hint):
                path.parent.mkdir(parents=True, exist_ok=True)
            with _worded(path, hint):
                moves.append(_Move(_write_temporary(path, content), path))
        try:
            for move in moves:
                with _worded(move.path, hint):
                    move.keep_older()
                    move.temporary.replace(move.path)
        except BaseException:  # Ctrl-C too
            for move in reversed(moves):
                with contextlib.suppress(OSError):
                    move.put_back()
            raise
    finally:
        for move in moves:
            for name in (move.temporary, move.older):
                with contextlib.suppress(OSError):
                    name.unlink()
    for folder in {path.parent for path in contents}:
        _sync_folder(folder)
    return tuple(contents)


def _write_temporary(path: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o666 & ~_umask())
    except BaseException:
        Path(name).unlink()
        raise
    return Path(name)


@contextlib.contextmanager
def _worded(path: Path, hint: str) -> Iterator[None]:
    """Name the file that was meant, and not the temporary one."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"can't write: {error.strerror}", str(path), hint) from None


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every system lets a folder be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
