"""Brings a form back into a journal: what is there already is left, what is new is added, nothing is taken away.

All of it or nothing: one row that won't do, and the journal stays as it was.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ethicscheck.errors import EthicscheckError, JournalError, Problem, UsageError

from .answering import find_item, make_answer, person
from .definition import Item
from .entries import Answer, Entry, Evidence, Resolution, Withdrawal, content_of, read_line, write_line
from .evidence import record_evidence
from .forms import Form, Row, restored
from .kinds import read_value
from .opening import OpenJournal
from .rules import canonical, meaning

Said = TypeVar("Said", Answer, Resolution, Answer | Resolution)


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Parameters
    ----------
    added : the new entries, as written.
    present : how many rows said what the journal holds already.
    notes : what the person should know.
    """

    added: tuple[Entry, ...]
    present: int
    notes: tuple[str, ...]


def import_form(opened: OpenJournal, form: Form, *, by: str, role: str, at: str, name: str, sha256: str) -> Imported:
    """Add what a form says to a journal.

    A row that came out of a journal unchanged keeps its person, role and time. One that was changed since, and one
    without a name, is an answer of `by`. Every entry says who brought it in, when, and from which file.

    Parameters
    ----------
    by, role : who brings it in.
    at : the moment.
    name, sha256 : the file.

    Raises
    ------
    JournalError
        With every row that won't do; nothing is written.
    """
    by, role = person(by, role)
    if form.checklist != opened.loaded.checklist.id:
        what = f"the form answers the checklist {form.checklist!r}, not {opened.loaded.checklist.id!r}"
        raise JournalError([Problem(what, name, "name the journal that belongs to it")])
    bringing = _Bringing(opened, by, role, at, _History.of(opened), form)
    problems: list[Problem] = []
    for row in form.rows:
        try:
            bringing.take(row)
        except EthicscheckError as error:
            problems += [_at(problem, row, name) for problem in error.problems]
    if problems:
        raise JournalError(problems)
    notes = list(bringing.notes)
    if form.version != opened.loaded.checklist.version and form.sha256 != opened.loaded.sha256:
        notes.append(
            f"the form was made for version {form.version} of the checklist; this is version "
            f"{opened.loaded.checklist.version}"
        )
    if not bringing.entries:
        return Imported((), bringing.present, tuple(notes))
    source = {"by": by, "role": role, "at": at, "sha256": sha256}
    written, aside = opened.journal.append([replace(entry, imported=source) for entry in bringing.entries])
    return Imported(written, bringing.present, (*notes, *aside))


def not_brought_in(opened: OpenJournal, form: Form) -> tuple[str, ...]:
    """Return the questions to which a form holds an answer that the journal does not: whoever throws the form away loses it."""
    history = _History.of(opened)
    said: dict[str, list[Answer]] = {}
    for (item, _), entry in history.last.items():
        said.setdefault(item, []).append(entry)
    found = []
    for row in form.rows:
        kept = restored(row)
        name = opened.loaded.checklist.current_id(row.item)
        known = kept is not None and _statement(kept.entry()) in history.statements
        if not row.blank and not known and not any(_stands(row, entry, opened) for entry in said.get(name, ())):
            found.append(row.item)
    return tuple(dict.fromkeys(found))


def _stands(row: Row, entry: Answer, opened: OpenJournal) -> bool:
    """Return whether an answer of the journal is what a row that carries no digest says."""
    try:
        item = find_item(opened, row.item.strip())
        value = None if row.na_reason.strip() else read_value(item, opened.loaded.checklist, row.answer)
    except EthicscheckError:
        return False
    words = (row.na_reason.strip() or None, row.comment.strip() or None)
    names = {piece.name for piece in row.evidence} <= {piece.name for piece in entry.evidence}
    return (
        names
        and meaning(value, item) == meaning(entry.value, item)
        and words
        == (
            entry.na_reason,
            entry.comment,
        )
    )


