"""The words after -f, checked before any long work."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ethicscheck.model.record import AuditRecord


def checked_formats(formats: Sequence[str], outputs: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the chosen formats, `auto` replaced by what this place understands.

    Parameters
    ----------
    formats : what stands after -f.
    outputs : what is made without it, and beside `auto`.

    Raises
    ------
    click.BadParameter
        When there is no such format.
    UsageError
        When the extra that one needs is not installed.
    """
    from ethicscheck.errors import did_you_mean
    from ethicscheck.exports import FORMATS, check_formats
    from ethicscheck.exports.speaking import AUTO, resolved

    for name in formats:
        if name not in (*FORMATS, AUTO):
            raise click.BadParameter(f"there is no format {name!r}; {did_you_mean(name, FORMATS)}")
    chosen = resolved(formats, outputs, os.environ)
    check_formats(chosen)
    return chosen


def speak(record: AuditRecord, chosen: Sequence[str]) -> None:
    """Say to the CI job what it was asked to be told."""
    from ethicscheck.exports.speaking import GITHUB, speak_to_github

    if GITHUB in chosen:
        speak_to_github(record, os.environ, sys.stdout)
