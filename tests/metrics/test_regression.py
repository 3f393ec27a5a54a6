"""Measures of a predicted number against scikit-learn and Fairlearn, and what is refused or undefined."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from fairlearn.metrics import MetricFrame, mean_prediction
from scipy import stats
from sklearn import datasets, linear_model, metrics

from ethicscheck.errors import ConfigError, DataError
from ethicscheck.exports.json import render
from helpers import audit_files, audit_frame, audit_text, estimates


@pytest.fixture(scope="module")
def diabetes() -> pd.DataFrame:
    """442 patients (Efron et al. 2004), disease progression predicted by least squares, with weights made up."""
    data = datasets.load_diabetes(as_frame=True, scaled=False)
    model = linear_model.LinearRegression().fit(data.data, data.target)
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "group": np.where(data.data["sex"] == 1, "sex 1", "sex 2"),
            "age": np.where(data.data["age"] < 50, "under 50", "50 and over"),
            "y": data.target,
            "p": model.predict(data.data),
            "w": rng.gamma(2, size=len(data.target)).round(3),
            "n": rng.integers(0, 4, len(data.target)),
        }
    )


def within(y_true, y_pred, sample_weight=None):
    """The share of errors of at most 40."""
    return np.average(np.abs(y_pred - y_true) <= 40, weights=sample_weight)


def mean_error(y_true, y_pred, sample_weight=None):
    """The mean of prediction − truth."""
    return np.average(y_pred - y_true, weights=sample_weight)


FUNCTIONS = {
    "mean_error": mean_error,
    "mean_absolute_error": metrics.mean_absolute_error,
    "root_mean_squared_error": metrics.root_mean_squared_error,
    "r2_score": metrics.r2_score,
    "mean_prediction": mean_prediction,
    "within_tolerance": within,
}


@pytest.mark.parametrize("weight", [None, "w", "n"])
def test_values_are_those_of_scikit_learn_by_group(diabetes, weight) -> None:
    """Fairlearn's MetricFrame over sensitive groups, with sample_weight; counts are weights to it."""
    params = None if weight is None else {name: {"sample_weight": diabetes[weight]} for name in FUNCTIONS}
    expected = MetricFrame(
        metrics=FUNCTIONS, y_true=diabetes["y"], y_pred=diabetes["p"], sensitive_features=diabetes["group"],
        sample_params=params,
    )  # fmt: skip
    role = {"w": {"weight": "w"}, "n": {"count": "n"}, None: {}}[weight]

    record = audit_frame(diabetes, task="regression", tolerance=40, **role)

    for name in FUNCTIONS:
        own = {group: row.value for group, row in estimates(record, name, "group").items()}
        assert own == pytest.approx(expected.by_group[name].to_dict(), rel=1e-12), name
        assert estimates(record, name)[""].value == pytest.approx(expected.overall[name], rel=1e-12)


def test_the_interval_of_a_mean_error_is_students_where_errors_are_symmetric() -> None:
    """scipy.stats.ttest_1samp on errors with their mirror image, which have no skewness."""
    half = np.random.default_rng(3).normal(size=60)
    errors = np.r_[half, -half] + 0.5
    frame = pd.DataFrame({"group": "a", "y": 10.0, "p": 10.0 + errors})
    expected = stats.ttest_1samp(errors, 0).confidence_interval(0.95)

    found = estimates(audit_frame(frame, task="regression"), "mean_error")[""].interval

    assert found is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-9)


def test_the_quarters_of_the_truth_are_measured_apart(diabetes) -> None:
    """The same functions on the rows that pandas cuts at the same edges."""
    record = audit_frame(diabetes, task="regression", metrics=["mean_absolute_error"])
    axis = record.plan.truth_quarters
    rows = [row for row in record.estimates if row.stratum is not None and row.features == ("group",)]
    labels = list(dict.fromkeys(row.stratum[axis] for row in rows))
    edges = [float(label.split()[-1]) for label in labels[:-1]]
    cut = pd.cut(diabetes["y"], [-np.inf, *edges, np.inf], labels=labels)

    assert len(labels) == 4
    for row in rows:
        part = diabetes[(cut == row.stratum[axis]) & (diabetes["group"] == row.group["group"])]
        assert row.rows == len(part)
        assert row.value == pytest.approx((part["p"] - part["y"]).abs().mean(), rel=1e-12)


