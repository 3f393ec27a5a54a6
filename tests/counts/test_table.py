"""The count table: its roll-ups, and what can't be added."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from ethicscheck.counts.collect import KeyColumn, Roles, collect
from ethicscheck.counts.table import CountTable, add_tables
from ethicscheck.sources.frames import view_frame

COLUMNS: dict[str, Any] = {
    "race": ["a", "a", "b", "b", None, "a"],
    "office": ["n", "s", "n", "s", "n", None],
    "age": [20, 30, 50, 20, 30, 50],
    "y": [0, 1, 0, 1, 1, None],
    "p": [0, 1, 1, 0, 1, 1],
    "w": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
}


def table(rows: slice = slice(None), **parts: Any) -> CountTable:
    """Return the table of some of the rows."""
    given: dict[str, Any] = {"features": (KeyColumn("race"),), "label": "y", "prediction": "p", **parts}
    roles = Roles(**given)
    return collect(view_frame(pl.DataFrame(COLUMNS)[rows], roles.columns(), roles.numeric()), roles).table


def test_a_roll_up_holds_the_four_outcomes_of_each_group() -> None:
    """Columns are TN, FP, FN, TP; unknown groups take no part."""
    counts = table().roll_up(("race",))

    assert counts.keys == (("a",), ("b",))
    assert counts.rows.tolist() == [[1, 0, 0, 1], [0, 1, 1, 0]]


def test_the_overall_holds_every_judged_row() -> None:
    """Whatever its group."""
    whole = table()

    assert whole.roll_up().rows.tolist() == [[1, 1, 1, 2]]
    assert (whole.judged, whole.total) == (5, 6)
    assert whole.unknown_rows() == {("race",): 1}


def test_a_stratum_is_a_part_of_the_rows() -> None:
    """Strata are axes that are not compared; rows of unknown stratum stand in none."""
    whole = table(strata=(KeyColumn("office"),))

    assert whole.stratum_keys() == ({"office": "n"}, {"office": "s"})
    assert whole.roll_up(("race",), {"office": "n"}).rows.tolist() == [[1, 0, 0, 0], [0, 1, 0, 0]]


def test_tables_of_shards_with_other_groups_add_up() -> None:
    """A group that only one shard has is a group of the sum."""
    added = add_tables([table(slice(0, 2), weight="w"), table(slice(2, 6), weight="w")])

    assert added.roll_up(("race",)).rows.tolist() == table().roll_up(("race",)).rows.tolist()
    whole = added.roll_up()
    assert whole.weight.sum() * 2.0**whole.unit == pytest.approx(1.5)
    assert dict(added.excluded) == {"missing_label": 1}


def test_bins_keep_their_order_when_tables_are_added() -> None:
    """ "<25" sorts after "25–44" in the alphabet, not among ages."""
    parts: dict[str, Any] = {"features": (KeyColumn("age", (25.0, 45.0)),)}

    added = add_tables([table(slice(0, 2), **parts), table(slice(2, 6), **parts)])

    assert added.features[0].labels == ("<25", "25–44", "≥45")
    assert [key[0] for key in added.roll_up(("age",)).keys] == ["<25", "25–44", "≥45"]


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"features": (KeyColumn("office"),)}, "different features or strata"),
        ({"weight": "w"}, "only some"),
        ({"label": None}, "only some"),
    ],
)
def test_tables_of_different_kinds_are_not_added(other: dict[str, Any], what: str) -> None:
    """A sum of unlike things would be a number that means nothing."""
    with pytest.raises(ValueError, match=what):
        add_tables([table(), table(**other)])
