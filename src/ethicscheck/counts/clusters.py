"""The same person in many rows: sums over clusters that intervals need, made in the engine when a group is looked at.

For each group, Σ x xᵀ over its clusters, x being the cluster's own amounts by column of the table; of tables with many
columns, of the cluster's amount in all. A cluster may stand in several groups and strata, so these sums do not add up over
finer tables: each set of axes is a query of its own (two GROUP BYs, one inside the other), made once.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np

from ethicscheck.model.text import text_of

from .bases import Changes, Decisions
from .coded_columns import CodedColumns
from .collect import Collected
from .exact_sums import LIMB, limb_columns, limb_totals
from .exact_weights import weight_columns
from .query import Cells, cut_value, key_value, known_number, known_value
from .roles import FrameView, KeyColumn, Roles
from .table import CountTable, GroupCounts

Key = tuple[str, ...]
_WEIGHTED_LIMBS = 5
_HALF = 2**26
_WHOLE_BITS = 62  # a square of all rows that fits a 64-bit integer needs no limbs


@dataclass(frozen=True)
class _Sums:
    """Of one set of axes: each group's number of clusters, and Σ x xᵀ in units of 2**−bits of the (scaled) amounts."""

    clusters: Mapping[Key, int]
    products: Mapping[Key, Sequence[int]]
    bits: int


