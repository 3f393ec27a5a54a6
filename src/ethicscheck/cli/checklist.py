"""`ethicscheck checklist`: the questions no metric answers. Listing, showing, starting, where it stands, the gate.

Answering is in `checklist_answering`, the guided walk in `checklist_walk`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .checklist_answering import answer_command, resolve_command, sign_command, withdraw_command
from .checklist_comment import comment_command
from .checklist_history import history_command
from .checklist_moving import export_command, import_command
from .checklist_versions import diff_command, migrate_command
from .checklist_walk import lang_option, walk_command
from .completion import complete_checklists

if TYPE_CHECKING:
    from ethicscheck.checklist.status import Require


@click.group("checklist")
def checklist_command() -> None:
    """Answer the questions no metric answers, keep the answers, and gate on them.

    Answers go into a journal, a file that is only ever added to. ID is a shipped checklist, PATH one of your own.
    """


@checklist_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(as_json: bool) -> None:
    """List the shipped checklists."""
    from ethicscheck.checklist.shipped import load, shipped_ids

    from .checklist_words import new_console, print_json, print_text

    checklists = [load(name, Path()).checklist for name in shipped_ids()]
    if as_json:
        print_json(
            [
                {"id": part.id, "version": part.version, "title": part.title, "questions": len(list(part.items()))}
                for part in checklists
            ]
        )
        return
    console = new_console()
    for part in checklists:
        print_text(
            console, f"{part.id}  {part.title}, version {part.version}, {len(list(part.items()))} questions", "bold"
        )
        print_text(console, part.summary or "", indent=2)


@checklist_command.command("show")
@click.argument("use", metavar="ID|PATH", shell_complete=complete_checklists)
@lang_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, in the form of the YAML.")
def show_command(use: str, lang: str | None, as_json: bool) -> None:
    """Show every question of a checklist, with its help, answers and conditions."""
    from ethicscheck.checklist.shipped import load

    from .checklist_words import new_console, print_checklist, print_json, speech_in, spoken

    checklist = spoken(load(use, Path()), lang)
    if as_json:
        written = checklist.model_dump(mode="json", by_alias=True, exclude_unset=True)
        print_json({"schema": checklist.schema_, **written})
    else:
        print_checklist(checklist, new_console(), speech_in(lang))


@checklist_command.command("start")
@click.argument("use", metavar="ID|PATH", shell_complete=complete_checklists)
@click.option(
    "-o",
    "--output",
    "journal",
    required=True,
    type=click.Path(path_type=Path),
    help="The journal to begin, such as answers/transparency.answers.jsonl.",
)
def start_command(use: str, journal: Path) -> None:
    """Begin a journal of answers; refuses to write over a file."""
    from ethicscheck.checklist.opening import start_journal
    from ethicscheck.checklist.shipped import load
    from ethicscheck.model.wording import visible
    from ethicscheck.provenance import created_now

    loaded = load(use, Path())
    start_journal(loaded, journal, at=created_now())
    questions = len(list(loaded.checklist.items()))
    click.echo(visible(f"began {journal}: {loaded.checklist.title}, {questions} questions"))
    click.echo(visible(f"next: ethicscheck checklist walk {journal} --as NAME --role ROLE"))


@checklist_command.command("status")
@click.argument("journal", type=click.Path(path_type=Path))
@click.option(
    "--record", type=click.Path(path_type=Path), help="An audit.json: what it measured stands beside the answers."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status_command(journal: Path, record: Path | None, as_json: bool) -> None:
    """Show where every question of a journal stands, who said what, and what is still open."""
    from ethicscheck.checklist.pausing import nothing_thrown_away

    with nothing_thrown_away():  # imports are work of that kind too
        from ethicscheck.checklist.opening import open_journal

        from .checklist_json import status_json
        from .checklist_measured import status_with_record
        from .checklist_words import new_console, print_json, print_status

        status = status_with_record(open_journal(journal), record)
        if as_json:
            print_json(status_json(status))
        else:
            print_status(status, new_console())


@checklist_command.command("check")
@click.argument("target", metavar="TARGET")
@click.option(
    "--require",
    type=click.Choice(["none", "complete", "signed"]),
    default="complete",
    show_default=True,
    help="What a journal must be: readable, answered, or answered and signed.",
)
@click.option("--max-age", metavar="AGE", help="Answers older than this are out of date, such as 180d or 26w.")
@click.option(
    "--record",
    type=click.Path(path_type=Path),
    help="An audit.json: measured answers and what signatures cover are held against it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what is found as JSON, each with its code.")
def check_command(target: str, require: Require, max_age: str | None, record: Path | None, as_json: bool) -> int:
    """Check a checklist (an id or a YAML file: its problems) or a journal (the gate).

    Leaves with 0 when all is well, 1 when something is open or a question lacks help or words in a language it is
    translated into, 2 when it can't be read.
    """
    if _is_journal(Path(target)):
        from .checklist_gate import gate

        return gate(Path(target), require, max_age, record, as_json)
    if max_age is not None or record is not None:
        from ethicscheck.errors import UsageError

        raise UsageError(f"{target!r} is no journal", "--max-age, --record", "these are for journals of answers")
    from .checklist_lint import lint

    return lint(target, as_json)


def _is_journal(path: Path) -> bool:
    if path.suffix in (".yaml", ".yml", ".json"):
        return False
    if path.suffix == ".jsonl":
        return True
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(4096).lstrip().startswith(b"{")


for _command in (
    walk_command,
    answer_command,
    withdraw_command,
    resolve_command,
    comment_command,
    sign_command,
    history_command,
    diff_command,
    migrate_command,
    export_command,
    import_command,
):
    checklist_command.add_command(_command)
