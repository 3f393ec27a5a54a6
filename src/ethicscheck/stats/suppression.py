"""Which groups of published tables to hide, so that no small count can be read or worked out.

Counts come as cells with codes on A axes (−1 is unknown); a published table is a set of axes, and shows every group on
them whose codes are all known. What a reader could still conclude is in `concluding`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .concluding import PublishedCell, too_well_known

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class PublishedTable:
    """One table: its axes, its groups' codes (G, axes), and their counts (G, 1 + F): the size, then each form."""

    axes: tuple[int, ...]
    keys: Ints
    counts: Ints


@dataclass(frozen=True)
class Hidden:
    """For each table its groups, which of them are hidden, and which because they are small themselves.

    `attacked` is False where the tables were too many to be attacked, and whole ones are hidden instead.
    """

    tables: tuple[PublishedTable, ...]
    hidden: tuple[Bools, ...]
    small: tuple[Bools, ...]
    attacked: bool


@dataclass(frozen=True)
class _Line:
    """A group of one table and the groups of a finer table that it is the sum of.

    `rest` is what the parts leave: the people of the group whose place in the finer table is unknown, shape (1 + F,).
    """

    table: int
    group: int
    finer: int
    parts: tuple[int, ...]
    rest: Ints


def hide_groups(
    codes: Ints,
    cells: Ints,
    axes: Sequence[tuple[int, ...]],
    below: int,
    forms: Ints | None = None,
    sizes: Hidden | None = None,
) -> Hidden:
    """Choose the groups to hide in every table.

    Parameters
    ----------
    codes : shape (cells, A), −1 where unknown.
    cells : people in each cell, by kind of outcome, shape (cells, C).
    axes : the published tables, each a tuple of columns of `codes`; () is everyone.
    below : counts from 1 to below − 1 must not be known.
    forms : what is published of a group besides its size, as sums of kinds of outcome, shape (F, C) of 0 and 1; default:
        every kind by itself.
    sizes : what was hidden when sizes alone were published for the first of these tables; whose size is hidden there is
        hidden here, and other sizes are known here whatever is hidden.

    Notes
    -----
    A group is small when its size, or one of the counts published of it, lies from 1 to below − 1. Nobody stands in an
    empty cell, so 0 is no small count. Besides the small groups others are hidden until, wherever a published group is
    the sum of groups of another table, what is hidden in the sum adds up to no small count; how many people are of
    unknown group counts as known. Then the tables are attacked: for every small count the smallest and the largest
    number that all published ones leave possible (linear programming). While they leave fewer than below ÷ 2 different
    numbers (or fewer than two), more is hidden. Where that attack would be too large, every table of several axes that has, or crosses,
    a hidden group is hidden whole, which leaves nothing to subtract from but tables of one axis.

    The problem: L. Willenborg & T. de Waal (2001), Elements of Statistical Disclosure Control, ch. 4–5.

    >>> hidden = hide_groups(np.array([[0], [1], [2]]), np.array([[4, 20], [30, 40], [50, 60]]), [(), (0,)], 10)
    >>> hidden.hidden[1].tolist(), hidden.small[1].tolist()
    ([True, True, False], [True, False, False])
    """
    shown = np.eye(cells.shape[1], dtype=np.int64) if forms is None else np.asarray(forms, dtype=np.int64)
    whole = np.vstack([np.ones((1, cells.shape[1]), dtype=np.int64), shown])
    tables = tuple(_table(codes, cells @ whole.T, own) for own in axes)
    small = tuple(_any_small(table.counts, below) for table in tables)
    # A size is known where it is published by itself; those of the other tables only with the rest of the group.
    known = tuple(np.zeros(len(table.keys), dtype=bool) for table in tables)
    hidden = tuple(part.copy() for part in small)
    for place, part in enumerate(sizes.hidden if sizes is not None else ()):
        hidden[place][part] = True
        known[place][~part] = True
    choice = _Choice(tables, _lines(tables), hidden, known, below)
    choice.settle()
    attacked = choice.attack(range(len(tables)), codes, cells, whole)
    if not attacked:
        choice.hide_whole_tables()
        choice.settle()
        # What is left to subtract from are tables of one axis, and no table crosses one that has hidden groups.
        for place, table in enumerate(tables):
            if len(table.axes) == 1:
                choice.attack(
                    [at for at, other in enumerate(tables) if not other.axes or at == place], codes, cells, whole
                )
    return Hidden(tables, hidden, small, attacked)


def _table(codes: Ints, counts: Ints, axes: tuple[int, ...]) -> PublishedTable:
    known = (codes[:, axes] >= 0).all(axis=1) & (counts[:, 0] > 0)
    if axes:
        keys, place = np.unique(codes[known][:, axes], axis=0, return_inverse=True)
    else:
        keys, place = np.zeros((1, 0), dtype=np.int64), np.zeros(int(known.sum()), dtype=np.int64)
    sums = np.zeros((len(keys), counts.shape[1]), dtype=np.int64)
    np.add.at(sums, place.reshape(-1), counts[known])
    return PublishedTable(axes, keys, sums)


def _small(counts: Ints, below: int) -> Bools:
    return np.asarray((counts > 0) & (counts < below))


