"""`ethicscheck audit`: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .gating import GateWords, gate_options
from .options import format_option, output_option

if TYPE_CHECKING:
    from ethicscheck.archive.plans import Registration

DEFAULT_CONFIG = "ethicscheck.yaml"


@click.command("audit")
@click.argument("config", required=False, default=DEFAULT_CONFIG, type=click.Path(path_type=Path))
@output_option()
@format_option("the config's outputs")
@click.option(
    "--archive",
    "archive",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="An archive in which CONFIG may have been registered (`archive plan`); the record then says since when.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="RECORD",
    help="An earlier audit (audit.json); report and record then say what changed since, and the exit code counts new and worsened findings only.",
)
@click.option(
    "--memory",
    metavar="SIZE",
    help="How much memory reading files may take, such as 500MB; the rest goes to a temporary folder.",
)
@gate_options
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def audit_command(
    config: Path,
    output: Path,
    formats: tuple[str, ...],
    archive: Path | None,
    baseline: Path | None,
    memory: str | None,
    quiet: bool,
    gate: GateWords,
) -> int:
    """Audit the predictions CONFIG describes and write the record and the report.

    CONFIG defaults to ./ethicscheck.yaml; paths in it are relative to it.
    """
    from ethicscheck.api import AuditResult, load
    from ethicscheck.auditing import load_config, make_record
    from ethicscheck.exports import check_formats
    from ethicscheck.model.profile_use import names_of

    from .formats import checked_formats, speak
    from .progress import Progress

    checked_formats(formats)
    loaded = load_config(config)
    chosen = checked_formats(formats, loaded.config.outputs)
    check_formats(chosen, names_of(loaded.config.policy.profiles))
    gate.check(loaded)
    registration = _registration(archive, loaded.content) if archive is not None else None
    earlier = load(baseline).record if baseline is not None else None
    with Progress(quiet) as progress:
        record = make_record(loaded, run=progress.run, baseline=earlier, memory=memory)
    record = registration.put_into(record) if registration is not None else record
    result = AuditResult(record, loaded.config.outputs, loaded.template)
    found, told = gate.of(record), gate.chosen(record)
    written = result.save(output, [name for name in chosen if name != "github"], only=gate.only, skip=gate.skip)
    speak(told, chosen)
    if not quiet:
        from .gate_words import gate_lines
        from .streams import best_effort
        from .summary import print_summary

        with best_effort("the summary"):
            print_summary(told, written, gate_lines(gate.told(record), told))
    return found.exit_code


def _registration(archive: Path, config: bytes) -> Registration | None:
    """Look for the config in an archive before any data are read; say so where it is not there."""
    from ethicscheck.archive.layout import Layout
    from ethicscheck.archive.plans import find_registration

    from .streams import tell

    found = find_registration(Layout(archive.resolve()), config)
    if found is None:
        tell("note: this config, as it is now, is not registered in that archive, so the record says nothing of it")
    return found
