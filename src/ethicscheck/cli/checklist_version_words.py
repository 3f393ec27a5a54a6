"""What `ethicscheck checklist diff` and `migrate` say. Heavy: imported by commands only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click
from rich.console import Console

from ethicscheck.checklist.definition import Checklist
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.versions import Fate, Moved, PartChange, QuestionChange, compare_frames
from ethicscheck.model.wording import visible

from .checklist_words import print_text, say

# In this order: what asks for work first.
FATES: Mapping[Fate, tuple[str, str]] = {
    "needs_re_answer": ("needs re-answer", "answers are kept and asked again"),
    "new": ("new", "nobody was asked before"),
    "renamed": ("renamed", "answers count under the new id"),
    "removed": ("removed", "answers are kept, and no longer asked for"),
    "compatible": ("compatible", "answers count"),
}


def print_changes(changes: Sequence[QuestionChange], old: Checklist, new: Checklist, console: Console) -> None:
    """Print what became of each question."""
    print_text(console, f"{new.title}  {new.id} {old.version} → {new.version}", "bold")
    print_text(console, counts_in_words(changes))
    for fate, (word, means) in FATES.items():
        found = [change for change in changes if change.fate == fate]
        if not found:
            continue
        console.print()
        print_text(console, f"{word} ({len(found)}): {means}", "bold underline")
        for change in found:
            was = f"  (was {', '.join(change.was)})" if change.was else ""
            print_text(console, f"{change.id}{was}", indent=2)
            if fate in ("new", "removed"):
                print_text(console, change.text, indent=4)
            for part in change.changed:
                print_text(console, part_in_words(part), indent=4)
    if frame := compare_frames(old, new):
        console.print()
        print_text(console, "around the questions: answers count, signatures lapse", "bold underline")
        for part in frame:
            print_text(console, part_in_words(part), indent=2)


def counts_in_words(changes: Sequence[QuestionChange]) -> str:
    """Return how many questions met which fate."""
    counts = {fate: sum(change.fate == fate for change in changes) for fate in FATES}
    return ", ".join(f"{counts[fate]} {word}" for fate, (word, _) in FATES.items() if counts[fate])


def part_in_words(part: PartChange) -> str:
    """Return what changed: `text: “Is it?” → “Was it?”`."""
    before, after = (f"“{' '.join(side.split())}”" if side else "none" for side in (part.before, part.after))
    return f"{part.part}: {before} → {after}"


def tell_moved(opened: OpenJournal, moved: Moved) -> None:
    """Say what a migration means for the answers given so far."""
    checklist = opened.loaded.checklist
    say(moved.notes)
    name = f"{checklist.id} {checklist.version}"
    if moved.written is None:
        click.echo(visible(f"nothing to do: the journal answers {name} already"))
    else:
        click.echo(visible(f"moved: {opened.journal.path.name} answers {name} from here on; nothing was rewritten"))
    count = len(moved.counting)
    click.echo(f"answers to {count} question{'' if count == 1 else 's'} count as before")
    for old, new in moved.renamed:
        click.echo(visible(f"renamed: {old} is {new} now"))
    for name, why in moved.falling_short:
        click.echo(visible(f"no longer enough: {name} ({why})"))
    for word, ids in (
        ("to be answered again", moved.again),
        ("no longer asked, answers kept", moved.removed),
        ("not answered yet", moved.unanswered),
    ):
        if ids:
            click.echo(visible(f"{word}: {', '.join(ids)}"))


__all__ = ["FATES", "counts_in_words", "part_in_words", "print_changes", "tell_moved"]
