"""The terminal summary: the report's words, in the report's order."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ethicscheck.model.record import AuditRecord
from ethicscheck.report.briefly import brief_lines
from ethicscheck.report.findings import FindingView
from ethicscheck.report.view import ReportView, make_view

STYLES = {
    "fail": "bold red",
    "pass": "bold green",
    "inconclusive": "bold yellow",
    "not_evaluable": "bold yellow",
    "waived": "bold blue",
}
MOST_FINDINGS = 12
MOST_NAMED = 4
WIDTH = 100


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to the caller: rich would leave with 1, which means that a rule failed."""
        self.quiet = True
        raise BrokenPipeError


def print_summary(
    record: AuditRecord, written: Sequence[Path], gate: Sequence[str] = (), console: Console | None = None
) -> None:
    """Print what was found, what the gate says of it, and where the documents lie."""
    out = console or _Console(highlight=False, soft_wrap=False)
    out.width = min(out.width, WIDTH)
    view = make_view(record)
    out.print(Text(view.title, "bold"))
    out.print(Text(f"{view.mark} {view.word}", STYLES[view.verdict]))
    _print_wrapped(view.headline, out)
    _print_data(view, out)
    for finding in view.findings[:MOST_FINDINGS]:
        _print_finding(finding, out)
    if len(view.findings) > MOST_FINDINGS:
        out.print(f"\n… and {len(view.findings) - MOST_FINDINGS} more findings in the report.")
    _print_sections(view, out)
    _print_impact_ratios(view, out)
    _print_warnings(view, out)
    _print_gate(gate, out)
    out.print()
    for path in written:
        out.print(Text(f"wrote {path}", "dim"), soft_wrap=True)


def _print_data(view: ReportView, out: Console) -> None:
    out.print()
    parts = [f"{rows} {what}" for what, rows in view.accounting if rows != view.rows_total]
    text = (
        f"{view.rows_total} {view.read_word}"
        + (": " + "; ".join(parts) if parts else ", all of them in every table")
        + "."
    )
    _print_wrapped(text, out)
    for part in view.shares:
        few = part.few
        line = f"{part.title}: {part.number} {'group' if part.number == 1 else 'groups'}"
        if few:
            line += f", too few people in {', '.join(few[:5])}" + (f" and {len(few) - 5} more" if len(few) > 5 else "")
        if part.unknown:
            line += f", unknown for {part.unknown}"
        _print_wrapped(f"{line}.", out)


def _print_finding(finding: FindingView, out: Console) -> None:
    out.print()
    _print_head(finding, out)
    _print_wrapped(finding.message, out, indent=2)
    if finding.strata:
        _print_wrapped(finding.strata, out, indent=2)
    if finding.questions:
        asked = "; ".join(text for _, text in finding.questions)
        _print_wrapped(f"{finding.questions_word}: {asked}", out, indent=2)
    if finding.verdict != "pass":
        _print_wrapped(f"→ {finding.remedy}", out, indent=2)


def _print_sections(view: ReportView, out: Console) -> None:
    """Print a line for each study that was asked for: what its section of the report says first."""
    lines = list(brief_lines(view.sections))
    if lines:
        out.print()
    for line in lines:
        _print_wrapped(line, out)


def _print_head(finding: FindingView, out: Console) -> None:
    """Print verdict, heading and id in one line; what is too long goes on indented, lest an id look like a heading."""
    verdict = f"{finding.mark} {finding.word}  "
    head = Text(verdict, STYLES[finding.verdict]).append(finding.heading, "bold")
    if cell_len(f"{head.plain}  {finding.id}") <= out.width:
        out.print(head.append(f"  {finding.id}", "dim"), soft_wrap=True)
        return
    start, space = 0, "  "
    for line in textwrap.wrap(head.plain, out.width, subsequent_indent=space, break_on_hyphens=False):
        start = head.plain.index(line.strip(), start)
        end = start + len(line.strip())
        out.print(Text(space if start else "") + head[start:end], soft_wrap=True)
        start = end
    for line in textwrap.wrap(finding.id, out.width, initial_indent=space, subsequent_indent=space):
        out.print(Text(line, "dim"), soft_wrap=True)


def _print_impact_ratios(view: ReportView, out: Console) -> None:
    """Print the lowest ratio of each table a profile asks for; the report has the tables."""
    tables = [table for section in view.sections if section.anchor == "impact-ratios" for table in section.view.tables]
    for place, table in enumerate(tables):
        if place == 0:
            out.print()
            out.print(Text("Impact ratios (no limit is set for them; the report has the tables)", "bold"))
        _print_wrapped(f"{table.title}: {table.takeaway}", out, indent=2)


def _print_warnings(view: ReportView, out: Console) -> None:
    """Print each kind of warning once: its title, and what it speaks of; the report has the sentences."""
    if not view.warnings:
        return
    out.print()
    out.print(Text("Mind this when you read the findings (the report says why):", "bold"))
    for code in dict.fromkeys(warning.code for warning in view.warnings):
        found = [warning for warning in view.warnings if warning.code == code]
        about = list(dict.fromkeys(name for warning in found for _, name in warning.findings))
        shown = ", ".join(about[:MOST_NAMED]) + (
            f" and {len(about) - MOST_NAMED} more" if len(about) > MOST_NAMED else ""
        )
        _print_wrapped(f"! {found[0].title}{f': {shown}' if shown else ''}  ({code})", out, indent=2)


def _print_gate(lines: Sequence[str], out: Console) -> None:
    if lines:
        out.print()
    for line in lines:
        _print_wrapped(line.strip(), out, indent=len(line) - len(line.lstrip()))


def _print_wrapped(text: str, out: Console, indent: int = 0) -> None:
    """Wrap at ordinary spaces only: rich would break "28.0 %" at its no-break space."""
    space = " " * indent
    for line in textwrap.wrap(text, out.width, initial_indent=space, subsequent_indent=space):
        out.print(Text(line), soft_wrap=True)
