"""The words after -f, checked before any long work."""

from __future__ import annotations

from collections.abc import Sequence

import click


def checked_formats(formats: Sequence[str]) -> tuple[str, ...]:
    """Return the chosen formats.

    Raises
    ------
    click.BadParameter
        When there is no such format.
    UsageError
        When the extra that one needs is not installed.
    """
    from ethicscheck.errors import did_you_mean
    from ethicscheck.exports import FORMATS, check_formats

    for name in formats:
        if name not in FORMATS:
            raise click.BadParameter(f"there is no format {name!r}; {did_you_mean(name, FORMATS)}")
    check_formats(formats)
    return tuple(dict.fromkeys(formats))
