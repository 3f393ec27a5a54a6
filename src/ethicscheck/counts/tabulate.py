"""From the cells of the one GROUP BY to count tables: labels, unknowns, which value is positive, what is left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ethicscheck.errors import DataError
from ethicscheck.model.text import text_of

from .bases import Basis, Changes, Classes, Decisions, Missing, Scores
from .exact_weights import WeightScale
from .grid import Grid
from .query import MOST_GROUPS, Cells, identifier_error
from .roles import KeyColumn, Roles
from .table import Axis, CountTable, Ints, unique_rows
from .values import Coding, canonical, code_binary

MOST_CLASSES = 100
LARGEST_SCORE = 1e60  # cubes of larger ones leave the range of floats
_DECIDED = ("label", "prediction", "other")


@dataclass(frozen=True)
class Tabulated:
    """The tables by kind, and how values were read."""

    tables: Mapping[str, CountTable]
    label: Coding | None
    prediction: Coding | None
    other: Coding | None = None


@dataclass(frozen=True)
class _Coded:
    """The cells in codes: `parts` holds a code for each cell and column with a role, −1 where it is not known."""

    roles: Roles
    axes: tuple[Axis, ...]
    codes: Ints
    parts: Mapping[str, Ints]
    rows: Ints
    weights: tuple[NDArray[np.object_], NDArray[np.object_]] | None
    scale: int

    def known(self, *parts: str) -> NDArray[np.bool_]:
        """Return the cells that are known in all of these parts; a part that the data lack asks for nothing."""
        known = np.ones(len(self.rows), dtype=bool)
        for part in parts:
            if part in self.parts:
                known &= self.parts[part] >= 0
        return known

    def part(self, name: str) -> Ints:
        """Return the codes of a part; 0 where the data lack it."""
        return self.parts.get(name, np.zeros(len(self.rows), dtype=np.int64))

    def table(self, keep: NDArray[np.bool_], column: Ints, basis: Basis, excluded: Mapping[str, int]) -> CountTable:
        """Return the table of some of the cells, added up over everything that is neither axis nor column."""
        keep = keep & (self.rows > 0)
        keys = np.concatenate([self.codes, column[:, None]], axis=1)[keep]
        unique, place = unique_rows(keys)
        rows = np.zeros(len(unique), dtype=np.int64)
        np.add.at(rows, place, self.rows[keep])
        weights = []
        for sums in self.weights or ():
            added = np.zeros(len(unique), dtype=object)
            np.add.at(added, place, sums[keep])
            weights.append(added)
        width, inner = len(self.roles.features), len(self.roles.features) + len(self.roles.strata)
        return CountTable(
            features=self.axes[:width],
            strata=self.axes[width:inner],
            extras=self.axes[inner:],
            codes=unique[:, :-1],
            outcome=unique[:, -1],
            rows=rows,
            weight=weights[0] if weights else None,
            weight_squares=weights[1] if weights else None,
            scale=self.scale,
            excluded=tuple(sorted((reason, rows) for reason, rows in excluded.items() if rows)),
            labelled=self.roles.label is not None,
            basis=basis,
        )

    def excluded(self, *parts: str) -> dict[str, int]:
        """Return the rows that are unknown in some of these parts, by what is missing."""
        absent = {part: self.parts[part] < 0 for part in parts if part in self.parts}
        if not absent:
            return {}
        found: dict[str, int] = {}
        unknown = np.stack(list(absent.values()), axis=1)
        for mask in np.unique(unknown, axis=0):
            names = [part for part, hit in zip(absent, mask, strict=True) if hit]
            if names:
                at = (unknown == mask).all(axis=1)
                found["missing_" + "_and_".join(names)] = int(self.rows[at].sum())
        return found


def tabulate(roles: Roles, cells: Cells, scale: WeightScale | None, grid: Grid | None) -> Tabulated:
    """Make every table that the cells allow.

    Raises
    ------
    DataError
        Naming column, value and number of rows of what has no meaning.
    """
    _refuse_empty(roles, cells)
    codings, classes = _codings(roles, cells)
    values = _score_values(roles, cells, grid)
    coded = _coded(roles, cells, scale, codings, classes, values)
    tables: dict[str, CountTable] = {}
    if "prediction" in coded.parts:
        tables |= _decision_tables(coded, classes)
    if values is not None and grid is not None and roles.task != "multiclass":
        tables["scores"] = _judged(
            coded,
            ("label", "score"),
            2 * coded.part("score") + coded.part("label"),
            Scores(values, grid.half_width, roles.label is not None),
        )
    absent = "prediction" if "prediction" in coded.parts else "score"
    column = 2 * (coded.part("label") < 0) + (coded.part(absent) < 0)
    tables["missing"] = coded.table(np.ones(len(coded.rows), dtype=bool), column.astype(np.int64), Missing(), {})
    return Tabulated(tables, codings.get("label"), codings.get("prediction"), codings.get("other"))


def _decision_tables(coded: _Coded, classes: Sequence[str]) -> dict[str, CountTable]:
    label, prediction = coded.part("label"), coded.part("prediction")
    if coded.roles.task == "multiclass":
        column = label * len(classes) + prediction
        return {"classes": _judged(coded, ("label", "prediction"), column, Classes(tuple(classes)))}
    found = {"decisions": _judged(coded, ("label", "prediction"), 2 * label + prediction, Decisions())}
    if "other" in coded.parts:
        column = 4 * coded.part("other") + 2 * label + prediction
        found["changes"] = _judged(coded, ("label", "prediction", "other"), column, Changes())
    return found


def _judged(coded: _Coded, named: tuple[str, ...], column: Ints, basis: Basis) -> CountTable:
    parts = (*named, "cluster")
    keep = coded.known(*parts)
    excluded = coded.excluded(*parts)
    if not coded.rows[keep].sum():
        needed = [part for part in parts if part in coded.parts]
        raise DataError(
            f"not one of the {int(coded.rows.sum()):,} rows has a known {' and '.join(needed)}",
            "data.source",
            f"check {', '.join(f'data.{part}' for part in needed)} and data.unknown".replace("other", "compare_with"),
        )
    return coded.table(keep, column, basis, excluded)


def _refuse_empty(roles: Roles, cells: Cells) -> None:
    named = {"label": roles.label, "prediction": roles.prediction, "other": roles.compare_with}
    for part, column in named.items():
        if column is not None and part in cells and not any(_texts(roles, cells[part])):
            raise DataError(
                "not one row has a known value", f"column {column!r}", "check the column's name and data.unknown"
            )


def _codings(roles: Roles, cells: Cells) -> tuple[dict[str, Coding], tuple[str, ...]]:
    """Return how binary values are read; of several classes, the classes."""
    named = {"label": roles.label, "prediction": roles.prediction, "other": roles.compare_with}
    named = {part: column for part, column in named.items() if column is not None and part in cells}
    if roles.task == "multiclass":
        texts = {canonical(text) for part in named for text in _texts(roles, cells[part]) if text is not None}
        if len(texts) > MOST_CLASSES:
            raise DataError(
                f"{len(texts):,} different classes, but there can be {MOST_CLASSES}",
                f"column {roles.prediction!r}",
                "for a number that is predicted, declare task: regression",
            )
        return {}, tuple(sorted(texts))
    values: dict[str, dict[str, int]] = {}
    for part, column in named.items():
        assert column is not None
        counts = values.setdefault(column, {})
        for text, lines in zip(_texts(roles, cells[part]), cells["lines"], strict=True):
            if text is not None:
                counts[text] = counts.get(text, 0) + int(lines)
    # A favourable value that is not the positive one is the negative one, also where every decision is the same.
    negative = {}
    if roles.favourable is not None:
        negative = {column: roles.favourable for column in (roles.prediction, roles.compare_with) if column in values}
    by_column = code_binary(values, roles.positive, negative) if values else {}
    found = {part: by_column[column] for part, column in named.items() if column is not None}
    if "prediction" in cells:
        found.setdefault("prediction", Coding("1", "0"))
    return found, ()


def _score_values(roles: Roles, cells: Cells, grid: Grid | None) -> NDArray[np.float64] | None:
    if grid is None or "score" not in cells:
        return None
    known = {value for value in cells["score"] if value is not None}
    values = np.array([grid.value(value) for value in sorted(known)], dtype=float)
    if (endless := np.isfinite(values) & (np.abs(values) > LARGEST_SCORE)).any():
        raise DataError(
            f"the score {float(values[endless][0])!r} is too large to be reckoned with",
            f"column {roles.score!r}",
            f"scores are at most {LARGEST_SCORE:g}, or infinite; or list the value under data.unknown if it means 'not known'",
        )
    return values


def _coded(
    roles: Roles,
    cells: Cells,
    scale: WeightScale | None,
    codings: Mapping[str, Coding],
    classes: Sequence[str],
    values: NDArray[np.float64] | None,
) -> _Coded:
    axes = tuple(axis_of(key, cells[f"k{place}"], roles) for place, key in enumerate(roles.keys))
    codes = np.empty((len(cells["rows"]), len(axes)), dtype=np.int64)
    for place, (key, axis) in enumerate(zip(roles.keys, axes, strict=True)):
        codes[:, place] = axis_codes(key, axis, cells[f"k{place}"], roles)
    parts: dict[str, Ints] = {}
    at = {label: place for place, label in enumerate(classes)}
    for part in _DECIDED:
        if part in codings:
            parts[part] = _mapped(cells[part], _known_code(codings[part].code, roles))
        elif part in cells and classes:
            parts[part] = _mapped(cells[part], _known_code(lambda text: at[canonical(text)], roles))
    if "cluster" in cells:
        parts["cluster"] = np.array([-1 if text_of(value) is None else 0 for value in cells["cluster"]], dtype=np.int64)
    if values is not None:
        raw = np.array([math.nan if value is None else value for value in cells["score"]], dtype=float)
        found = np.unique(raw[~np.isnan(raw)])
        parts["score"] = np.where(np.isnan(raw), -1, np.searchsorted(found, raw)).astype(np.int64)
    weights = None
    if scale is not None:
        pairs = scale.totals(cells)
        weights = np.array(pairs[0], dtype=object), np.array(pairs[1], dtype=object)
    rows = np.array(cells["rows"], dtype=np.int64)
    return _Coded(roles, axes, codes, parts, rows, weights, scale.exponent if scale is not None else 0)


def axis_of(key: KeyColumn, values: Sequence[Any], roles: Roles) -> Axis:
    """Return the axis that a column's values make."""
    if key.bins:
        return Axis(key.name, key.bin_labels())
    labels = sorted({text for text in _texts(roles, values) if text is not None})
    if len(labels) > MOST_GROUPS:
        raise identifier_error(key.name, f"{len(labels):,} different values", roles)
    return Axis(key.name, tuple(labels))


