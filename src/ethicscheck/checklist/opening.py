"""Opens a journal with the checklist it answers, and says where it stands."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ethicscheck.errors import JournalError, Problem, UsageError

from .entries import Start
from .evidence import evidence_checker
from .folding import fold
from .journal import Journal, JournalContents
from .reading import LoadedChecklist, read_checklist
from .shipped import load
from .status import ChecklistStatus, MeasuredAnswer


@dataclass(frozen=True)
class OpenJournal:
    """A journal beside its checklist, as it was when it was read."""

    journal: Journal
    loaded: LoadedChecklist
    contents: JournalContents

    @property
    def folder(self) -> Path:
        """The folder of the journal, in which evidence lies."""
        return self.journal.path.parent

    def again(self) -> OpenJournal:
        """Read the journal again."""
        return OpenJournal(self.journal, self.loaded, self.journal.read())

    def status(self, *, today: datetime.date, measured: Mapping[str, MeasuredAnswer] | None = None) -> ChecklistStatus:
        """Return where the checklist stands on a day, beside what was measured."""
        status = fold(
            self.loaded.checklist,
            self.contents.entries,
            today=today,
            evidence_problem=evidence_checker(self.folder, today),
            measured=measured or {},
            checklist_sha256=self.loaded.sha256,
        )
        notes = (*self.contents.notes, *self._changed(), *status.notes)
        return replace(status, notes=notes)

    def _changed(self) -> tuple[str, ...]:
        start, now = self.contents.start, self.loaded
        if start.sha256 == now.sha256:
            return ()
        if start.version != now.checklist.version:
            return (f"begun with version {start.version} of the checklist; this is version {now.checklist.version}",)
        return (
            f"the text of the checklist has changed since this journal was begun, its version ({start.version}) not",
        )


def open_journal(path: Path, loaded: LoadedChecklist | None = None) -> OpenJournal:
    """Open a journal.

    Parameters
    ----------
    path : the journal.
    loaded : the checklist it should answer; default: the one it names.

    Raises
    ------
    JournalError
        When it can't be read, or answers another checklist.
    ConfigError, UsageError
        When the checklist it names is not there or has problems.
    """
    journal = Journal(path)
    contents = journal.read()
    start = contents.start
    found = loaded if loaded is not None else _named(start, path)
    if found.checklist.id != start.checklist:
        what = f"the journal answers the checklist {start.checklist!r}, not {found.checklist.id!r}"
        raise JournalError([Problem(what, path.name, "name the journal that belongs to the checklist")])
    return OpenJournal(journal, found, contents)


def start_journal(loaded: LoadedChecklist, path: Path, *, at: str) -> Journal:
    """Begin a journal for a checklist; refuses to write over anything."""
    beside = None
    if not loaded.shipped and loaded.source is not None:
        beside = Path(os.path.relpath(loaded.source.absolute(), path.absolute().parent)).as_posix()
    journal = Journal(path)
    checklist = loaded.checklist
    journal.start(Start(at, checklist.id, checklist.version, loaded.sha256, beside))
    return journal


def status_without_answers(
    loaded: LoadedChecklist, *, today: datetime.date, measured: Mapping[str, MeasuredAnswer] | None = None
) -> ChecklistStatus:
    """Return the status of a checklist that nobody has begun to answer."""
    return fold(
        loaded.checklist,
        (),
        today=today,
        evidence_problem=lambda _: "",
        measured=measured or {},
        checklist_sha256=loaded.sha256,
    )


def _named(start: Start, path: Path) -> LoadedChecklist:
    if start.path is None:
        try:
            return load(start.checklist, path.parent)
        except UsageError as error:
            hint = "a newer version of ethicscheck may ship it"
            raise UsageError(f"there is no checklist {start.checklist!r}", path.name, hint) from error
    return read_checklist(path.parent / start.path, start.path)


__all__ = ["OpenJournal", "open_journal", "start_journal", "status_without_answers"]
