"""Which column plays which part, and what a source must offer to be counted."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import narwhals as nw

from .values import canonical

Task = Literal["binary", "score", "multiclass", "regression"]


class FrameView(Protocol):
    """A lazy frame with the columns that were asked for, under names of our own."""

    @property
    def frame(self) -> nw.LazyFrame[Any]:
        """The lazy frame."""
        ...

    @property
    def lacks(self) -> frozenset[str]:
        """What the engine behind it can't be asked, so that it is asked otherwise: "is_nan" where there is no NaN, "n_unique"."""
        ...

    def alias(self, column: str) -> str:
        """Return our name of the user's column."""
        ...

    def unreadable(self, column: str) -> str | None:
        """Return our name of the flag "this cell should be a number and is not", or None where types are known."""
        ...

    def original(self, column: str) -> str:
        """Return our name of the column as it was written, before it was read as a number."""
        ...

    def run(self, frame: nw.LazyFrame[Any]) -> list[tuple[Any, ...]]:
        """Run the query in its engine and return the (few) resulting rows."""
        ...

    def sample(self, columns: Sequence[str], count: str | None, most: int) -> LineSample:
        """Return at most so many of the different lines of some columns: the one bounded way of rows into Python."""
        ...


@dataclass(frozen=True)
class LineSample:
    """Different lines of some columns, in an order that depends on what they say alone.

    Parameters
    ----------
    lines : a text or None for each column.
    rows : how many rows are like each line.
    total : how many rows there are in all.
    """

    lines: tuple[tuple[str | None, ...], ...]
    rows: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class KeyColumn:
    """A sensitive feature or a stratum: a column, cut into bins at `bins` when it is numeric."""

    name: str
    bins: tuple[float, ...] = ()

    def bin_labels(self) -> tuple[str, ...]:
        """Return the bins' labels in order: "<25", "25–44", "≥45"."""
        edges = self.bins
        inner = [_span(low, high) for low, high in itertools.pairwise(edges)]
        return (f"<{_number(edges[0])}", *inner, f"≥{_number(edges[-1])}")


@dataclass(frozen=True)
class Roles:
    """Which column plays which part.

    `extras` are columns that are only searched for the worst subgroup, `others` those that a study reads a sample of.
    """

    features: tuple[KeyColumn, ...]
    strata: tuple[KeyColumn, ...] = ()
    extras: tuple[KeyColumn, ...] = ()
    task: Task = "binary"
    label: str | None = None
    prediction: str | None = None
    score: str | None = None
    threshold: float | None = None
    count: str | None = None
    weight: str | None = None
    positive: str | None = None
    favourable: str | None = None
    compare_with: str | None = None
    cluster: str | None = None
    pair: str | None = None
    others: tuple[str, ...] = ()
    tolerance: float | None = None
    unknown: frozenset[str] = frozenset()

    @property
    def keys(self) -> tuple[KeyColumn, ...]:
        """The axes of the table."""
        return self.features + self.strata + self.extras

    @property
    def decides(self) -> bool:
        """Whether there is a decision: a column of its own, or a score and the line it is cut at."""
        return self.prediction is not None or self.threshold is not None

    @property
    def unknown_texts(self) -> frozenset[str]:
        """The texts that mean "not known"; the empty text always does, as in a CSV, where it can't be told from null."""
        return self.unknown | {""}

    def columns(self) -> tuple[str, ...]:
        """Return every column that must be there, once, in a fixed order."""
        single = [self.label, self.prediction, self.score, self.count, self.weight]
        single += [self.compare_with, self.cluster, self.pair, *self.others]
        return tuple(dict.fromkeys([key.name for key in self.keys] + [name for name in single if name is not None]))

    def numeric(self) -> frozenset[str]:
        """Return the columns that must hold numbers."""
        single = [self.score, self.count, self.weight]
        if self.task == "regression":
            single += [self.label, self.prediction]
        return frozenset([name for name in single if name is not None] + [key.name for key in self.keys if key.bins])


def _number(value: float) -> str:
    return canonical(repr(value))


def _span(low: float, high: float) -> str:
    if low.is_integer() and high.is_integer() and low >= 0:
        return _number(low) if high - low == 1 else f"{_number(low)}–{_number(high - 1)}"
    return f"{_number(low)} to <{_number(high)}"
