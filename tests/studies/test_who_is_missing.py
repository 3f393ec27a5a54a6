"""The record's `representation`, `missing` and `bounds`, and what the page makes of them."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, chisquare, fisher_exact

import ethicscheck as ec
from ethicscheck.errors import ConfigError, DataError, RecordError
from ethicscheck.model.record import read_record
from ethicscheck.report import render
from ethicscheck.report.index import RecordIndex
from ethicscheck.report.who import who_section
from helpers import audit_text, gap

HUNDRED = "group,y,p\n" + "a,1,1\na,0,0\n" * 40 + "b,1,1\nb,0,0\n" * 10


def test_shares_are_held_against_inline_shares(tmp_path: Path) -> None:
    """80 of 100 against 60 %: SciPy's exact binomial test, whichever group it is asked of; the ratio beside it."""
    record = audit_text(tmp_path, HUNDRED, population={"group": {"a": 0.6, "b": 0.4}})
    (found,) = record.representation
    p = binomtest(80, 100, 0.6).pvalue

    assert [(group.group["group"], group.rows, group.share, group.population) for group in found.groups] == [
        ("a", 80, 0.8, 0.6),
        ("b", 20, 0.2, 0.4),
    ]
    assert [group.ratio for group in found.groups] == pytest.approx([0.8 / 0.6, 0.5])
    assert found.test.test == "exact_binomial"
    assert found.test.p_value == pytest.approx(p, rel=1e-9)
    assert [group.p_adjusted for group in found.groups] == pytest.approx([2 * p, 2 * p])


def test_nobody_at_all_from_a_group_and_a_group_nobody_foresaw_are_both_named(tmp_path: Path) -> None:
    """c is in the population only, b in the data only: c has a share of 0, b is left out of the shares and said."""
    record = audit_text(tmp_path, HUNDRED, population={"group": {"a": 0.9, "c": 0.1}})
    (found,) = record.representation
    (chart,) = who_section(RecordIndex(record)).charts

    assert [(group.group["group"], group.rows) for group in found.groups] == [("a", 80), ("c", 0)]
    assert [(group.group["group"], group.rows) for group in found.not_in_population] == [("b", 20)]
    assert chart.takeaway.startswith("Nobody at all from c. ")
    assert any("says nothing of b (20)" in note for note in chart.notes)
    assert "Nobody at all from c." in render(record).decode()


def test_a_joint_table_serves_features_and_intersections(tmp_path: Path) -> None:
    """One census file by race and sex; SciPy's χ² for four groups; its digest stands in the record."""
    cells = {("x", "f"): 400, ("x", "m"): 350, ("y", "f"): 150, ("y", "m"): 100}
    (tmp_path / "census.csv").write_text("sex,race,count\n" + "".join(f"{s},{r},{n}\n" for (r, s), n in cells.items()))
    counts = {("x", "f"): 400, ("x", "m"): 280, ("y", "f"): 140, ("y", "m"): 180}
    text = "race,sex,p,n\n" + "".join(f"{r},{s},{p},{n // 2}\n" for ((r, s), n), p in product(counts.items(), (0, 1)))
    record = audit_text(
        tmp_path,
        text,
        label=None,
        count="n",
        sensitive=["race", "sex"],
        intersections=[["race", "sex"]],
        population="census.csv",
    )
    race, _, both = record.representation

    assert [group.population for group in race.groups] == [0.75, 0.25]
    assert [group.population for group in both.groups] == [0.4, 0.35, 0.15, 0.1]
    assert both.test.test == "chi_squared_fit"
    assert both.test.p_value == pytest.approx(chisquare(list(counts.values()), list(cells.values())).pvalue, rel=1e-9)
    assert both.source == "census.csv"
    assert len(both.source_sha256) == 64
    assert render(read_record(record.to_json(), "audit.json")) == render(record)


