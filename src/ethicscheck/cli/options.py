"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ethicscheck.model.outputs import OUTPUTS

from .completion import complete_formats

DEFAULT_OUTPUT = "ethicscheck-out"

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def output_option() -> Decorator:
    """Return -o, the folder for the documents."""
    return click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path, file_okay=False),
        default=DEFAULT_OUTPUT,
        show_default=True,
        help="Folder for the documents.",
    )


def format_option(default: str) -> Decorator:
    """Return -f, which documents to write."""
    return click.option(
        "-f",
        "--format",
        "formats",
        multiple=True,
        metavar="FORMAT",
        shell_complete=complete_formats,
        help=f"{', '.join(OUTPUTS[:-1])} or {OUTPUTS[-1]}; may be repeated. Default: {default}.",
    )
