"""`ethicscheck compare`: what changed between two audits."""

from __future__ import annotations

from pathlib import Path

import click

from .options import DEFAULT_OUTPUT


@click.command("compare")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "-f",
    "--format",
    "formats",
    multiple=True,
    metavar="FORMAT",
    help="Also write html, markdown or json; may be repeated.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_OUTPUT,
    show_default=True,
    help="Folder for the documents of -f.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def compare_command(old: Path, new: Path, formats: tuple[str, ...], output: Path, as_json: bool) -> int:
    """Say what changed from the audit OLD to the audit NEW: findings, gaps, settings, data, answers.

    OLD and NEW are records (audit.json). Leaves with 1 when something got worse past a rule: a rule that
    passed fails now, or a rule that fails has a gap that grew by more than chance.
    """
    from ethicscheck.comparisons import compare
    from ethicscheck.exports.comparison import check_comparison_formats

    from .compare_words import print_comparison, refuse
    from .streams import best_effort

    chosen = check_comparison_formats(formats)
    result = compare(old, new)
    if not result.comparable:
        raise refuse(result.comparison, old, new)
    written = result.save(output, chosen) if chosen else ()
    with best_effort("the comparison"):
        if as_json:
            click.echo(result.published.to_json().decode("utf-8"), nl=False)
        else:
            print_comparison(result.view, written)
    return result.exit_code
