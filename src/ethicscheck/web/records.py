"""The records of the project, read as they are needed and kept while the files stay as they are."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ethicscheck.errors import EthicscheckError

from .project import FoundFile, Project

if TYPE_CHECKING:
    from ethicscheck.model.record import AuditRecord
    from ethicscheck.report.index import RecordIndex

KEPT = 24  # records held in memory
LOOKED_AT = 40  # of the newest, where one is looked for that holds a checklist


@dataclass(frozen=True)
class ReadRecord:
    """A record of the project: as it was read, or why it can't be."""

    file: FoundFile
    record: AuditRecord | None
    problems: tuple[str, ...] = ()

    @cached_property
    def index(self) -> RecordIndex:
        """The record with its rows by name."""
        from ethicscheck.report.index import RecordIndex

        assert self.record is not None, "only a record that was read has rows"
        return RecordIndex(self.record)


class Records:
    """Reads the project's records."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._lock = threading.Lock()
        self._read: OrderedDict[FoundFile, ReadRecord] = OrderedDict()

    def files(self) -> tuple[FoundFile, ...]:
        """Return the files of records, newest first."""
        return self.project.look().records

    def file(self, key: str) -> FoundFile | None:
        """Return the record's file of that key."""
        return next((file for file in self.files() if file.key == key), None)

    def read(self, file: FoundFile) -> ReadRecord:
        """Return a record, or why it can't be read."""
        with self._lock:
            found = self._read.get(file)
            if found is None:
                found = self._read[file] = _read(file)
            self._read.move_to_end(file)
            while len(self._read) > KEPT:
                self._read.popitem(last=False)
            return found

    def latest_with(self, checklist: str, system: str) -> ReadRecord | None:
        """Return the newest audit that holds a checklist; where a system is named, of that system."""
        for file in self.files()[:LOOKED_AT]:
            read = self.read(file)
            if read.record is None or (system and read.record.subject.name != system):
                continue
            if any(entry.id == checklist for entry in read.record.checklists):
                return read
        return None


def _read(file: FoundFile) -> ReadRecord:
    from ethicscheck.api import load

    try:
        return ReadRecord(file, load(file.path).record)
    except EthicscheckError as error:
        return ReadRecord(file, None, tuple(map(str, error.problems)))


__all__ = ["ReadRecord", "Records"]
