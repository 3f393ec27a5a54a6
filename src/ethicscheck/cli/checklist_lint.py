"""What `ethicscheck checklist check` says of a checklist's own file, in words or as JSON. Imported by commands only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from ethicscheck.checklist.reading import ChecklistError
from ethicscheck.checklist.shipped import load
from ethicscheck.checklist.translation import missing_words
from ethicscheck.errors import EthicscheckError, Problem
from ethicscheck.model.wording import visible
from ethicscheck.policy.controls import strange_controls

from .checklist_words import print_json

UNMET = 1


def lint(use: str, as_json: bool) -> int:
    """Check a checklist, print what is found, and return the exit code.

    Raises
    ------
    EthicscheckError
        When it has errors; what else should be mended is printed all the same, and as JSON all of it.
    """
    try:
        loaded = load(use, Path())
        missing = missing_words(loaded)
    except EthicscheckError as error:
        weak = error.weak_spots if isinstance(error, ChecklistError) else ()
        if as_json:
            findings = (*_findings(error.problems, "invalid"), *_findings(weak, "missing_help"))
            print_json({"target": use, "met": False, "findings": findings})
        else:
            _print("to mend", weak)
        raise
    strange = tuple(strange_controls(loaded.document.value, loaded.document))
    spots = loaded.weak_spots()
    if as_json:
        findings = (
            *_findings(strange, "unknown_control", blocking=False),
            *_findings(spots, "missing_help"),
            *_findings(missing, "missing_words"),
        )
        named = {"id": loaded.checklist.id, "version": loaded.checklist.version}
        print_json({"target": use, **named, "met": not (spots or missing), "findings": findings})
    else:
        _print("warning", strange)
        _print("to mend", (*spots, *missing))
        if not spots and not missing:
            click.echo(visible(f"no problem found in {loaded.checklist.id} {loaded.checklist.version}"))
    return UNMET if spots or missing else 0


def _print(what: str, problems: Iterable[Problem]) -> None:
    for problem in problems:
        click.echo(visible(f"{what}: {problem}"))


def problem_json(problem: Problem, code: str, blocking: bool = True) -> dict[str, Any]:
    """Return a problem as a finding: its code, where it stands, what to do."""
    place = {"file": problem.file, "line": problem.line} if problem.line else {}
    hint = {"hint": problem.hint} if problem.hint else {}
    return {"code": problem.code or code, "message": str(problem), "blocking": blocking, **place, **hint}


def _findings(problems: Iterable[Problem], code: str, blocking: bool = True) -> Iterator[dict[str, Any]]:
    return (problem_json(problem, code, blocking) for problem in problems)


__all__ = ["lint", "problem_json"]
