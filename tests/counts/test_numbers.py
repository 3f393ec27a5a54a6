"""Counts, weights, scores and bins: numbers that decide how much a row stands for and where it belongs."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn.metrics

import ethicscheck as ec
from ethicscheck.errors import DataError
from ethicscheck.metrics.binary import METRICS
from helpers import TWELVE, audit_files, audit_frame, audit_text, estimates, reconciles, results, values


def with_column(name: str, cells: list[Any], text: str = TWELVE) -> str:
    """Return the twelve rows with one more column."""
    lines = text.splitlines()
    return (
        "\n".join([f"{lines[0]},{name}", *(f"{line},{cell}" for line, cell in zip(lines[1:], cells, strict=True))])
        + "\n"
    )


def refusal(folder: Path, text: str, **parts: Any) -> str:
    """Return the words with which a file is refused."""
    with pytest.raises(DataError) as caught:
        audit_text(folder, text, **parts)
    return str(caught.value)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("-1", "'-1' is not a count (2 such rows)"),
        ("1.5", "'1.5' is not a count (2 such rows)"),
        ("", "an empty cell is not a count (2 such rows)"),
        ("nan", "'nan' is not a count (2 such rows)"),
        ("inf", "'inf' is not a count (2 such rows)"),
        ("1e300", "'1e300' is not a count (2 such rows)"),
        ("many", "'many' is not a number (2 such rows)"),
    ],
)
def test_a_count_that_is_no_count_is_refused(cell: str, shown: str, tmp_path: Path) -> None:
    """Half a person, minus one person and nothing are not counts."""
    found = refusal(tmp_path, with_column("n", [1] * 10 + [cell] * 2), count="n")

    assert found.startswith(f"{shown} (column 'n') — ")


@pytest.mark.parametrize("value", [-1, 1.5, float("nan"), float("inf"), None])
@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame])
def test_a_count_that_is_no_count_is_refused_in_a_frame(value: Any, library: Any) -> None:
    """The same rule in every engine, though each compares NaN in its own way."""
    native = library({"group": ["a", "b"] * 6, "y": [0, 1] * 6, "p": [1, 0] * 6, "n": [1.0] * 10 + [value] * 2})

    with pytest.raises(DataError, match=r"is not a count \(2 such rows\)"):
        audit_frame(native, count="n")


def test_counts_that_add_up_too_far_are_refused(tmp_path: Path) -> None:
    """Beyond 2^53 neither a float nor the record's JSON holds a whole number."""
    found = refusal(tmp_path, with_column("n", [2**52] * 12), count="n")

    assert found.startswith("the counts add up to 2^53 or more (column 'n')")


def test_counts_of_nothing_are_refused(tmp_path: Path) -> None:
    """All zero is no data."""
    assert refusal(tmp_path, with_column("n", [0] * 12), count="n").startswith("there are no rows to audit")


def test_a_row_that_stands_for_nobody_changes_nothing(tmp_path: Path) -> None:
    """A count of 0 makes neither a group nor a label."""
    text = with_column("n", [1] * 12)

    plain = audit_text(tmp_path, text, count="n")
    more = audit_text(tmp_path, text + "c,1,1,0\n", count="n")

    assert results(plain) == results(more)


def test_count_weighted_rows_equal_the_expanded_rows(tmp_path: Path) -> None:
    """A frequency column is a shorter way to write the same rows."""
    draw = random.Random(1)
    rows = [(draw.choice("abc"), draw.randint(0, 1), draw.randint(0, 1), draw.randint(0, 9)) for _ in range(60)]
    short = pd.DataFrame(rows, columns=["group", "y", "p", "n"])
    long = short.loc[short.index.repeat(short["n"])]

    counted = results(audit_frame(short, count="n", profiles=["four-fifths"]))
    expanded = results(audit_frame(long, profiles=["four-fifths"]))

    assert counted.pop("plan").pop("count") == "n"
    expanded.pop("plan")
    assert counted == expanded


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("-0.5", "'-0.5' can't be summed as a weight (2 such rows)"),
        ("inf", "'inf' can't be summed as a weight (2 such rows)"),
        ("nan", "'nan' can't be summed as a weight (2 such rows)"),
        ("", "an empty cell can't be summed as a weight (2 such rows)"),
        ("heavy", "'heavy' can't be summed as a weight (2 such rows)"),
        ("1e200", "'1e200' can't be summed as a weight (2 such rows)"),
    ],
)
def test_a_weight_that_cannot_be_summed_is_refused(cell: str, shown: str, tmp_path: Path) -> None:
    """A missing weight is not 0 and not 1."""
    found = refusal(tmp_path, with_column("w", [1] * 10 + [cell] * 2), weight="w")

    assert found == f"{shown} (column 'w') — weights are finite numbers, 0 or more"


