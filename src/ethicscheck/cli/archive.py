"""`ethicscheck archive`: making one, adding records, registering plans, listing.

Keeping and removing is in `archive_keeping`, mending in `archive_repair`, checking in `archive_verify`.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .archive_index import index_command
from .archive_keeping import expire_command, hold_command, release_command
from .archive_key import key_command
from .archive_options import KEY, archive_option, key_options, open_key, open_layout, say, waiting
from .archive_repair import repair_command
from .archive_verify import verify_command
from .audit import DEFAULT_CONFIG

if TYPE_CHECKING:
    from ethicscheck.archive.adding import Added
    from ethicscheck.archive.listing import Audit

DAY = click.DateTime(["%Y-%m-%d"])
UNSIGNED = "not signed: it shows what was changed by accident, or by whoever can't write to all of it"


@click.group("archive")
def archive_command() -> None:
    """Keep audits for years, so that anybody can check that nothing was changed.

    An archive is a folder: one bag for each audit, and a log that is only ever added to.
    """


@archive_command.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@key_options("Sign with this private key; a new one is made where there is none.")
@click.option(
    "--retain-years", type=click.IntRange(1, 1000), metavar="N", help="Keep audits so long by default; else for good."
)
def init_command(folder: Path, key: Path | None, passphrase_file: Path | None, retain_years: int | None) -> None:
    """Make an archive in DIR, a folder that is new or empty."""
    from ethicscheck.archive.founding import check_empty, found_archive

    signer = None
    if key is not None:
        from ethicscheck.archive.keys import open_or_make_signer

        check_empty(folder)  # before a passphrase is asked for
        signer = open_or_make_signer(key, passphrase_file)
    keys = [(signer.keyid, signer.public_hex)] if signer is not None else []
    found_archive(folder, keys=keys, signer=signer, retain_years=retain_years)
    say(f"made an archive in {folder}")
    if signer is not None:
        say(f"signed with the key {signer.keyid}")
        say(f"its public half, which those who check the archive must get from you: {signer.public_hex}")
        say(f"keep {key} and its passphrase safe, and not in the archive: without them nothing can be added to it")
    else:
        say(f"{UNSIGNED} (--key FILE makes a signed one)")
    say(f"audits are kept {f'{retain_years} years' if retain_years else 'for good'}, where adding says nothing else")
    say(f"next: ethicscheck archive add ethicscheck-out/audit.json --archive {folder}")


@archive_command.command("add")
@click.argument("records", metavar="RECORD...", nargs=-1, required=True, type=click.Path(path_type=Path))
@archive_option()
@click.option("--config", type=click.Path(path_type=Path), help="The audit's config, if it lies elsewhere.")
@click.option("--supersedes", metavar="ID", help="The archived audit that this one corrects; it stays.")
@click.option("--retain-until", type=DAY, metavar="YYYY-MM-DD", help="The last day on which it must be kept.")
@key_options()
def add_command(
    records: tuple[Path, ...],
    root: Path,
    config: Path | None,
    supersedes: str | None,
    retain_until: datetime.datetime | None,
    key: Path | None,
    passphrase_file: Path | None,
) -> None:
    """Archive audits: RECORD is an audit.json.

    Into its bag go the report and the other documents beside the record (drawn from it anew), the config, checklists,
    answers and evidence. Data never do. A record that is archived already is left as it is.
    """
    from ethicscheck.archive.adding import Wishes, add_record

    if len(records) > 1 and (config is not None or supersedes is not None):
        raise click.UsageError("--config and --supersedes are for one record at a time")
    layout = open_layout(root)
    signer = open_key(key, passphrase_file)
    wishes = Wishes(config, supersedes, retain_until.date() if retain_until is not None else None)
    for record in records:
        _say_added(add_record(layout, record, wishes, signer, waiting))
    if signer is None:
        say(f"this archive is {UNSIGNED}")


def _say_added(added: Added) -> None:
    if added.again:
        say(f"already archived: {added.name}; nothing was changed")
        return
    say(f"archived {added.name}")
    for line in _contents(added):
        say(f"  {line}")
    for missing in added.collected.missing:
        say(f"  not archived: {missing.role} {missing.name}: {missing.why}")
    say(f"  kept until {added.retain_until}" if added.retain_until else "  kept for good")
    for note in added.notes:
        say(f"  {note}")


def _contents(added: Added) -> list[str]:
    roles: dict[str, list[str]] = {}
    for part in added.collected.files:
        roles.setdefault(part.role, []).append(part.path.rpartition("/")[2])
    return [f"{role}: {', '.join(names[:6])}{_more(names, 6)}" for role, names in roles.items()]


def _more(names: list[str], most: int) -> str:
    return f" and {len(names) - most} more" if len(names) > most else ""


@archive_command.command("plan")
@click.argument("config", required=False, default=DEFAULT_CONFIG, type=click.Path(path_type=Path))
@archive_option()
@key_options()
def plan_command(config: Path, root: Path, key: Path | None, passphrase_file: Path | None) -> None:
    """Register CONFIG before the data are seen, so that a report can say when its rules were fixed.

    CONFIG defaults to ./ethicscheck.yaml. Audit that very file with `ethicscheck audit --archive DIR`.
    """
    from ethicscheck.archive.plans import register_plan

    found = register_plan(open_layout(root), config, open_key(key, passphrase_file), waiting)
    if found.again:
        say(f"already registered on {found.entry['at'][:10]}: {found.name}; nothing was changed")
        return
    say(f"registered {config} as {found.name}")
    if found.entry["seen"]:
        many = len(found.entry["seen"])
        files = "a data file is" if many == 1 else f"{many} data files are"
        say(f"  {files} where the config names them already; a report on those can't say that the rules came first")
    say("  audit it unchanged: ethicscheck audit CONFIG --archive DIR")


@archive_command.command("list")
@archive_option()
@click.option("--subject", metavar="TEXT", help="Only audits of systems whose name holds this.")
@click.option("--verdict", type=click.Choice(["pass", "fail", "inconclusive"]), help="Only audits with this verdict.")
@click.option("--since", type=DAY, metavar="YYYY-MM-DD", help="Only audits made on this day or later.")
@click.option("--until", type=DAY, metavar="YYYY-MM-DD", help="Only audits made on this day or earlier.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(
    root: Path,
    subject: str | None,
    verdict: str | None,
    since: datetime.datetime | None,
    until: datetime.datetime | None,
    as_json: bool,
) -> None:
    """List what was archived, oldest first, as the log has it (`verify` checks that it is so)."""
    from ethicscheck.archive.listing import chosen, read_audits
    from ethicscheck.model.wording import visible

    found = list(
        chosen(
            read_audits(open_layout(root)).values(),
            subject=subject,
            verdict=verdict,
            since=since.date().isoformat() if since is not None else None,
            until=until.date().isoformat() if until is not None else None,
        )
    )
    if as_json:
        _print_json(found)
        return
    if found:
        click.echo("\n".join(visible(_line(audit)) for audit in found))
    if not found:
        say("no audits" if not any((subject, verdict, since, until)) else "no audits like that")


def _line(audit: Audit) -> str:
    version = f" {audit.entry['version']}" if audit.entry["version"] is not None else ""
    subject = " ".join(f"{audit.entry['subject']}{version}".split())
    return f"{audit.name}  {audit.entry['verdict']}  {subject}{_state(audit)}"


def _state(audit: Audit) -> str:
    parts = []
    if audit.expired is not None:
        parts.append(f"removed on {audit.expired['at'][:10]}")
    elif audit.retain_until is not None:
        parts.append(f"kept until {audit.retain_until}")
    parts += [f"held by {hold['by']} ({seq})" for seq, hold in audit.holds.items()]
    parts += [f"superseded by {name}" for name in audit.superseded_by]
    return f"  [{'; '.join(parts)}]" if parts else ""


def _print_json(found: Sequence[Audit]) -> None:
    """Print a list, an audit a line: indented, ten thousand would take seconds."""
    import json

    click.echo("[" + ",".join(f"\n{json.dumps(audit.to_json())}" for audit in found) + "\n]")


archive_command.add_command(hold_command)
archive_command.add_command(release_command)
archive_command.add_command(expire_command)
archive_command.add_command(repair_command)
archive_command.add_command(verify_command)
archive_command.add_command(index_command)
archive_command.add_command(key_command)

__all__ = ["KEY", "archive_command"]
