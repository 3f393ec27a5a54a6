"""Frames that are already in Python: what is refused, and what must not matter."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from ethicscheck.errors import DataError
from ethicscheck.sources.frames import view_frame
from helpers import audit_frame, values


def frame(**more: Any) -> pd.DataFrame:
    """Return six rows in two groups."""
    return pd.DataFrame({"group": ["a", "b"] * 3, "y": [0, 1, 1, 0, 1, 0], "p": [0, 1, 0, 1, 1, 0], **more})


EXPECTED = {"a": 1 / 3, "b": 2 / 3}


def refusal(native: Any, **parts: Any) -> str:
    """Return the words with which a frame is refused."""
    with pytest.raises(DataError) as caught:
        audit_frame(native, **parts)
    return str(caught.value)


def test_what_is_no_frame_is_refused() -> None:
    """The message says what would do."""
    assert refusal([1, 2]).startswith("a list is no data frame (the first argument of audit) — give a pandas")


def test_every_missing_column_is_named() -> None:
    """All at once, each with the nearest name."""
    found = refusal(frame(), sensitive=["grup"], count="n").splitlines()

    assert found[0] == "there is no column 'grup' (data frame) — did you mean 'group'?"
    assert found[1].startswith("there is no column 'n' (data frame)")


def test_twin_columns_matter_only_where_they_are_chosen() -> None:
    """A frame after a join often holds a name twice."""
    twins = pd.concat([frame(), pd.DataFrame({"note": range(6)}), pd.DataFrame({"note": range(6)})], axis=1)
    table = pa.Table.from_arrays(
        [pa.array(twins.iloc[:, place].tolist()) for place in range(5)], names=list(twins.columns)
    )

    assert values(audit_frame(twins), "selection_rate", "group") == EXPECTED
    assert values(audit_frame(table), "selection_rate", "group") == EXPECTED
    assert "'group' stands there 2 times" in refusal(pd.concat([frame(), frame()[["group"]]], axis=1))


def test_names_of_columns_need_not_be_text() -> None:
    """A frame made from an array has numbers for names."""
    numbered = frame().set_axis([0, 1, 2], axis=1)

    assert values(audit_frame(numbered, sensitive=["0"], label="1", prediction="2"), "selection_rate", "0") == EXPECTED


def test_text_where_a_number_is_meant_is_refused() -> None:
    """A frame has types; a guess at its text is not made."""
    found = refusal(frame(s=["1", "2", "3", "x", "5", "6"]), prediction=None, score="s", threshold=2)

    assert "column 's'" in found
    assert "not numbers" in found


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([True, False] * 3, {"true": 1 / 3, "false": 2 / 3}),
        ([1.0, 2.0] * 3, {"1": 1 / 3, "2": 2 / 3}),
        ([0.1, 2.5] * 3, {"0.1": 1 / 3, "2.5": 2 / 3}),
        (
            [datetime.date(2024, 1, 2), datetime.date(2024, 1, 3)] * 3,
            {"2024-01-02": 1 / 3, "2024-01-03": 2 / 3},
        ),
        (["nan", "None"] * 3, {"nan": 1 / 3, "None": 2 / 3}),
        ([1, "1"] * 3, {"1": 0.5}),
    ],
    ids=["booleans", "whole floats", "floats", "dates", "the text nan", "1 and its text"],
)
def test_group_labels_are_the_text_a_csv_would_hold(groups: list[Any], expected: dict[str, float]) -> None:
    """A label is text everywhere, so that a record can be compared with one made from a file."""
    record = audit_frame(frame().assign(group=groups))

    assert values(record, "selection_rate", "group") == pytest.approx(expected)
    assert record.to_json()


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT, np.nan, ""], ids=repr)
def test_every_kind_of_nothing_is_an_unknown_group(missing: Any) -> None:
    """None, NaN, NA, NaT and the empty text are one thing."""
    some = frame()
    some["group"] = pd.Series([missing, "a", "b", missing, "a", "b"], dtype=object)

    record = audit_frame(some)

    assert set(values(record, "selection_rate", "group")) == {"a", "b"}
    assert [(part.reason, part.rows) for part in record.data.excluded] == [("unknown_group:group", 2)]


def test_an_unused_category_is_no_group() -> None:
    """pandas lists categories that no row has."""
    some = frame()
    some["group"] = pd.Categorical(some["group"], categories=["z", "b", "a"])

    assert values(audit_frame(some), "selection_rate", "group") == EXPECTED


def test_rows_stay_in_their_engine() -> None:
    """Only the count table comes into Python: the queries' results have a few rows, whatever the data have."""
    big = pl.DataFrame({"group": ["a", "b"] * 50_000, "y": [0, 1] * 50_000, "p": [1, 1, 0, 0] * 25_000}).lazy()
    view = view_frame(big, ("group", "y", "p"), frozenset())
    seen: list[int] = []

    class Watched:
        frame = view.frame
        alias = view.alias
        original = view.original
        unreadable = view.unreadable
        lacks = view.lacks

        @staticmethod
        def run(query: Any) -> list[tuple[Any, ...]]:
            rows = view.run(query)
            seen.append(len(rows))
            return rows

    from ethicscheck.counts.collect import KeyColumn, Roles, collect

    table = collect(Watched, Roles((KeyColumn("group"),), label="y", prediction="p")).table

    assert table.total == 100_000
    assert max(seen) <= 4
