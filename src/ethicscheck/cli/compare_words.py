"""What `ethicscheck compare` prints: a page to be read in ten seconds. The words are the documents' own."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from ethicscheck.errors import EthicscheckError, Problem
from ethicscheck.model.comparison import Comparison
from ethicscheck.report.since import FindingRow, SinceSection
from ethicscheck.report.since_facts import setting_rows

if TYPE_CHECKING:
    from ethicscheck.report.since_facts import ChangedList

STYLES = {"fail": "bold red", "pass": "bold green", "inconclusive": "bold yellow"}
WIDTH = 80
MOST_FINDINGS = 10
MOST_ROWS = 4


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to the caller: rich would leave with 1, which means that something got worse."""
        self.quiet = True
        raise BrokenPipeError


def refuse(comparison: Comparison, old: Path, new: Path) -> EthicscheckError:
    """Return the error for two audits whose numbers stand for different things: one problem for each reason."""
    from ethicscheck.errors import UsageError

    error = UsageError("the audits can't be compared")
    error.problems = tuple(
        Problem(
            f"the audits can't be compared: {row.name[:1].lower()}{row.name[1:]} is {row.old!r} in one and {row.new!r} in the other",
            f"{old.name}, {new.name}",
            "the same names stand for different things; compare audits that ask the same",
        )
        for row in setting_rows(comparison.broken_by)
    )
    return error


def print_comparison(view: SinceSection, written: Sequence[Path] = (), console: Console | None = None) -> None:
    """Print what changed, the worst first, and where the documents lie."""
    out = console or _Console(highlight=False, soft_wrap=False)
    out.width = min(out.width, WIDTH)
    out.print(Text(view.subject, "bold"), soft_wrap=True)
    _wrapped(view.about, out)
    out.print(Text(f"{view.mark} {view.word}", STYLES[view.tone]))
    if view.headline:
        _wrapped(view.headline, out)
    for text in view.cautions:
        _wrapped(f"! {text}", out, "", "  ")
    for row in view.findings[:MOST_FINDINGS]:
        _finding(row, out)
    if (more := len(view.findings) - MOST_FINDINGS) > 0:
        out.print(f"\n… and {more} more findings that changed (-f html shows all).")
    if view.unchanged:
        out.print()
        _wrapped(f"= Unchanged: {', '.join(row.id for row in view.unchanged)}", out, "", "  ")
    _around(view, out)
    if written:
        out.print()
    for path in written:
        out.print(Text(f"wrote {path}", "dim"), soft_wrap=True)


def _finding(row: FindingRow, out: Console) -> None:
    out.print()
    word = f"{row.mark} {row.word}  "
    if len(f"{word}{row.heading}  {row.id}") <= out.width:
        out.print(Text(word, STYLES[row.tone]).append(row.heading, "bold").append(f"  {row.id}", "dim"), soft_wrap=True)
    else:
        out.print(Text(word, STYLES[row.tone]).append(row.heading, "bold"), soft_wrap=True)
        out.print(Text(f"  {row.id}", "dim"), soft_wrap=True)
    _wrapped("; ".join(part for part in (row.verdicts, row.numbers) if part), out, "  ", "  ")
    if row.note:
        _wrapped(row.note, out, "  ", "  ")


def _around(view: SinceSection, out: Console) -> None:
    """Print a line for each feature's gaps, and what changed around the numbers."""
    if view.axes:
        out.print()
    for axis in view.axes:
        _wrapped(f"Gaps {axis.title[:1].lower()}{axis.title[1:]}: {axis.takeaway}", out, "", "  ")
    for part in view.lists:
        _list(part, out)
    if view.settings:
        out.print()
        out.print(Text("Settings", "bold"))
        for row in view.settings[: 2 * MOST_ROWS]:
            _wrapped(row.sentence, out, "  ", "    ")
        if (more := len(view.settings) - 2 * MOST_ROWS) > 0:
            out.print(f"  … and {more} more.")


def _list(part: ChangedList, out: Console) -> None:
    out.print()
    out.print(Text(part.title, "bold"), soft_wrap=True)
    _wrapped(part.takeaway, out, "  ", "  ")
    for row in part.rows[:MOST_ROWS]:
        _wrapped(row.sentence, out, "  ", "    ")
    if (more := len(part.rows) - MOST_ROWS) > 0:
        out.print(f"  … and {more} more.")


def _wrapped(text: str, out: Console, first: str = "", indent: str = "") -> None:
    """Wrap at ordinary spaces only."""
    for line in textwrap.wrap(text, out.width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False):
        out.print(Text(line), soft_wrap=True)
