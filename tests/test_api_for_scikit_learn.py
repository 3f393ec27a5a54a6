"""`audit(y_true, y_pred, sensitive=A)`: arrays as scikit-learn's, indexes as pandas', numbers as Fairlearn's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from fairlearn import metrics as fairlearn
from sklearn import metrics as sklearn

import ethicscheck as ec

Y = pd.Series([1, 0] * 50)
A = pd.Series(["f", "m", "m", "f"] * 25, name="sex")

# What Fairlearn's users know by scikit-learn's names, and ours.
SAME = {
    "accuracy": sklearn.accuracy_score,
    "precision": sklearn.precision_score,
    "true_positive_rate": sklearn.recall_score,
    "false_positive_rate": fairlearn.false_positive_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
    "selection_rate": fairlearn.selection_rate,
    "balanced_accuracy": sklearn.balanced_accuracy_score,
    "f1_score": sklearn.f1_score,
    "matthews_corrcoef": sklearn.matthews_corrcoef,
}


@pytest.fixture(scope="module")
def people() -> tuple[pd.Series, pd.Series, pd.DataFrame]:
    made = np.random.default_rng(3)
    index = made.permutation(3000) + 10
    y_true = pd.Series(made.integers(0, 2, 3000), index)
    wrong = made.random(3000) < 0.3
    features = pd.DataFrame({"sex": made.choice(["f", "m"], 3000), "age": made.choice(["old", "young"], 3000)}, index)
    return y_true, y_true.where(~wrong, 1 - y_true), features


def test_who_knows_only_fairlearn_gets_the_same_numbers(people: Any) -> None:
    """MetricFrame.by_group beside to_frame(), value by value, with one feature and with two crossed."""
    y_true, y_pred, features = people
    frame = fairlearn.MetricFrame(metrics=SAME, y_true=y_true, y_pred=y_pred, sensitive_features=features.sex)
    crossed = fairlearn.MetricFrame(metrics=SAME, y_true=y_true, y_pred=y_pred, sensitive_features=features)

    ours = ec.audit(y_true, y_pred, sensitive=features.sex).to_frame()
    both = ec.audit(y_true, y_pred, sensitive=features, intersections="all").to_frame(["sex", "age"])

    names = list(SAME)
    pd.testing.assert_frame_equal(ours[names], frame.by_group, rtol=0, atol=1e-12, check_dtype=False)
    pd.testing.assert_frame_equal(both[names], crossed.by_group, rtol=0, atol=1e-12, check_dtype=False)


def test_gaps_are_fairlearns_too(people: Any) -> None:
    """difference() and ratio() of the same groups."""
    y_true, y_pred, features = people
    frame = fairlearn.MetricFrame(metrics=SAME, y_true=y_true, y_pred=y_pred, sensitive_features=features.sex)
    rows = (
        ec.audit(y_true, y_pred, sensitive=features.sex)
        .gaps()
        .query("to == 'gap'")
        .set_index(["metric", "compare"])
        .value
    )

    for name in SAME:
        assert rows[name, "difference"] == pytest.approx(frame.difference()[name], abs=1e-12)
        if (name, "ratio") in rows:
            assert rows[name, "ratio"] == pytest.approx(frame.ratio()[name], abs=1e-12)


def test_arrays_go_by_place_or_by_name() -> None:
    """scikit-learn's words and ours are the same arguments."""
    by_place = ec.audit(Y, Y, sensitive=A).record
    named = ec.audit(y_true=Y, y_pred=Y, sensitive=A).record
    ours = ec.audit(label=Y, prediction=Y, sensitive=A).record
    frame = ec.audit(pd.DataFrame({"y": Y, "p": Y, "sex": A}), y_true="y", y_pred="p", sensitive="sex").record

    assert by_place.estimates == named.estimates == ours.estimates == frame.estimates
    scored = ec.audit(Y, y_score=Y * 0.8, threshold=0.5, sensitive=A).record
    assert [row for row in scored.estimates if row.metric == "accuracy"] == [
        row for row in by_place.estimates if row.metric == "accuracy"
    ]


