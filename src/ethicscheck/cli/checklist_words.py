"""What the checklist commands say: questions, states and gates in words. Heavy: imported by commands only."""

from __future__ import annotations

import contextlib
import datetime
import json
import sys
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style
from rich.text import Text

from ethicscheck.checklist.conditions import describe
from ethicscheck.checklist.definition import Checklist, Item
from ethicscheck.checklist.entries import Answer, Resolution
from ethicscheck.checklist.kinds import choices_of, show_value
from ethicscheck.checklist.reading import LoadedChecklist
from ethicscheck.checklist.rules import AS_IT_WAS
from ethicscheck.checklist.status import OPEN, ChecklistStatus, GivenAnswer, ItemStatus, Risk, State
from ethicscheck.errors import UsageError
from ethicscheck.model.wording import visible
from ethicscheck.provenance import created_now

from .checklist_speech import ENGLISH, Speech, speech_of

WIDTH = 100
BAR = 24

# How each state is marked; the word always stands beside it, so that nobody depends on sign or colour.
MARKS: Mapping[State, tuple[str, str]] = {
    "unanswered": ("○", "yellow"),
    "answered": ("✓", "green"),
    "unsure": ("?", "yellow"),
    "not_applicable": ("–", "dim"),
    "hidden": ("·", "dim"),
    "disputed": ("≠", "red"),
    "contradicted": ("✗", "red"),
    "stale": ("↻", "yellow"),
}


def new_console(stderr: bool = False) -> Console:
    """Return a console that takes no text for markup."""
    console = Console(highlight=False, markup=False, emoji=False, stderr=stderr)
    console.width = min(console.width, WIDTH)
    return console


def read_line(console: Console, prompt: str) -> str:
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
    console.print(Text(prompt), end="")
    line = sys.stdin.readline()
    console.print()
    if not line:
        raise EOFError
    return line


class Page:
    """What is to be printed, gathered so that the console is troubled once: it weighs each call anew."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._segments: list[Segment] = []

    def add(self, text: str = "", style: str | Style = "", end: str = "\n") -> None:
        """Add text, and what ends it."""
        self._segments.append(Segment(text, Style.parse(style) if isinstance(style, str) else style))
        self._segments.append(Segment(end))

    def print_to(self, console: Console) -> None:
        """Print it."""
        console.print(Segments(self._segments), soft_wrap=True)


def print_text(console: Console | Page, text: str, style: str = "", indent: int = 0, hanging: int = 0) -> None:
    """Print text that others wrote: control characters made visible, wrapped, line by line."""
    space, later, width = " " * indent, " " * (indent + hanging), console.width
    found: list[str] = []
    for line in map(visible, text.splitlines()):
        if line and line == line.strip() and len(line) + indent <= width:  # there may be ten thousands of them
            found.append(space + line)
        else:
            found += textwrap.wrap(line, width, initial_indent=space, subsequent_indent=later) or [""]
    page = console if isinstance(console, Page) else Page(console.width)
    for part in found:
        page.add(part, style)
    if not isinstance(console, Page) and found:
        page.print_to(console)


def print_json(value: Any) -> None:
    """Print JSON; control characters are escaped in it already, direction characters here."""
    text = _json(value)
    if not text.replace("\n", "").isprintable():
        text = "\n".join(line if line.isprintable() else _escaped(line) for line in text.split("\n"))
    click.echo(text)


def _json(value: Any) -> str:
    from pydantic_core import to_json

    try:
        return to_json(value, indent=2, inf_nan_mode="constants").decode()
    except ValueError:  # half a character, as in a file's name that is no text
        return json.dumps(value, indent=2, ensure_ascii=False)


def _escaped(line: str) -> str:
    return "".join(f"\\u{ord(c):04x}" if visible(c) != c and ord(c) < 0x10000 else c for c in line)


def today() -> datetime.date:
    """Return the day; SOURCE_DATE_EPOCH where it is set."""
    return datetime.date.fromisoformat(created_now()[:10])


def say(notes: Iterable[str]) -> None:
    """Tell on stderr what the person should know."""
    for note in notes:
        click.echo(visible(f"note: {note}"), err=True)


def ask_person(by: str | None, role: str | None) -> tuple[str, str]:
    """Return name and role, asked for on stderr where they were not given.

    Raises
    ------
    UsageError
        When nobody answers.
    """
    if hasattr(sys.stdin, "reconfigure"):  # bytes that are no UTF-8 end in words, not in a traceback
        with contextlib.suppress(OSError, ValueError):
            sys.stdin.reconfigure(errors="surrogateescape")
    return _ask("your name", by, "--as NAME"), _ask("your role", role, "--role ROLE")


def _ask(what: str, given: str | None, option: str) -> str:
    if given is None:
        click.echo(f"{what}: ", nl=False, err=True)
        given = sys.stdin.readline()
        if not given:
            click.echo(err=True)
    if not given.strip():
        raise UsageError(f"{what} is missing", "", f"give {option}")
    return given.strip()


def find_evidence(given: str, folder: Path) -> str:
    """Return a path as evidence takes it: what stands where the person is, else what stands beside the journal."""
    here = Path.cwd() / given
    if "://" in given or Path(given).is_absolute() or not (here.exists() or here.is_symlink()):
        return given
    inside = here.is_relative_to(folder.absolute())
    return str(here) if inside or not (folder / given).exists() else given


def spoken(loaded: LoadedChecklist, language: str | None) -> Checklist:
    """Return a checklist in a language, telling on stderr what of it stays as it was written."""
    if language is None:
        return loaded.checklist
    from ethicscheck.checklist.translating import translate

    translated = translate(loaded, language)
    say(translated.notes)
    return translated.checklist


def speech_in(language: str | None) -> Speech:
    """Return the walk's own words in a language, telling on stderr where there are none."""
    found = speech_of(language)
    if found is None:
        say([f"the walk's own words are not translated into {language!r}"])
    return found or ENGLISH


