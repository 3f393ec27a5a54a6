"""Opens a journal with the checklist it answers, and says where it stands."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ethicscheck.errors import JournalError, Problem, UsageError

from .entries import Migration, Start
from .evidence import EvidenceDigests, evidence_checker
from .folding import fold
from .journal import Journal, JournalContents
from .reading import LoadedChecklist, read_checklist
from .repeating import repeated_reasons
from .shipped import load
from .status import ChecklistStatus, MeasuredAnswer


@dataclass(frozen=True)
class OpenJournal:
    """A journal beside its checklist, as it was when it was read; `digests` are those of evidence that was looked at."""

    journal: Journal
    loaded: LoadedChecklist
    contents: JournalContents
    digests: EvidenceDigests = field(default_factory=EvidenceDigests, compare=False)

    @property
    def folder(self) -> Path:
        """The folder of the journal, in which evidence lies."""
        return self.journal.path.parent

    def again(self) -> OpenJournal:
        """Read the journal again."""
        return replace(self, contents=self.journal.read())

    def status(
        self,
        *,
        today: datetime.date,
        measured: Mapping[str, MeasuredAnswer] | None = None,
        record_parts: Mapping[str, str] | None = None,
        max_age: int | None = None,
    ) -> ChecklistStatus:
        """Return where the checklist stands on a day, beside what was measured and what a record's signatures cover."""
        status = fold(
            self.loaded.checklist,
            self.contents.entries,
            today=today,
            evidence_problem=evidence_checker(self.folder, today, self.digests),
            measured=measured or {},
            checklist_sha256=self.loaded.sha256,
            record_parts=record_parts,
            max_age=max_age,
        )
        notes = (*self.contents.notes, *self._changed(), *status.notes, *repeated_reasons(status))
        return replace(status, notes=notes)

    def answers_another_version(self) -> bool:
        """Return whether the journal was moved to another version than the one it was opened with.

        Another file than the one it names, or that file as it was before the journal moved on. Where it has only gone on
        since, as a shipped checklist does, the newer one asks what is new; that is noted, and no mistake.
        """
        latest, now = latest_version(self.contents), self.loaded
        if not isinstance(latest, Migration) or latest.sha256 == now.sha256:
            return False
        versions = [entry for entry in self.contents.entries if isinstance(entry, (Start, Migration))]
        return now.sha256 in {entry.sha256 for entry in versions} or not self._is_named_by(latest)

    def _is_named_by(self, latest: Migration) -> bool:
        if latest.path is None or self.loaded.source is None:
            return latest.path is None and self.loaded.shipped
        return (self.folder / latest.path).resolve() == self.loaded.source.resolve()

    def _changed(self) -> tuple[str, ...]:
        latest, now = latest_version(self.contents), self.loaded
        if latest.sha256 == now.sha256:
            return ()
        begun = isinstance(latest, Start)
        if latest.version != now.checklist.version:
            what = "begun with" if begun else "moved to"
            return (f"{what} version {latest.version} of the checklist; this is version {now.checklist.version}",)
        what = "begun" if begun else "moved to it"
        return (
            f"the text of the checklist has changed since this journal was {what}, its version ({latest.version}) not",
        )


def open_journal(
    path: Path,
    loaded: LoadedChecklist | None = None,
    *,
    journal: Journal | None = None,
    digests: EvidenceDigests | None = None,
) -> OpenJournal:
    """Open a journal.

    Parameters
    ----------
    path : the journal.
    loaded : the checklist it should answer; default: the one it names.
    journal : what reads it, such as a `FollowedJournal` that was kept; default: one of its own.
    digests : of evidence, kept from earlier; default: none.

    Raises
    ------
    JournalError
        When it can't be read, or answers another checklist.
    ConfigError, UsageError
        When the checklist it names is not there or has problems.
    """
    journal = journal or Journal(path)
    contents = journal.read()
    start = contents.start
    found = loaded if loaded is not None else _named(latest_version(contents), path)
    if found.checklist.id != start.checklist:
        what = f"the journal answers the checklist {start.checklist!r}, not {found.checklist.id!r}"
        raise JournalError([Problem(what, path.name, "name the journal that belongs to the checklist")])
    return OpenJournal(journal, found, contents, digests if digests is not None else EvidenceDigests())


def latest_version(contents: JournalContents) -> Start | Migration:
    """Return where the journal says which version of its checklist it answers: its beginning, or the last migration."""
    moves = [entry for entry in contents.entries if isinstance(entry, Migration)]
    return moves[-1] if moves else contents.start


def beside(loaded: LoadedChecklist, journal: Path) -> str | None:
    """Return the path of a checklist's file as a journal names it; None for a shipped one, which goes by its id."""
    if loaded.shipped or loaded.source is None:
        return None
    return Path(os.path.relpath(loaded.source.absolute(), journal.absolute().parent)).as_posix()


def start_journal(loaded: LoadedChecklist, path: Path, *, at: str) -> Journal:
    """Begin a journal for a checklist; refuses to write over anything."""
    journal = Journal(path)
    checklist = loaded.checklist
    journal.start(Start(at, checklist.id, checklist.version, loaded.sha256, beside(loaded, path)))
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


def _named(start: Start | Migration, path: Path) -> LoadedChecklist:
    if start.path is None:
        try:
            return load(start.checklist, path.parent)
        except UsageError as error:
            hint = "a newer version of ethicscheck may ship it"
            raise UsageError(f"there is no checklist {start.checklist!r}", path.name, hint) from error
    return read_checklist(path.parent / start.path, start.path)


__all__ = ["OpenJournal", "beside", "latest_version", "open_journal", "start_journal", "status_without_answers"]
