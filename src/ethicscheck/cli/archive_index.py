"""`ethicscheck archive index`: the page that lists the archive."""

from __future__ import annotations

from pathlib import Path

import click

from .archive_options import archive_option, open_layout, say


@click.command("index")
@archive_option()
def index_command(root: Path) -> None:
    """Make index.html: every audit, searchable, and how each rule came out over time.

    One file that needs no server and no network, drawn from the log, so it shows only what may be published.
    """
    from ethicscheck.archive.indexing import write_index

    say(str(write_index(open_layout(root))))
