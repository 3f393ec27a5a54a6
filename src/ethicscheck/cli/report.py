"""`ethicscheck report`: documents drawn again from a record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import format_option, output_option

if TYPE_CHECKING:
    from ethicscheck.archive.signing import FileSigner
    from ethicscheck.model.record import AuditRecord


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
@click.option(
    "--card",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Put the audit into this model card (README.md), between markers; all else in it stays as it is.",
)
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Sign the attestation of `-f in-toto` with this key (`ethicscheck archive key` makes one).",
)
@click.option("--passphrase-file", type=click.Path(path_type=Path), help="A file whose first line opens the key.")
def report_command(
    record: Path,
    formats: tuple[str, ...],
    output: Path,
    template: Path | None,
    card: Path | None,
    key: Path | None,
    passphrase_file: Path | None,
) -> None:
    """Draw the documents of RECORD (an audit.json, or a report.html, which holds its record) again, without the data."""
    from ethicscheck.api import load
    from ethicscheck.auditing.looks import templates_digest
    from ethicscheck.errors import UsageError
    from ethicscheck.exports import FORMATS, render_documents
    from ethicscheck.exports.writing import write_all

    from .formats import checked_formats, speak
    from .streams import tell

    chosen = checked_formats(formats, () if card is not None else ("html",))
    if key is not None and "in-toto" not in chosen:
        raise UsageError("--key signs the attestation, which was not asked for", "--key", "add `-f in-toto`")
    signer = _signer(key, passphrase_file) if key is not None else None
    found = load(record).record
    drawn_with = found.report.template_sha256 if found.report is not None else None
    if drawn_with is not None and template is None and "html" in chosen:
        tell(
            "note: the report was first drawn with its own templates, which a record does not hold: add --template DIR"
        )
    elif template is not None and templates_digest(template) != drawn_with:
        tell("note: these are not the templates that the report was first drawn with")
    made = render_documents(found, output, chosen, template)
    if signer is not None:
        made[output / FORMATS["in-toto"].file_name] = _attested(found, signer)
    if card is not None:
        made[card] = _updated(card, found)
    written = write_all(made)
    speak(found, chosen)
    for path in written:
        click.echo(str(path))


def _signer(key: Path, passphrase_file: Path | None) -> FileSigner:
    from ethicscheck.archive.keys import open_signer

    return open_signer(key, passphrase_file)


def _attested(record: AuditRecord, signer: FileSigner) -> bytes:
    """Return the statement in a signed DSSE envelope, as the archive keeps it."""
    from ethicscheck.archive.attesting import attest

    return attest(record.to_json(), signer)


def _updated(card: Path, record: AuditRecord) -> bytes:
    """Return the model card with the audit in it; a card that is not there is begun."""
    from ethicscheck.errors import UsageError
    from ethicscheck.exports import check_formats, model_card
    from ethicscheck.policy.publishing import publishable

    check_formats(("model-card",))
    shown = publishable(record)
    try:
        text = card.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return model_card.render(shown)
    except UnicodeDecodeError as error:
        raise UsageError(f"the card is not UTF-8: byte {error.start}", str(card), "save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"the card can't be read: {error.strerror}", str(card), "give a README.md") from None
    return model_card.update(text, shown, card.name).encode("utf-8")