def _at(problem: Problem, row: Row, name: str) -> Problem:
    where = f"{name}:{row.line}" if row.line else name
    inner = problem.where or row.item
    return Problem(f"{inner}: {problem.what}", where, problem.hint, row.line)


@dataclass
class _History:
    """What a journal says already: each statement, and when each person last spoke on each question."""

    statements: set[str] = field(default_factory=set)
    last: dict[tuple[str, str], Answer] = field(default_factory=dict)
    spoke: dict[tuple[str, str], datetime.datetime] = field(default_factory=dict)

    @classmethod
    def of(cls, opened: OpenJournal) -> _History:
        """Return what a journal says."""
        found = cls()
        for entry in opened.contents.entries:
            if isinstance(entry, (Answer, Withdrawal, Resolution)):
                found.note(entry, opened)
        return found

    def note(self, entry: Answer | Withdrawal | Resolution, opened: OpenJournal) -> None:
        """Take in one more entry."""
        key = self.key(entry, opened)
        self.spoke[key] = max(_moment(entry.at), self.spoke.get(key, _moment(entry.at)))
        if isinstance(entry, Withdrawal):
            self.last.pop(key, None)
            return
        self.statements.add(_statement(entry))
        if isinstance(entry, Answer):
            self.last[key] = entry

    def key(self, entry: Answer | Withdrawal | Resolution, opened: OpenJournal) -> tuple[str, str]:
        """Return whose word on what an entry is; decisions on a question replace one another whoever made them."""
        who = "settled" if isinstance(entry, Resolution) else f"by {entry.by}"
        return opened.loaded.checklist.current_id(entry.item), who


def _statement(entry: Answer | Resolution) -> str:
    kept: Mapping[str, Any] = {
        key: part for key, part in content_of(entry).items() if key not in ("seq", "imported", "over")
    }
    return canonical(kept)


def _moment(at: str) -> datetime.datetime:
    found = datetime.datetime.fromisoformat(at)
    return found if found.tzinfo is not None else found.replace(tzinfo=datetime.UTC)


def _readable(entry: Said) -> Said:
    """Return an entry that a journal can hold: forms come from anywhere.

    Raises
    ------
    UsageError
        When it can't.
    """
    try:
        read_line(write_line(replace(entry, seq=1))[:-1])
    except (ValueError, RecursionError) as error:
        what = "it holds half a character" if isinstance(error, UnicodeError) else str(error)
        raise UsageError(f"no journal can hold this: {what}", entry.item, "export the form again") from None
    return entry


