"""Options and words that the archive's commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ethicscheck.archive.layout import Layout
    from ethicscheck.archive.log import Signer

KEY = "ETHICSCHECK_ARCHIVE_KEY"

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def archive_option() -> Decorator:
    """Return --archive, the archive to act on."""
    return click.option(
        "--archive",
        "root",
        type=click.Path(path_type=Path),
        default=".",
        show_default="the folder you stand in",
        help="The archive.",
    )


def key_options(what: str = "The archive's private key; needed to write to a signed archive.") -> Decorator:
    """Return --key and --passphrase-file."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        phrase = click.option(
            "--passphrase-file", type=click.Path(path_type=Path), help="A file whose first line opens the key."
        )
        key = click.option("--key", type=click.Path(path_type=Path), envvar=KEY, show_envvar=True, help=what)
        return key(phrase(function))

    return decorate


def who_options(required: bool) -> Decorator:
    """Return --reason and --by."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        by = click.option("--by", metavar="NAME", required=required, help="Who decided it; stays in the log.")
        reason = click.option("--reason", metavar="TEXT", required=required, help="Why; stays in the log.")
        return reason(by(function))

    return decorate


def open_layout(root: Path) -> Layout:
    """Return the places of an archive, links in its own path resolved.

    Raises
    ------
    UsageError
        When there is none.
    """
    from ethicscheck.archive.about import open_about
    from ethicscheck.archive.layout import Layout

    layout = Layout(root.resolve())
    open_about(layout)
    return layout


def open_key(key: Path | None, passphrase_file: Path | None) -> Signer | None:
    """Return who signs: None where no key was given."""
    if key is None:
        return None
    from ethicscheck.archive.keys import open_signer

    return open_signer(key, passphrase_file)


def waiting() -> None:
    """Say that somebody else is writing."""
    from .streams import tell

    tell("somebody else is writing to the archive; waiting for them")


def say(text: str = "") -> None:
    """Print a line, control characters made visible."""
    from ethicscheck.model.wording import visible

    click.echo(visible(text))


def check_words(**words: str | None) -> None:
    """Check that what stays in the log says something.

    Raises
    ------
    click.BadParameter
        When it is empty.
    """
    for name, text in words.items():
        if text is not None and not text.strip():
            raise click.BadParameter(f"--{name} is empty")
