"""`ethicscheck checklist walk`: the questions one after the other, saved one by one."""

from __future__ import annotations

from pathlib import Path

import click

from .checklist_answering import person_options

lang_option = click.option(
    "--lang", metavar="LANGUAGE", help="Show the questions in this language, such as fr, where they are translated."
)


@click.command("walk")
@click.argument("journal", type=click.Path(path_type=Path))
@person_options
@click.option(
    "--only",
    type=click.Choice(["unanswered", "disputed", "stale", "mine", "contradicted", "opened"]),
    help="Only these questions; mine: those your role is asked and you have not answered; contradicted, opened: those "
    "that the measurements of --record contradict, or that its failed rules open.",
)
@click.option(
    "--record",
    type=click.Path(path_type=Path),
    help="An audit.json: its measured answers stand beside the given ones, and what its failed rules open is asked again.",
)
@lang_option
def walk_command(
    journal: Path, by: str | None, role: str | None, only: str | None, record: Path | None, lang: str | None
) -> int:
    """Walk through the questions of JOURNAL; each answer is saved at once.

    Goes on where it stopped. At each question: ? help, b back, s skip, c comment, e evidence, n does not apply,
    m many lines in your editor ($EDITOR), q quit.
    Works without a terminal too, reading lines.
    """
    from ethicscheck.checklist.opening import open_journal
    from ethicscheck.errors import UsageError
    from ethicscheck.report.answered import Measured

    from .checklist_measured import read_measured
    from .checklist_wizard import Walk
    from .checklist_words import ask_person, speech_in, spoken

    opened = open_journal(journal)
    checklist = spoken(opened.loaded, lang)
    if only in ("contradicted", "opened") and record is None:
        raise UsageError(
            f"nothing is measured, so nothing is {only}", "--only", "add --record ethicscheck-out/audit.json"
        )
    measured = read_measured(record, opened.loaded.checklist) if record is not None else Measured()
    by, role = ask_person(by, role)
    return Walk(opened, by, role, only, checklist, measured, speech_in(lang)).run()
