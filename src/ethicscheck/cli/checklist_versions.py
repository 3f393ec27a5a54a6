"""`ethicscheck checklist diff|migrate`: what changed between two versions, and moving a journal to another."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click


@click.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def diff_command(old: str, new: str, as_json: bool) -> None:
    """Show what changed from checklist OLD to NEW (ids or YAML files), question by question.

    Compatible: old answers count. Renamed: they count under the new id. Needs re-answer: the question means something
    else now; answers are kept and asked again. Removed: they are kept, and no longer asked for.
    """
    from ethicscheck.checklist.shipped import load
    from ethicscheck.checklist.versions import compare_frames, compare_versions

    from .checklist_version_words import print_changes
    from .checklist_words import new_console, print_json

    before, after = load(old, Path()), load(new, Path())
    changes = compare_versions(before.checklist, after.checklist)
    if as_json:
        ends = {
            name: {"id": part.checklist.id, "version": part.checklist.version, "sha256": part.sha256}
            for name, part in (("old", before), ("new", after))
        }
        frame = [asdict(part) for part in compare_frames(before.checklist, after.checklist)]
        print_json({**ends, "items": [asdict(change) for change in changes], "checklist": frame})
        return
    print_changes(changes, before.checklist, after.checklist, new_console())


@click.command("migrate")
@click.argument("journal", type=click.Path(path_type=Path))
@click.option(
    "--to", "use", metavar="ID|PATH", help="The checklist to move to; default: the one it names, as it is now."
)
@click.option("--as", "by", metavar="NAME", help="Who does this.")
@click.option("--role", metavar="ROLE", help="In which role.")
def migrate_command(journal: Path, use: str | None, by: str | None, role: str | None) -> None:
    """Move JOURNAL to another version of its checklist; every old answer stays.

    Adds one line. An answer goes on counting where the question means the same, under a new id too; where it means
    something else it is kept and asked again. Signatures lapse.
    """
    from ethicscheck.checklist.answering import person
    from ethicscheck.checklist.opening import open_journal
    from ethicscheck.checklist.shipped import load
    from ethicscheck.checklist.versions import migrate_journal
    from ethicscheck.errors import UsageError
    from ethicscheck.provenance import created_now

    from .checklist_version_words import tell_moved

    if (by is None) != (role is None):
        raise UsageError("a name goes with a role", "--as, --role", "give both, or neither")
    if by is not None and role is not None:
        by, role = person(by, role)
    opened = open_journal(journal, load(use, Path()) if use is not None else None)
    tell_moved(opened, migrate_journal(opened, at=created_now(), by=by, role=role))
