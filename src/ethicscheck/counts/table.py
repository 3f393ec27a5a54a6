"""CountTable, the sufficient statistic of every group measure, and its roll-ups.

Counts are whole numbers and weights are whole multiples of a power of two, so sums are exact in any order: shards add
up, and shuffled rows or renamed groups change no bit. Making a table from data is in `collect`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .bases import DECISIONS, Basis

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# The four outcomes are the columns of a table of decisions. Without labels, rows count as negatives (0 and 1).
TRUE_NEGATIVE, FALSE_POSITIVE, FALSE_NEGATIVE, TRUE_POSITIVE = range(4)
OUTCOMES = ("true_negative", "false_positive", "false_negative", "true_positive")


@dataclass(frozen=True)
class Axis:
    """One sensitive feature or stratum column: its name and its labels in the order they are shown."""

    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class GroupCounts:
    """Cells of G groups: `rows[g, column]`, and for weighted data Σw and Σw² alike; `basis` says what the columns are.

    `sums[g]` are sums of the terms that `basis` names, where counts alone do not suffice. Where rows belong to clusters,
    `clusters[g]` is how many there are and `products[g]` Σ x xᵀ over them, x being a cluster's own amounts by column,
    shape (G, C, C) in units of 2**(2·unit), or (G, 1, 1) of its amount in all (`counts.clusters`). `keys[g]` is the group's label on each axis of `axes`. Weights are in units of 2**unit, so that neither they nor their
    squares leave the range of floats; one unit holds for a whole table.
    """

    axes: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    rows: Ints
    weight: Floats | None = None
    weight_squares: Floats | None = None
    unit: int = 0
    basis: Basis = DECISIONS
    sums: Floats | None = None
    products: Floats | None = None
    clusters: Floats | None = None

    @property
    def amounts(self) -> Floats:
        """What rates are made of: weights (in this table's unit) where there are any, else counts; shape (G, C)."""
        return self.weight if self.weight is not None else self.rows.astype(float)

    @property
    def squares(self) -> Floats:
        """Σw² by cell; equal to the counts where there are no weights."""
        return self.weight_squares if self.weight_squares is not None else self.rows.astype(float)

    def pick(self, places: Iterable[int]) -> GroupCounts:
        """Return the groups at `places`, in that order."""
        at = list(places)
        return replace(
            self,
            keys=tuple(self.keys[place] for place in at),
            rows=self.rows[at],
            weight=None if self.weight is None else self.weight[at],
            weight_squares=None if self.weight_squares is None else self.weight_squares[at],
            sums=None if self.sums is None else self.sums[at],
            products=None if self.products is None else self.products[at],
            clusters=None if self.clusters is None else self.clusters[at],
        )

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True)
class CountTable:
    """One row a cell: codes of the axes (−1 is unknown), the column, and how much of the data stands there.

    Parameters
    ----------
    features, strata, extras : the axes; `codes` has a column for each, in this order. Extras are only searched.
    codes : shape (cells, axes), −1 where the value is unknown.
    outcome : shape (cells,), the column of `basis` the cell belongs to (of decisions: one of the four outcomes).
    rows : shape (cells,), summed counts.
    weight, weight_squares : Python integers in units of 2**−scale and 2**−(2·scale), or None.
    excluded : rows that no table holds, by reason.
    labelled : False when there are no labels (only measures of the prediction can be made).
    basis : what the columns stand for.
    """

    features: tuple[Axis, ...]
    strata: tuple[Axis, ...]
    codes: Ints
    outcome: Ints
    rows: Ints
    weight: NDArray[np.object_] | None = None
    weight_squares: NDArray[np.object_] | None = None
    scale: int = 0
    excluded: tuple[tuple[str, int], ...] = ()
    labelled: bool = True
    basis: Basis = DECISIONS
    extras: tuple[Axis, ...] = ()

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Every axis, in the order of the columns of `codes`."""
        return self.features + self.strata + self.extras

    @property
    def judged(self) -> int:
        """Rows with a usable prediction and, where there are labels, a usable label."""
        return int(self.rows.sum())

    @property
    def total(self) -> int:
        """Rows read."""
        return self.judged + sum(rows for _, rows in self.excluded)

    def unknown_rows(self) -> Mapping[tuple[str, ...], int]:
        """Return the judged rows by the set of features that are unknown in them, empty sets left out."""
        width = len(self.features)
        unknown = self.codes[:, :width] < 0
        found: dict[tuple[str, ...], int] = {}
        for mask in np.unique(unknown, axis=0) if len(unknown) else ():
            if mask.any():
                names = tuple(axis.name for axis, hit in zip(self.features, mask, strict=True) if hit)
                found[names] = int(self.rows[(unknown == mask).all(axis=1)].sum())
        return found

    def roll_up(self, names: tuple[str, ...] = (), within: Mapping[str, str] | None = None) -> GroupCounts:
        """Return the cells of every group that occurs on the axes `names`.

        Parameters
        ----------
        names : sensitive features (or extras); () gives the overall.
        within : keep only the rows of these strata.
        """
        axes = self.axes
        columns = [self._column(name) for name in names]
        keep = np.ones(len(self.rows), dtype=bool)
        for stratum, label in (within or {}).items():
            column = self._column(stratum)
            keep &= self.codes[:, column] == axes[column].labels.index(label)
        for column in columns:
            keep &= self.codes[:, column] >= 0
        picked = self.codes[keep][:, columns]
        if columns:
            unique, place = unique_rows(picked)
        else:
            unique, place = np.zeros((1, 0), dtype=np.int64), np.zeros(int(keep.sum()), dtype=np.int64)
        keys = tuple(
            tuple(axes[column].labels[code] for column, code in zip(columns, codes, strict=True)) for codes in unique
        )
        outcome = self.outcome[keep]
        rows = np.zeros((len(unique), self.basis.width), dtype=np.int64)
        np.add.at(rows, (place, outcome), self.rows[keep])
        counts = GroupCounts(tuple(names), keys, rows, basis=self.basis)
        if self.weight is None or self.weight_squares is None:
            return counts
        shift = sum(self.weight.tolist()).bit_length()  # the whole table weighs between 1/2 and 1 unit
        return replace(
            counts,
            weight=_exact_sums(self.weight[keep], place, outcome, rows.shape, shift),
            weight_squares=_exact_sums(self.weight_squares[keep], place, outcome, rows.shape, 2 * shift),
            unit=shift - self.scale,
        )

    def stratum_keys(self) -> tuple[Mapping[str, str], ...]:
        """Return each combination of strata that occurs, in the order of their labels."""
        start = len(self.features)
        codes = self.codes[:, start : start + len(self.strata)]
        known = codes[(codes >= 0).all(axis=1)]
        if not self.strata or not len(known):
            return ()
        return tuple(
            {axis.name: axis.labels[code] for axis, code in zip(self.strata, row, strict=True)}
            for row in np.unique(known, axis=0)
        )

    def quarter_keys(self) -> tuple[Mapping[str, str], ...]:
        """Return the quarters of the truth that occur, where the table has that axis (`MomentTable`)."""
        return ()

    def _column(self, name: str) -> int:
        return [axis.name for axis in self.axes].index(name)


def _exact_sums(values: NDArray[np.object_], place: Ints, outcome: Ints, shape: tuple[int, ...], scale: int) -> Floats:
    sums = np.zeros(shape, dtype=object)
    np.add.at(sums, (place, outcome), values)
    as_float = [int(value) / (1 << scale) for value in sums.ravel()]  # correctly rounded, however large
    return np.array(as_float, dtype=float).reshape(shape)


def unique_rows(codes: Ints) -> tuple[Ints, Ints]:
    """Return the different rows of an array of codes (−1 and up) in order, and the place of each row among them.

    The same as `np.unique(codes, axis=0, return_inverse=True)`, many times faster where the codes fit one integer.
    """
    sizes = [int(size) + 2 for size in codes.max(axis=0, initial=-1)]
    if math.prod(sizes) < 2**62:
        flat = np.zeros(len(codes), dtype=np.int64)
        for column, size in enumerate(sizes):
            flat = flat * size + codes[:, column] + 1
        _, first, place = np.unique(flat, return_index=True, return_inverse=True)
        return codes[first], place.reshape(-1)
    unique, place = np.unique(codes, axis=0, return_inverse=True)
    return unique, place.reshape(-1)


def add_tables(tables: Iterable[CountTable]) -> CountTable:
    """Add count tables of separate rows (shards, days, sites) made with the same axes' names.

    Raises
    ------
    ValueError
        When the tables' axes differ in name, their columns differ in meaning, or only some are weighted or labelled.
    """
    parts = list(tables)
    first = parts[0]
    names = [axis.name for axis in first.axes]
    for part in parts[1:]:
        if [axis.name for axis in part.axes] != names:
            raise ValueError("these count tables have different features or strata")
        if part.basis != first.basis:
            raise ValueError("the columns of these count tables stand for different things")
        if (part.weight is None) != (first.weight is None) or part.labelled != first.labelled:
            raise ValueError("only some of these count tables are weighted or labelled")
    axes: list[Axis] = []
    for place, axis in enumerate(first.axes):
        labels = [part.axes[place].labels for part in parts]
        same = all(part == labels[0] for part in labels)  # bins name all their groups, in the order of their edges
        axes.append(Axis(axis.name, labels[0] if same else tuple(sorted({text for part in labels for text in part}))))
    codes = np.concatenate([_recode(part, axes) for part in parts])
    scale = max(part.scale for part in parts)
    excluded: dict[str, int] = {}
    for part in parts:
        for reason, rows in part.excluded:
            excluded[reason] = excluded.get(reason, 0) + rows
    weighted = first.weight is not None
    width, inner = len(first.features), len(first.features) + len(first.strata)
    return CountTable(
        features=tuple(axes[:width]),
        strata=tuple(axes[width:inner]),
        extras=tuple(axes[inner:]),
        basis=first.basis,
        codes=codes,
        outcome=np.concatenate([part.outcome for part in parts]),
        rows=np.concatenate([part.rows for part in parts]),
        weight=_rescaled([part.weight for part in parts], [part.scale for part in parts], scale, 1)
        if weighted
        else None,
        weight_squares=_rescaled([part.weight_squares for part in parts], [part.scale for part in parts], scale, 2)
        if weighted
        else None,
        scale=scale,
        excluded=tuple(sorted(excluded.items())),
        labelled=first.labelled,
    )


def _recode(part: CountTable, axes: list[Axis]) -> Ints:
    codes = part.codes.copy()
    for column, (old, new) in enumerate(zip(part.axes, axes, strict=True)):
        mapping = np.array([new.labels.index(label) for label in old.labels] + [-1], dtype=np.int64)
        codes[:, column] = mapping[part.codes[:, column]]
    return codes


def _rescaled(
    parts: list[NDArray[np.object_] | None], scales: list[int], scale: int, power: int
) -> NDArray[np.object_]:
    moved = [
        np.array([int(value) << power * (scale - own) for value in part], dtype=object)
        for part, own in zip(parts, scales, strict=True)
        if part is not None
    ]
    return np.concatenate(moved)
