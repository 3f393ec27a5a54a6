"""What people type about themselves and others: names, roles, numbers of days; tidied and checked."""

from __future__ import annotations

from collections.abc import Sequence

MOST_CHARACTERS = 100
MOST_DAYS = 90


def tidy(typed: object) -> str:
    """Return what was typed on one line without needless blanks; nothing for anything that is no text.

    >>> tidy("  Eva   Novak ")
    'Eva Novak'
    """
    return " ".join(typed.split()) if isinstance(typed, str) else ""


def named_role(typed: str, known: Sequence[str]) -> str:
    """Return the role that the checklists know by another spelling, else what was typed, spelled as checklists do.

    >>> named_role("Ethics reviewer", ["Ethics-Reviewer"]), named_role("Ethics reviewer", [])
    ('Ethics-Reviewer', 'ethics_reviewer')
    """
    spelled = {_spelling(role): role for role in known}
    return spelled.get(_spelling(typed), _spelling(typed).replace(" ", "_"))


def problem_with_name(name: str) -> str:
    """Return what is wrong with a name; nothing when it will do."""
    return _problem(name, "Write a name: it stands beside every answer.", "name")


def problem_with_role(role: str) -> str:
    """Return what is wrong with a role; nothing when it will do."""
    return _problem(role, "Write a role: it decides which questions are yours to answer.", "role")


def days_given(typed: str) -> int | None:
    """Return a number of days; None when it is none that a link may last."""
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
    return number if 1 <= number <= MOST_DAYS else None


def _problem(text: str, missing: str, what: str) -> str:
    if not text:
        return missing
    if len(text) > MOST_CHARACTERS:
        return f"Shorten the {what} to {MOST_CHARACTERS} characters."
    if not text.isprintable():
        return f"There are characters in the {what} that can't be seen. Type it by hand."
    return ""


def _spelling(role: str) -> str:
    return " ".join(role.casefold().replace("_", " ").replace("-", " ").split())


__all__ = ["MOST_DAYS", "days_given", "named_role", "problem_with_name", "problem_with_role", "tidy"]
