"""Exact sums against fractions, in every engine and order."""

from __future__ import annotations

from fractions import Fraction

import duckdb
import narwhals as nw
import numpy as np
import polars as pl
import pytest

from ethicscheck.counts.exact_sums import limb_columns, limb_totals, limbs_for

ENGINES = {
    "pandas": lambda frame: nw.from_native(frame.to_pandas()).lazy(),
    "polars": lambda frame: nw.from_native(frame.lazy()),
    "duckdb": lambda frame: nw.from_native(duckdb.from_arrow(frame.to_arrow())),
}


def _sum(frame: pl.DataFrame, engine: str, limbs: int) -> list[int]:
    columns = limb_columns("t", nw.col("t"), limbs, nw.col("times").cast(nw.Int64))
    lazy = ENGINES[engine](frame).select("group", **columns)
    grouped = lazy.group_by("group").agg(*[nw.col(name).sum() for name in columns]).select("group", *columns)
    native = grouped.to_native()
    rows = sorted(native.fetchall() if hasattr(native, "fetchall") else grouped.collect().rows())
    cells = dict(zip(["group", *columns], zip(*rows, strict=True), strict=True))
    return limb_totals(cells, "t", limbs, 26 * limbs)


@pytest.mark.parametrize("engine", ENGINES)
def test_signed_terms_of_any_size_add_up_exactly(engine) -> None:
    """Python's fractions are the second implementation; the terms span 2^−60 to 1."""
    rng = np.random.default_rng(1)
    terms = rng.normal(size=300) * 2.0 ** rng.integers(-60, 0, 300)
    terms /= np.abs(terms).max()
    frame = pl.DataFrame({"t": terms, "group": rng.integers(0, 2, 300), "times": rng.integers(0, 5, 300)})
    expected = [
        sum((Fraction(term) * times for term, own, times in frame.rows() if own == group), start=Fraction(0))
        for group in (0, 1)
    ]
    limbs = 5

    for shuffled in (frame, frame.sample(fraction=1, shuffle=True, seed=2)):
        actual = [Fraction(total, 2 ** (26 * limbs)) for total in _sum(shuffled, engine, limbs)]

        assert actual == expected


def test_a_group_of_tiny_values_keeps_its_digits_beside_a_huge_one() -> None:
    """One sentinel of a billion in another group would push e⁴ of everyone else below 2^−100."""
    tiny = [3e-9**4 * k for k in (1.0, 2.0, 5.0)]
    frame = pl.DataFrame({"t": [1.0, *tiny], "group": [0, 1, 1, 1], "times": [1, 1, 1, 1]})
    limbs = limbs_for(np.log2(max(tiny)))

    total = _sum(frame, "polars", limbs)[1] / 2 ** (26 * limbs)

    assert total == pytest.approx(sum(tiny), rel=1e-15)