def axis_codes(key: KeyColumn, axis: Axis, values: Sequence[Any], roles: Roles) -> Ints:
    """Return the place of each value on its axis, −1 where it is not known."""
    if key.bins:
        return _mapped(values, lambda value: -1 if (text := text_of(value)) is None else int(text))
    at = {label: place for place, label in enumerate(axis.labels)}
    return _mapped(values, _known_code(at.__getitem__, roles))


def _known_code(code: Callable[[str], int], roles: Roles) -> Callable[[Any], int]:
    def known(value: Any) -> int:
        text = text_of(value)
        return -1 if text is None or text in roles.unknown_texts else code(text)

    return known


def _texts(roles: Roles, values: Sequence[Any]) -> list[str | None]:
    unknown = roles.unknown_texts

    def text(value: Any) -> str | None:
        found = text_of(value)
        return None if found is None or found in unknown else found

    return list(_each(values, text))


def _mapped(values: Sequence[Any], code: Callable[[Any], int]) -> Ints:
    return np.fromiter(_each(values, code), dtype=np.int64, count=len(values))


def _each(values: Sequence[Any], function: Callable[[Any], Any]) -> Iterator[Any]:
    """Return the function of each value, called once for each that differs (1, 1.0 and True differ in type)."""
    if len(set(map(type, values)) - {type(None)}) > 1:
        return map(function, values)
    found = {value: function(value) for value in set(values)}
    return map(found.__getitem__, values)
