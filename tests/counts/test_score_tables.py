"""The score histogram: exact while few scores differ, then on a grid whose error is stated."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from ethicscheck.counts import collect as collecting
from ethicscheck.counts.bases import Scores
from ethicscheck.counts.collect import Collected, KeyColumn, Roles, collect
from ethicscheck.counts.grid import Grid
from ethicscheck.errors import DataError
from ethicscheck.sources.frames import view_frame


def collected(frame: pl.DataFrame, **parts: Any) -> Collected:
    """Return the tables of a frame with the columns g, y and s."""
    given: dict[str, Any] = {"features": (KeyColumn("g"),), "label": "y", "score": "s", "task": "score", **parts}
    roles = Roles(**given)
    return collect(view_frame(frame, roles.columns(), roles.numeric()), roles)


def scored(rows: int, different: int | None = None, seed: int = 0) -> pl.DataFrame:
    """Return rows with a score; of `different` values where that is given."""
    draw = np.random.default_rng(seed)
    score = draw.random(rows) if different is None else draw.integers(0, different, rows) / different
    label = (draw.random(rows) < score).astype(int)
    return pl.DataFrame({"g": draw.choice(["a", "b", "c"], rows), "y": label, "s": score})


def basis(found: Collected) -> Scores:
    """Return what the columns of the score table stand for."""
    kind = found.tables["scores"].basis
    assert isinstance(kind, Scores)
    return kind


@pytest.mark.parametrize("different", [10, 900, 10_000])
def test_scores_are_exact_up_to_ten_thousand_different_ones(different: int) -> None:
    """The promised limit, on both sides of the one that one GROUP BY serves."""
    frame = scored(40_000, different)

    found = collected(frame)

    assert basis(found).half_width == 0
    assert basis(found).values.tolist() == sorted(frame["s"].unique().to_list())
    counts = found.tables["scores"].roll_up(("g",))
    for place, (group,) in enumerate(counts.keys):
        own = frame.filter(pl.col("g") == group)
        for label in (0, 1):
            expected = own.filter(pl.col("y") == label).group_by("s").len().sort("s")
            cells = counts.rows[place, label::2]
            assert cells[cells > 0].tolist() == expected["len"].to_list()


def test_more_scores_are_put_on_a_grid_and_the_distance_is_stated() -> None:
    """A continuous score has as many values as rows; each lies within half a step of its grid point."""
    frame = scored(60_000)

    found = collected(frame)

    kind = basis(found)
    assert 0 < kind.half_width <= 2.0**-14
    assert found.table.judged == 60_000
    exact = roc_auc_score(frame["y"], frame["s"])
    on_grid = np.round(frame["s"].to_numpy() / (2 * kind.half_width)) * 2 * kind.half_width
    assert abs(roc_auc_score(frame["y"], on_grid) - exact) < 1e-4


def test_a_cut_is_made_at_the_score_itself_not_at_its_grid_point() -> None:
    """Decisions stay exact where scores are on a grid."""
    frame = scored(60_000)

    found = collected(frame, task="binary", threshold=0.5)

    selected = int((frame["s"] >= 0.5).sum())
    assert found.tables["decisions"].roll_up().rows[0, [1, 3]].sum() == selected
    assert basis(found).half_width > 0


def test_scores_and_decisions_counted_apart_are_the_same_as_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """One GROUP BY or two: the same tables."""
    frame = scored(5_000, 50)
    together = collected(frame, task="binary", threshold=0.5)
    monkeypatch.setattr(collecting, "MOST_JOINT_SCORES", 0)

    apart = collected(frame, task="binary", threshold=0.5)

    for kind in ("decisions", "scores", "missing"):
        one, other = together.tables[kind].roll_up(("g",)), apart.tables[kind].roll_up(("g",))
        assert one.keys == other.keys
        assert one.rows.tolist() == other.rows.tolist()


def test_weights_of_scores_are_summed() -> None:
    """As for decisions, exactly."""
    frame = scored(500, 7).with_columns(w=pl.Series(np.random.default_rng(1).random(500)))

    counts = collected(frame, weight="w").tables["scores"].roll_up(("g",))

    assert counts.weight is not None
    total = counts.weight.sum() * 2.0**counts.unit
    assert total == pytest.approx(frame["w"].sum(), rel=1e-12)


def test_rows_without_score_or_label_are_accounted_for() -> None:
    """By what is missing, the empty text and NaN alike."""
    frame = pl.DataFrame(
        {"g": ["a", "a", "b", "b", "b"], "y": [1, 0, None, 1, None], "s": [0.5, None, 0.25, float("nan"), None]}
    )

    table = collected(frame).table

    assert dict(table.excluded) == {"missing_label": 1, "missing_label_and_score": 1, "missing_score": 2}
    assert (table.judged, table.total) == (1, 5)
    missing = collected(frame).tables["missing"].roll_up(("g",))
    assert missing.rows.tolist() == [[1, 1, 0, 0], [0, 1, 1, 1]]


def test_an_infinite_score_has_a_place_among_few_and_none_on_a_grid() -> None:
    """Ranks know infinity; a grid does not."""
    few = pl.DataFrame({"g": ["a", "b"], "y": [0, 1], "s": [0.5, float("inf")]})
    assert basis(collected(few)).values.tolist() == [0.5, float("inf")]

    many = pl.concat(
        [scored(30_000), pl.DataFrame({"g": ["a"], "y": [1], "s": [float("inf")]}, schema_overrides={"y": pl.Int64})]
    )
    with pytest.raises(DataError, match="infinite score"):
        collected(many)


def test_a_grid_is_exact_arithmetic_on_powers_of_two() -> None:
    """The finest step of the form 2^k that makes no more than so many steps."""
    grid = Grid.over(0.0, 1.0, 1000)

    assert grid.exponent == -9
    assert grid.half_width == 2.0**-10
    assert grid.value(512) == 1.0
    assert Grid.over(0.25, 0.25).exponent is not None
