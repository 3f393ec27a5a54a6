"""Who started which audit, when, and how it ended: `.ethicscheck-web/runs.jsonl`, which is only ever added to."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ethicscheck.checklist.locking import opened_alone
from ethicscheck.errors import UsageError
from ethicscheck.provenance import created_now
from ethicscheck.web.access.ledger import FOLDER

FILE = "runs.jsonl"
MOST_READ = 1 << 20  # bytes of its end: enough for thousands of audits


class RunLog:
    """The log of one project's audits that were started in the app.

    Parameters
    ----------
    folder : the project's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FOLDER / FILE
        self._lock = threading.Lock()

    def add(self, event: str, run: str, **facts: Any) -> str:
        """Write a fact down, and return when; then it is on the disk.

        Raises
        ------
        UsageError
            When it can't be written.
        """
        at = created_now()
        line = json.dumps({"at": at, "event": event, "run": run, **facts}, ensure_ascii=False).encode() + b"\n"
        try:
            with self._lock:
                self._make()
                with opened_alone(self.path) as handle:
                    end = os.lseek(handle, 0, os.SEEK_END)
                    if end:
                        os.lseek(handle, end - 1, os.SEEK_SET)
                        line = line if os.read(handle, 1) == b"\n" else b"\n" + line  # a line that was cut off
                    while line:
                        line = line[os.write(handle, line) :]
                    os.fsync(handle)
        except OSError as error:
            what = f"who started the audit can't be written down: {error.strerror}"
            raise UsageError(what, str(self.path), "make room, or get the right to write there") from None
        return at

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield what was written, oldest first; of a very long log its end. What is no line of ours is passed over."""
        try:
            if not stat.S_ISREG(self.path.lstat().st_mode):
                return
            with self.path.open("rb") as stream:
                stream.seek(max(0, stream.seek(0, os.SEEK_END) - MOST_READ))
                content = stream.read()
        except OSError:
            return
        for line in content.splitlines():
            try:
                fact = json.loads(line)
            except ValueError:
                continue
            if isinstance(fact, dict) and isinstance(fact.get("run"), str) and isinstance(fact.get("event"), str):
                yield fact

    def _make(self) -> None:
        home = self.path.parent
        home.mkdir(mode=0o700, exist_ok=True)
        if not home.joinpath(".gitignore").exists():
            home.joinpath(".gitignore").write_text("*\n", encoding="utf-8")
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        os.close(os.open(self.path, flags, 0o600))


__all__ = ["RunLog"]
