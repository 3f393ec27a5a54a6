"""The walk itself: a plain conversation, line by line, that saves every answer as it is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

from ethicscheck.checklist.answering import answer_item, check_answers_something, may, person
from ethicscheck.checklist.definition import Checklist, Item
from ethicscheck.checklist.entries import Evidence
from ethicscheck.checklist.evidence import check_is_not_the_journal, record_evidence
from ethicscheck.checklist.kinds import KINDS, choices_of, read_value
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.rules import differing
from ethicscheck.checklist.status import OPEN, ChecklistStatus, ItemStatus
from ethicscheck.checklist.translating import in_words_of
from ethicscheck.errors import UsageError
from ethicscheck.provenance import created_now
from ethicscheck.report.answered import Measured

from .checklist_editor import write_in_editor
from .checklist_evidence import AGREED, all_copied, lies_outside, sound_evidence, to_be_copied
from .checklist_lapses import lapsed_by
from .checklist_question import (
    check_in_words,
    evidence_asked,
    numbers_of,
    own_answer,
    print_question,
    print_section,
)
from .checklist_rows import LeftTableError, cell_label, read_rows
from .checklist_speech import ENGLISH, Speech
from .checklist_words import (
    counts_in_words,
    find_evidence,
    in_short,
    new_console,
    open_in_words,
    print_text,
    progress_line,
    read_line,
    today,
)

STOPPED = 130
MORE_ROWS = "+"
SHOWN = 60


@dataclass
class _Draft:
    """What has been said about the question at hand but not saved yet."""

    given: Any = None
    comment: str | None = None
    evidence: list[Evidence] = field(default_factory=list)


class _QuitError(Exception):
    """The person has had enough."""


class Walk:
    """A walk through a journal's questions as one person."""

    def __init__(
        self,
        opened: OpenJournal,
        by: str,
        role: str,
        only: str | None,
        spoken: Checklist,
        measured: Measured,
        speech: Speech = ENGLISH,
    ) -> None:
        self.speech = speech
        self.measured = measured
        self.opened = opened
        self.spoken = spoken  # the questions in the person's language; what is saved is of the journal's own checklist
        self.by, self.role = person(by, role)
        self.only = only
        check_answers_something(opened.loaded.checklist, self.role)
        self.console = new_console()
        self.saved = 0
        self.status: ChecklistStatus = in_words_of(opened.status(today=today(), measured=measured.answers), spoken)
        self._section = ""
        self._unsaved = ""  # the question at hand, where an answer to it could not be saved

    def run(self) -> int:
        """Walk to the end, or until the person leaves; return the exit code."""
        code = 0
        try:
            self._walk()
        except (_QuitError, EOFError, KeyboardInterrupt) as left:
            self.console.print()
            code = STOPPED if isinstance(left, KeyboardInterrupt) else 0
            if self._unsaved:
                self._print(self.speech.lost.format(self._unsaved), "red")
        self._say_goodbye()
        return code

    def _walk(self) -> None:
        for note in (*self.status.notes, *self.measured.notes):
            self._print(self.speech.note.format(note), "dim")
        place = self._first()
        if place is None:
            self._print(self.speech.nothing)
            return
        self._print(self.speech.hint, "dim")
        trail: list[int] = []
        while place is not None:
            step = self._ask(self.status.items[place])
            if step == "back":
                place = self._before(place, trail)
                continue
            trail.append(place)
            place = self._next(place)

    def _first(self) -> int | None:
        """Return where the walk stopped: the first open question; else the first of all."""
        places = [place for place in range(len(self.status.items)) if self._wanted(place)]
        if self.only is not None:
            return next(iter(places), None)
        still_open = [place for place in places if self._open(self.status.items[place])]
        if places and not still_open:
            self._print(self.speech.from_the_first)
        return next(iter(still_open or places), None)

    def _open(self, item: ItemStatus) -> bool:
        return item.state in OPEN or bool(self.measured.opened_by(item))

    def _next(self, place: int) -> int | None:
        return next((later for later in range(place + 1, len(self.status.items)) if self._wanted(later)), None)

    def _before(self, place: int, trail: list[int]) -> int:
        """Return where back leads: the question answered or skipped before, else the one above that this role can answer."""
        while trail:
            if self._asked(earlier := trail.pop()):
                return earlier
        above = next((earlier for earlier in range(place - 1, -1, -1) if self._asked(earlier)), None)
        if above is None:
            self._print(self.speech.first, "dim")
            return place
        return above

    def _asked(self, place: int) -> bool:
        item = self.status.items[place]
        return item.state != "hidden" and may("answer", self.role, item.section.roles)

    def _wanted(self, place: int) -> bool:
        item = self.status.items[place]
        if not self._asked(place):
            return False
        if self.only == "mine":
            return all(answer.by != self.by for answer in item.answers)
        if self.only == "opened":
            return bool(self.measured.opened_by(item))
        return self.only is None or item.state == self.only

    def _ask(self, item: ItemStatus) -> str:
        """Ask one question until it is answered or left; return which way to go."""
        self._show(item)
        draft, warned, self._unsaved = _Draft(), "", ""
        prompt = f"{cell_label(item.item.columns[0])} > " if item.item.columns else "> "
        while True:
            self._unsaved = item.item.id if draft.given is not None else ""
            line = self._read(prompt).strip()
            if self._unsaved and line in ("b", "s", "q") and line != warned:
                self._print(self.speech.unsaved.format(warned := line), "red")
                continue
            if line in ("b", "s"):
                return "back" if line == "b" else "next"
            try:
                if self._obey(line, item, draft):
                    continue
                if line == "m":
                    if self._write(item, draft):
                        return "next"
                    continue
                if line == "n":
                    if reason := self._read(self.speech.ask_reason).strip():
                        self._save(item, draft, reason)
                        return "next"
                    continue
                if line:
                    self._take(line, item, draft)
                elif not self._keep(item, draft):
                    return "next"
                self._save(item, draft)
                return "next"
            except UsageError as error:
                self._print(str(error), "red")
                if line and draft.given is None and choices_of(item.item, self.status.checklist):
                    self._print(self.speech.pick, "dim")
                if draft.given is not None:
                    self._print(self.speech.kept, "dim")

    def _obey(self, line: str, item: ItemStatus, draft: _Draft) -> bool:
        """Do what a one-letter line asks; return whether it was one."""
        if line == "q":
            raise _QuitError
        if line == "?":
            self._print(item.item.help or self.speech.no_help)
            self._print(evidence_asked(item.item, self.status.checklist, self.speech))
            self._print(f"{self.speech.hint} · {self.speech.literal}", "dim")
        elif line == "c":
            draft.comment = self._read(self.speech.ask_comment).strip() or None
        elif line == "e":
            given = self._read(self.speech.ask_evidence).strip()
            if given:
                piece = self._evidence(given)
                check_is_not_the_journal(piece, self.opened.journal.path)
                draft.evidence.append(piece)
                self._print(self.speech.noted.format(piece.name), "dim")
        else:
            return False
        return True

    def _evidence(self, given: str) -> Evidence:
        source = lies_outside(given, self.opened.folder)
        if source is not None and self._read(self.speech.ask_copy).strip().lower() in AGREED:
            return to_be_copied(source)
        return record_evidence(find_evidence(given, self.opened.folder), self.opened.folder)

    def _write(self, item: ItemStatus, draft: _Draft) -> bool:
        """Let the person write in their editor: a text question's answer, else the comment; return whether it was saved."""
        own = own_answer(item, self.by)
        is_text = item.item.type == "text"
        before = draft.comment if not is_text else own.value if own is not None else None
        about = f"{item.item.text}\n\n{item.item.help or ''}".strip()
        text = write_in_editor(before or "", about if is_text else self.speech.comment_on.format(about))
        if text is None:
            self._print(self.speech.not_edited, "dim")
            return False
        if is_text:
            self._read_value(text, text, item, draft)
            self._save(item, draft)
            return True
        draft.comment = text or None
        self._print(self.speech.noted_comment if text else self.speech.no_comment, "dim")
        return False

    def _keep(self, item: ItemStatus, draft: _Draft) -> bool:
        """On an empty line: return whether there is something to save; raise where an answer is still needed."""
        if draft.given is not None:
            return True
        own = own_answer(item, self.by)
        if own is None:
            raise UsageError(self.speech.answer_missing.format(item.item.id))
        if own.na_reason is None and (draft.comment or draft.evidence):
            draft.given = own.value
            draft.comment = draft.comment or own.comment
            draft.evidence[:0] = sound_evidence(own)
            return True
        if own.problem or item.state == "stale":
            raise UsageError(self.speech.outdated.format(item.item.id))
        return False

    def _take(self, line: str, item: ItemStatus, draft: _Draft) -> None:
        """Take a line for the answer: the number of an option stands for the option, a table begins with its first cell."""
        draft.given = None
        if KINDS[item.item.type].widget == "rows":
            self._read_value(line, self._rows(line, item, draft), item, draft)
            return
        literal = line.removeprefix("=").strip() if line.startswith("=") else line
        self._read_value(literal, self._given(literal, item.item), item, draft)

    def _read_value(self, said: str, given: Any, item: ItemStatus, draft: _Draft) -> None:
        draft.given = None
        try:
            draft.given = read_value(item.item, self.status.checklist, given)
        except UsageError:
            if not self.speech.refused:
                raise
            short = said if len(said) <= SHOWN else f"{said[: SHOWN - 1]}…"
            raise UsageError(self.speech.refused.format(short, item.item.id, self.speech.example(item.item))) from None

    def _given(self, literal: str, item: Item) -> Any:
        """Return what a line says: the number of an option stands for the option."""
        widget = KINDS[item.type].widget
        numbers = numbers_of(item, self.status.checklist)
        if widget == "one_of":
            return numbers.get(literal, literal)
        if widget == "some_of":
            words = [word.strip() for word in (literal.split(",") if "," in literal else literal.split())]
            picked = [numbers[word] for word in words if word in numbers]
            return picked if len(picked) == len([word for word in words if word]) else literal
        return literal

    def _rows(self, line: str, item: ItemStatus, draft: _Draft) -> list[dict[str, str]]:
        own = own_answer(item, self.by)
        more = line == MORE_ROWS
        before = own.value if more and own is not None and isinstance(own.value, tuple) else ()
        if more and own is not None and not draft.evidence:
            draft.evidence = sound_evidence(own)
            draft.comment = draft.comment or own.comment
        try:
            return read_rows(
                item.item,
                None if more else line,
                before,
                self._read,
                lambda text: self._print(text, "red"),
                self.speech,
            )
        except LeftTableError as left:
            self._leave_table(left, len(before), item, draft)

    def _leave_table(self, left: LeftTableError, before: int, item: ItemStatus, draft: _Draft) -> NoReturn:
        """Save the rows that were whole, then leave; with q, only where they could be saved."""
        if len(left.rows) > before:
            try:
                draft.given = read_value(item.item, self.status.checklist, left.rows)
                self._save(item, draft)
                self._print(self.speech.rows_kept, "dim")
            except UsageError as error:
                if left.cause is None:
                    raise
                self._print(self.speech.rows_lost.format(error), "red")
        raise left.cause or _QuitError

    def _save(self, item: ItemStatus, draft: _Draft, na_reason: str | None = None) -> None:
        given = draft.given if na_reason is None else None
        check_in_words(item.item, given, draft.evidence, na_reason, self.speech)
        with all_copied(draft.evidence, self.opened) as evidence:
            _, notes = answer_item(
                self.opened,
                item.item.id,
                given,
                by=self.by,
                role=self.role,
                at=created_now(),
                na_reason=na_reason,
                comment=draft.comment,
                evidence=evidence,
            )
        self.saved += 1
        self.opened, before = self.opened.again(), self.status
        self.status = in_words_of(self.opened.status(today=today(), measured=self.measured.answers), self.spoken)
        self._tell(*(self.speech.note.format(note) for note in notes))
        now = self.status.item(item.item.id)
        assert now is not None, "it was answered just now"
        self._print(self.speech.saved.format(self.speech.states[now.state]), "green")
        for other in differing(now, self.by):
            shown = in_short(other, now, self.status.checklist, self.speech)
            self._tell(self.speech.differs.format(shown))
        if now.state == "disputed":
            settlers = self.speech.listed(now.section.roles.resolve) or self.speech.anyone
            self._tell(self.speech.settled_by.format(settlers, now.item.id))
        self._tell(*lapsed_by(before, self.status, self.speech))

    def _show(self, item: ItemStatus) -> None:
        self.console.print()
        if item.section.id != self._section:
            self._section = item.section.id
            print_section(item, self.status.checklist, self.console, self.speech)
        print_question(item, self.status, self.by, self.measured.opened_by(item), self.console, self.speech)
        if item.item.columns:  # a table left without its evidence could not be saved
            self._print(evidence_asked(item.item, self.status.checklist, self.speech), "dim")

    def _say_goodbye(self) -> None:
        speech, name = self.speech, self.opened.journal.path.name
        self.console.print()
        self._print(speech.one_answer.format(name) if self.saved == 1 else speech.answers.format(self.saved, name))
        counts = counts_in_words(self.status, speech)
        self._print(speech.standing.format(progress_line(self.status, speech), counts))
        if still := open_in_words(self.status, speech):
            mine = any(may("answer", self.role, item.section.roles) for item in self.status.items if item.state in OPEN)
            self._print(still if mine else f"{speech.nothing_open} {still}")

    def _print(self, text: str, style: str = "", indent: int = 0) -> None:
        print_text(self.console, text, style, indent)

    def _tell(self, *texts: str) -> None:
        for text in texts:
            self._print(text, "yellow")

    def _read(self, prompt: str) -> str:
        return read_line(self.console, prompt)


__all__ = ["Walk"]
