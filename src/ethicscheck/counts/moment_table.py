"""A count table that holds exact sums beside the rows of its cells; made by `moments`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bases import Moments
from .table import CountTable, GroupCounts


@dataclass(frozen=True)
class MomentTable(CountTable):
    """Rows and sums by cell.

    Parameters
    ----------
    sums : Python integers in units of 2**−`basis.bits`, shape (cells, terms); `basis.names` says what they are.
    """

    sums: NDArray[np.object_] = field(default_factory=lambda: np.zeros((0, 0), dtype=object))

    def roll_up(self, names: tuple[str, ...] = (), within: Mapping[str, str] | None = None) -> GroupCounts:
        """Return rows and sums of every group that occurs on the axes `names`.

        The sums stay whole numbers: everyone less one group is then exact, however large that group's errors are.
        """
        counts = super().roll_up(names, within)
        at = {key: place for place, key in enumerate(counts.keys)}
        sums: Any = np.zeros((len(counts), self.sums.shape[1]), dtype=object)
        axes = [axis.name for axis in self.axes]
        columns = [axes.index(name) for name in names]
        kept = [(axes.index(name), label) for name, label in (within or {}).items()]
        for codes, own in zip(self.codes.tolist(), self.sums, strict=True):
            if any(codes[column] < 0 or self.axes[column].labels[codes[column]] != label for column, label in kept):
                continue
            if all(codes[column] >= 0 for column in columns):
                sums[at[tuple(self.axes[column].labels[codes[column]] for column in columns)]] += own
        return replace(counts, sums=sums)

    def quarter_keys(self) -> tuple[Mapping[str, str], ...]:
        """Return the quarters of the truth that occur, from the smallest values up; none where there is only one."""
        name = self.basis.quarters if isinstance(self.basis, Moments) else None
        if name is None:
            return ()
        axes = [axis.name for axis in self.axes]
        place = axes.index(name)
        found = sorted({int(code) for code in self.codes[:, place] if code >= 0})
        return tuple({name: self.axes[place].labels[code]} for code in found) if len(found) > 1 else ()