def _any_small(counts: Ints, below: int) -> Bools:
    return np.asarray(_small(counts, below).any(axis=1), dtype=bool)


def _lines(tables: Sequence[PublishedTable]) -> list[_Line]:
    """Return every sum: each group of a table with its parts in each table of more axes."""
    lines = []
    for (place, table), (finer_place, finer) in itertools.permutations(enumerate(tables), 2):
        if not set(table.axes) < set(finer.axes):
            continue
        columns = [finer.axes.index(axis) for axis in table.axes]
        for group, key in enumerate(table.keys):
            parts = np.flatnonzero((finer.keys[:, columns] == key).all(axis=1))
            rest = table.counts[group] - finer.counts[parts].sum(axis=0)
            lines.append(_Line(place, group, finer_place, tuple(parts.tolist()), rest))
    return lines


@dataclass(frozen=True)
class _Choice:
    """What is hidden so far; `hidden` is changed in place."""

    tables: tuple[PublishedTable, ...]
    lines: list[_Line]
    hidden: tuple[Bools, ...]
    known: tuple[Bools, ...]
    below: int

    def settle(self) -> None:
        """Hide more groups until no sum gives a small count away."""
        changed = True
        while changed:
            changed = False
            for line in self.lines:
                if self._is_safe(line):
                    continue
                part = self._cheapest(line)
                if part is not None:
                    self.hidden[line.finer][part] = changed = True
                elif self.tables[line.table].axes and not self.hidden[line.table][line.group]:
                    self.hidden[line.table][line.group] = changed = True

    def _is_safe(self, line: _Line) -> bool:
        closed = self._closed(line)
        if self.hidden[line.table][line.group]:
            return bool(closed) or not line.parts  # with every part open, the group would be their sum
        return not self._gives_away(line, closed)

    def _closed(self, line: _Line) -> list[int]:
        return [part for part in line.parts if self.hidden[line.finer][part]]

    def _gives_away(self, line: _Line, closed: list[int]) -> bool:
        """Return whether a small count follows from a sum: sizes of unknown group are known, their outcomes are not."""
        counts = self.tables[line.finer].counts
        unknown = [part for part in closed if not self.known[line.finer][part]]
        size = counts[unknown, :1].sum(axis=0)
        outcomes = counts[closed, 1:].sum(axis=0) + line.rest[1:]
        return bool(_small(size, self.below).any() or _small(outcomes, self.below).any())

    def _cheapest(self, line: _Line) -> int | None:
        """Return the smallest open part that, hidden too, makes the sum safe; else the smallest; None where none is."""
        counts, closed = self.tables[line.finer].counts, self._closed(line)
        by_size = sorted(set(line.parts) - set(closed), key=lambda part: (int(counts[part, 0]), part))
        enough = (part for part in by_size if not self._gives_away(line, [*closed, part]))
        return next(enough, by_size[0] if by_size else None)

    def hide_beside(self, table: int, group: int) -> bool:
        """Hide the smallest open group that stands in a sum with this one, else the smallest such sum itself.

        Everyone together stays open: once all else is hidden, nothing can be taken from it.
        """
        around = [line for line in self.lines if line.finer == table and group in line.parts]
        around += [line for line in self.lines if (line.table, line.group) == (table, group)]
        beside = [(line.finer, part) for line in around for part in line.parts if not self.hidden[line.finer][part]]
        sums = [
            (line.table, line.group)
            for line in around
            if self.tables[line.table].axes and not self.hidden[line.table][line.group]
        ]
        for found in (beside, sums):
            if found:
                place, part = min(found, key=lambda at: (int(self.tables[at[0]].counts[at[1], 0]), at))
                self.hidden[place][part] = True
                return True
        return False

    def hide_whole_tables(self) -> None:
        """Hide every table of several axes that has a hidden group, or an axis whose own table has one."""
        both = list(zip(self.tables, self.hidden, strict=True))
        touched = {table.axes[0] for table, part in both if len(table.axes) == 1 and part.any()}
        for table, part in both:
            if len(table.axes) > 1 and (part.any() or touched & set(table.axes)):
                part[:] = True

    def attack(self, places: Sequence[int], codes: Ints, cells: Ints, forms: Ints) -> bool:
        """Hide more until the tables at `places` leave enough numbers possible; False where the attack is too large."""
        cleared: set[tuple[int, int, int]] = set()  # what is left enough numbers keeps them when more is hidden
        while True:
            found = too_well_known(self._published(places), codes, cells, forms, self.below, cleared)
            if not found:
                return found is not None
            widened = [self.hide_beside(table, group) for table, group in found]
            if not any(widened):
                return True  # everything it stands in a sum with is hidden
            self.settle()

    def _published(self, places: Sequence[int]) -> list[PublishedCell]:
        """Return every group of these tables as a reader sees it."""
        return [
            PublishedCell(
                place,
                group,
                table.axes,
                tuple(key),
                table.counts[group],
                bool(self.hidden[place][group]),
                bool(self.known[place][group]),
            )
            for place, table in ((place, self.tables[place]) for place in places)
            for group, key in enumerate(table.keys.tolist())
        ]
