"""What lies in the folder that is served: configs, journals of answers, records of audits; each has a key for its address.

Only what is found here can be asked for, so no address leads to any other file.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ethicscheck.checklist.evidence_copy import FOLDER

CONFIG, RECORD = "ethicscheck.yaml", "audit.json"
JOURNAL = ".answers.jsonl"
# Where nobody keeps audits, and where there may be a great many files.
PASSED_OVER = frozenset({"node_modules", "__pycache__", "site-packages"})
DEEPEST, MOST = 8, 50_000
# What people send is kept under such names: somebody's evidence is no journal, whatever they called it.
EVIDENCE = re.compile(r"[0-9a-f]{12}-")
FRESH = 2.0  # seconds for which a look at the folder is good


@dataclass(frozen=True)
class FoundFile:
    """A file of the project.

    Parameters
    ----------
    key : its name in addresses: words of its path, and a few digits of the path's digest.
    path : where it is.
    name : its path in the folder, for people.
    stamp : what changes when the file does.
    """

    key: str
    path: Path
    name: str
    stamp: tuple[int, int, int]


@dataclass(frozen=True)
class Findings:
    """What one look at the folder found; `whole` says whether it was looked at to its end."""

    configs: tuple[FoundFile, ...] = ()
    journals: tuple[FoundFile, ...] = ()
    records: tuple[FoundFile, ...] = ()
    whole: bool = True


class Project:
    """The folder that is served."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._lock = threading.Lock()
        self._found = Findings()
        self._looked = -FRESH

    def look(self) -> Findings:
        """Return what lies in the folder now; a look is good for two seconds."""
        with self._lock:
            if time.monotonic() - self._looked >= FRESH:
                self._found, self._looked = self._walk(), time.monotonic()
            return self._found

    def forget(self) -> None:
        """Look again next time: something was made."""
        with self._lock:
            self._looked = -FRESH

    def key_of(self, path: Path) -> str:
        """Return a file's name in addresses; the same file has the same, whatever lies beside it."""
        relative = path.relative_to(self.folder).as_posix()
        named = relative.removesuffix(JOURNAL) if relative.endswith(JOURNAL) else str(Path(relative).parent)
        words = re.sub(r"[^a-z0-9]+", "-", Path(named).name.lower()).strip("-") or "here"
        return f"{words[:40].strip('-')}-{hashlib.sha256(relative.encode('utf-8', 'surrogateescape')).hexdigest()[:6]}"

    def holds(self, path: Path) -> bool:
        """Return whether a path, links followed, lies in the folder."""
        try:
            return path.resolve().is_relative_to(self.folder)
        except (OSError, RuntimeError):
            return False

    def found(self, path: Path) -> FoundFile | None:
        """Return a file as it is found; None where there is none, or it is no regular file of the folder."""
        try:
            seen = path.lstat()
        except OSError:
            return None
        if not stat.S_ISREG(seen.st_mode) or not self.holds(path):
            return None
        name = path.relative_to(self.folder).as_posix()
        return FoundFile(self.key_of(path), path, name, (seen.st_ino, seen.st_size, seen.st_mtime_ns))

    def _walk(self) -> Findings:
        configs: list[FoundFile] = []
        journals: list[FoundFile] = []
        records: list[FoundFile] = []
        seen, whole = 0, True
        for folder, names in self._folders():
            for name in names:
                seen += 1
                if folder.name == FOLDER and EVIDENCE.match(name):
                    continue
                of = configs if name == CONFIG else records if name == RECORD else None
                of = journals if name.endswith(JOURNAL) else of
                if of is not None and (file := self.found(folder / name)) is not None:
                    of.append(file)
            if seen > MOST:
                whole = False
                break
        newest = sorted(records, key=lambda part: (-part.stamp[2], part.name))
        return Findings(tuple(configs), tuple(journals), tuple(newest), whole)

    def _folders(self) -> Iterator[tuple[Path, list[str]]]:
        """Yield the folders with the names of their files, in order; hidden ones and environments are passed over."""
        for within, folders, names in os.walk(self.folder):
            here = Path(within)
            deep = len(here.relative_to(self.folder).parts)
            kept = [part for part in folders if not part.startswith(".") and part not in PASSED_OVER]
            folders[:] = [] if deep >= DEEPEST or "pyvenv.cfg" in names else sorted(kept)
            yield here, sorted(names)


__all__ = ["CONFIG", "JOURNAL", "RECORD", "Findings", "FoundFile", "Project"]
