"""The server's own folder, `DIR/.ethicscheck-web/`: its secret, and the file of facts that is only ever added to.

Where the folder can't be written everything is kept in memory, and ends with the server.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from ethicscheck.checklist.locking import opened_alone, opened_to_read
from ethicscheck.errors import UsageError

from .facts import Fact, read_fact, write_fact

FOLDER = ".ethicscheck-web"
SECRET_BYTES = 32


class Ledger:
    """The secret and the facts of one project's server.

    Parameters
    ----------
    folder : the project's folder; `.ethicscheck-web/` is made in it.

    Raises
    ------
    UsageError
        When what lies there is not the server's own, or a line of it is broken.
    """

    def __init__(self, folder: Path) -> None:
        self.notes: tuple[str, ...] = ()
        self.path: Path | None = None
        self._known = (0, 0, 0)  # device, inode, size up to the last newline
        home = folder / FOLDER
        try:
            _make_home(home)
            self.secret = self._read_secret(home / "secret")
            path = home / "people.jsonl"
            with contextlib.suppress(FileExistsError):
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            _check_own(path, stat.S_ISREG)
            with opened_alone(path):
                pass
            self.path = path
        except OSError as error:
            self.secret = secrets.token_bytes(SECRET_BYTES)
            self.notes += (
                f"{home} can't be written ({error.strerror}): who came in is kept in memory, "
                "and everybody has to come in anew when the server is started again",
            )

    def added(self) -> tuple[bool, tuple[Fact, ...]]:
        """Return what was added since the last look, by this server or another one; True first when to begin anew."""
        if self.path is None:
            return False, ()
        try:
            now = self.path.stat()
        except OSError:
            return False, ()
        same = (now.st_dev, now.st_ino) == self._known[:2] and now.st_size >= self._known[2]
        if same and now.st_size == self._known[2]:
            return False, ()
        with opened_to_read(self.path) as handle:
            return self._catch_up(handle)

    def add(self, fact: Fact) -> tuple[bool, tuple[Fact, ...]]:
        """Write a fact down; when this returns it is on the disk.

        Returns
        -------
        What was added since the last look, this fact last; see `added`.

        Raises
        ------
        UsageError
            When it can't be written.
        """
        if self.path is None:
            return False, (fact,)
        try:
            with opened_alone(self.path) as handle:
                anew, before = self._catch_up(handle)
                end = self._known[2]
                line = write_fact(fact)
                os.ftruncate(handle, end)  # a line without its newline was never acknowledged
                os.lseek(handle, end, os.SEEK_SET)
                _write(handle, line)
                self._known = (*self._known[:2], end + len(line))
        except OSError as error:
            what = f"who comes in and out can't be written down: {error.strerror}"
            raise UsageError(what, str(self.path), "make room, or get the right to write there") from None
        return anew, (*before, fact)

    def _catch_up(self, handle: int) -> tuple[bool, tuple[Fact, ...]]:
        now = os.fstat(handle)
        anew = (now.st_dev, now.st_ino) != self._known[:2] or now.st_size < self._known[2]
        start = 0 if anew else self._known[2]
        os.lseek(handle, start, os.SEEK_SET)
        content = b"".join(iter(lambda: os.read(handle, 1 << 20), b""))
        whole = content[: content.rfind(b"\n") + 1]
        facts = []
        for line in whole.splitlines():
            try:
                facts.append(read_fact(line))
            except ValueError as error:
                hint = f"mend the line, or move {FOLDER} away: everybody is invited anew then"
                raise UsageError(f"a line is broken: {error}", str(self.path), hint) from None
        self._known = (now.st_dev, now.st_ino, start + len(whole))
        return anew, tuple(facts)

    def _read_secret(self, path: Path) -> bytes:
        with contextlib.suppress(FileNotFoundError):
            _check_own(path, stat.S_ISREG)
            secret = path.read_bytes()
            if len(secret) == SECRET_BYTES and not stat.S_IMODE(path.stat().st_mode) & 0o077:
                return secret
            path.unlink()
            self.notes += (
                "the server's secret could be read by others: it was made anew, and everybody comes in anew",
            )
        made = path.with_name(f"secret.{secrets.token_hex(4)}")
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _write(handle, secrets.token_bytes(SECRET_BYTES))
        finally:
            os.close(handle)
        with contextlib.suppress(FileExistsError):  # another server was quicker: its secret counts
            os.link(made, path)
        made.unlink()
        return path.read_bytes()


def _make_home(home: Path) -> None:
    with contextlib.suppress(FileExistsError):
        home.mkdir(mode=0o700)
    _check_own(home, stat.S_ISDIR)
    home.chmod(0o700)
    ignored = home / ".gitignore"
    if not ignored.exists():
        ignored.write_text("*\n", encoding="utf-8")


def _check_own(path: Path, right_kind: object) -> None:
    mode = path.lstat().st_mode
    if not callable(right_kind) or not right_kind(mode):
        hint = "move it away; the server makes its own"
        raise UsageError("this is not what the server put there, but a link or another kind of file", str(path), hint)


def _write(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]
    os.fsync(handle)


__all__ = ["FOLDER", "Ledger"]