@pytest.mark.parametrize("value", [-0.5, float("inf"), float("nan"), None])
@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame])
def test_a_weight_that_cannot_be_summed_is_refused_in_a_frame(value: Any, library: Any) -> None:
    """The same rule in every engine."""
    native = library({"group": ["a", "b"] * 6, "y": [0, 1] * 6, "p": [1, 0] * 6, "w": [1.5] * 10 + [value] * 2})

    with pytest.raises(DataError, match=r"can't be summed as a weight \(2 such rows\)"):
        audit_frame(native, weight="w")


def test_weights_that_are_all_zero_are_refused(tmp_path: Path) -> None:
    """Nothing would be left to divide by."""
    assert refusal(tmp_path, with_column("w", [0] * 12), weight="w").startswith("every weight is 0 (column 'w')")


def test_a_group_whose_weights_are_all_zero_is_undefined(tmp_path: Path) -> None:
    """Its rows are there, its weight is not: a reason, not a number."""
    rows = estimates(audit_text(tmp_path, with_column("w", [1] * 6 + [0] * 6), weight="w"), "selection_rate", "group")

    assert rows["a"].value == 0.5
    assert (rows["b"].value, rows["b"].undefined, rows["b"].rows) == (None, "no_weight", 6)


@pytest.mark.parametrize("size", [8 * 5e-324, 2.0**-1000, 1e-300, 1e-280, 2.0**-900, 1e-9, 1.0, 1e9, 1e99])
def test_the_size_of_the_weights_does_not_matter(size: float) -> None:
    """Only ratios of weights count, however they were scaled."""
    draw = np.random.default_rng(5)
    native = pd.DataFrame({"group": list("ab") * 50, "y": draw.integers(0, 2, 100), "p": draw.integers(0, 2, 100)})
    weight = draw.integers(1, 9, 100) / 8

    base = audit_frame(native.assign(w=weight), weight="w")
    scaled = audit_frame(native.assign(w=weight * size), weight="w")

    assert len(base.estimates) == len(scaled.estimates)
    assert len(base.disparities) == len(scaled.disparities)
    for a, b in zip([*base.estimates, *base.disparities], [*scaled.estimates, *scaled.disparities], strict=True):
        assert b.value == pytest.approx(a.value, abs=1e-12)
        assert (a.interval is None) == (b.interval is None)
        if a.interval is not None and b.interval is not None:
            assert b.interval.low == pytest.approx(a.interval.low, abs=1e-12)
            assert b.interval.high == pytest.approx(a.interval.high, rel=1e-12, abs=1e-12)
    for one, other in zip(base.estimates, scaled.estimates, strict=True):
        assert other.denominator == pytest.approx(one.denominator * size, rel=1e-12, abs=5e-324)


def test_the_smallest_weights_there_are_can_be_audited(tmp_path: Path) -> None:
    """5e-324 is a weight like any other: everyone weighs the same, so nothing changes but the denominators."""
    plain = values(audit_text(tmp_path, TWELVE), "accuracy", "group")
    record = audit_text(tmp_path, with_column("w", ["5e-324"] * 12), weight="w")

    assert values(record, "accuracy", "group") == pytest.approx(plain)
    assert all(row.interval is not None for row in record.estimates if row.value is not None)


def test_weights_give_the_same_bits_in_any_order(tmp_path: Path) -> None:
    """A float sum depends on the order of its terms; these sums don't."""
    draw = np.random.default_rng(3)
    native = pd.DataFrame(
        {
            "group": draw.choice(["a", "b", "c"], 5_000),
            "y": draw.integers(0, 2, 5_000),
            "p": draw.integers(0, 2, 5_000),
            "w": draw.lognormal(0, 3, 5_000),
        }
    )
    parts: dict[str, Any] = {"weight": "w", "profiles": ["four-fifths"]}
    expected = results(audit_frame(native, **parts))
    native.to_csv(tmp_path / "data.csv", index=False)

    for seed in range(3):
        shuffled = native.sample(frac=1, random_state=seed)
        assert results(audit_frame(shuffled, **parts)) == expected
        assert results(audit_frame(pl.from_pandas(shuffled), **parts)) == expected
    assert results(audit_files(tmp_path, **parts)) == expected