@dataclass(frozen=True)
class ClusterSums:
    """The sums over clusters of an audit's data.

    Parameters
    ----------
    view, roles : the data; `roles.cluster` names whom or what a row belongs to.
    collected : the count tables and how values were read.
    """

    view: FrameView
    roles: Roles
    collected: Collected
    _made: dict[tuple[str, Key], _Sums] = field(default_factory=dict, repr=False)

    @cached_property
    def _coded(self) -> CodedColumns:
        return CodedColumns(self.view, self.roles, self.collected)

    def attach(self, counts: GroupCounts, kind: str, within: Mapping[str, str] | None = None) -> GroupCounts:
        """Return the groups' cells with the sums over their clusters.

        Parameters
        ----------
        counts : rolled up from the table `kind`.
        kind : of table (`counts.bases`).
        within : the stratum they were rolled up in.
        """
        table = self.collected.tables[kind]
        strata = tuple((within or {}).items())
        names = (*counts.axes, *(name for name, _ in strata if name not in counts.axes))
        if kind == "missing" or not {axis.name for axis in table.axes} >= set(names):
            return counts
        if not set(names) <= {key.name for key in self.roles.keys}:
            return self._as_coarser(counts, kind, within or {})
        key = (kind, names)
        if key not in self._made:
            self._made[key] = self._sums(table, kind, names)
        found = self._made[key]
        width = _width(table)
        exponent = 0 if table.weight is not None else 2 * self._power(counts, table)
        products = np.zeros((len(counts), width, width))
        clusters = np.zeros(len(counts))
        pairs = _pairs(width)
        for place, own in enumerate(counts.keys):
            own_key = (*own, *(label for name, label in strata if name not in counts.axes))
            clusters[place] = found.clusters.get(own_key, 0)
            for (a, b), total in zip(pairs, found.products.get(own_key, ()), strict=False):
                products[place, a, b] = products[place, b, a] = math.ldexp(total, exponent - found.bits)
        return replace(counts, products=products, clusters=clusters)

    def _as_coarser(self, counts: GroupCounts, kind: str, within: Mapping[str, str]) -> GroupCounts:
        """Return cells on an axis that no column makes (quarters of the truth) as if clusters were as large as without it."""
        made = {key.name for key in self.roles.keys}
        axes = tuple(name for name in counts.axes if name in made)
        kept = {name: label for name, label in within.items() if name in made}
        coarse = self.attach(self.collected.tables[kind].roll_up(axes, kept), kind, kept)
        assert coarse.products is not None
        assert coarse.clusters is not None
        squares = coarse.squares.sum(axis=1)
        effect = coarse.products.sum(axis=(1, 2)) / np.where(squares > 0, squares, 1.0)
        places = {key: place for place, key in enumerate(coarse.keys)}
        own = [
            tuple(label for name, label in zip(counts.axes, key, strict=True) if name in made) for key in counts.keys
        ]
        at = [places[key] for key in own]
        products = (effect[at] * counts.squares.sum(axis=1))[:, None, None]
        return replace(counts, products=products, clusters=np.minimum(coarse.clusters[at], counts.rows.sum(axis=1)))

    def straddling(self, names: Key) -> tuple[int, int]:
        """Return how many clusters there are among the known groups of these axes, and how many stand in several."""
        columns = {key.name: key for key in self.roles.keys}
        keys = [f"k{place}" for place in range(len(names))]
        frame = self._judged(names, {}, self.collected.main)
        for key, name in zip(keys, names, strict=True):
            frame = frame.filter(~nw.col(key).is_null())
            if self.roles.unknown_texts and not columns[name].bins:
                text = nw.col(key).cast(nw.String)
                frame = frame.filter(~text.is_in(sorted(self.roles.unknown_texts)))
        each = frame.group_by("cluster", *keys).agg(nw.len().alias("lines"))
        spread = each.group_by("cluster").agg(nw.len().alias("groups"))
        shared = spread.select("groups", nw.when(nw.col("groups") > 1).then(1).otherwise(0).alias("shared"))
        row = self.view.run(shared.select(nw.col("groups").count(), nw.col("shared").sum()))[0]
        return int(row[0] or 0), int(row[1] or 0)

    def _sums(self, table: CountTable, kind: str, names: Key) -> _Sums:
        width, power = _width(table), self._power(table.roll_up(()), table)
        keys = [f"k{place}" for place in range(len(names))]
        weighted = self.collected.scale is not None
        whole = not weighted and 2 * power <= _WHOLE_BITS
        each = self._each(table, kind, names, None if whole else power)
        limbs = _WEIGHTED_LIMBS if weighted else max(math.ceil(2 * power / LIMB), 2)
        sums: dict[str, nw.Expr] = {}
        for a, b in _pairs(width):
            product = nw.col(f"s{a}") * nw.col(f"s{b}")
            sums |= {f"p{a}_{b}": product} if whole else limb_columns(f"p{a}_{b}", product, limbs)
        wanted = [*keys, "clusters", *sums]
        selected = each.select(*keys, *[expression.alias(name) for name, expression in sums.items()])
        added = [nw.len().alias("clusters"), *[nw.col(name).sum() for name in sums]]
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="DataFrame is highly fragmented")
            grouped = selected.group_by(*keys, drop_null_keys=False).agg(*added) if keys else selected.select(*added)
            rows = self.view.run(grouped.select(*wanted))
        columns = zip(*rows, strict=True) if rows else ([] for _ in wanted)
        found: Cells = {name: list(values) for name, values in zip(wanted, columns, strict=True)}
        if whole:
            totals = [[int(part or 0) for part in found[f"p{a}_{b}"]] for a, b in _pairs(width)]
            return self._labelled(names, found, totals, 2 * power)
        bits = LIMB * limbs
        totals = [limb_totals(found, f"p{a}_{b}", limbs, bits) for a, b in _pairs(width)] if rows else []
        return self._labelled(names, found, totals, bits)

    def _each(self, table: CountTable, kind: str, names: Key, power: int | None) -> nw.LazyFrame[Any]:
        """Return each cluster's amounts by group and column: whole counts, or units of 2**power."""
        keys = [f"k{place}" for place in range(len(names))]
        cells = self._cells(table, _width(table))
        judged = self._judged(names, cells, kind)
        each = judged.group_by("cluster", *keys, drop_null_keys=False).agg(*[nw.col(name).sum() for name in cells])
        amounts = []
        for column in range(_width(table)):
            if power is None:
                amounts.append(nw.col(f"x{column}").cast(nw.Int64).alias(f"s{column}"))
                continue
            if self.collected.scale is None:
                amount = nw.col(f"x{column}").cast(nw.Float64)
            else:  # high and low halves meet as a float, once, so the order of rows changes nothing
                high, low = (nw.col(f"x{column}_{half}").cast(nw.Float64) for half in ("high", "low"))
                amount = high * float(_HALF) + low
            amounts.append((amount * 2.0 ** -(power // 2) * 2.0 ** -(power - power // 2)).alias(f"s{column}"))
        return each.select(*keys, *amounts)

    def _labelled(self, names: Key, found: Cells, totals: list[list[int]], bits: int) -> _Sums:
        columns = {key.name: key for key in self.roles.keys}
        clusters: dict[Key, int] = {}
        products: dict[Key, list[int]] = {}
        for row, number in enumerate(found["clusters"]):
            labels = [self._label(columns[name], found[f"k{place}"][row]) for place, name in enumerate(names)]
            if any(label is None for label in labels):
                continue
            key = tuple(label for label in labels if label is not None)
            own = [column[row] for column in totals]
            clusters[key] = clusters.get(key, 0) + int(number or 0)
            products[key] = [a + b for a, b in zip(products[key], own, strict=True)] if key in products else own
        return _Sums(clusters, products, bits)

    def _label(self, key: KeyColumn, value: Any) -> str | None:
        text = text_of(value)
        if key.bins:
            return None if text is None else key.bin_labels()[int(text)]
        return None if text is None or text in self.roles.unknown_texts else text

    def _judged(self, names: Key, cells: Mapping[str, nw.Expr], kind: str) -> nw.LazyFrame[Any]:
        """Return the rows that a table counts, with their group, their cluster and their amount in each of its columns."""
        roles, view = self.roles, self.view
        columns = {key.name: key for key in roles.keys}
        known = known_value(view, str(roles.cluster), roles)
        for needed in self._needed(kind):
            known = known & needed
        if roles.count is not None:
            known = known & (nw.col(view.alias(roles.count)).cast(nw.Float64) > 0)
        keys = {f"k{place}": key_value(view, columns[name], roles) for place, name in enumerate(names)}
        selected = {**keys, "cluster": nw.col(view.original(str(roles.cluster))), **cells, "known": known}
        frame = view.frame.select(*[expression.alias(name) for name, expression in selected.items()])
        return frame.filter(nw.col("known")).select(*keys, "cluster", *cells)

    def _needed(self, kind: str) -> list[nw.Expr]:
        """Return what must be known of a row that the table counts."""
        roles, view = self.roles, self.view
        if roles.task == "regression":
            numbers = [name for name in (roles.label, roles.prediction) if name is not None]
            return [known_number(view, nw.col(view.alias(name)).cast(nw.Float64), roles) for name in numbers]
        named = [roles.label]
        needed = []
        if kind == "scores":
            needed.append(known_number(view, nw.col(view.alias(str(roles.score))).cast(nw.Float64), roles))
        elif roles.prediction is not None:
            named.append(roles.prediction)
        elif roles.decides:
            needed.append(~cut_value(view, roles).is_null())
        if kind == "changes":
            named.append(roles.compare_with)
        return needed + [self._coded.known(name) for name in named if name is not None]

    def _power(self, counts: GroupCounts, table: CountTable) -> int:
        """Return the power of two that no cluster's amount exceeds, in units of the sums; counts' own unit if weighted."""
        scale = self.collected.scale
        return int(table.judged).bit_length() if scale is None else counts.unit + scale.exponent

    def _cells(self, table: CountTable, width: int) -> dict[str, nw.Expr]:
        """Return a row's amount in each column of a table: its count, or its weight in two halves."""
        roles, view = self.roles, self.view
        times = nw.col(view.alias(roles.count)).cast(nw.Float64).cast(nw.Int64) if roles.count is not None else None
        scale = self.collected.scale
        if scale is not None and roles.weight is not None:
            made = weight_columns(nw.col(view.alias(roles.weight)).cast(nw.Float64), times, scale)
            amounts = {"_high": made["w_high"], "_low": made["w_low"]}
        else:
            amounts = {"": times if times is not None else nw.lit(1)}
        if width == 1:
            return {f"x0{end}": amount for end, amount in amounts.items()}
        label = self._coded.positive(roles.label, self.collected.label) if roles.label is not None else None
        bits = [label, self._coded.decision()]
        if isinstance(table.basis, Changes):
            bits.insert(0, self._coded.positive(roles.compare_with, self.collected.other))
        cells = {}
        for column in range(width):
            inside = nw.lit(True)
            for place, bit in enumerate(reversed(bits)):
                wanted = bool(column >> place & 1)
                if bit is not None:
                    inside = inside & (bit if wanted else ~bit)
                elif wanted:
                    inside = inside & nw.lit(False)  # without labels every row counts as a negative
            for end, amount in amounts.items():
                cells[f"x{column}{end}"] = nw.when(inside).then(amount).otherwise(0)
        return cells


def _width(table: CountTable) -> int:
    return table.basis.width if isinstance(table.basis, (Decisions, Changes)) else 1


def _pairs(width: int) -> list[tuple[int, int]]:
    return [(a, b) for a in range(width) for b in range(a, width)]
