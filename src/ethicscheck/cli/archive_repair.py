"""`ethicscheck archive repair`: after a kill, a full disk or a power cut."""

from __future__ import annotations

from pathlib import Path

import click

from .archive_options import archive_option, key_options, open_key, say, waiting


@click.command("repair")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@archive_option()
@key_options("The archive's private key, where the interrupted change was not signed yet.")
def repair_command(dry_run: bool, root: Path, key: Path | None, passphrase_file: Path | None) -> None:
    """Say what was left unfinished, and finish or remove it.

    A change that reached the log is finished, one that did not is removed. Whatever no interruption explains is left alone.
    """
    from ethicscheck.archive.layout import Layout
    from ethicscheck.archive.repairing import repair

    done = repair(Layout(root.resolve()), open_key(key, passphrase_file), waiting, dry_run)
    for line in done.told:
        say(f"{'after a repair: ' if dry_run else ''}{line}")
    if not done.told:
        say("nothing was unfinished")
    elif dry_run:
        say("nothing was done (--dry-run)")
    elif not done.noted:
        say("the log does not mention this repair: that takes the archive's key")
