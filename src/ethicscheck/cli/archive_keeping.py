"""`ethicscheck archive hold`, `release` and `expire`: how long audits are kept."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .archive_options import archive_option, check_words, key_options, open_key, open_layout, say, waiting, who_options

NOT_DONE = 1


@click.command("hold")
@click.argument("name", metavar="ID")
@who_options(True)
@archive_option()
@key_options()
def hold_command(name: str, reason: str, by: str, root: Path, key: Path | None, passphrase_file: Path | None) -> None:
    """Hold an audit: it is not removed, whatever its date says, until the hold is released."""
    from ethicscheck.archive.retention import hold_audit

    check_words(reason=reason, by=by)
    entry = hold_audit(open_layout(root), name, reason, by, open_key(key, passphrase_file), waiting)
    say(f"{name} is held by {by}: {reason} (hold {entry['seq']})")


@click.command("release")
@click.argument("name", metavar="ID")
@click.option("--hold", type=int, metavar="NUMBER", help="Which hold, where there are several.")
@who_options(True)
@archive_option()
@key_options()
def release_command(
    name: str, hold: int | None, reason: str, by: str, root: Path, key: Path | None, passphrase_file: Path | None
) -> None:
    """Release a hold. Others on the same audit stay."""
    from ethicscheck.archive.retention import release_audit

    check_words(reason=reason, by=by)
    entry = release_audit(open_layout(root), name, reason, by, hold, open_key(key, passphrase_file), waiting)
    say(f"{name}: hold {entry['hold']} is released by {by}: {reason}")


@click.command("expire")
@click.argument("names", metavar="[ID]...", nargs=-1)
@click.option("--yes", is_flag=True, help="Remove them without asking.")
@who_options(False)
@archive_option()
@key_options()
def expire_command(
    names: tuple[str, ...],
    yes: bool,
    reason: str | None,
    by: str | None,
    root: Path,
    key: Path | None,
    passphrase_file: Path | None,
) -> int:
    """Remove audits that need not be kept any more and that nobody holds; of those named, or of all.

    What would be removed is listed first. Each leaves its entry in the log, and one that says that it was removed.
    """
    from ethicscheck.archive.retention import due_audits, expire_audits

    check_words(reason=reason, by=by)
    layout = open_layout(root)
    due = due_audits(layout, names)
    if not due:
        say("nothing to remove: every audit must still be kept, or is held")
        return 0
    for audit in due:
        say(f"to be removed: {audit.name}  {audit.entry['subject']}, kept until {audit.retain_until}")
    if not yes and not _is_agreed(len(due)):
        return NOT_DONE
    signer = open_key(key, passphrase_file)
    done = expire_audits(layout, [audit.name for audit in due], reason, by, signer, waiting)
    say(f"removed {len(done)}; the log keeps when and why")
    return 0


def _is_agreed(many: int) -> bool:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        say("nothing was removed: --yes removes them, as nobody is at a terminal to ask")
        return False
    asked = f"Remove {'it' if many == 1 else f'these {many}'} for good?"
    if not click.confirm(asked, default=False):
        say("nothing was removed")
        return False
    return True