def test_weighted_shares_have_intervals_and_no_test(tmp_path: Path) -> None:
    """DESIGN §6.1."""
    text = "group,p,w\n" + "a,1,1\na,0,3\nb,1,2\n" * 30
    (found,) = audit_text(
        tmp_path, text, label=None, weight="w", population={"group": {"a": 0.5, "b": 0.5}}
    ).representation

    assert [group.share for group in found.groups] == pytest.approx([2 / 3, 1 / 3])
    assert found.groups[0].interval.method == "wilson_effective_size"
    assert (found.test, found.groups[0].p_adjusted) == (None, None)


def test_a_population_that_shares_no_group_with_the_data_is_refused(tmp_path: Path) -> None:
    """Most likely the labels are written otherwise; both lists are shown."""
    with pytest.raises(DataError, match="not one group of the population occurs") as caught:
        audit_text(tmp_path, HUNDRED, population={"group": {"A": 0.6, "B": 0.4}})

    assert "the data hold 'a', 'b', the population 'A', 'B'" in str(caught.value)


def test_mistakes_in_the_population_are_config_errors_with_their_line(tmp_path: Path) -> None:
    """Nothing is audited against half a population."""
    with pytest.raises(ConfigError, match=r"add up to 0\.9, not to 1") as caught:
        audit_text(tmp_path, HUNDRED, population={"group": {"a": 0.6, "b": 0.3}})

    assert caught.value.problems[0].line > 0
    (tmp_path / "census.csv").write_text("group,share\na,0.5\na,0.5\n")
    with pytest.raises(ConfigError, match="stands here twice") as caught:
        audit_text(tmp_path, HUNDRED, population="census.csv")
    assert caught.value.problems[0].where == "census.csv:3"


def test_missing_outcomes_are_counted_by_group_over_all_rows_read(tmp_path: Path) -> None:
    """Rows that every table leaves out are here: 4 of 44 of a, 10 of 30 of b, 2 of 5 of unknown group; SciPy's Fisher test."""
    text = (
        "group,y,p\n"
        + "a,1,1\na,0,0\n" * 20
        + "a,,1\n" * 4
        + "b,1,1\nb,0,0\n" * 10
        + "b,,0\n" * 10
        + ",1,1\n" * 3
        + ",,1\n" * 2
    )
    record = audit_text(tmp_path, text)
    (found,) = record.missing

    assert [(group.group, group.rows, group.label.rows) for group in found.groups] == [
        ({"group": "a"}, 44, 4),
        ({"group": "b"}, 30, 10),
        ({}, 5, 2),
    ]
    assert found.tests["label"].p_value == pytest.approx(fisher_exact([[4, 40], [10, 20]]).pvalue, rel=1e-9)
    assert [group.prediction for group in found.groups] == [None] * 3
    (table,) = who_section(RecordIndex(record)).missing
    assert table.takeaways[0].startswith("The outcome is missing most often for b (33.3")
    assert table.rows[-1][0] == "not known"


def test_nothing_missing_leaves_no_part(tmp_path: Path) -> None:
    """Fields with nothing to say are not there."""
    record = audit_text(tmp_path, HUNDRED)

    assert (record.missing, record.bounds, record.representation) == (None, None, None)


def brute_force(known, unknown):
    """Return the smallest and largest gap over every way to give the unknown decisions to the two groups."""
    (k1, n1), (k2, n2), (up, down) = *known, unknown
    gaps = [
        abs((k1 + a) / (n1 + a + b) - (k2 + up - a) / (n2 + up - a + down - b))
        for a, b in product(range(up + 1), range(down + 1))
    ]
    return min(gaps), max(gaps)


