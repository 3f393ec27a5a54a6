"""The lazy frame every source ends in, and what is known of the files behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from ethicscheck.counts.roles import LineSample

from .sample_lines import sample_lines

Rows = list[tuple[Any, ...]]
Runner = Callable[[nw.LazyFrame[Any]], Rows]


@dataclass(frozen=True)
class SourceFile:
    """A source as the record names it; `sha256` is None for what is not a file."""

    name: str
    sha256: str | None
    rows: int


@dataclass(frozen=True)
class SourceView:
    """A lazy frame with the chosen columns under names of our own (so that no name can clash), and how to run it."""

    frame: nw.LazyFrame[Any]
    aliases: Mapping[str, str]
    runner: Runner
    flags: Mapping[str, str] = field(default_factory=dict)
    originals: Mapping[str, str] = field(default_factory=dict)
    lacks: frozenset[str] = frozenset()

    def alias(self, column: str) -> str:
        """Return our name of the user's column."""
        return self.aliases[column]

    def unreadable(self, column: str) -> str | None:
        """Return our name of the flag "should be a number and is not", or None."""
        return self.flags.get(column)

    def original(self, column: str) -> str:
        """Return our name of the column as it was written."""
        return self.originals.get(column, self.aliases[column])

    def sample(self, columns: Sequence[str], count: str | None, most: int) -> LineSample:
        """Return at most so many of the different lines of some columns (`sample_lines`)."""
        names = [self.original(column) for column in columns]
        return sample_lines(self.frame, names, self.alias(count) if count is not None else None, most, self.runner)

    def run(self, frame: nw.LazyFrame[Any]) -> Rows:
        """Run the query and return its rows."""
        return self.runner(frame)
