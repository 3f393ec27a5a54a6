"""`ethicscheck archive verify`: is everything as it was written?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .archive_options import archive_option, say
from .archive_progress import Bar

if TYPE_CHECKING:
    from ethicscheck.archive.verifying import Verification


@click.command("verify")
@click.argument("name", metavar="[ID]", required=False)
@archive_option()
@click.option("--key", metavar="PUBLIC", help="The public key it must be signed with: 64 hex digits, or a FILE.pub.")
@click.option("--rerender", is_flag=True, help="Also draw the archived pages again from their records and compare.")
@click.option("--noted", metavar="SHA256", help="What `sha256` in head.json was when you looked before.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify_command(
    name: str | None, root: Path, key: str | None, rerender: bool, noted: str | None, as_json: bool
) -> int:
    """Check that nothing was changed, removed, added, put in another order or cut off.

    With ID: the log and that one audit. Leaves with 0 when everything is as it was written, 1 when anything is not, 2 when
    there is no archive to read. verify.py in the archive does the same with Python alone.
    """
    from ethicscheck.archive.verifying import verify_archive

    with Bar("checking") as bar:
        found = verify_archive(root, name, key, rerender, bar.step, noted)
    if as_json:
        import json

        click.echo(json.dumps(found.to_json(), indent=2))
    else:
        _tell(found, name)
    return 1 if found.problems else 0


def _tell(found: Verification, name: str | None) -> None:
    from ethicscheck.archive.standalone.verify import told

    result = found.result
    result.problems = list(found.problems)
    for line in told(result, found.key):
        say(line)
    if found.drawn:
        pages = "1 archived page was" if found.drawn == 1 else f"{found.drawn:,} archived pages were"
        say(f"{pages} drawn again from the records and came out the same.")
    for note in found.notes:
        say(f"note: {note}")
    if name is not None:
        say("Only this audit, the log and head.json were looked at.")