@dataclass
class _Bringing:
    """Takes a form's rows one by one."""

    opened: OpenJournal
    by: str
    role: str
    at: str
    history: _History
    form: Form
    fresh: dict[tuple[str, str], Row] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    entries: list[Answer | Resolution] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    present: int = 0

    def __post_init__(self) -> None:
        for row in self.form.rows:
            if row.question_sha256:
                self.shown.setdefault(self.opened.loaded.checklist.current_id(row.item), row.question_sha256)

    def take(self, row: Row) -> None:
        """Take a row.

        Raises
        ------
        EthicscheckError
            When it won't do.
        """
        if row.blank:
            return
        kept = restored(row)
        entry = self._kept(_readable(kept.entry())) if kept is not None else self._fresh(row)
        if entry is not None:
            entry = _readable(entry)
            self.entries.append(entry)
            self.history.note(entry, self.opened)

    def _kept(self, entry: Said) -> Said | None:
        if _statement(entry) in self.history.statements:
            self.present += 1
            return None
        spoke = self.history.spoke.get(self.history.key(entry, self.opened))
        if spoke is not None and spoke > _moment(entry.at):
            self.notes.append(
                f"{entry.item}: what {entry.by} says of {entry.at[:10]} is older than what stands; left out"
            )
            return None
        return entry

    def _fresh(self, row: Row) -> Answer | None:
        if row.settled:
            raise UsageError(
                "a decision was changed in the form", row.item, "settle it with `ethicscheck checklist resolve`"
            )
        by, role, at = self.by, self.role, self.at
        if not row.digest:
            by, role = person(row.by.strip() or by, row.role.strip() or role)
            at = self._time(row)
        elif row.by:
            self.notes.append(f"{row.item}: the answer of {row.by} was changed in the form; it is brought in as yours")
        item = self._item(row)
        evidence = [self._evidence(piece, item) for piece in row.evidence]
        nothing = row.answer in (None, "", ()) or (isinstance(row.answer, str) and not row.answer.strip())
        if nothing and not row.na_reason.strip() and row.digest:
            what = f"the answer of {row.by} was taken out of the form; nothing is taken out of a journal so"
            hint = "put it back, or take the whole row out; people withdraw their own answers with `checklist withdraw`"
            raise UsageError(what, item.id, hint)
        if nothing and not row.na_reason.strip():
            raise UsageError("there is a comment or evidence, but no answer", item.id, "answer it, or empty the row")
        if not nothing and row.na_reason.strip():
            raise UsageError("there is both an answer and a reason not to answer", item.id, "empty one of them")
        entry = make_answer(
            self.opened,
            item.id,
            None if nothing else row.answer,
            by=by,
            role=role,
            at=at,
            na_reason=row.na_reason if nothing else None,
            comment=row.comment if row.comment.strip() else None,
            evidence=evidence,
        )
        key = self.history.key(entry, self.opened)
        first = self.fresh.setdefault(key, row)
        if first is not row:
            where = f"on line {first.line} already" if first.line else "twice"
            raise UsageError(f"{entry.by} answers it {where}", item.id, "keep one of the two rows")
        seen = row.question_sha256 or self.shown.get(item.id, "")
        if not seen and self.form.version != self.opened.loaded.checklist.version:
            hint = "copy `question_sha256` from another row of the question, or export the form again"
            raise UsageError("the form is of another version, and does not say what was asked then", item.id, hint)
        if seen and seen != entry.item_sha256:
            entry = replace(entry, item_sha256=seen)
            self.notes.append(f"{item.id}: the form shows the question as it was; it is to be answered again")
        before = self.history.last.get(key)
        if before is not None and self._says_the_same(before, entry):
            self.present += 1
            return None
        return entry

    def _item(self, row: Row) -> Item:
        try:
            return find_item(self.opened, row.item.strip())
        except UsageError as error:
            if row.question_sha256 and self.form.version != self.opened.loaded.checklist.version:
                what = f"version {self.opened.loaded.checklist.version} no longer asks {row.item!r}"
                raise UsageError(what, "", "take the row out of the form") from error
            raise

    def _says_the_same(self, before: Answer, entry: Answer) -> bool:
        item = find_item(self.opened, entry.item)
        same = ("na_reason", "comment", "role", "item_sha256")
        return (
            meaning(before.value, item) == meaning(entry.value, item)
            and all(getattr(before, name) == getattr(entry, name) for name in same)
            # An old journal tells no sizes; what has the same digest has the same size.
            and [replace(piece, size=None) for piece in before.evidence]
            == [replace(piece, size=None) for piece in entry.evidence]
        )

    def _evidence(self, piece: Evidence, item: Item) -> Evidence:
        try:
            return record_evidence(piece.name, self.opened.folder, dated=piece.dated, expires=piece.expires)
        except UsageError as error:
            (problem,) = error.problems
            raise UsageError(problem.what, f"{item.id}: {problem.where}", problem.hint) from None

    def _time(self, row: Row) -> str:
        """Return when a row was answered: as it says, but never after now."""
        given = row.at.strip()
        if not given:
            return self.at
        try:
            moment = _moment(given)
        except ValueError:
            hint = "write it as 2026-03-01T12:00:00Z, or leave it empty"
            raise UsageError(f"{given!r} is no time", row.item, hint) from None
        if not moment.year >= 1900:
            raise UsageError(f"{given!r} is no time of an answer", row.item, "leave it empty")
        return min((given, self.at), key=_moment)


__all__ = ["Imported", "import_form", "not_brought_in"]
