"""Matched pairs, counted in the engine: rows of one case that differ in exactly one sensitive feature.

The data are joined with themselves on the case's id; what comes back are counts by pattern, never pairs. Each case (or
cluster) has a pattern, how many of its pairs fell in each cell, and cases of one pattern are counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from ethicscheck.errors import DataError
from ethicscheck.model.text import text_of

from .coded_columns import CodedColumns
from .collect import Collected
from .exact_sums import LIMB, limb_columns, limb_totals
from .query import Cells, cut_value, key_value, known_number, known_value
from .roles import FrameView, KeyColumn, Roles

MOST_JOINED = 20_000_000
_LIMBS = 4
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PairCells:
    """The pairs from one label to another, over m clusters.

    `cells[2·before + after]` counts pairs by both decisions (of several classes: [0] alike, [1] different); `products` is
    Σ x xᵀ over clusters. In `risen` clusters more pairs turn positive than negative, in `fallen` ones fewer. `scored` pairs have both scores: `shift` is Σ D, D a cluster's sum of (after − before),
    `shift_products` is Σ (n, D)ᵀ(n, D) with n its scored pairs.
    """

    cells: Floats
    products: Floats
    clusters: int
    risen: int = 0
    fallen: int = 0
    scored: int = 0
    shift: float = 0.0
    shift_products: Floats | None = None


@dataclass(frozen=True)
class CountedPairs:
    """All matched pairs of the data, and what became of the cases that have none.

    Parameters
    ----------
    rows : rows with a known case, decision (or score) and features.
    cases : the cases they belong to: `used` have a pair, `single` one row, `identical` rows that differ in nothing,
        `several` only rows that differ in more than one feature.
    identical_pairs, several_pairs : pairs of rows that differ in nothing, or in several features, of all cases.
    directions : by feature and (label before, label after), each pair once in either direction.
    features : pairs by feature, cells [alike, different].
    """

    rows: int
    used: int
    single: int
    identical: int
    several: int
    identical_pairs: int
    several_pairs: int
    directions: dict[str, dict[tuple[str, str], PairCells]]
    features: dict[str, PairCells]


def count_pairs(view: FrameView, roles: Roles, collected: Collected) -> CountedPairs:
    """Count the matched pairs.

    Raises
    ------
    DataError
        When cases have so many rows that their pairs can't be counted.
    """
    return _Pairing(view, roles, collected).counted()


class _Pairing:
    def __init__(self, view: FrameView, roles: Roles, collected: Collected) -> None:
        self.view, self.roles, self.collected = view, roles, collected
        self.keys = [f"k{place}" for place in range(len(roles.features))]
        self.classes = roles.task == "multiclass"
        self.decides = roles.task != "regression" and roles.decides
        self.value = roles.prediction if roles.task == "regression" else roles.score
        self.frame = self._rows()

    def counted(self) -> CountedPairs:
        sizes = self.frame.group_by("case").agg(nw.len().alias("n")).select(nw.col("n").cast(nw.Float64))
        total = sizes.select(nw.col("n").sum(), (nw.col("n") * nw.col("n")).sum().alias("squares"))
        row = self.view.run(total)[0]
        rows, joined = int(row[0] or 0), int(row[1] or 0)
        if joined > MOST_JOINED:
            raise DataError(
                f"the rows of one case make {joined:,} pairs",
                f"column {self.roles.pair!r}",
                "data.pair names a case and its few twins; for people with many rows there is data.cluster",
            )
        power = self._power(joined)
        both = self._joined()
        cases = self._cases(both)
        directions: dict[str, dict[tuple[str, str], PairCells]] = {}
        features: dict[str, PairCells] = {}
        for place, feature in enumerate(self.roles.features):
            own = both.filter((nw.col("differ") == 1) & (nw.col(f"k{place}") != nw.col(f"b_k{place}")))
            directions[feature.name] = self._directions(own, place, feature, power)
            features[feature.name] = self._feature(own)
        return CountedPairs(rows, **cases, directions=directions, features=features)

    def _rows(self) -> nw.LazyFrame[Any]:
        """Return the rows that can be in a pair: case, cluster, features, decision, score."""
        view, roles = self.view, self.roles
        case = str(roles.pair)
        known = known_value(view, case, roles) & known_value(view, str(roles.cluster or case), roles)
        columns = {"case": nw.col(view.original(case)), "cluster": nw.col(view.original(roles.cluster or case))}
        for name, feature in zip(self.keys, roles.features, strict=True):
            columns[name] = key_value(view, feature, roles)
            if not feature.bins:
                known = known & known_value(view, feature.name, roles)
        if self.decides:
            coded = CodedColumns(view, roles, self.collected)
            if roles.prediction is not None:
                known = known & coded.known(roles.prediction)
                own = nw.col(view.original(roles.prediction))
                columns["d"] = own if self.classes else nw.when(coded.decision()).then(nw.lit(1)).otherwise(nw.lit(0))
            else:
                cut = cut_value(view, roles)
                known = known & ~cut.is_null()
                columns["d"] = nw.when(cut == 1).then(nw.lit(1)).otherwise(nw.lit(0))
        if self.value is not None:
            number = nw.col(view.alias(self.value)).cast(nw.Float64)
            there = known_number(view, number, roles)
            columns["s"] = nw.when(there).then(number)
            if not self.decides:
                known = known & there
        frame = view.frame.select(*[value.alias(name) for name, value in {**columns, "known": known}.items()])
        frame = frame.filter(nw.col("known")).select(*columns)
        for name, feature in zip(self.keys, roles.features, strict=True):
            if feature.bins:
                frame = frame.filter(~nw.col(name).is_null())
        return frame

    def _joined(self) -> nw.LazyFrame[Any]:
        """Return every ordered pair of rows of a case, each with itself too."""
        second = [name for name in ("d", "s") if name in self.frame.collect_schema().names()]
        right = self.frame.select("case", *[nw.col(name).alias(f"b_{name}") for name in (*self.keys, *second)])
        both = self.frame.join(right, on="case", how="inner")
        differ: nw.Expr | None = None
        for name in self.keys:
            one = nw.when(nw.col(name) != nw.col(f"b_{name}")).then(nw.lit(1)).otherwise(nw.lit(0))
            differ = one if differ is None else differ + one
        assert differ is not None
        return both.with_columns(differ.alias("differ"))

    def _cases(self, both: nw.LazyFrame[Any]) -> dict[str, int]:
        kinds = {"none": nw.col("differ") == 0, "one": nw.col("differ") == 1, "more": nw.col("differ") > 1}
        marked = both.select("case", *[_flag(kind).alias(name) for name, kind in kinds.items()])
        each = marked.group_by("case").agg(*[nw.col(name).sum() for name in kinds])
        patterns = self.view.run(each.group_by(*kinds).agg(nw.len().alias("cases")).select(*kinds, "cases"))
        found = dict.fromkeys(("used", "single", "identical", "several", "identical_pairs", "several_pairs"), 0)
        for none, one, more, number in patterns:
            rows = math.isqrt(int(none) + int(one) + int(more))
            found["identical_pairs"] += (int(none) - rows) // 2 * int(number)
            found["several_pairs"] += int(more) // 2 * int(number)
            kind = "used" if one else "single" if rows == 1 else "several" if more else "identical"
            found[kind] += int(number)
        return found

    def _directions(
        self, own: nw.LazyFrame[Any], place: int, feature: KeyColumn, power: int
    ) -> dict[tuple[str, str], PairCells]:
        labels, shown = [f"k{place}", f"b_k{place}"], ["x0", "x1", "x2", "x3", "scored"]
        sums: dict[str, nw.Expr] = dict(zip(shown, self._cells(), strict=False))
        sums.setdefault("scored", nw.lit(0))
        limbs: dict[str, nw.Expr] = {}
        if self.value is not None:
            there = ~nw.col("s").is_null() & ~nw.col("b_s").is_null()
            sums["scored"] = _flag(there)
            half = 2.0 ** -(power // 2), 2.0 ** -(power - power // 2)
            moved = nw.when(there).then((nw.col("b_s") - nw.col("s")) * half[0] * half[1]).otherwise(0.0)
            own = own.with_columns(moved.alias("moved"))
            limbs = limb_columns("limb", nw.col("moved"), _LIMBS)
        made = own.select("cluster", *labels, *[e.alias(name) for name, e in {**sums, **limbs}.items()])
        each = made.group_by("cluster", *labels).agg(*[nw.col(name).sum() for name in (*sums, *limbs)])
        bits = LIMB * _LIMBS
        terms: dict[str, nw.Expr] = {}
        if limbs:
            shift: nw.Expr = nw.lit(0.0)
            for at, name in enumerate(limbs):  # from the largest limb on, in one order: the same float everywhere
                shift = shift + nw.col(name).cast(nw.Float64) * 2.0 ** -(LIMB * (at + 1))
            each = each.select(*labels, *shown, shift.alias("shift"))
            terms |= limb_columns("d1", nw.col("shift"), _LIMBS)
            terms |= limb_columns("d2", nw.col("shift") * nw.col("shift"), _LIMBS)
        each = each.select(*labels, *shown, *[e.alias(name) for name, e in terms.items()])
        wanted = [*labels, *shown, "clusters", *terms]
        grouped = each.group_by(*labels, *shown).agg(
            nw.len().alias("clusters"), *[nw.col(name).sum() for name in terms]
        )
        rows = self.view.run(grouped.select(*wanted))
        found: Cells = {name: [row[at] for row in rows] for at, name in enumerate(wanted)}
        first, second = (
            [math.ldexp(total, -bits) for total in limb_totals(found, name, _LIMBS, bits)] if terms and rows else []
            for name in ("d1", "d2")
        )
        return self._by_labels(found, feature, first, second, power)

    def _by_labels(
        self, found: Cells, feature: KeyColumn, first: Sequence[float], second: Sequence[float], power: int
    ) -> dict[tuple[str, str], PairCells]:
        places: dict[tuple[str, str], list[int]] = {}
        for row, (before, after) in enumerate(zip(*list(found.values())[:2], strict=True)):
            labels = tuple(_label(feature, value) for value in (before, after))
            places.setdefault((labels[0], labels[1]), []).append(row)
        made = {}
        for key, rows in sorted(places.items()):
            x = np.array([[int(found[f"x{c}"][row]) for c in range(4)] for row in rows], dtype=float)
            times = np.array([int(found["clusters"][row]) for row in rows], dtype=float)
            scored = np.array([int(found["scored"][row]) for row in rows], dtype=float)
            shift = shift_products = None
            if first:
                # Rows in a fixed order, each a whole number of clusters: the sums are the same in every engine.
                order = sorted(range(len(rows)), key=lambda at: (*x[at].tolist(), scored[at]))
                d1, d2 = (np.array([values[rows[at]] for at in order]) for values in (first, second))
                n, m = scored[order], times[order]
                shift = math.ldexp(math.fsum(d1), power)
                cross = math.ldexp(math.fsum(n * d1), power)
                shift_products = np.array(
                    [[float((n * n * m).sum()), cross], [cross, math.ldexp(math.fsum(d2), 2 * power)]]
                )
            made[key] = PairCells(
                cells=(x * times[:, None]).sum(axis=0),
                products=np.einsum("rc,rd,r->cd", x, x, times),
                clusters=int(times.sum()),
                risen=int(times[x[:, 1] > x[:, 2]].sum()),
                fallen=int(times[x[:, 1] < x[:, 2]].sum()),
                scored=int((scored * times).sum()),
                shift=shift or 0.0,
                shift_products=shift_products,
            )
        return made

    def _feature(self, own: nw.LazyFrame[Any]) -> PairCells:
        """Return all pairs of a feature, each once, whatever the labels."""
        changed = nw.col("d") != nw.col("b_d") if self.decides else nw.lit(False)
        made = own.select("cluster", nw.lit(1).alias("pairs"), _flag(changed).alias("changed"))
        each = made.group_by("cluster").agg(nw.col("pairs").sum(), nw.col("changed").sum())
        rows = self.view.run(each.group_by("pairs", "changed").agg(nw.len()).select("pairs", "changed", "len"))
        x = (
            np.array([[int(pairs) - int(moved), int(moved)] for pairs, moved, _ in rows], dtype=float).reshape(-1, 2)
            / 2
        )
        times = np.array([int(number) for *_, number in rows], dtype=float)
        cells, products = (x * times[:, None]).sum(axis=0), np.einsum("rc,rd,r->cd", x, x, times)
        return PairCells(cells, products, int(times.sum()))

    def _cells(self) -> list[nw.Expr]:
        if not self.decides:
            return [nw.lit(1), nw.lit(0), nw.lit(0), nw.lit(0)]
        if self.classes:
            alike = nw.col("d") == nw.col("b_d")
            return [_flag(alike), _flag(~alike), nw.lit(0), nw.lit(0)]
        return [_flag((nw.col("d") == before) & (nw.col("b_d") == after)) for before in (0, 1) for after in (0, 1)]

    def _power(self, joined: int) -> int:
        """Return the power of two that no case's sum of score differences exceeds."""
        if self.value is None:
            return 0
        largest = self.view.run(self.frame.select(nw.col("s").abs().max()))[0][0]
        if largest is None or not math.isfinite(largest) or largest == 0:
            return 0
        return math.frexp(float(largest))[1] + 1 + joined.bit_length()


def _flag(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def _label(feature: KeyColumn, value: Any) -> str:
    text = str(text_of(value))
    return feature.bin_labels()[int(text)] if feature.bins else text
