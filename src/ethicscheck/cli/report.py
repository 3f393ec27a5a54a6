"""`ethicscheck report`: documents drawn again from a record."""

from __future__ import annotations

from pathlib import Path

import click

from .options import format_option, output_option


@click.command("report")
@click.argument("record", type=click.Path(path_type=Path))
@format_option("html")
@output_option()
@click.option(
    "--template",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder of your own templates for report.html; a record does not hold them.",
)
def report_command(record: Path, formats: tuple[str, ...], output: Path, template: Path | None) -> None:
    """Draw the documents of RECORD (an audit.json, or a report.html, which holds its record) again, without the data."""
    from ethicscheck.api import load
    from ethicscheck.auditing.looks import templates_digest
    from ethicscheck.exports import write_documents

    from .formats import checked_formats, speak
    from .streams import tell

    chosen = checked_formats(formats, ("html",))
    found = load(record).record
    drawn_with = found.report.template_sha256 if found.report is not None else None
    if drawn_with is not None and template is None and "html" in chosen:
        tell(
            "note: the report was first drawn with its own templates, which a record does not hold: add --template DIR"
        )
    elif template is not None and templates_digest(template) != drawn_with:
        tell("note: these are not the templates that the report was first drawn with")
    written = write_documents(found, output, chosen, template)
    speak(found, chosen)
    for path in written:
        click.echo(str(path))
