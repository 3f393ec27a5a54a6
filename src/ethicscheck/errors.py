"""What the user can mend. Bugs are not here: they raise whatever Python raises.

EthicscheckError            anything with a way out, which its hint names
├── ConfigError             the config file or the arguments of `audit` (every problem at once)
├── DataError               the predictions: a column, a value, a file
├── RecordError             an `audit.json` that can't be read
├── JournalError            a journal of answers that can't be read (every broken line at once)
└── UsageError              a command's words; a missing extra; a file in the way

Each prints as `WHAT (WHERE) — WHAT TO DO`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where it is and what to do about it; `code` is for machines that sort problems."""

    what: str
    where: str = ""
    hint: str = ""
    line: int = 0
    code: str = ""

    @property
    def file(self) -> str:
        """The file it stands in."""
        return self.where.removesuffix(f":{self.line}")

    def __str__(self) -> str:
        text = self.what
        if self.where:
            text += f" ({self.where})"
        if self.hint:
            text += f" — {self.hint}"
        return text


class EthicscheckError(Exception):
    """The parent of every error that the user can mend.

    Parameters
    ----------
    what : what is wrong, naming value and number of rows where there are any.
    where : file:line or column.
    hint : what to do next.
    """

    def __init__(self, what: str, where: str = "", hint: str = "") -> None:
        self.problems: tuple[Problem, ...] = (Problem(what, where, hint),)
        super().__init__(what)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class ConfigError(EthicscheckError):
    """Every problem found in a config and the files it names, in the order of their lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        given = tuple(problems)
        files = [problem.file for problem in given]
        found = tuple(sorted(given, key=lambda problem: (files.index(problem.file), problem.line)))
        super().__init__(found[0].what if found else "the config can't be used")
        self.problems = found


class DataError(EthicscheckError):
    """The data can't be audited as they stand."""


class RecordError(EthicscheckError):
    """A record can't be read."""


class JournalError(EthicscheckError):
    """Every line of a journal of answers that can't be read; none is guessed at or passed over."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = tuple(problems)
        super().__init__(found[0].what if found else "the journal can't be read")
        self.problems = found


class UsageError(EthicscheckError):
    """The call itself is off."""


def did_you_mean(word: str, choices: Iterable[str], cutoff: float = 0.6) -> str:
    """Return "did you mean 'x'?" for the nearest of `choices`, or the list of them when none is near."""
    known = sorted(set(choices))
    lowered = {choice.lower(): choice for choice in known}
    near = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=cutoff)
    if near:
        return f"did you mean {lowered[near[0]]!r}?"
    if not known:
        return ""
    shown = ", ".join(known[:16]) + (", …" if len(known) > 16 else "")
    return f"known are: {shown}"
