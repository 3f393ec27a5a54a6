"""How a form that can't be read is refused: in words, with file and line."""

from __future__ import annotations

from typing import Final

from ethicscheck.errors import JournalError, Problem

MOST_BYTES: Final = 64_000_000  # of a form: the largest file that is read


def refused(what: str, name: str, line: int = 0, hint: str = "") -> JournalError:
    """Return the error for one thing that is wrong with a form."""
    return JournalError([problem(what, name, line, hint)])


def problem(what: str, name: str, line: int = 0, hint: str = "") -> Problem:
    """Return one thing that is wrong with a form."""
    return Problem(what, f"{name}:{line}" if line else name, hint, line)


__all__ = ["MOST_BYTES", "problem", "refused"]