def test_weighted_values_equal_scikit_learns() -> None:
    """scikit-learn's sample_weight is the reference for every weighted value."""
    draw = np.random.default_rng(4)
    n = 2_000
    native = pd.DataFrame(
        {"group": draw.choice(["a", "b"], n), "y": draw.integers(0, 2, n), "w": draw.lognormal(0, 1, n)}
    )
    native["p"] = np.where(draw.random(n) < 0.3, 1 - native["y"], native["y"])
    record = audit_frame(native, weight="w")

    for group, part in [("a", native[native["group"] == "a"]), ("b", native[native["group"] == "b"])]:
        given = (part["y"], part["p"])
        weight = {"sample_weight": part["w"]}
        expected = {
            "true_positive_rate": sklearn.metrics.recall_score(*given, **weight),
            "true_negative_rate": sklearn.metrics.recall_score(*given, pos_label=0, **weight),
            "precision": sklearn.metrics.precision_score(*given, **weight),
            "negative_predictive_value": sklearn.metrics.precision_score(*given, pos_label=0, **weight),
            "accuracy": sklearn.metrics.accuracy_score(*given, **weight),
            "balanced_accuracy": sklearn.metrics.balanced_accuracy_score(*given, **weight),
            "f1_score": sklearn.metrics.f1_score(*given, **weight),
            "matthews_corrcoef": sklearn.metrics.matthews_corrcoef(*given, **weight),
            "selection_rate": np.average(part["p"], weights=part["w"]),
            "base_rate": np.average(part["y"], weights=part["w"]),
        }
        found = {metric: values(record, metric, "group")[group] for metric in expected}
        assert found == pytest.approx(expected, abs=1e-12)


def test_whole_weights_give_the_same_values_as_counts() -> None:
    """They mean different things (a weighted person is still one person) but the shares agree."""
    draw = np.random.default_rng(6)
    native = pd.DataFrame(
        {
            "group": draw.choice(["a", "b"], 300),
            "y": draw.integers(0, 2, 300),
            "p": draw.integers(0, 2, 300),
            "n": draw.integers(0, 5, 300),
        }
    )
    counted, weighted = audit_frame(native, count="n"), audit_frame(native, weight="n")

    for metric in counted.plan.metrics:
        found = values(weighted, metric, "group")
        assert found == pytest.approx(values(counted, metric, "group"), abs=1e-12)
    assert estimates(weighted, "accuracy")[""].rows == 300


def test_weight_and_count_multiply() -> None:
    """A row that stands for n people of weight w carries n·w."""
    draw = np.random.default_rng(8)
    columns = {
        "group": draw.choice(["a", "b"], 200),
        "y": draw.integers(0, 2, 200),
        "p": draw.integers(0, 2, 200),
    }
    short = pd.DataFrame({**columns, "n": draw.integers(0, 5, 200), "w": draw.random(200)})
    long = short.loc[short.index.repeat(short["n"])]

    counted, expanded = (
        results(audit_frame(short, count="n", weight="w")),
        results(audit_frame(long, weight="w")),
    )

    counted.pop("plan"), expanded.pop("plan")
    assert counted == expanded


def test_weighted_counts_beyond_what_sums_exactly_are_refused(tmp_path: Path) -> None:
    """The halves of the weights would overflow, and a frame would wrap round in silence."""
    text = with_column("n,w", [f"{2**40},0.5"] * 12)

    assert "weighted rows are summed up to 2^37" in refusal(tmp_path, text, count="n", weight="w")


def test_a_score_is_positive_from_the_threshold_on(tmp_path: Path) -> None:
    """prediction = score >= threshold, and a score that is missing or not known is no decision."""
    text = with_column("s", ["5", "4.999", "5.0", "6", "", "nan", "7", "-99", "-99.0", "0", "1e1", "inf"])

    record = audit_text(tmp_path, text, prediction=None, score="s", threshold=5, unknown=["-99"], sensitive=["group"])

    assert {part.reason: part.rows for part in record.data.excluded} == {"missing_prediction": 4}
    assert {group: row.rows for group, row in estimates(record, "selection_rate", "group").items()} == {
        "a": 4,
        "b": 4,
    }
    assert values(record, "selection_rate", "group") == {"a": 0.75, "b": 0.75}
    assert reconciles(record)


def test_a_score_that_is_no_number_is_refused(tmp_path: Path) -> None:
    """With the value and how often it stands there."""
    text = with_column("s", [1] * 9 + ["high"] * 3)

    found = refusal(tmp_path, text, prediction=None, score="s", threshold=5)

    assert found.startswith(
        "'high' is not a number (3 such rows) (column 's') — mend the rows, or list the value under"
    )


