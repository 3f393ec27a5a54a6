"""`ethicscheck explain`: any name of a config, a record or a report, in plain words."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

from .completion import complete_names

if TYPE_CHECKING:
    from ethicscheck.policy.glossary import Entry

KINDS = {
    "metric": "Measures of a group",
    "criterion": "Fairness criteria: gaps in measures",
    "rule": "Words of a rule",
    "topic": "Questions an expert asks next",
    "profile": "Profiles: shipped rule sets",
    "control": "Control maps: what laws, frameworks and standards ask for",
    "verdict": "Verdicts",
    "warning": "Warnings: what a good statistician would point out",
    "reason": "Reasons: why something is undecided, undefined or left out",
    "state": "States of a checklist's question",
    "code": "What else `ethicscheck checklist check` finds",
    "finding": "Finding codes: what CI's annotations name",
    "method": "Intervals",
    "test": "Tests",
    "key": "Other keys of the config",
}
ONE = {
    "code": "finding of a checklist", "finding": "finding code",
    "metric": "measure", "criterion": "fairness criterion", "rule": "word of a rule", "topic": "topic", "profile": "profile", "verdict": "verdict",
    "warning": "warning", "reason": "reason", "state": "state of a question", "method": "interval", "test": "test", "control": "control", "key": "key of the config",
}  # fmt: skip
WIDTH, NARROWEST = 100, 40


@click.command("explain")
@click.argument("name", required=False, shell_complete=complete_names)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def explain_command(name: str | None, as_json: bool) -> None:
    """Explain NAME in plain words: a measure, a rule's word, a profile, a verdict, a warning, a reason, a key, a finding's code (EC106).

    Without NAME, list every name there is.
    """
    from ethicscheck.errors import UsageError, did_you_mean
    from ethicscheck.policy.controls import unknown_control
    from ethicscheck.policy.glossary import entries, find_entry, other_words

    if name is None:
        _list(tuple(entries()), as_json)
        return
    entry = find_entry(name)
    if entry is None:
        known = [*(part.name for part in entries()), *other_words()]
        hint = did_you_mean(name, known)
        if ":" in name and (problem := unknown_control(name)) is not None and problem.hint:
            hint = problem.hint
        hint = hint if hint.startswith("did you mean") else "`ethicscheck explain` lists every name"
        raise UsageError(f"nothing is called {name!r}", "", hint)
    if as_json:
        _print_json(_plain(entry))
    else:
        _print(entry)


def _list(found: tuple[Entry, ...], as_json: bool) -> None:
    if as_json:
        _print_json([_plain(entry) for entry in found])
        return
    width = max(len(entry.name) for entry in found if entry.kind != "method") + 2
    for kind, heading in KINDS.items():
        if not any(entry.kind == kind for entry in found):
            continue
        click.echo(f"{heading}\n")
        for entry in found:
            if entry.kind == kind:
                click.echo(f"  {entry.name:<{width}}{'' if len(entry.name) < width else '  '}{entry.title}")
        click.echo()
    click.echo("`ethicscheck explain NAME` says more of each.")


def _print(entry: Entry) -> None:
    from rich.console import Console

    width = max(NARROWEST, min(Console().width, WIDTH))
    head = f"{entry.name}: {entry.title} ({ONE[entry.kind]})"
    click.echo(textwrap.fill(head, width, subsequent_indent="  ", break_on_hyphens=False) + "\n")
    head = "Asks" if entry.kind in ("metric", "criterion", "topic") else "Means"
    for heading, text in ((head, entry.says), *entry.details):
        click.echo(_wrapped(heading, text, width))


def _wrapped(heading: str, text: str, width: int) -> str:
    indent = " " * 13
    first, *more = (
        textwrap.fill(
            line, width, initial_indent=f"{heading:<13}" if place == 0 else indent, subsequent_indent=indent,
            break_on_hyphens=False,
        )
        for place, line in enumerate(text.split("\n"))
    )  # fmt: skip
    return "\n".join((first, *more))


def _plain(entry: Entry) -> dict[str, str]:
    details = {heading.lower().replace(" ", "_"): text for heading, text in entry.details}
    return {"name": entry.name, "kind": entry.kind, "title": entry.title, "says": entry.says, **details}


def _print_json(value: object) -> None:
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
