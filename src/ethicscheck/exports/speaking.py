"""Formats that depend on where an audit runs: what `auto` stands for there, and what goes to the CI job itself.

The environment is handed in; nothing here looks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TextIO

from ethicscheck.errors import UsageError
from ethicscheck.model.record import AuditRecord
from ethicscheck.policy.publishing import publishable

AUTO: Final = "auto"
GITHUB: Final = "github"
_YES: Final = frozenset({"true", "1"})


def resolved(formats: Sequence[str], outputs: Sequence[str], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the formats with `auto` replaced by what the place understands; `auto` asks for the config's outputs too.

    Parameters
    ----------
    formats : what was asked for; none: the config's outputs.
    outputs : the config's outputs.
    environment : the process's environment variables.

    Examples
    --------
    >>> resolved(["auto"], ["html", "json"], {"GITLAB_CI": "true"})
    ('html', 'json', 'gitlab', 'junit', 'openmetrics')
    >>> resolved(["auto"], ["html", "json"], {})
    ('html', 'json')
    """
    asked = tuple(formats) or tuple(outputs)
    if AUTO not in asked:
        return tuple(dict.fromkeys(asked))
    here: tuple[str, ...] = ()
    if environment.get("GITHUB_ACTIONS", "").lower() in _YES:
        here = (GITHUB,)
    elif environment.get("GITLAB_CI", "").lower() in _YES:
        here = ("gitlab", "junit", "openmetrics")
    return tuple(dict.fromkeys(name for name in (*outputs, *asked, *here) if name != AUTO))


def speak_to_github(record: AuditRecord, environment: Mapping[str, str], stream: TextIO) -> None:
    """Print the annotations, and add the summary to the job's file; outside GitHub it is printed too.

    Raises
    ------
    UsageError
        When the file that GitHub names can't be written.
    """
    from .github import SUMMARY, render, workflow_commands

    shown = publishable(record)
    summary = render(shown)
    stream.write(workflow_commands(shown))
    target = environment.get(SUMMARY)
    if not target:
        stream.write(summary.decode("utf-8"))
        return
    try:
        with Path(target).open("ab") as file:  # other steps of the job write there too
            file.write(summary)
    except OSError as error:
        hint = f"{SUMMARY} names it; unset it to have the summary printed"
        raise UsageError(f"can't write the job summary: {error.strerror}", target, hint) from None
