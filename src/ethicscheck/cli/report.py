"""`ethicscheck report`: documents drawn again from a record."""

from __future__ import annotations

from pathlib import Path

import click

from .options import format_option, output_option


@click.command("report")
@click.argument("record", type=click.Path(path_type=Path))
@format_option("html")
@output_option()
def report_command(record: Path, formats: tuple[str, ...], output: Path) -> None:
    """Draw the documents of RECORD (an audit.json, or a report.html, which holds its record) again, without the data."""
    from ethicscheck.api import load
    from ethicscheck.exports import write_documents

    from .formats import checked_formats

    chosen = checked_formats(formats) or ("html",)
    written = write_documents(load(record).record, output, chosen)
    for path in written:
        click.echo(str(path))