@pytest.mark.parametrize(
    ("bins", "labels"),
    [
        ([25, 45], ["<25", "25–44", "≥45"]),
        ([18], ["<18", "≥18"]),
        ([1, 2, 3], ["<1", "1", "2", "≥3"]),
        ([0.5, 1.5], ["<0.5", "0.5 to <1.5", "≥1.5"]),
        ([-5, 0], ["<-5", "-5 to <0", "≥0"]),
    ],
)
def test_bins_are_labelled_by_what_they_hold(bins: list[float], labels: list[str], tmp_path: Path) -> None:
    """Each edge belongs to the bin above it."""
    edges = [bins[0] - 1, *bins, bins[-1] + 1, *bins] * 4
    text = with_column("x", edges[:12])

    record = audit_text(tmp_path, text, sensitive={"x": {"bins": bins}})

    assert [group.label for group in record.data.features[0].groups] == labels
    assert record.data.features[0].groups[0].rows == edges[:12].count(bins[0] - 1)


@pytest.mark.parametrize("library", ["csv", "pandas", "polars"])
def test_a_bin_holds_no_row_that_is_unknown(library: str, tmp_path: Path) -> None:
    """A sentinel such as 999, a null or NaN is no age: not the oldest, and not the youngest."""
    ages = [20, 30, 50, 999, None, 44.5, 20, 30, 50, 999.0, float("nan"), 45]
    parts: dict[str, Any] = {"sensitive": {"age": {"bins": [25, 45]}}, "unknown": ["999", "Unknown"]}
    columns = {"y": [0, 1] * 6, "p": [0, 1] * 6, "age": ages}
    if library == "csv":
        cells = ["" if age is None else age for age in ages]
        record = audit_text(tmp_path, with_column("age", cells), **parts)
    else:
        record = audit_frame(
            pd.DataFrame(columns) if library == "pandas" else pl.DataFrame(columns, strict=False), **parts
        )

    groups = {group.label: group.rows for group in record.data.features[0].groups}
    assert groups == {"<25": 2, "25–44": 3, "≥45": 3}
    assert record.data.features[0].unknown == 4
    assert reconciles(record)


def test_an_age_written_in_words_is_refused(tmp_path: Path) -> None:
    """Bins need numbers; the value is named."""
    found = refusal(tmp_path, with_column("age", [20] * 11 + ["old"]), sensitive={"age": {"bins": [25]}})

    assert found.startswith("'old' is not a number (1 such row) (column 'age')")


