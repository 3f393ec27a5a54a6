"""A journal that is read again and again, as the web app does: what was read is kept, and only new lines are read."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from .contents import Gathering, JournalContents, cannot, cut
from .journal import Journal, Known, check_regular, read_from
from .locking import opened_to_read

# So much of the end of what was read must still stand there; a file that was exchanged or edited is read anew.
KEPT = 1 << 16


class FollowedJournal(Journal):
    """A journal whose `read` catches up with what was added, whoever added it.

    One object may be used by several threads at once.

    A file that is another one now, is shorter, ends otherwise where it was read to, or was touched without growing is read
    anew. What is edited in place further up than the last 64 KiB, without changing its length, while somebody else adds a
    line, is not noticed.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        # Taken inside the file's lock, never around it: a writer waits for both in that order too.
        self._alone = threading.Lock()
        self._gathered = Gathering(path)
        self._end = b""
        self._seen: tuple[int, ...] = ()
        self._contents: JournalContents | None = None

    def read(self) -> JournalContents:
        """Read what is new; nothing is changed.

        Returns
        -------
        contents : the very same object where nothing was added.

        Raises
        ------
        JournalError
            As `Journal.read`; it is looked at again the next time.
        """
        try:
            with self._alone:
                if self._contents is not None and self._seen == _key(self.path.stat()):
                    return self._contents
            with opened_to_read(self.path) as handle:
                check_regular(handle, self.path)
                return self._caught_up(handle)[0]
        except FileNotFoundError:
            raise cannot("there is no such journal", self.path) from None
        except OSError as error:
            raise cannot(f"the journal can't be read: {error.strerror}", self.path) from None

    def _catch_up(self, handle: int) -> tuple[Known, bytes]:
        """Read what was added since, under the lock of a writer."""
        contents, tail = self._caught_up(handle)
        now = os.fstat(handle)
        gathered = self._gathered
        return Known(now.st_ino, now.st_dev, gathered.size, gathered.lines, contents.last_seq), tail

    def _caught_up(self, handle: int) -> tuple[JournalContents, bytes]:
        with self._alone:
            now = os.fstat(handle)
            gathered, end = self._gathered, self._end
            content = read_from(handle, gathered.size - len(end)) if self._may_go_on(now) else b""
            if not gathered.size or not content.startswith(end):
                gathered, end, content = Gathering(self.path), b"", read_from(handle, 0)
            whole, tail = cut(content[len(end) :])
            if whole or not gathered.size:
                gathered.add(whole)
            self._gathered, self._end = gathered, (end + whole)[-KEPT:]
            self._seen, self._contents = _key(now), gathered.contents(tail)
            return self._contents, tail

    def _may_go_on(self, now: os.stat_result) -> bool:
        """Return whether this may be the file that was read, with lines added."""
        same_file = self._seen[:2] == (now.st_dev, now.st_ino) and self._gathered.size <= now.st_size
        touched = self._seen[2:3] == (now.st_size,) and self._seen != _key(now)
        return same_file and not touched


def _key(now: os.stat_result) -> tuple[int, ...]:
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns


__all__ = ["FollowedJournal"]
