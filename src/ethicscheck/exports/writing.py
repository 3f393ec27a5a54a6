"""Files written whole or not at all: temporary file, fsync, rename."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ethicscheck.errors import UsageError


def write_all(contents: Mapping[Path, bytes], hint: str = "choose another folder with -o") -> tuple[Path, ...]:
    """Write every file, or none: all are on the disk under temporary names before the first takes its place.

    Parameters
    ----------
    contents : what to write, by path.
    hint : what to do when that can't be done.

    Raises
    ------
    UsageError
        When a folder can't be made or written; older files are left whole.
    """
    waiting: list[tuple[Path, Path]] = []
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
            waiting.append((Path(name), path))
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            mode = 0o666 & ~_umask()
            Path(name).chmod(mode)
        for temporary, path in waiting:
            temporary.replace(path)
    except OSError as error:
        raise UsageError(f"can't write: {error.strerror}", str(error.filename or ""), hint) from None
    finally:
        for temporary, _ in waiting:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
    for folder in {path.parent for path in contents}:
        _sync_folder(folder)
    return tuple(contents)


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
