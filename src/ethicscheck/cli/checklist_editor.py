"""Many lines of text, written in the person's own editor ($VISUAL or $EDITOR)."""

from __future__ import annotations

import os
import sys

import click

from ethicscheck.errors import UsageError

# All from this line on is for reading only; git cuts its messages at such a line too.
SCISSORS = "# ------------------------ >8 ------------------------"


def write_in_editor(before: str, about: str) -> str | None:
    """Let the person write, and return what they wrote without outer blanks.

    Parameters
    ----------
    before : what stands there already.
    about : what it is about, shown below a line and never kept.

    Returns
    -------
    text : None where the editor was left without saving.

    Raises
    ------
    UsageError
        When there is no editor, it fails, or what was written is no UTF-8.
    """
    if not (os.environ.get("VISUAL") or os.environ.get("EDITOR") or sys.stdin.isatty()):
        raise UsageError("there is no editor", "$EDITOR", "name one, such as EDITOR=nano, or answer on one line")
    shown = "\n".join(f"# {line}".rstrip() for line in about.splitlines())
    template = f"{before}\n\n{SCISSORS}\n# Write above this line; from here on nothing is kept.\n{shown}\n"
    try:
        text = click.edit(template, extension=".md")
    except click.ClickException as error:
        raise UsageError(error.message, "$EDITOR", "name an editor that works, or answer on one line") from None
    except UnicodeDecodeError:
        raise UsageError("what was written is not UTF-8 text", "$EDITOR", "save it as UTF-8") from None
    return None if text is None else text.partition(SCISSORS)[0].strip()


__all__ = ["SCISSORS", "write_in_editor"]