def print_checklist(checklist: Checklist, console: Console, speech: Speech = ENGLISH) -> None:
    """Print every question."""
    print_text(console, f"{checklist.title}  {checklist.id} {checklist.version}", "bold")
    print_text(console, checklist.summary or "")
    for section in checklist.sections:
        console.print()
        print_text(console, section.title, "bold underline")
        print_text(console, section.intro or "")
        for what, words in ((speech.answered_by, section.roles.answer), (speech.signed_by, section.roles.sign)):
            if words:
                print_text(console, what.format(", ".join(words)), "dim")
        for item in section.items:
            console.print()
            print_text(console, item.text, "bold")
            print_text(console, f"{item.id} · {answers_in_words(item, checklist, speech)}", "dim", 2)
            if item.when is not None:
                print_text(console, speech.asked_when.format(describe(item.when, checklist)), "dim", 2)
            print_text(console, item.help or "", indent=2)
    console.print()
    for old, new in checklist.instead.items():
        print_text(console, speech.instead.format(old, ", ".join(new)), "dim")


def answers_in_words(item: Item, checklist: Checklist, speech: Speech = ENGLISH) -> str:
    """Return what an answer to a question may be."""
    labels = choices_of(item, checklist)
    words = " | ".join(labels.values()) if labels else speech.example(item)
    if item.columns:
        words += f": {' | '.join(column.title for column in item.columns)}"
    return words + (f" · {speech.na_allowed}" if item.na is not None else "")


def progress_line(status: ChecklistStatus, speech: Speech = ENGLISH) -> str:
    """Return how far it is, as a bar and in words."""
    counts = status.progress()
    asked = counts["items"] - counts["hidden"]
    done = asked - sum(counts[state] for state in OPEN)
    filled = round(BAR * done / asked) if asked else BAR
    return f"{'━' * filled}{'╌' * (BAR - filled)} {speech.done.format(done, asked)}"


def counts_in_words(status: ChecklistStatus, speech: Speech = ENGLISH) -> str:
    """Return how many questions are in each state."""
    counts = status.progress()
    return ", ".join(f"{counts[state]} {speech.states[state]}" for state in MARKS if counts[state])


def open_in_words(status: ChecklistStatus, speech: Speech = ENGLISH) -> str:
    """Return for whom questions are open, "" where nothing is, or where anyone may answer everything that is."""
    found = status.open_for()
    if not any(found):
        return ""
    parts = (
        speech.open_for.format(count, speech.listed(roles) if roles else speech.anyone)
        for roles, count in found.items()
    )
    return speech.still_open.format(", ".join(parts))


def measured_in_words(status: ChecklistStatus) -> str:
    """Return how many questions are measured, "" for none: without the data nobody can see a contradiction."""
    count = sum(item.item.metric is not None for item in status.items)
    if not count:
        return ""
    what, which = ("1 question is", "it") if count == 1 else (f"{count} questions are", "them")
    return f"{what} measured; only an audit can tell whether the numbers contradict {which}"


def word(state: State) -> str:
    """Return a state as it is said."""
    return ENGLISH.states[state]


