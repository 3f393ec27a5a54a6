"""GitHub Actions: annotations at the lines that set the limits, and the job's summary in Markdown.

`render` makes the summary; `workflow_commands` the workflow commands for stdout. Where they go is the caller's business.
"""

from __future__ import annotations

from typing import Final

from ethicscheck.model.record import AuditRecord
from ethicscheck.model.wording import visible

from .briefing import findings_table, more_of_it, opening
from .voices import Level, Line, lines

SUMMARY: Final = "GITHUB_STEP_SUMMARY"
MOST: Final = 10  # GitHub shows so many of a kind in a step
MOST_BYTES: Final = 1_000_000  # and refuses summaries of more than 1 MiB
COMMANDS: Final[dict[Level, str]] = {"error": "error", "warning": "warning", "note": "notice"}


def render(record: AuditRecord) -> bytes:
    """Return the job's summary; a table too long for GitHub is cut, and says so."""
    for most in (None, 500, 100, 0):
        table = findings_table(record, None)[:1] if most is None else findings_table(_first(record, most))[:1]
        cut = (
            []
            if most is None
            else [f"The table shows {most} of {len(record.findings)} findings; the record has them all."]
        )
        blocks = [*opening(record), *table, *cut, *more_of_it(record)]
        written = ("\n\n".join(blocks) + "\n").encode("utf-8")
        if len(written) <= MOST_BYTES:
            break
    return written


def _first(record: AuditRecord, most: int) -> AuditRecord:
    kept = {line.id for line in lines(record)[:most]}
    return record.model_copy(update={"findings": tuple(part for part in record.findings if part.id in kept)})


def workflow_commands(record: AuditRecord) -> str:
    """Return a workflow command for each finding that does not pass: the worst ten of a kind, the last saying how many more."""
    made = []
    for level, command in COMMANDS.items():
        found = [line for line in lines(record) if line.level == level]
        shown = found if len(found) <= MOST else found[: MOST - 1]
        made += [_command(command, line) for line in shown]
        if len(shown) < len(found):
            rest = len(found) - len(shown)
            made.append(
                f"::{command} title=ethicscheck::{_data(f'{rest} more findings; the job summary has them all')}"
            )
    return "".join(f"{line}\n" for line in made)


def _command(command: str, line: Line) -> str:
    place = f"file={_property(line.file)}," if line.file else ""
    place += f"line={line.line}," if line.file and line.line else ""
    title = f"{line.code} {line.word}: {line.heading}"
    return f"::{command} {place}title={_property(title)}::{_data(f'{line.message} {line.remedy}'.strip())}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
