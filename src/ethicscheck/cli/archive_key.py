"""`ethicscheck archive key`: the key that signs an archive."""

from __future__ import annotations

from pathlib import Path

import click

from .archive_options import say


@click.command("key")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--passphrase-file", type=click.Path(path_type=Path), help="A file whose first line opens the key.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def key_command(file: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Make the private key FILE and its public half FILE.pub, or show those that are there.

    The key is encrypted with a passphrase: from --passphrase-file, else from ETHICSCHECK_PASSPHRASE, else asked for at a
    terminal.
    """
    from ethicscheck.archive.keys import open_or_make_signer

    new = not file.exists()
    signer = open_or_make_signer(file, passphrase_file)
    if as_json:
        import json

        click.echo(json.dumps({"file": str(file), "made": new, "keyid": signer.keyid, "public": signer.public_hex}))
        return
    say(f"{'made' if new else 'opened'} {file}")
    say(f"public key: {signer.public_hex}")
    say(f"its name:   {signer.keyid}")
    if new:
        say(f"Publish the public key ({file}.pub) where those who check the archive can find it, outside the archive.")
        say(f"Keep {file} and its passphrase safe: without them nothing can be added to the archive.")