def test_bounds_hold_every_way_to_know_the_unknown_groups(tmp_path: Path) -> None:
    """15 people of unknown group: all 6 × 11 allocations listed; the lower end is exact but for whole people."""
    text = "group,p\n" + "a,1\n" * 30 + "a,0\n" * 20 + "b,1\n" * 12 + "b,0\n" * 28 + ",1\n" * 5 + ",0\n" * 10
    record = audit_text(tmp_path, text, label=None, metrics=["selection_rate"])
    difference, ratio = record.bounds
    smallest, largest = brute_force([(30, 50), (12, 40)], (5, 10))

    assert (difference.compare, difference.unknown) == ("difference", 15)
    assert difference.value == gap(record, "selection_rate", "difference", "group").value
    assert difference.high == pytest.approx(largest, abs=1e-12)
    assert smallest - 1 / 40 <= difference.low <= smallest
    assert ratio.low == pytest.approx((12 / 50) / (35 / 55))
    assert (difference.group, difference.against) == ({"group": "a"}, {"group": "b"})


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (0.5, "is kept by what was counted, whichever"),
        (0.3, "may be kept or not"),
        (0.05, "is not kept by what was counted, whichever"),
    ],
)
def test_the_page_says_whether_a_rule_hangs_on_the_unknown(tmp_path: Path, limit: float, said: str) -> None:
    """The same limit, over every allocation: kept, not kept, or nobody can know."""
    text = "group,p\n" + "a,1\n" * 30 + "a,0\n" * 20 + "b,1\n" * 12 + "b,0\n" * 28 + ",1\n" * 5 + ",0\n" * 10
    rule = {"metric": "selection_rate", "across": "group", "compare": "difference", "max": limit}
    record = audit_text(tmp_path, text, label=None, rules=[rule])
    (table,) = who_section(RecordIndex(record)).bounds

    assert said in table.sentences[0]
    assert said in render(record).decode()


def test_bounds_of_every_rate_like_metric_hold_the_counted_gap(tmp_path: Path) -> None:
    """F1 goes with the Jaccard index; what is no rate has no bounds rather than wrong ones."""
    generator = np.random.default_rng(4)
    groups = generator.choice(["a", "b", "c", ""], 600, p=[0.4, 0.3, 0.2, 0.1])
    text = "group,y,p\n" + "".join(
        f"{g},{y},{p}\n"
        for g, y, p in zip(groups, generator.integers(0, 2, 600), generator.integers(0, 2, 600), strict=True)
    )
    record = audit_text(tmp_path, text)
    found = {(row.metric, row.compare): row for row in record.bounds}

    assert ("f1_score", "difference") in found
    assert not any(name in {"matthews_corrcoef", "balanced_accuracy"} for name, _ in found)
    for row in found.values():
        assert row.low <= row.value <= row.high
        assert row.low >= 0


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        ("bounds", {"low": 0.9}, "bounds.0: .* lies outside its bounds"),
        ("representation", {"groups": None}, r"representation\.0\.groups\.0: .* lies outside its interval"),
    ],
)
def test_a_record_that_was_edited_into_saying_something_else_is_not_drawn(
    tmp_path: Path, part: str, change: dict[str, Any], said: str
) -> None:
    """A value outside its own interval or bounds was not made by an audit."""
    text = HUNDRED + ",1,1\n,0,0\n" * 3
    value = json.loads(audit_text(tmp_path, text, population={"group": {"a": 0.6, "b": 0.4}}).to_json())
    if change.get("groups", 0) is None:
        value[part][0]["groups"][0]["share"] = 0.01
    else:
        value[part][0].update(change)

    with pytest.raises(RecordError, match=said):
        read_record(json.dumps(value), "audit.json")


def test_decimal_weights_leave_no_bounds_where_no_group_is_unknown() -> None:
    """Sums of decimals in another order differ in their last bit: nobody is unknown, whatever weight is left over."""
    generator = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "race": generator.choice(list("abcd"), 1500),
            "yes": generator.integers(0, 2, 1500),
            "truth": generator.integers(0, 2, 1500),
            "w": generator.uniform(0.5, 3, 1500).round(3),
        }
    )
    asked = {"prediction": "yes", "label": "truth", "weight": "w", "sensitive": ["race"]}

    assert ec.audit(frame, **asked).record.bounds is None
    frame.loc[7, "race"] = None
    assert {row.unknown for row in ec.audit(frame, **asked).record.bounds or ()} == {1}
