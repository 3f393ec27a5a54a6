"""What a reader can conclude about hidden counts from published ones: an attack by linear programming."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_UNKNOWNS = 3_000
MOST_WORK = 400_000  # unknowns × programs: some ten seconds


@dataclass(frozen=True)
class PublishedCell:
    """One group of one table as a reader sees it.

    Parameters
    ----------
    table, group : its place.
    axes, key : the table's axes, and the group's code on each.
    counts : its size, then each published count; shape (1 + F,).
    hidden : whether they are not shown.
    size_known : whether its size is shown all the same.
    """

    table: int
    group: int
    axes: tuple[int, ...]
    key: tuple[int, ...]
    counts: Ints
    hidden: bool
    size_known: bool = False


def too_well_known(
    published: Sequence[PublishedCell],
    codes: Ints,
    cells: Ints,
    forms: Ints,
    below: int,
    cleared: set[tuple[int, int, int]],
) -> list[tuple[int, int]] | None:
    """Return the hidden groups (table, group) with a small count that is left too few possible numbers.

    Parameters
    ----------
    published : every group of every table.
    codes, cells : the counts themselves, as in `suppression`; only what a reader can know of them is used.
    forms : what is published of a group, as sums of kinds of outcome, shape (1 + F, C); the first row is its size.
    below : counts from 1 to below − 1 are small; each must be left below ÷ 2 different numbers, and never fewer than 2.
    cleared : counts (table, group, form) that are known to be left enough numbers; those found to be so are added.

    Returns
    -------
    None when the attack is too large to be made.
    """
    reader = Reader.of(published, codes, cells, forms)
    sensitive = [
        (cell, form)
        for cell in published
        if cell.hidden
        for form in range(len(forms))
        if 0 < cell.counts[form] < below and not (form == 0 and cell.size_known)
        if (cell.table, cell.group, form) not in cleared
    ]
    if reader is None or 2 * len(sensitive) * reader.equations.shape[1] > MOST_WORK:
        return None
    found: dict[tuple[int, int], None] = {}
    for cell, form in sensitive:
        if (cell.table, cell.group) in found:
            continue
        low, high = reader.possible(cell, form)
        if high - low + 1 < max(below // 2, 2):
            found[(cell.table, cell.group)] = None
        else:
            cleared.add((cell.table, cell.group, form))
    return list(found)


@dataclass(frozen=True)
class Reader:
    """What a reader can write down about the full cross of all axes: people[atom, kind of outcome] ≥ 0.

    Every count that is shown is an equation, and so is how many people are unknown on which axes, which is always said.
    A group that is named but hidden has somebody in it; one that is not named has nobody.
    """

    atoms: Ints
    column: dict[int, int]
    forms: Ints
    equations: Any
    values: Floats
    named: Any

    @classmethod
    def of(cls, published: Sequence[PublishedCell], codes: Ints, cells: Ints, forms: Ints) -> Reader | None:
        """Return what a reader knows; None where it is too much to work with."""
        from scipy.sparse import csr_matrix

        axes = sorted({axis for cell in published for axis in cell.axes})
        own, people = codes[:, axes], cells.sum(axis=1)
        levels = [
            ([-1] if people[own[:, place] < 0].any() else []) + list(range(int(own[:, place].max(initial=-1)) + 1))
            for place in range(len(axes))
        ]
        if math.prod(len(part) for part in levels) * forms.shape[1] > MOST_UNKNOWNS:
            return None
        column = {axis: place for place, axis in enumerate(axes)}
        atoms = np.array(list(itertools.product(*levels)), dtype=np.int64).reshape(-1, len(axes))
        atoms = atoms[_possible(atoms, published, column)]
        rows, values, named = [], [], []
        for cell in published:
            member = _member(atoms, cell, column)
            if cell.hidden:
                named.append(np.outer(member, forms[0]).ravel())
            shown = range(len(forms)) if not cell.hidden else (0,) if cell.size_known else ()
            for form in shown:
                rows.append(np.outer(member, forms[form]).ravel())
                values.append(float(cell.counts[form]))
        for mask in np.unique(own < 0, axis=0):
            rows.append(np.outer(((atoms < 0) == mask).all(axis=1), forms[0]).ravel())
            values.append(float(people[((own < 0) == mask).all(axis=1)].sum()))
        width = len(atoms) * forms.shape[1]
        return cls(
            atoms,
            column,
            forms,
            csr_matrix(np.array(rows, dtype=float).reshape(-1, width)),
            np.array(values),
            csr_matrix(np.array(named, dtype=float).reshape(-1, width)),
        )

    def possible(self, cell: PublishedCell, form: int, whole: bool = False) -> tuple[int, int]:
        """Return the smallest and the largest whole number that a count can be.

        Parameters
        ----------
        cell, form : which count of which group.
        whole : solve in whole numbers; else they are relaxed first, which is faster and finds a range at least as wide.
        """
        from scipy.optimize import Bounds, LinearConstraint, linprog, milp

        wanted = np.outer(_member(self.atoms, cell, self.column), self.forms[form]).ravel().astype(float)
        ends = []
        for sign in (1.0, -1.0):
            if whole:
                constraints = [LinearConstraint(self.equations, self.values, self.values)]
                if self.named.shape[0]:
                    constraints.append(LinearConstraint(self.named, 1, np.inf))
                solved = milp(
                    sign * wanted, constraints=constraints, integrality=np.ones(len(wanted)), bounds=Bounds(0)
                )
            else:
                some = self.named.shape[0] > 0
                solved = linprog(
                    sign * wanted,
                    A_ub=-self.named if some else None,
                    b_ub=-np.ones(self.named.shape[0]) if some else None,
                    A_eq=self.equations,
                    b_eq=self.values,
                    bounds=(0, None),
                    method="highs",
                )
            if solved.status == 3:  # unbounded: nothing says how many
                ends.append(sign * -math.inf)
            elif solved.status != 0:
                raise ArithmeticError(f"the attack on published counts failed: {solved.message}")
            else:
                ends.append(sign * solved.fun)
        low, high = ends
        return math.ceil(low - 1e-6), math.floor(high + 1e-6) if math.isfinite(high) else 2**53


def _member(atoms: Ints, cell: PublishedCell, column: dict[int, int]) -> NDArray[np.bool_]:
    at = [column[axis] for axis in cell.axes]
    return np.asarray((atoms[:, at] == np.array(cell.key, dtype=np.int64)).all(axis=1))


def _possible(atoms: Ints, published: Sequence[PublishedCell], column: dict[int, int]) -> NDArray[np.bool_]:
    """Return which atoms may hold people: those whose place in every table is named, or unknown."""
    keep = np.ones(len(atoms), dtype=bool)
    tables: dict[tuple[int, ...], set[tuple[int, ...]]] = {}
    for cell in published:
        tables.setdefault(cell.axes, set()).add(cell.key)
    for axes, keys in tables.items():
        at = [column[axis] for axis in axes]
        keep &= np.array([min(row, default=0) < 0 or tuple(row) in keys for row in atoms[:, at].tolist()], dtype=bool)
    return keep