@pytest.mark.parametrize("kind", ["csv", "polars"])
@pytest.mark.parametrize("late", [False, True])
def test_an_identifier_is_refused_in_bounded_time(kind: str, late: bool, tmp_path: Path) -> None:
    """A million names are no groups, even where the first rows all look alike."""
    n = 1_000_000
    names = np.arange(n).astype(str)
    if late:
        names[:200_000] = "same"
    native = pl.DataFrame({"group": names, "y": np.arange(n) % 2, "p": np.arange(n) // 2 % 2})
    native.write_csv(tmp_path / "data.csv")

    started = time.monotonic()
    with pytest.raises(DataError, match="it looks like an identifier, not a group") as caught:
        audit_files(tmp_path) if kind == "csv" else audit_frame(native)

    assert "column 'group'" in str(caught.value)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("parts", "hint"),
    [
        ({"sensitive": ["number"]}, "or give it bins if it is a number"),
        ({"strata": ["number"]}, "or write its values in a few groups, as a column of their own"),
        ({"compare_with": "number"}, "name the other model's decisions; its scores would have to be cut"),
        ({"prediction": "number"}, "for a score, give data.score and data.threshold instead of data.prediction"),
        ({"label": "number"}, "for several classes or a number, declare task: multiclass or regression"),
    ],
)
def test_the_advice_on_a_column_of_numbers_can_be_followed(parts: dict[str, Any], hint: str) -> None:
    """Only a sensitive feature has bins, and another model's scores have no threshold of their own in the config."""
    n = 5_000
    native = pl.DataFrame({"group": ["a", "b"] * (n // 2), "number": [place / 7 for place in range(n)]})
    native = native.with_columns(y=pl.Series([0, 1, 1, 0] * (n // 4)), p=pl.Series([0, 1] * (n // 2)))

    with pytest.raises(DataError) as caught:
        audit_frame(native, **parts)

    assert hint in str(caught.value)


def test_a_searched_column_of_numbers_is_not_offered_bins() -> None:
    """The same for `explore`, whose columns have none either."""
    native = pl.DataFrame(
        {"group": ["a", "b"] * 2_500, "number": [place / 7 for place in range(5_000)], "p": [0, 1] * 2_500}
    )

    with pytest.raises(DataError, match="or write its values in a few groups, as a column of their own"):
        ec.audit(native, prediction="p", sensitive="group", explore={"columns": ["number"]})


def test_a_thousand_groups_are_groups(tmp_path: Path) -> None:
    """The limit is the one that is written down: 1,000."""
    native = pl.DataFrame({"group": [str(place) for place in range(1_000)] * 2, "y": [0, 1] * 1_000, "p": [1] * 2_000})
    more = pl.concat([native, pl.DataFrame({"group": ["one more"], "y": [0], "p": [1]})])

    assert len(audit_frame(native, metrics=["selection_rate"]).data.features[0].groups) == 1_000
    with pytest.raises(DataError, match=r"1,001 different values|more than 1,000"):
        audit_frame(more, metrics=["selection_rate"])


def test_every_row_is_accounted_for_whatever_is_unknown_in_it(tmp_path: Path) -> None:
    """A row unknown in two features is counted once, and stays in the tables of the third and in the overall."""
    draw = random.Random(9)
    rows = [
        [
            draw.choice(["x", "y", ""]),
            draw.choice(["u", "v", "?"]),
            draw.choice(["s", "t"]),
            draw.choice(["0", "1", ""]),
            "1",
        ]
        for _ in range(500)
    ]
    text = "a,b,c,y,p\n" + "".join(",".join(row) + "\n" for row in rows)

    record = audit_text(
        tmp_path,
        text,
        sensitive=["a", "b", "c"],
        intersections=[["a", "b"]],
        unknown=["?"],
        metrics=["accuracy"],
    )

    judged = [row for row in rows if row[3]]
    assert record.data.judged == len(judged) == estimates(record, "accuracy")[""].rows
    assert record.data.audited == sum(1 for row in judged if row[0] and row[1] != "?")
    assert {part.reason for part in record.data.excluded} == {
        "missing_label", "unknown_group:a", "unknown_group:b", "unknown_group:a+b",
    }  # fmt: skip
    assert reconciles(record)
    for place, feature in enumerate(record.data.features):
        known = sum(group.rows for group in feature.groups)
        assert known == sum(1 for row in judged if row[place] not in ("", "?"))
        assert known + feature.unknown == record.data.judged


@pytest.mark.parametrize("cells", [[""] * 12, [""] * 3 + ["u"] + [""] * 8])
def test_a_feature_that_is_unknown_in_every_judged_row_is_refused(cells: list[str], tmp_path: Path) -> None:
    """It has no group to show; the fourth row has a group, but no label."""
    text = with_column("g", cells).replace("a,0,1,", "a,,1,")

    assert refusal(tmp_path, text, sensitive=["group", "g"]).startswith(
        "not one row with a known label and prediction has"
    )


def test_an_intersection_without_a_row_is_shown_as_undecided(tmp_path: Path) -> None:
    """Each feature has groups, but no row is known in both."""
    text = with_column("g", ["u", "v"] * 3 + [""] * 6).replace("a,", ",")

    record = audit_text(
        tmp_path,
        text,
        sensitive=["group", "g"],
        rules=[{"metric": "accuracy", "across": ["group", "g"], "compare": "ratio", "min": 0.8}],
    )

    assert record.findings[0].verdict == "not_evaluable"
    assert record.findings[0].reason == "fewer_than_two_groups"
    assert reconciles(record)


def test_a_score_beside_a_prediction_must_be_there_but_decides_nothing(tmp_path: Path) -> None:
    """A score beside a prediction is measured for itself; decisions stay those of the prediction."""
    found = refusal(tmp_path, TWELVE, score="nope", threshold=0.5)
    assert found.startswith("there is no column 'nope'")

    plain = audit_text(tmp_path, TWELVE)
    scored = audit_text(tmp_path, with_column("s", [3, 1, "", 9] * 3), score="s", threshold=0.5)
    decided = [row for row in results(scored)["estimates"] if row["metric"] in METRICS]
    assert decided == results(plain)["estimates"]
    assert "'x' is not a number" in refusal(tmp_path, with_column("s", ["x", 1, "", 9] * 3), score="s")

    with pytest.raises(DataError, match="there is no column 'nope'"):
        audit_frame(pd.DataFrame({"group": ["a", "b"], "y": [0, 1], "p": [0, 1]}), score="nope")
