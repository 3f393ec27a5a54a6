"""The walk itself: a plain conversation, line by line, that saves every answer as it is given."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.text import Text

from ethicscheck.checklist.answering import answer_item, check_answers_something, may, person
from ethicscheck.checklist.definition import Checklist, Column, Item
from ethicscheck.checklist.entries import Evidence
from ethicscheck.checklist.evidence import check_is_not_the_journal, record_evidence
from ethicscheck.checklist.kinds import KINDS, choices_of, read_value
from ethicscheck.checklist.kinds.table import read_cell
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.rules import differing
from ethicscheck.checklist.status import OPEN, ChecklistStatus, GivenAnswer, ItemStatus
from ethicscheck.checklist.translating import in_words_of
from ethicscheck.errors import UsageError
from ethicscheck.model.wording import visible
from ethicscheck.provenance import created_now

from .checklist_editor import write_in_editor
from .checklist_measured import Measured
from .checklist_words import (
    counts_in_words,
    find_evidence,
    in_short,
    new_console,
    open_in_words,
    print_text,
    progress_line,
    said,
    today,
    word,
)

STOPPED = 130
MEASURED_WORDS = {"yes": "yes", "no": "no", "unsure": "can't tell yet"}
HINT = "? help · b back · s skip · c comment · e evidence · n does not apply · m many lines, in your editor · q quit"


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
        self, opened: OpenJournal, by: str, role: str, only: str | None, spoken: Checklist, measured: Measured
    ) -> None:
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

    def run(self) -> int:
        """Walk to the end, or until the person leaves; return the exit code."""
        code = 0
        try:
            self._walk()
        except (_QuitError, EOFError):
            self.console.print()
        except KeyboardInterrupt:
            self.console.print()
            code = STOPPED
        self._say_goodbye()
        return code

    def _walk(self) -> None:
        for note in (*self.status.notes, *self.measured.notes):
            self._print(f"note: {note}", "dim")
        place = self._first()
        if place is None:
            self._print("There is nothing to ask you.")
            return
        self._print(HINT, "dim")
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
            self._print("Nothing is open for your role. From the first question again; Enter keeps an answer.")
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
            self._print("This is the first question.", "dim")
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
        draft = _Draft()
        while True:
            line = self._read("> ").strip()
            if line in ("b", "s"):
                return "back" if line == "b" else "next"
            try:
                if line == "m":
                    if self._write(item, draft):
                        return "next"
                    continue
                if self._obey(line, item, draft):
                    continue
                if line == "n":
                    if reason := self._read("why does it not apply? ").strip():
                        self._save(item, draft, reason)
                        return "next"
                    continue
                if line:
                    draft.given = None
                    draft.given = read_value(item.item, self.status.checklist, self._given(line, item))
                elif not self._keep(item, draft):
                    return "next"
                self._save(item, draft)
                return "next"
            except UsageError as error:
                self._print(str(error), "red")
                if line and draft.given is None and self._labels(item.item):
                    self._print("Give the number of an option, or its words.", "dim")
                if draft.given is not None:
                    self._print("Your answer is kept here: mend this and press Enter, or answer anew.", "dim")

    def _obey(self, line: str, item: ItemStatus, draft: _Draft) -> bool:
        """Do what a one-letter line asks; return whether it was one."""
        if line == "q":
            raise _QuitError
        if line == "?":
            self._print(item.item.help or "There is no help for this question.")
            if item.item.evidence is not None:
                self._print(self._evidence_asked(item.item))
            self._print(f"{HINT} · = before an answer that looks like one of these", "dim")
        elif line == "c":
            draft.comment = self._read("comment: ").strip() or None
        elif line == "e":
            given = self._read("evidence, a file beside the journal or an address: ").strip()
            if given:
                piece = record_evidence(find_evidence(given, self.opened.folder), self.opened.folder)
                check_is_not_the_journal(piece, self.opened.journal.path)
                draft.evidence.append(piece)
                self._print(f"noted: {piece.name}", "dim")
        else:
            return False
        return True

    def _write(self, item: ItemStatus, draft: _Draft) -> bool:
        """Let the person write in their editor: a text question's answer, else the comment; return whether it was saved."""
        own = self._own(item)
        is_text = item.item.type == "text"
        before = draft.comment if not is_text else own.value if own is not None else None
        about = f"{item.item.text}\n\n{item.item.help or ''}".strip()
        text = write_in_editor(before or "", about if is_text else f"Your comment on: {about}")
        if text is None:
            self._print("The editor was left without saving; nothing has changed.", "dim")
            return False
        if is_text:
            draft.given = None
            draft.given = read_value(item.item, self.status.checklist, text)
            self._save(item, draft)
            return True
        draft.comment = text or None
        self._print("noted: the comment is saved with your answer" if text else "no comment", "dim")
        return False

    def _keep(self, item: ItemStatus, draft: _Draft) -> bool:
        """On an empty line: return whether there is something to save; raise where an answer is still needed."""
        if draft.given is not None:
            return True
        own = self._own(item)
        if own is None:
            raise UsageError("there is no answer yet", item.item.id, "answer, or s to skip")
        if own.na_reason is None and (draft.comment or draft.evidence):
            draft.given = own.value
            draft.comment = draft.comment or own.comment
            good = [piece for piece in own.evidence if not piece.problem]
            draft.evidence[:0] = [
                Evidence(piece.path, piece.url, piece.sha256, piece.dated, piece.expires) for piece in good
            ]
            return True
        if own.problem or item.state == "stale":
            raise UsageError("your answer no longer stands", item.item.id, "answer again, or s to skip")
        return False

    def _given(self, line: str, item: ItemStatus) -> Any:
        """Return what a line says: the number of an option stands for the option."""
        literal = line.removeprefix("=").strip() if line.startswith("=") else line
        widget = KINDS[item.item.type].widget
        if widget == "rows":
            return self._read_rows(literal, item.item)
        numbers = self._numbers(item.item)
        if widget == "one_of":
            return numbers.get(literal, literal)
        if widget == "some_of":
            words = literal.split(",") if "," in literal else literal.split()
            picked = [numbers[word.strip()] for word in words if word.strip() in numbers]
            return picked if len(picked) == len(words) else literal
        return literal

    def _numbers(self, item: Item) -> Mapping[str, str]:
        """Return the options by the numbers they are shown with; a scale's steps are numbers themselves."""
        labels = self._labels(item)
        if item.type == "scale" or any(key.isdigit() for key in labels):
            return {key: key for key in labels}
        return {str(number): key for number, key in enumerate(labels, 1)}

    def _read_rows(self, first: str, item: Item) -> list[dict[str, str]]:
        """Read rows cell by cell; the first cell of the first row is there already."""
        rows: list[dict[str, str]] = []
        line = first
        while line:
            cells = [
                self._read_cell(item, column, line if place == 0 else None) for place, column in enumerate(item.columns)
            ]
            rows.append({column.id: cell for column, cell in zip(item.columns, cells, strict=True)})
            line = self._read(f"{self._cell_prompt(item.columns[0])[:-2]} (Enter when done): ").strip()
        return rows

    def _read_cell(self, item: Item, column: Column, given: str | None) -> str:
        """Read a cell until it will do; q leaves, b drops the rows."""
        numbers = {str(number): key for number, key in enumerate(column.options or (), 1)}
        while True:
            if given is None:
                given = self._read(self._cell_prompt(column)).strip()
                if given == "q":
                    raise _QuitError
                if given == "b":
                    raise UsageError("these rows were not saved", item.id, "begin again, or s to skip")
            try:
                return read_cell(item, column, numbers.get(given, given))
            except UsageError as error:
                self._print(str(error), "red")
                given = None

    def _cell_prompt(self, column: Column) -> str:
        options = ", ".join(f"{number} {label}" for number, label in enumerate((column.options or {}).values(), 1))
        return visible(f"{column.title}{f' ({options})' if options else ''}: ")

    def _save(self, item: ItemStatus, draft: _Draft, na_reason: str | None = None) -> None:
        _, notes = answer_item(
            self.opened,
            item.item.id,
            draft.given if na_reason is None else None,
            by=self.by,
            role=self.role,
            at=created_now(),
            na_reason=na_reason,
            comment=draft.comment,
            evidence=draft.evidence,
        )
        self.saved += 1
        self.opened = self.opened.again()
        self.status = in_words_of(self.opened.status(today=today(), measured=self.measured.answers), self.spoken)
        for note in notes:
            self._print(f"note: {note}", "yellow")
        now = self.status.item(item.item.id)
        assert now is not None, "it was answered just now"
        self._print(f"saved ({word(now.state)})", "green")
        for other in differing(now, self.by):
            self._print(f"this differs from {in_short(other, now, self.status.checklist)}", "yellow")

    def _show(self, item: ItemStatus) -> None:
        self.console.print()
        if item.section.id != self._section:
            self._section = item.section.id
            sections = [section.id for section in self.status.checklist.sections]
            which = f"  ({sections.index(item.section.id) + 1} of {len(sections)})" if len(sections) > 1 else ""
            self._print(f"{item.section.title}{which}", "bold underline")
            self._print(item.section.intro or "")
        self._print(progress_line(self.status), "dim")
        self._print(f"{item.item.text}  [{item.item.id}]", "bold")
        numbers = self._numbers(item.item)
        labels = self._labels(item.item)
        for number, key in numbers.items():
            self._print(f"{number}  {labels[key]}" if labels[key] != number else number, indent=2)
        kind = KINDS[item.item.type]
        if kind.widget != "one_of":
            columns = ", then ".join(column.title for column in item.item.columns)
            self._print(f"({columns}; one after the other)" if columns else f"({kind.example(item.item)})", "dim")
        for answer in item.answers:
            whose = "you" if answer.by == self.by else ""
            self._print(f"{whose + ', ' if whose else ''}{said(answer, item, self.status.checklist)}", "cyan")
        if item.settled:
            self._print(item.settled, "cyan")
        if item.measured is not None and item.state != "contradicted":
            self._print(f"measured: {MEASURED_WORDS[item.measured.answer]}. {item.measured.message}", "magenta")
        if rules := self.measured.opened_by(item):
            self._print(
                f"opened by {'a rule' if len(rules) == 1 else 'rules'} that failed: {', '.join(rules)}; answer anew to close it",
                "yellow",
            )
        if item.state in ("stale", "contradicted", "disputed"):
            self._print(f"{word(item.state)}" + (f": {item.why}" if item.state != "disputed" else ""), "yellow")

    def _evidence_asked(self, item: Item) -> str:
        assert item.evidence is not None, "only asked then"
        labels = self._labels(item)
        named = [labels.get(key, key) for key in item.evidence.for_ or ()]
        which = f" with {' or '.join(f'“{label}”' for label in named)}" if named else " with every answer"
        return f"Evidence is asked for{which}, {item.evidence.min} or more; give it with e, before the answer."

    def _labels(self, item: Item) -> Mapping[str, str]:
        return choices_of(item, self.status.checklist)

    def _own(self, item: ItemStatus) -> GivenAnswer | None:
        return next((answer for answer in item.answers if answer.by == self.by), None)

    def _say_goodbye(self) -> None:
        self.console.print()
        answers = "1 answer" if self.saved == 1 else f"{self.saved} answers"
        self._print(f"{answers} saved in {self.opened.journal.path.name}.")
        self._print(f"{progress_line(self.status)}: {counts_in_words(self.status)}")
        if still := open_in_words(self.status):
            mine = any(may("answer", self.role, item.section.roles) for item in self.status.items if item.state in OPEN)
            self._print(still if mine else f"Nothing is open for your role. {still}")

    def _print(self, text: str, style: str = "", indent: int = 0) -> None:
        print_text(self.console, text, style, indent)

    def _read(self, prompt: str) -> str:
        """Read a line; with a terminal it can be edited.

        Raises
        ------
        EOFError
            When there are no more lines.
        """
        if sys.stdin.isatty():
            with contextlib.suppress(ImportError):
                import readline  # noqa: F401  # lets `input` edit the line
            return input(prompt)
        self.console.print(Text(prompt), end="")
        line = sys.stdin.readline()
        self.console.print()
        if not line:
            raise EOFError
        return line


__all__ = ["Walk"]
