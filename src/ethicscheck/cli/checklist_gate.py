"""The gate of `ethicscheck checklist check`: findings with their codes, in words or as JSON. Imported by commands only."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from ethicscheck.checklist.gating import GateFinding, gate_findings
from ethicscheck.checklist.opening import open_journal
from ethicscheck.checklist.status import ChecklistStatus, Require
from ethicscheck.errors import EthicscheckError, UsageError

from .checklist_measured import status_with_record
from .checklist_words import counts_in_words, measured_in_words, new_console, print_json, print_text

UNMET, UNREADABLE = 1, 2
DAYS = {"d": 1, "w": 7}
LONGEST = 36_500


def gate(path: Path, require: Require, max_age: str | None, record: Path | None, as_json: bool) -> int:
    """Hold a journal against a requirement, print what is found, and return the exit code.

    Raises
    ------
    EthicscheckError
        When nothing can be judged; with `as_json` what is wrong stands on stdout as well, under the code `invalid`.
    """
    days = _days(max_age)
    try:
        status = status_with_record(open_journal(path), record, days)
    except EthicscheckError as error:
        if as_json:
            from .checklist_lint import problem_json

            problems = [problem_json(part, "invalid") for part in error.problems]
            print_json({"target": path.name, "require": require, "met": False, "findings": problems})
        raise
    found = gate_findings(status, require)
    if as_json:
        if record is None and (unmeasured := measured_in_words(status)):
            status = replace(status, notes=(*status.notes, unmeasured))
        print_json(_as_json(status, require, found, path))
    else:
        _print(status, require, found, new_console(), record is not None)
    return UNMET if any(part.blocking for part in found) else 0


def _days(given: str | None) -> int | None:
    if given is None:
        return None
    found = re.fullmatch(r"([0-9]{1,5})([dw]?)", given.strip())
    days = int(found[1]) * DAYS[found[2] or "d"] if found is not None else 0
    if not 0 < days <= LONGEST:
        raise UsageError(f"{given!r} is no age", "--max-age", "write it as 180d or 26w")
    return days


def _as_json(status: ChecklistStatus, require: Require, found: tuple[GateFinding, ...], path: Path) -> dict[str, Any]:
    return {
        "target": path.name,
        "id": status.checklist.id,
        "version": status.checklist.version,
        "require": require,
        "met": not any(part.blocking for part in found),
        "findings": [{key: part for key, part in vars(one).items() if part is not None} for one in found],
        "progress": dict(status.progress()),
        "notes": list(status.notes),
    }


def _print(
    status: ChecklistStatus, require: Require, found: tuple[GateFinding, ...], console: Console, with_record: bool
) -> None:
    for note in status.notes:
        print_text(console, f"note: {note}")
    if not with_record and (measured := measured_in_words(status)):
        console.print(Text(measured), soft_wrap=True)  # one line, for those who look for it
    for part in found:
        print_text(console, f"{'✗' if part.blocking else '?'} {part.code}: {part.message}")
    name = f"{status.checklist.id} {status.checklist.version}"
    if require == "none":
        print_text(console, f"{name}: {counts_in_words(status)}; nothing is required")
    elif any(part.blocking for part in found):
        print_text(console, f"{name} is not {require}: {counts_in_words(status)}")
        codes = dict.fromkeys(part.code for part in found if part.blocking)
        print_text(console, f"what a code means: ethicscheck explain {' | '.join(codes)}")
    else:
        print_text(console, f"{name} is {require}: {counts_in_words(status)}")


__all__ = ["gate"]
