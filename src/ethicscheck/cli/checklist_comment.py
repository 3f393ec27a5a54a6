"""`ethicscheck checklist comment`: a remark on a question, or a reply to one."""

from __future__ import annotations

from pathlib import Path

import click

from .checklist_answering import person_options


@click.command("comment")
@click.argument("journal", type=click.Path(path_type=Path))
@click.argument("item")
@click.argument("text")
@person_options
@click.option("--reply-to", type=int, metavar="N", help="The number of the comment that this one answers.")
def comment_command(
    journal: Path, item: str, text: str, by: str | None, role: str | None, reply_to: int | None
) -> None:
    """Say TEXT about question ITEM of JOURNAL, beside its answers.

    A comment answers nothing, settles nothing and makes no signature lapse; it stays in JOURNAL.
    """
    from ethicscheck.checklist.commenting import comment_on
    from ethicscheck.checklist.opening import open_journal
    from ethicscheck.model.wording import visible
    from ethicscheck.provenance import created_now

    from .checklist_words import ask_person, say

    opened = open_journal(journal)
    by, role = ask_person(by, role)
    comment, notes = comment_on(opened, item, text, by=by, role=role, at=created_now(), reply_to=reply_to)
    say(notes)
    click.echo(visible(f"saved: comment no. {comment.seq} on {comment.item}"))