@pytest.mark.parametrize("kind", [list, np.asarray, pd.Series, pl.Series, tuple])
def test_any_array_will_do_and_texts_are_groups(kind: Any) -> None:
    """Without a frame there are no columns to name, so a list of texts is the groups."""
    result = ec.audit(kind([1, 0] * 50), kind([1, 0] * 50), sensitive=kind(["f", "m"] * 50))

    assert [(one.name, [group.label for group in one.groups]) for one in result.record.data.features] == [
        ("group", ["f", "m"])
    ]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"sensitive": A.sample(frac=1, random_state=1)}, "the same rows in another order"),
        ({"sensitive": A.set_axis(range(5, 105))}, r"the index of .* row 1 is"),
        ({"y_pred": Y[::-1], "sensitive": A}, "align them with .loc"),
        ({"sensitive": A.to_frame().set_axis(range(5, 105))}, "the index of"),
    ],
)
def test_pandas_objects_of_other_rows_are_refused(parts: dict[str, Any], told: str) -> None:
    """Joined by place they would give wrong numbers, and nobody would notice."""
    with pytest.raises(ec.DataError, match=told):
        ec.audit(Y, **{"y_pred": Y, **parts})


def test_a_series_must_have_the_frames_index_and_an_array_need_not() -> None:
    """`.to_numpy()` is how one says that the rows are in order."""
    frame = pd.DataFrame({"y": Y, "sex": A}).set_axis(range(5, 105))

    with pytest.raises(ec.DataError, match="the index of prediction is not that of the frame"):
        ec.audit(frame, Y, label="y", sensitive="sex")
    assert ec.audit(frame, Y.to_numpy(), label="y", sensitive="sex").record.data.audited == 100


@pytest.mark.parametrize(
    ("words", "parts", "told"),
    [
        ((Y, Y), {"y_true": Y}, "so it is y_true, and y_true is given beside it"),
        ((Y, Y), {"prediction": Y}, "prediction and y_pred mean the same"),
        ((Y,), {"y_pred": Y, "y_score": Y, "score": Y}, "score and y_score mean the same"),
        ((Y, Y[:-1]), {}, r"the number of rows differs \(sex: 100, label: 100, prediction: 99\)"),
        ((Y, np.zeros((100, 1))), {}, r"the array has 2 dimensions, not 1 \(argument prediction\)"),
        (("ethicscheck.yaml", Y), {}, "so y_pred and sensitive can't be given beside it"),
        ((["yes", "no"] * 50, ["yes", "no"] * 50), {}, "say which value counts as positive"),
    ],
)
def test_what_can_be_meant_in_two_ways_is_refused(words: tuple[Any, ...], parts: dict[str, Any], told: str) -> None:
    """Never a guess."""
    with pytest.raises(ec.EthicscheckError, match=told):
        ec.audit(*words, sensitive=A, **parts)


def test_words_of_ones_own_need_positive_and_missing_values_leave() -> None:
    """`yes` is no number; a row without an outcome is left out, and counted."""
    words = pd.Series(["yes", "no"] * 50)
    result = ec.audit(words, words, sensitive=A, positive="yes")
    holes = ec.audit(Y.astype("Int64").where(Y.index > 9), Y, sensitive=A.astype("category"))

    assert result.to_frame().accuracy.tolist() == [1.0, 1.0]
    assert (holes.record.data.audited, holes.record.data.rows) == (90, 100)


def test_rules_can_be_lines_of_text() -> None:
    """Beside rules as the config writes them; what slips is told with its place."""
    rule = {"metric": "accuracy", "across": "sex", "compare": "each", "min": 0.5}

    result = ec.audit(Y, Y, sensitive=A, rules=["accuracy each >= 0.5 across sex", {**rule, "id": "mine"}])

    assert [one.verdict for one in result.record.findings] == ["pass", "pass"]
    assert [one.rule.min for one in result.record.findings] == [0.5, 0.5]
    with pytest.raises(ec.ConfigError, match=r"character 10\) — did you mean 'each'"):
        ec.audit(Y, Y, sensitive=A, rules="accuracy eahc >= 0.5")


def test_the_wide_frame_has_groups_as_rows_and_measures_as_columns() -> None:
    """One feature by itself; several below each other, or one of them by name; NaN where there is no value."""
    age = pd.Series(["old"] * 60 + ["young"] * 40, name="age")
    y = pd.Series([0] * 60 + [0, 1] * 20)
    result = ec.audit(y, y, sensitive=[A, age])

    whole = result.to_frame()
    assert whole.index.names == ["feature", "group"]
    assert list(whole.index) == [("sex", "f"), ("sex", "m"), ("age", "old"), ("age", "young")]
    by_age = result.to_frame("age")
    assert by_age.index.name == "age"
    assert by_age.rows.to_dict() == {"old": 60, "young": 40}
    assert np.isnan(by_age.true_positive_rate["old"])
    assert whole.loc["age"].accuracy.tolist() == by_age.accuracy.tolist()
    with pytest.raises(ec.UsageError, match=r"no groups by 'agee' .* did you mean 'age'"):
        result.to_frame("agee")