def print_status(status: ChecklistStatus, console: Console) -> None:
    """Print where everything stands."""
    checklist, page = status.checklist, Page(console.width)
    print_text(page, f"{checklist.title}  {checklist.id} {checklist.version}", "bold")
    print_text(page, f"{progress_line(status)}: {counts_in_words(status)}")
    if still := open_in_words(status):
        print_text(page, still)
    risk = status.risk()
    of_section: dict[str, list[ItemStatus]] = {}
    for item in status.items:
        of_section.setdefault(item.section.id, []).append(item)
    for section in checklist.sections:
        page.add()
        points = f"  {_risk(risk[section.id])}" if section.id in risk else ""
        print_text(page, f"{section.title}{points}", "bold underline")
        for item in of_section.get(section.id, ()):
            print_item(item, checklist, page)
    page.add()
    for request in status.requests:
        print_text(page, f"{request.by} ({request.role}) asked for changes on {request.at[:10]}: {request.reason}")
    for signature in status.signatures:
        end = f"lapsed: {signature.lapsed}" if signature.lapsed else "holds"
        print_text(page, f"signed by {signature.by} ({signature.role}) on {signature.at[:10]}: {end}")
    asked = [text for code, text in status.unsigned() if code == "unsigned"]  # the others stand above
    for text in asked:
        print_text(page, text)
    for note in status.notes:
        print_text(page, f"note: {note}")
    page.print_to(console)


def _risk(risk: Risk) -> str:
    to_come = f", {risk.to_come} of its questions not answered yet" if risk.to_come else ""
    return f"risk points {risk.points:g} of {risk.most:g}{to_come}"


def print_item(item: ItemStatus, checklist: Checklist, console: Console | Page) -> None:
    """Print one question, its state, its answers and why."""
    mark, style = MARKS[item.state]
    head = Text(f"{mark} {word(item.state)}  ", style)
    print_text_after(console, head, f"{item.item.text}  [{item.item.id}]")
    for answer in item.answers:
        print_text(console, said(answer, item, checklist), indent=4)
    if item.settled:
        print_text(console, item.settled, indent=4)
    for part in item.comments:
        reply = f", to no. {part.reply_to}" if part.reply_to is not None else ""
        who = f"no. {part.seq}, {part.by} ({part.role}) remarked on {part.at[:10]}{reply}"
        print_text(console, f"{who}: {part.text}", indent=4, hanging=2)
    if item.why and item.state not in ("not_applicable", "disputed"):
        print_text(console, f"→ {item.why}", style, 4)


def print_text_after(console: Console | Page, head: Text, text: str) -> None:
    """Print text after a styled beginning, wrapped together."""
    page = console if isinstance(console, Page) else Page(console.width)
    first, *others = textwrap.wrap(
        visible(f"{head.plain}{' '.join(text.split())}"), console.width, subsequent_indent="  "
    )
    cut = len(head.plain.rstrip())
    page.add(first[:cut], head.style, "")
    for part in (first[cut:], *others):
        page.add(part)
    if not isinstance(console, Page):
        page.print_to(console)


def in_short(answer: GivenAnswer, item: ItemStatus, checklist: Checklist, speech: Speech = ENGLISH) -> str:
    """Return one person's answer on one line, without comment and evidence."""
    text = said(replace(answer, comment=None, evidence=()), item, checklist, speech)
    return " ".join(text.split())


def said(answer: GivenAnswer, item: ItemStatus, checklist: Checklist, speech: Speech = ENGLISH) -> str:
    """Return one person's answer in words."""
    shown = (
        speech.na_because.format(answer.na_reason)
        if answer.na_reason is not None
        else show_value(answer.value, item.item, checklist)
    )
    text = f"{answer.by} ({answer.role}), {answer.at[:10]}{brought_in(answer)}: {shown}"
    if answer.problem == AS_IT_WAS:
        text += f"\n  {AS_IT_WAS}"
    if answer.comment:
        text += f"\n  “{answer.comment}”"
    for piece in answer.evidence:
        text += f"\n  {speech.evidence.format(piece.path or piece.url)}" + (
            f" — {piece.problem}" if piece.problem else ""
        )
    return text


def brought_in(answer: GivenAnswer | Answer | Resolution) -> str:
    """Return who brought an answer in from a form: ", from a form, by Eva (reviewer) on 2026-03-05"; "" for one given directly."""
    if not answer.imported:
        return ""
    by, role, at = (answer.imported.get(key, "") for key in ("by", "role", "at"))
    own = (by, role) == (answer.by, answer.role)
    return ", from a form" + ("" if own or not by else f", by {by} ({role})") + (f" on {at[:10]}" if at else "")