def test_every_source_gives_the_same_bytes(diabetes, tmp_path) -> None:
    """CSV, Parquet, pandas and polars, in any order of rows: sums of floats would differ in the last bits."""
    diabetes.to_csv(tmp_path / "data.csv", index=False)
    parts = {"task": "regression", "weight": "w", "count": "n", "tolerance": 40, "strata": ["age"]}
    expected = audit_files(tmp_path, **parts)
    polars = pl.from_pandas(diabetes)
    polars.sample(fraction=1, shuffle=True, seed=1).write_parquet(tmp_path / "data.parquet")

    records = [audit_files(tmp_path, source="data.parquet", **parts)]
    records += [
        audit_frame(frame, **parts) for frame in (diabetes, polars.reverse(), duckdb.from_arrow(polars.to_arrow()))
    ]

    for record in records:
        same = record.model_copy(update={"provenance": expected.provenance})
        assert render(same) == render(expected)


def test_a_sentinel_in_one_group_takes_no_digit_from_another() -> None:
    """A truth of 10⁹ among wages of about 10: the other group's values stay as they were."""
    rng = np.random.default_rng(4)
    fine = pd.DataFrame({"group": "a", "y": rng.normal(10, 1, 60), "p": rng.normal(10, 1, 60)})
    broken = pd.DataFrame({"group": "b", "y": [1e9] * 40, "p": rng.normal(10, 1, 40)})

    beside = audit_frame(pd.concat([fine, broken]), task="regression")
    for name, function in FUNCTIONS.items():
        if name != "within_tolerance":
            assert estimates(beside, name, "group")["a"].value == pytest.approx(
                function(fine["y"], fine["p"]), rel=1e-9
            )
    ends = [
        estimates(audit_frame(frame, task="regression"), "root_mean_squared_error", "group")["a"].interval
        for frame in (fine, pd.concat([fine, broken]))
    ]
    assert (ends[0].low, ends[0].high) == pytest.approx((ends[1].low, ends[1].high), rel=1e-6)


def test_a_group_against_the_rest_is_exact_however_large_its_errors() -> None:
    """Everyone less one group is subtracted in whole numbers: floats would leave nothing of the small errors."""
    rng = np.random.default_rng(6)
    frame = pd.DataFrame(
        {"group": ["a"] * 50 + ["b"] * 50, "y": 0.0, "p": np.r_[rng.normal(0, 1e9, 50), rng.normal(0, 1, 50)]}
    )
    record = audit_frame(frame, task="regression", metrics=["root_mean_squared_error"])
    row = next(
        row
        for row in record.disparities
        if row.to == "overall" and row.group == {"group": "a"} and row.compare == "difference"
    )

    assert row.interval is not None
    assert row.interval.low < row.value < row.interval.high


def test_an_error_that_only_rounding_makes_too_large_is_within_tolerance() -> None:
    """1.1 − 1.0 is 0.10000000000000009 in floats; on paper it is the tolerance itself."""
    frame = pd.DataFrame({"group": "a", "y": [1.0] * 3, "p": [1.1, 1.2, 0.9]})

    found = estimates(audit_frame(frame, task="regression", tolerance=0.1), "within_tolerance")[""]

    assert found.value == pytest.approx(2 / 3)


def test_rows_without_a_number_are_counted_as_missing(tmp_path) -> None:
    """Empty cells and what data.unknown names leave everything, by reason; the rest adds up."""
    text = "group,y,p\na,1,1\na,,1\na,2,\na,-99,2\nb,3,NaN\nb,3,3\n"

    record = audit_text(tmp_path, text, task="regression", unknown=["-99"])

    assert {part.reason: part.rows for part in record.data.excluded} == {"missing_label": 2, "missing_prediction": 2}
    assert (record.data.rows, record.data.judged) == (6, 2)


