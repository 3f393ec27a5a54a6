"""Quartiles against sorting, in every engine."""

from __future__ import annotations

import duckdb
import narwhals as nw
import numpy as np
import polars as pl
import pytest

from ethicscheck.counts.quantiles import quartiles, rounded_edges, span_labels

RNG = np.random.default_rng(5)
COLUMNS = {
    "skewed": RNG.lognormal(0, 2, 5000),
    "with a sentinel": np.r_[1e9, RNG.normal(size=999)],
    "all alike": np.full(10, 3.0),
    "few whole numbers": RNG.integers(0, 4, 500).astype(float),
    "one": np.array([-2.5]),
}


def _ran(frame):
    native = frame.to_native()
    return native.fetchall() if hasattr(native, "fetchall") else frame.collect().rows()


@pytest.mark.parametrize("name", COLUMNS)
def test_quartiles_are_those_of_the_sorted_rows(name) -> None:
    """The smallest values that a quarter, half and three quarters of the people don't exceed; numpy sorts and repeats."""
    values = COLUMNS[name]
    times = RNG.integers(1, 4, len(values))
    people = np.sort(np.repeat(values, times))
    expected = tuple(people[-(-len(people) * part // 4) - 1] for part in (1, 2, 3))
    frame = pl.DataFrame({"value": values, "times": times.astype(float)})

    for native in (frame.lazy(), duckdb.from_arrow(frame.to_arrow())):
        assert quartiles(nw.from_native(native), _ran) == expected
    assert quartiles(nw.from_native(frame.to_pandas()).lazy(), _ran) == expected


def test_rows_that_stand_for_nobody_have_no_quartiles() -> None:
    """A count of 0 is no person."""
    frame = pl.DataFrame({"value": [1.0, 2.0], "times": [0.0, 0.0]})

    assert quartiles(nw.from_native(frame.lazy()), _ran) is None


def test_edges_are_rounded_so_that_none_is_anybodys_own_value() -> None:
    """To a power of ten of at most a twentieth of the distance between the outer quartiles."""
    assert rounded_edges((20511.37, 31240.9, 48777.01)) == (21000.0, 31000.0, 49000.0)
    assert span_labels((21000.0, 31000.0)) == ("up to 21000", "21000 to 31000", "over 31000")
