"""What must hold for any data at all: exact sums, reasons for everything undefined, intervals that hold their values."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

import pandas as pd
import polars as pl
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from ethicscheck.counts.collect import KeyColumn, Roles, collect
from ethicscheck.counts.table import CountTable, add_tables
from ethicscheck.errors import DataError
from ethicscheck.model.record import AuditRecord, read_record
from ethicscheck.sources.frames import view_frame
from helpers import audit_frame, disparities, estimates, reconciles, results, values

LETTERS = ["a", "b", "c", None]
ROW = st.tuples(
    st.sampled_from(LETTERS),
    st.sampled_from(["x", "y", ""]),
    st.sampled_from([0, 1, None]),
    st.sampled_from([0, 1, 1, None]),
    st.integers(0, 4),
    st.floats(0, 1e6, allow_subnormal=False) | st.sampled_from([0.0, 1.0, 1e-9, 0.1]),
)
ROWS = st.lists(ROW, min_size=2, max_size=60)
NAMES = ["g", "h", "y", "p", "n", "w"]
SCHEMA: dict[str, Any] = {
    "g": pl.String, "h": pl.String, "y": pl.Int64, "p": pl.Int64, "n": pl.Int64, "w": pl.Float64,
}  # fmt: skip
PARTS: dict[str, Any] = {
    "sensitive": ["g", "h"],
    "intersections": [["g", "h"]],
    "rules": [
        {"metric": "selection_rate", "across": "*", "compare": "difference", "max": 0.2},
        {"metric": "equalized_odds", "across": "g", "compare": "ratio", "min": 0.8},
        {"metric": "matthews_corrcoef", "across": "g", "compare": "each", "min": 0.1},
    ],
}
COMMON: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
    "phases": [Phase.explicit, Phase.generate, Phase.shrink],
}
FEW = settings(max_examples=20, **COMMON)
MANY = settings(max_examples=150, **COMMON)


def frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    """Return rows as a frame whose types do not depend on them."""
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def table(rows: list[tuple[Any, ...]], weight: str | None = None, count: str | None = None) -> CountTable:
    """Return the count table of rows."""
    roles = Roles((KeyColumn("g"), KeyColumn("h")), label="y", prediction="p", weight=weight, count=count, positive="1")
    return collect(view_frame(frame(rows), roles.columns(), roles.numeric()), roles).table


def audit(native: Any, **parts: Any) -> AuditRecord:
    """Audit rows, or tell hypothesis to look for others where there is nothing to audit."""
    try:
        return audit_frame(native, **{**PARTS, **parts})
    except DataError:
        assume(False)
        raise


def same(first: CountTable, second: CountTable, names: tuple[str, ...]) -> bool:
    """Return whether two tables hold the same groups, to the last bit."""
    a, b = first.roll_up(names), second.roll_up(names)
    weights = [
        (one is None) == (two is None) and (one is None or (one == two).all())
        for one, two in ((a.weight, b.weight), (a.weight_squares, b.weight_squares))
    ]
    return a.keys == b.keys and bool((a.rows == b.rows).all()) and all(weights)


@MANY
@given(rows=ROWS, cut=st.lists(st.integers(0, 60), max_size=3), weighted=st.booleans(), counted=st.booleans())
def test_shards_add_up(rows: list[tuple[Any, ...]], cut: list[int], weighted: bool, counted: bool) -> None:
    """The tables of days, sites or shards add up to the table of all rows; weights too, whatever their scale."""
    # Weights of whole multiples of 2^-20 are exact at every scale, so shards whose largest weights differ still agree.
    rows = [(*row[:5], round(row[5] * 2**20) / 2**20) for row in rows]
    edges = [0, *sorted(min(edge, len(rows)) for edge in cut), len(rows)]
    parts = [rows[low:high] for low, high in itertools.pairwise(edges) if high > low]
    weight, count = ("w" if weighted else None), ("n" if counted else None)
    try:
        whole = table(rows, weight, count)
        added = add_tables(table(part, weight, count) for part in parts)
    except DataError:
        assume(False)
        raise

    assert added.total == whole.total
    assert dict(added.excluded) == {reason: n for reason, n in whole.excluded if n} or dict(added.excluded) == dict(
        whole.excluded
    )
    assert added.unknown_rows() == whole.unknown_rows()
    for names in ((), ("g",), ("h",), ("g", "h")):
        assert same(added, whole, names)


@FEW
@given(rows=ROWS, seed=st.integers(0, 99), weighted=st.booleans())
def test_the_order_of_rows_changes_no_bit(rows: list[tuple[Any, ...]], seed: int, weighted: bool) -> None:
    """Shuffled rows are the same data."""
    native = frame(rows)
    weight = "w" if weighted else None

    first = audit(native, weight=weight)
    second = audit(native.sample(fraction=1, shuffle=True, seed=seed), weight=weight)

    assert results(first) == results(second)


@FEW
@given(rows=ROWS)
def test_new_names_in_the_same_order_change_names_only(rows: list[tuple[Any, ...]]) -> None:
    """A translated report has the same numbers."""
    native = frame(rows)
    renamed = native.with_columns(pl.col("g").replace({"a": "Alpha", "b": "Beta", "c": "Gamma"}))

    first, second = json.dumps(results(audit(native))), json.dumps(results(audit(renamed)))

    for old, new in (("a", "Alpha"), ("b", "Beta"), ("c", "Gamma")):
        first = first.replace(f'"g": "{old}"', f'"g": "{new}"').replace(f'"label": "{old}"', f'"label": "{new}"')
        first = first.replace(f'"reference": "{old}"', f'"reference": "{new}"')
    strip = [_without_words(json.loads(text)) for text in (first, second)]
    assert strip[0] == strip[1]


def _without_words(value: dict[str, Any]) -> dict[str, Any]:
    for finding in value["findings"]:
        finding.pop("message"), finding.pop("remedy")
    for warning in value.get("warnings") or ():
        warning.pop("message")
    return value


@FEW
@given(rows=ROWS)
def test_new_names_in_another_order_change_no_number(rows: list[tuple[Any, ...]]) -> None:
    """Which name sorts first decides the order of rows, and ties for the reference; never a value."""
    native = frame(rows)
    names = {"a": "z", "b": "m", "c": "a"}
    first = audit(native, sensitive={"g": None, "h": None})
    second = audit(native.with_columns(pl.col("g").replace(names)))

    for metric in first.plan.metrics:
        before = {names.get(str(label), label): value for label, value in values(first, metric, "g").items()}
        assert before == values(second, metric, "g")
        gaps = [
            [(row.value, row.undefined, row.interval, row.p_value) for row in record.disparities
             if row.metric == metric and row.features == ("g",) and row.to == "gap"]
            for record in (first, second)
        ]  # fmt: skip
        assert gaps[0] == gaps[1]
    assert [finding.verdict for finding in first.findings] == [finding.verdict for finding in second.findings]


@FEW
@given(rows=ROWS)
def test_counts_equal_expanded_rows(rows: list[tuple[Any, ...]]) -> None:
    """A row with n = 3 is the row three times."""
    expanded = [row for row in rows for _ in range(row[4])]
    assume(len(expanded) > 1)
    first, second = results(audit(frame(rows), count="n")), results(audit(frame(expanded)))

    first.pop("plan"), second.pop("plan")
    assert first == second


@FEW
@given(rows=ROWS, weighted=st.booleans(), min_group=st.sampled_from([0, 3, 30]))
def test_every_number_is_sound(rows: list[tuple[Any, ...]], weighted: bool, min_group: int) -> None:
    """A value or a reason, never both; no NaN, no infinity; an interval holds its value; rows reconcile."""
    record = audit(frame(rows), weight="w" if weighted else None, statistics={"min_group": min_group})

    assert reconciles(record)
    for row in (*record.estimates, *record.disparities):
        assert (row.value is None) == (row.undefined is not None)
        assert (row.value is None) == (row.interval is None)
        if row.value is not None and row.interval is not None:
            assert math.isfinite(row.value)
            assert row.interval.low <= row.value
            assert row.interval.high is None or row.value <= row.interval.high
    for row in record.disparities:
        assert row.p_value is None or 0 <= row.p_value <= 1
        if row.to == "gap" and row.value is not None:
            assert row.value >= 0
            assert row.compare == "difference" or row.value <= 1
    for finding in record.findings:
        assert (finding.observed is None) == (finding.verdict == "not_evaluable")
        assert finding.verdict in ("pass", "fail") or finding.reason
    assert read_record(record.to_json(), "audit.json") == record
    json.loads(record.to_json(), parse_constant=lambda name: (_ for _ in ()).throw(AssertionError(name)))


@FEW
@given(rows=ROWS)
def test_the_parts_of_each_feature_add_up_to_the_overall(rows: list[tuple[Any, ...]]) -> None:
    """Known groups and unknown rows make all judged rows; denominators add up likewise."""
    record = audit(frame(rows))

    for feature in record.data.features:
        known = estimates(record, "selection_rate", feature.name)
        assert sum(row.rows for row in known.values()) + feature.unknown == record.data.judged
        assert [row.rows for row in known.values()] == [group.rows for group in feature.groups]
    for metric in ("true_positive_rate", "false_positive_rate", "precision"):
        parts = sum(row.denominator for row in estimates(record, metric, "g", "h").values())
        assert parts <= estimates(record, metric)[""].denominator


@FEW
@given(rows=ROWS)
def test_a_gap_lies_between_the_groups_it_names(rows: list[tuple[Any, ...]]) -> None:
    """The difference is that of its two groups, and no pair of groups is farther apart."""
    record = audit(frame(rows))

    for metric in ("selection_rate", "false_positive_rate", "f1_score"):
        own = {label: value for label, value in values(record, metric, "g").items() if value is not None}
        (row,) = disparities(record, metric, "difference", "g", to="gap")
        if row.value is not None and row.group and row.against:
            assert math.isclose(row.value, own[row.group["g"]] - own[row.against["g"]], abs_tol=1e-12)
            assert math.isclose(row.value, max(own.values()) - min(own.values()), abs_tol=1e-12)


@FEW
@given(rows=ROWS)
def test_pandas_and_polars_agree(rows: list[tuple[Any, ...]]) -> None:
    """NaN in numpy columns and null in Arrow ones mean the same."""
    native = frame(rows)
    assume(native["y"].null_count() < len(native))
    columns = {name: native[name].to_list() for name in NAMES}

    assert results(audit(native, weight="w")) == results(audit(pd.DataFrame(columns), weight="w"))
