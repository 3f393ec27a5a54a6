"""`ethicscheck checklist history`: who said what and when, from first to last."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("history")
@click.argument("journal", type=click.Path(path_type=Path))
@click.argument("item", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def history_command(journal: Path, item: str | None, as_json: bool) -> None:
    """Tell the history of question ITEM of JOURNAL, or of every question: nothing is left out.

    Each line has its number, its time (UTC), and who did what. What no longer counts stays, and says why: it was answered
    anew, withdrawn, settled otherwise, or a signature has lapsed.
    """
    from ethicscheck.checklist.answering import find_item
    from ethicscheck.checklist.history import make_history
    from ethicscheck.checklist.opening import open_journal

    from .checklist_history_words import history_json, print_history
    from .checklist_words import new_console, print_json, today

    opened = open_journal(journal)
    status = opened.status(today=today())
    history = make_history(opened.contents.entries, status)
    only = status.checklist.current_id(item) if item is not None else None
    if only is not None and only not in history.items:
        only = find_item(opened, only).id
    if as_json:
        print_json(history_json(history, status, only))
    else:
        print_history(history, status, only, new_console())
