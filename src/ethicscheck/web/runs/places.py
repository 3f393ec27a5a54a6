"""Where an audit that is being made keeps its documents, and how they get their place: all of them or none."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from types import ModuleType

from ethicscheck.errors import UsageError

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

OUT = "ethicscheck-out"
ALIVE = "alive"


class Place:
    """The hidden folder of one audit beside its config, and the folder it becomes.

    Parameters
    ----------
    root : the project's folder, out of which nothing leads.
    config : the config's path in it.
    run : the audit's name.
    """

    def __init__(self, root: Path, config: str, run: str) -> None:
        self.root = root
        self.base = (root / config).parent / OUT
        self.hidden = self.base / f".making-{run}"
        self.documents = self.hidden / "documents"
        self._alive = -1

    def prepare(self) -> None:
        """Make the hidden folder; while this server lives nobody else takes it for a leftover.

        Raises
        ------
        UsageError
            When it leads elsewhere, or nothing can be written there.
        """
        if not self._inside():
            raise UsageError("audits can't be put there: it is a link", str(self.base), "put a folder in its place")
        try:
            self.base.mkdir(exist_ok=True)
            self.hidden.mkdir(mode=0o700)
            self._alive = os.open(self.hidden / ALIVE, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            if fcntl is not None:
                fcntl.flock(self._alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            hint = "make room, or get the right to write there"
            raise UsageError(f"audits can't be put there: {error.strerror}", str(self.base), hint) from None

    def is_alive(self) -> bool:
        """Return whether another server is making this audit now."""
        if fcntl is None or not self._inside():
            return False
        try:
            handle = os.open(self.hidden / ALIVE, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(handle)
        return False

    def put(self, at: str) -> str:
        """Give the documents their place, which nothing else has, and return it.

        Parameters
        ----------
        at : when the audit was started, `YYYY-MM-DDTHH:MM:SSZ`.
        """
        digits = "".join(c for c in at if c.isdigit())
        name = f"{digits[:8]}-{digits[8:]}"
        number, place = 1, self.base / name
        while os.path.lexists(place):
            number += 1
            place = self.base / f"{name}-{number}"
        self.documents.rename(place)
        with contextlib.suppress(OSError):  # not every system lets a folder be opened
            handle = os.open(self.base, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        return place.relative_to(self.root).as_posix()

    def clear(self) -> None:
        """Remove what the audit has left behind."""
        if self._alive >= 0:
            os.close(self._alive)
            self._alive = -1
        if self._inside():
            shutil.rmtree(self.hidden, ignore_errors=True)
            with contextlib.suppress(OSError):
                self.base.rmdir()  # where nothing else is in it

    def _inside(self) -> bool:
        try:
            return not self.base.is_symlink() and self.base.resolve().is_relative_to(self.root)
        except (OSError, RuntimeError):
            return False


__all__ = ["Place"]