@pytest.mark.parametrize(
    ("cell", "said"), [("ten", "'ten' is not a number (2 such rows)"), ("inf", "'inf' can't be measured"), ("-1e200", "'-1e200' can't be measured")]
)  # fmt: skip
def test_what_is_no_finite_number_is_refused(tmp_path, cell, said) -> None:
    """Named with column, value and number of rows."""
    with pytest.raises(DataError) as caught:
        audit_text(tmp_path, f"group,y,p\na,1,{cell}\nb,2,{cell}\nb,2,2\n", task="regression")

    assert said in str(caught.value)
    assert "(2 such rows)" in str(caught.value)
    assert "column 'p'" in str(caught.value)


@pytest.mark.parametrize("size", [1e-29, 1e-9, 1e9, 1e29])
def test_the_unit_of_the_numbers_makes_no_difference(size: float) -> None:
    """At both ends of what is allowed intervals keep their width: squares of squares are still floats there."""
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"group": ["a", "b"] * 100, "y": rng.normal(size=200)})
    frame["p"] = frame.y + rng.normal(size=200)

    plain, scaled = (
        audit_frame(frame, task="regression"),
        audit_frame(frame.assign(y=frame.y * size, p=frame.p * size), task="regression"),
    )

    for name in ("mean_error", "mean_absolute_error", "root_mean_squared_error", "r2_score"):
        unit = 1 if name == "r2_score" else size
        for group, row in estimates(plain, name).items():
            other = estimates(scaled, name)[group]
            assert other.value == pytest.approx(row.value * unit, rel=1e-9, abs=0)
            assert other.interval.low == pytest.approx(row.interval.low * unit, rel=1e-6, abs=0)
            assert other.interval.high == pytest.approx(row.interval.high * unit, rel=1e-6, abs=0)


def test_numbers_too_close_together_are_refused() -> None:
    """Their squares would be 0 in floats, and an interval of no width would say that all is certain."""
    frame = pd.DataFrame({"group": ["a", "b"] * 3, "y": np.arange(6) * 1e-200, "p": np.arange(6) * 2e-200})

    with pytest.raises(DataError, match="differ by 1e-199 at most, too little to be measured"):
        audit_frame(frame.assign(p=frame.p.max() - frame.p), task="regression")


def test_what_can_not_be_computed_says_why() -> None:
    """scikit-learn's r2_score of a constant truth is 0 or 1, and of one row a warning."""
    frame = pd.DataFrame(
        {
            "group": ["a"] * 5 + ["b"] * 5 + ["c"],
            "y": [2.5] * 5 + [1, 2, 3, 4, 5] + [7],
            "p": [2.4] * 5 + [1, 2, 3, 4, 6] + [7],
        }
    )

    record = audit_frame(frame, task="regression")

    assert estimates(record, "r2_score", "group")["a"].undefined == "constant_truth"
    assert estimates(record, "mean_absolute_error", "group")["c"].undefined == "one_row"
    assert estimates(record, "mean_absolute_error", "group")["a"].value == pytest.approx(0.1)


def test_without_labels_there_is_the_mean_prediction_alone(diabetes) -> None:
    """It needs no truth; the others do."""
    record = audit_frame(diabetes, task="regression", label=None)

    assert {row.metric for row in record.estimates} == {"mean_prediction"}
    assert estimates(record, "mean_prediction")[""].value == pytest.approx(diabetes["p"].mean())


def test_within_tolerance_needs_a_tolerance(diabetes) -> None:
    """The hint says which key."""
    with pytest.raises((ConfigError, DataError), match="tolerance"):
        audit_frame(diabetes, task="regression", metrics=["within_tolerance"])


def test_a_rule_on_errors_is_judged_in_the_unit_of_the_truth(diabetes) -> None:
    """The gap's upper limit has no upper bound of its own, and no percentage sign."""
    rule = {"id": "mae", "metric": "mean_absolute_error", "across": "group", "compare": "difference", "max": 1000}

    finding = audit_frame(diabetes, task="regression", rules=[rule]).findings[0]

    assert finding.verdict == "pass"
    assert "at most 1000" in finding.message
    assert "%)" not in finding.message.replace("(95", "")
