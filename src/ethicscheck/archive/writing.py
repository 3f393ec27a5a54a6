"""One change to an archive at a time: all of it is staged on the disk first, then one line of the log makes it count.

The order, which `repairing` relies on: lock; the new files and the new head (signed) in `.staging`, synced; the line
appended to the log, synced; the files moved to their places; the head moved to its place. Whoever finds the archive
halfway can tell from the log, the head and `.staging` what was meant.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from ethicscheck.checklist.locking import opened_alone
from ethicscheck.errors import UsageError
from ethicscheck.provenance import created_now

from .about import About, open_about
from .canonical import read_canonical, sha256
from .disk import move, remove_tree, replace, sync_folder, sync_tree, worded, write_file
from .layout import Layout
from .log import FIRST, Head, Signer, last_line, make_line, read_at, read_head, sign_head

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

Waiting = Callable[[], None]
REPAIR = "run `ethicscheck archive repair`: it says what was unfinished, and finishes or removes it"


class Writer:
    """Whoever holds the lock of an archive that is at rest: stages files, then commits them with an entry of the log."""

    def __init__(self, layout: Layout, about: About, handle: int, head: Head | None) -> None:
        self.layout = layout
        self.about = about
        self.handle = handle
        self.head = head

    @property
    def staged(self) -> Layout:
        """Where new files are put first."""
        return self.layout.staged

    def commit(
        self,
        kind: str,
        fields: Mapping[str, Any],
        signer: Signer | None,
        moves: Mapping[Path, Path] | None = None,
        at: str | None = None,
    ) -> dict[str, Any]:
        """Add an entry to the log, and give what belongs to it its place.

        Parameters
        ----------
        kind, fields : the entry.
        signer : who signs the new head.
        moves : files and folders, from where they are to where they belong.
        at : the moment; default: now.

        Returns
        -------
        The entry, with its number.
        """
        seq = self.head.seq + 1 if self.head is not None else 1
        prev = self.head.sha256 if self.head is not None else FIRST
        line = make_line(seq, prev, at or created_now(), kind, fields)
        head = sign_head(seq, sha256(line), signer)
        with worded(self.layout.root):
            write_file(self.staged.head, head.to_bytes())
            sync_tree(self.staged.root)
            sync_folder(self.layout.root)
        with _not_stopped():
            with worded(self.layout.root):
                append_line(self.handle, line)
            try:
                for source, target in (moves or {}).items():
                    move(source, target)
                replace(self.staged.head, self.layout.head)
            except OSError as error:
                what = f"the archive's log has the entry, but its files could not be moved: {error.strerror}"
                raise UsageError(what, str(self.layout.root), REPAIR) from None
        self.head = head
        return read_canonical(line)


@contextlib.contextmanager
def opened_to_write(layout: Layout, signer: Signer | None, waiting: Waiting | None = None) -> Iterator[Writer]:
    """Hold the lock of an archive that is at rest; whatever is staged and never committed is removed again.

    Parameters
    ----------
    layout : the archive.
    signer : who will sign.
    waiting : called when somebody else is writing, before waiting for them.

    Raises
    ------
    UsageError
        When there is no archive, it can't be written, an earlier change was left unfinished, or the wrong key is at hand.
    """
    about = open_about(layout)
    with locked(layout, waiting) as handle:
        check_signer(about, signer, layout)
        writer = Writer(layout, about, handle, _head_at_rest(layout, handle))
        try:
            yield writer
        except BaseException:
            if not _is_unfinished(layout, handle):
                with contextlib.suppress(OSError):
                    remove_tree(layout.staging)
            raise
        _clear_up(layout)


def _clear_up(layout: Layout) -> None:
    """Remove what is left in `.staging` after a change.

    Raises
    ------
    UsageError
        When that can't be done: what was removed from the archive may still lie there.
    """
    try:
        remove_tree(layout.staging)
    except OSError as error:
        what = f"the change is made, and in the log, but not everything in .staging could be deleted: {error.strerror}"
        raise UsageError(what, str(layout.root), REPAIR) from None


@contextlib.contextmanager
def locked(layout: Layout, waiting: Waiting | None = None) -> Iterator[int]:
    """Hold the lock of an archive; yield its open log.

    Raises
    ------
    UsageError
        When there is no log, or it can't be written.
    """
    try:
        if waiting is not None and _is_held(layout.log):
            waiting()
        lock = opened_alone(layout.log)
        handle = lock.__enter__()
    except FileNotFoundError:
        hint = "`ethicscheck archive verify` says what is left of the archive"
        raise UsageError("the archive's log is gone", str(layout.log), hint) from None
    except OSError as error:
        what = f"the archive can't be written: {error.strerror}"
        raise UsageError(what, str(layout.log), "see to the permissions of that folder") from None
    try:
        yield handle
    finally:
        lock.__exit__(None, None, None)


def _is_held(path: Path) -> bool:
    if fcntl is None:
        return False
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def check_signer(about: About, signer: Signer | None, layout: Layout) -> None:
    """Check that whoever writes to a signed archive has its key.

    Raises
    ------
    UsageError
        When the key is missing, another's, or the archive has none.
    """
    known = [keyid for keyid, _ in about.keys]
    if signer is None and known:
        hint = "give the key's file with --key FILE"
        raise UsageError("this archive is signed, and nothing is added to it without its key", str(layout.root), hint)
    if signer is not None and signer.keyid not in known:
        what = "this archive is signed with another key" if known else "this archive was made without a key"
        hint = "give its own key with --key" if known else "leave out --key, or make a signed archive: archive init"
        raise UsageError(what, str(layout.root), hint)


def _head_at_rest(layout: Layout, handle: int) -> Head:
    """Return the head of an archive in which nothing was left halfway.

    Raises
    ------
    UsageError
        When something was.
    """
    if any(not path.is_dir() for path in layout.staging.rglob("*")):
        raise UsageError("an earlier change was not finished", str(layout.root), REPAIR)
    head = read_head(layout)
    if not _ends_with(handle, head):
        what = "head.json and the end of log.jsonl do not belong together"
        raise UsageError(what, str(layout.root), f"{REPAIR}; `ethicscheck archive verify` shows what was changed")
    return head


def _ends_with(handle: int, head: Head) -> bool:
    size = os.fstat(handle).st_size
    whole = size > 0 and read_at(handle, 1, size - 1) == b"\n"
    return whole and sha256(last_line(handle)) == head.sha256


def _is_unfinished(layout: Layout, handle: int) -> bool:
    """Return whether the log has an entry that the head does not know: what is staged then belongs to it."""
    try:
        return not _ends_with(handle, read_head(layout))
    except (OSError, UsageError):
        return True


def append_line(handle: int, line: bytes) -> None:
    """Add a line to an open log, whole or not at all."""
    size = os.lseek(handle, 0, os.SEEK_END)
    content = line + b"\n"
    try:
        while content:
            content = content[os.write(handle, content) :]
        os.fsync(handle)
    except BaseException:
        os.ftruncate(handle, size)
        os.fsync(handle)
        raise


@contextlib.contextmanager
def _not_stopped() -> Iterator[None]:
    """Let Ctrl-C wait for the few moments in which an entry and its files take their places."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


__all__ = ["REPAIR", "Waiting", "Writer", "append_line", "check_signer", "locked", "opened_to_write"]
