"""How a form that can't be read is refused: in words, with file and line."""

from __future__ import annotations

from ethicscheck.errors import JournalError, Problem


def refused(what: str, name: str, line: int = 0, hint: str = "") -> JournalError:
    """Return the error for one thing that is wrong with a form."""
    return JournalError([problem(what, name, line, hint)])


def problem(what: str, name: str, line: int = 0, hint: str = "") -> Problem:
    """Return one thing that is wrong with a form."""
    return Problem(what, f"{name}:{line}" if line else name, hint, line)


__all__ = ["problem", "refused"]
