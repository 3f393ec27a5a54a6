"""From a lazy frame to a table of moments: the sums that every measure of a predicted number is made of.

Beside the rows of each group stand exact sums of powers and products of the error, the truth and the prediction
(`exact_sums`), each scaled by a power of two so that none leaves [−1, 1]. The quarter of the truth that a row lies in is
one more axis. What the sums mean is said by `bases.Moments`; values are made of them in `metrics.regression`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from ethicscheck.errors import DataError

from .bases import Missing, Moments
from .checking import refuse_bad_counts, refuse_text_for_numbers, smallest_value, such_rows
from .collect import Collected
from .exact_sums import LIMB, limb_columns, limb_totals, limbs_for
from .exact_weights import WeightScale
from .moment_table import MomentTable
from .moment_terms import Term, terms_of
from .quantiles import quartiles, rounded_edges, span_labels
from .query import MOST_CELLS, MOST_ROWS, Cells, key_value, known_number, known_value, too_many_cells, whole_count
from .roles import FrameView, Roles
from .table import Axis, CountTable, Ints, unique_rows
from .tabulate import axis_codes, axis_of

# Numbers of such size have sixth powers, and squares of ratios of squares, that are still floats.
LARGEST = 1e30
_SMALLEST_POWER = -100
_PARTS = (("label", 2), ("prediction", 1), ("cluster", 4))


@dataclass(frozen=True)
class _Scales:
    """x is summed as (x − centre)·2**−power; `edges` cut the truth into quarters."""

    centre: float
    powers: Mapping[str, int]
    limbs: Mapping[Term, int]
    edges: tuple[float, ...]


def collect_moments(view: FrameView, roles: Roles, scale: WeightScale | None) -> Collected:
    """Make the table of moments in the engine that holds the data.

    Parameters
    ----------
    view, roles : the data and which column plays which part; label and prediction are numbers.
    scale : the weights' unit, where there are weights.

    Raises
    ------
    DataError
        Naming column, value and number of rows of what is no finite number.
    """
    _refuse_unusable(view, roles)
    frame = _numbers(view, roles, scale)
    scales = _scales(view, roles, frame)
    with warnings.catch_warnings():
        # pandas holds a column for each limb, and thinks that somebody added them one by one.
        warnings.filterwarnings("ignore", message="DataFrame is highly fragmented")
        cells = _group(view, roles, frame, scales)
    return _tabulate(roles, cells, scales, scale)


def _refuse_unusable(view: FrameView, roles: Roles) -> None:
    """Look at every row once and refuse what is no number, no count, or too large to be summed."""
    checks: dict[str, nw.Expr] = {}
    for place, name in enumerate(sorted(roles.numeric())):
        flag = view.unreadable(name)
        if flag is not None:
            checks[f"unreadable{place}"] = nw.col(flag).cast(nw.Int64)
    if roles.count is not None:
        count, whole = whole_count(view, roles.count)
        checks["countable"] = nw.when(whole).then(nw.lit(1)).otherwise(0)
        checks["rows"] = nw.when(whole).then(count).otherwise(0.0)
    named = [name for name in (roles.label, roles.prediction) if name is not None]
    for place, name in enumerate(named):
        checks[f"endless{place}"] = nw.when(_too_large(view, roles, name)).then(nw.lit(1)).otherwise(0)
    names = list(checks)
    frame = view.frame.select(**checks).select(nw.len().alias("lines"), *[nw.col(name).sum() for name in names])
    row = view.run(frame)[0]
    found: Cells = {name: [value or 0] for name, value in zip(["lines", *names], row, strict=True)}
    refuse_text_for_numbers(view, roles, found)
    refuse_bad_counts(view, roles, found)
    if sum(found.get("rows", [0])) >= MOST_ROWS:
        raise DataError("the counts add up to 2^53 or more", f"column {roles.count!r}", "check the count column")
    for place, name in enumerate(named):
        if number := int(found[f"endless{place}"][0]):
            worst = smallest_value(view, name, _too_large(view, roles, name))
            raise DataError(
                f"{worst!r} can't be measured: numbers are finite and at most {LARGEST:g} ({such_rows(number)})",
                f"column {name!r}",
                "mend the rows, or list the value under data.unknown if it means 'not known'",
            )


def _too_large(view: FrameView, roles: Roles, name: str) -> nw.Expr:
    number = nw.col(view.alias(name)).cast(nw.Float64)
    known = known_number(view, number, roles)
    return nw.when(known).then((number > LARGEST) | (number < -LARGEST)).otherwise(nw.lit(False))


def _numbers(view: FrameView, roles: Roles, scale: WeightScale | None) -> nw.LazyFrame[Any]:
    """Return the keys, and beside them the numbers under names of our own, 0 where a row is not judged."""
    columns = {f"k{place}": key_value(view, key, roles) for place, key in enumerate(roles.keys)}
    judged: nw.Expr | None = None
    for part, name in (("label", roles.label), ("prediction", roles.prediction)):
        if name is None:
            continue
        number = nw.col(view.alias(name)).cast(nw.Float64)
        known = known_number(view, number, roles)
        columns[f"no_{part}"] = nw.when(known).then(nw.lit(0)).otherwise(1)
        columns[part] = number
        judged = known if judged is None else judged & known
    assert judged is not None
    if roles.cluster is not None:
        known = known_value(view, roles.cluster, roles)
        columns["no_cluster"] = nw.when(known).then(nw.lit(0)).otherwise(1)
        judged = judged & known
    columns["judged"] = nw.when(judged).then(nw.lit(1)).otherwise(0)
    columns["times"] = nw.lit(1.0) if roles.count is None else nw.col(view.alias(roles.count)).cast(nw.Float64)
    if scale is not None and roles.weight is not None:
        # weight_scale put the largest weight between 2**51 and 2**52 units.
        columns["w"] = _scaled(nw.col(view.alias(roles.weight)).cast(nw.Float64), 52 - scale.exponent)
    frame = view.frame.select(**columns)
    for part in ("label", "prediction"):
        if part in columns:
            frame = frame.with_columns(nw.when(nw.col("judged") == 1).then(nw.col(part)).otherwise(0.0).alias(part))
    return frame


def _scaled(number: nw.Expr, power: int) -> nw.Expr:
    half = power // 2  # in two steps: 2**1100 is no float
    return number * 2.0**-half * 2.0 ** -(power - half)


def _scales(view: FrameView, roles: Roles, frame: nw.LazyFrame[Any]) -> _Scales:
    """Choose the centre, the powers of two and the number of limbs from the largest values of each cell."""
    middle = "label" if roles.label is not None else "prediction"
    judged = frame.filter(nw.col("judged") == 1)
    found = quartiles(judged.select(nw.col(middle).alias("value"), "times"), view.run)
    edges = rounded_edges(found) if found is not None and roles.label is not None else ()
    centre = found[1] if found is not None else 0.0
    variables = {name: expression for name, expression in _variables(roles, centre).items() if name != "h"}
    keys = [f"k{place}" for place in range(len(roles.keys))]
    largest = (
        judged.select(*keys, **{name: expression.abs() for name, expression in variables.items()})
        .group_by(*keys, drop_null_keys=False)
        .agg(*[nw.col(name).max() for name in variables])
        .select(*variables)
    )
    rows = np.array(view.run(largest.head(MOST_CELLS)), dtype=float).reshape(-1, len(variables))
    powers, bounds = {}, {}
    for name, column in zip(variables, rows.T, strict=True):
        top = max((math.frexp(value)[1] for value in column if value > 0), default=0)
        if name != "w" and top < _SMALLEST_POWER:
            raise DataError(
                f"the numbers differ by {max(column):.2g} at most, too little to be measured",
                f"column {roles.prediction or roles.label!r}",
                "give them in a smaller unit",
            )
        powers[name] = 0 if name == "w" else top
        bounds[name] = np.where(column > 0, np.frexp(column)[1] - powers[name] - 1.0, np.inf)
    limbs = {}
    for term in terms_of(roles):
        own = sum((power * bounds[name] for name, power in term.powers if name != "h"), start=np.zeros(len(rows)))
        finite = own[np.isfinite(own)]
        limbs[term] = limbs_for(float(finite.min(initial=0.0)), term.digits)
    return _Scales(centre, powers, limbs, edges)


def _variables(roles: Roles, centre: float) -> dict[str, nw.Expr]:
    found: dict[str, nw.Expr] = {}
    if roles.label is not None and roles.prediction is not None:
        error = nw.col("prediction") - nw.col("label")
        found |= {"e": error, "y": nw.col("label") - centre}
        if roles.tolerance is not None:
            # 1.1 − 1.0 is a little more than 0.1 in floats: what only rounding makes too much counts as within.
            slack = (nw.col("label").abs() + nw.col("prediction").abs()) * 2.0**-50
            found["h"] = nw.when(error.abs() <= roles.tolerance + slack).then(nw.lit(1.0)).otherwise(0.0)
    if roles.prediction is not None:
        found["p"] = nw.col("prediction") - centre
    if roles.weight is not None:
        found["w"] = nw.col("w")
    return found


def _group(view: FrameView, roles: Roles, frame: nw.LazyFrame[Any], scales: _Scales) -> Cells:
    """Run the one GROUP BY: rows and sums of limbs by group, quarter of the truth, and what is missing."""
    keys = [f"k{place}" for place in range(len(roles.keys))]
    named = {"no_label": roles.label, "no_prediction": roles.prediction, "no_cluster": roles.cluster}
    keys += [name for name, column in named.items() if column]
    placed = {}
    if scales.edges:
        place = nw.lit(0.0)
        for edge in scales.edges:
            place = place + nw.when(nw.col("label") > edge).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
        placed["quarter"] = nw.when(nw.col("judged") == 1).then(place).otherwise(-1.0)
    variables = {
        name: nw.when(nw.col("judged") == 1)
        .then(expression if name in ("h", "w") else _scaled(expression, scales.powers[name]))
        .otherwise(0.0)
        for name, expression in _variables(roles, scales.centre).items()
    }
    frame = frame.select(*keys, "times", **placed, **variables)
    products = {term.name: term.product() for term in scales.limbs}
    frame = frame.select(*keys, *placed, "times", **products)
    times = nw.col("times").cast(nw.Int64) if roles.count is not None else None
    columns: dict[str, nw.Expr] = {}
    for term, limbs in scales.limbs.items():
        columns |= limb_columns(term.name, nw.col(term.name), limbs, times)
    outputs = [*keys, *placed, "lines", "times", *columns]
    grouped = (
        frame.select(*keys, *placed, "times", **columns)
        .group_by(*keys, *placed, drop_null_keys=False)
        .agg(nw.len().alias("lines"), nw.col("times").sum(), *[nw.col(name).sum() for name in columns])
        .select(*outputs)
    )
    rows = view.run(grouped.head(MOST_CELLS + 1))
    if len(rows) > MOST_CELLS:
        raise too_many_cells(view, roles)
    found = zip(*rows, strict=True) if rows else ([] for _ in outputs)
    return {name: list(values) for name, values in zip(outputs, found, strict=True)}


def _tabulate(roles: Roles, cells: Cells, scales: _Scales, scale: WeightScale | None) -> Collected:
    rows = np.array([int(number) for number in cells["times"]], dtype=np.int64)
    if not rows.sum():
        raise DataError("there are no rows to audit", "data.source", "check the file, and the count column if any")
    absent = np.zeros(len(rows), dtype=np.int64)
    for part, bit in _PARTS:
        if f"no_{part}" in cells:
            absent += bit * np.array([int(flag) for flag in cells[f"no_{part}"]], dtype=np.int64)
    excluded = {_reason(code): int(rows[absent == code].sum()) for code in range(1, 8)}
    axes, codes = _coded(roles, cells, scales)
    judged = (absent == 0) & (rows > 0)
    if not judged.any():
        parts = [part for part, _ in _PARTS if f"no_{part}" in cells]
        raise DataError(
            f"not one of the {int(rows.sum()):,} rows has a known {' and '.join(parts)}",
            "data.source",
            f"check {', '.join(f'data.{part}' for part in parts)} and data.unknown",
        )
    for place, axis in enumerate(axes):
        if (codes[judged, place] < 0).all():
            raise DataError(
                "not one row with a known label and prediction has a known value",
                f"column {axis.name!r}",
                "check data.unknown, or leave the column out",
            )
    width, inner = len(roles.features), len(roles.features) + len(roles.strata)
    shared: dict[str, Any] = {
        "features": axes[:width],
        "strata": axes[width:inner],
        "extras": axes[inner:],
        "labelled": roles.label is not None,
    }
    keys, at = unique_rows(np.concatenate([codes, absent[:, None] & 3], axis=1)[rows > 0])
    everyone = np.zeros(len(keys), dtype=np.int64)
    np.add.at(everyone, at, rows[rows > 0])
    missing = CountTable(**shared, codes=keys[:, :-1], outcome=keys[:, -1], rows=everyone, basis=Missing())
    moments = MomentTable(
        **shared,
        **_judged_cells(codes, rows, judged, cells, scales, roles, scale),
        excluded=tuple(sorted((reason, number) for reason, number in excluded.items() if number)),
    )
    return Collected({"moments": moments, "missing": missing}, "moments")


def _reason(code: int) -> str:
    return "missing_" + "_and_".join(part for part, bit in _PARTS if code & bit)


def _coded(roles: Roles, cells: Cells, scales: _Scales) -> tuple[tuple[Axis, ...], Ints]:
    """Return the axes, that of the quarters last, and the code of each cell on each, −1 where unknown."""
    axes = [axis_of(key, cells[f"k{place}"], roles) for place, key in enumerate(roles.keys)]
    codes = [
        axis_codes(key, axis, cells[f"k{place}"], roles)
        for place, (key, axis) in enumerate(zip(roles.keys, axes, strict=True))
    ]
    if scales.edges:
        axes.append(Axis(quarters_name(roles), span_labels(scales.edges)))
        codes.append(np.array([int(number) for number in cells["quarter"]], dtype=np.int64))
    return tuple(axes), np.stack(codes, axis=1)


def quarters_name(roles: Roles) -> str:
    """Return the name of the axis that says in which quarter of the truth a row lies."""
    return f"quartile of {roles.label}"


def _judged_cells(
    codes: Ints,
    rows: Ints,
    judged: NDArray[np.bool_],
    cells: Cells,
    scales: _Scales,
    roles: Roles,
    scale: WeightScale | None,
) -> dict[str, Any]:
    """Return the cells that are measured, spellings of one group put together."""
    keys, at = unique_rows(codes[judged])
    bits = LIMB * max(scales.limbs.values())
    added = np.zeros(len(keys), dtype=np.int64)
    np.add.at(added, at, rows[judged])
    sums: Any = np.zeros((len(keys), len(scales.limbs)), dtype=object)
    for place, (term, limbs) in enumerate(scales.limbs.items()):
        own = np.array(limb_totals(cells, term.name, limbs, bits), dtype=object)
        np.add.at(sums[:, place], at, own[judged])
    names = tuple(term.name for term in scales.limbs)
    powers = tuple((name, power) for name, power in scales.powers.items() if name != "w")
    basis = Moments(names, bits, scales.centre, powers, roles.tolerance, quarters_name(roles) if scales.edges else None)
    found = {"codes": keys, "outcome": np.zeros(len(keys), dtype=np.int64), "rows": added, "sums": sums, "basis": basis}
    if scale is None:
        return found
    weight, squares = sums[:, names.index("w1_1")], sums[:, names.index("w2_1")]
    # w·2**−k was summed in units of 2**−bits: Σw is in units of 2**(k − bits), and Σw² must be in its square.
    return found | {
        "weight": weight,
        "weight_squares": np.array([int(value) << bits for value in squares], dtype=object),
        "scale": bits - (52 - scale.exponent),
    }
