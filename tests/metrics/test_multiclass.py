"""Measures of several classes against scikit-learn and Fairlearn, and what is refused or undefined."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
from sklearn import datasets, linear_model, metrics

from ethicscheck.errors import ConfigError, DataError
from ethicscheck.exports.json import render
from helpers import audit_files, audit_frame, audit_text, estimates


@pytest.fixture(scope="module")
def wine() -> pd.DataFrame:
    """178 wines of three growers (UCI), told apart by two of their measurements; dark and pale ones are the groups."""
    data = datasets.load_wine(as_frame=True)
    features = data.data[["alcohol", "ash"]]
    model = linear_model.LogisticRegression(max_iter=1000).fit(features, data.target)
    names = np.array(["Barolo", "Grignolino", "Barbera"])
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "group": np.where(rng.random(178) < 0.4, "dark", "pale"),
            "y": names[data.target],
            "p": names[model.predict(features)],
            "w": rng.gamma(2, size=178).round(3),
            "n": rng.integers(0, 4, 178),
        }
    )


def averaged(function, average):
    def measure(y_true, y_pred, sample_weight=None):
        return function(y_true, y_pred, average=average, sample_weight=sample_weight)

    return measure


FUNCTIONS = {
    "accuracy": metrics.accuracy_score,
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "macro_recall": averaged(metrics.recall_score, "macro"),
    "macro_precision": averaged(metrics.precision_score, "macro"),
    "macro_f1": averaged(metrics.f1_score, "macro"),
    "weighted_precision": averaged(metrics.precision_score, "weighted"),
    "weighted_f1": averaged(metrics.f1_score, "weighted"),
}
ROLES = {"w": {"weight": "w"}, "n": {"count": "n"}, None: {}}


def _by_group(functions, frame, weight, y_true, y_pred) -> MetricFrame:
    params = None if weight is None else {name: {"sample_weight": frame[weight]} for name in functions}
    return MetricFrame(
        metrics=functions, y_true=y_true, y_pred=y_pred, sensitive_features=frame["group"], sample_params=params
    )


@pytest.mark.parametrize("weight", ROLES)
def test_averages_are_those_of_scikit_learn_by_group(wine, weight) -> None:
    """Fairlearn's MetricFrame over groups, with sample_weight; counts are weights to it."""
    expected = _by_group(FUNCTIONS, wine, weight, wine["y"], wine["p"])

    record = audit_frame(wine, task="multiclass", metrics=list(FUNCTIONS), **ROLES[weight])

    for name in FUNCTIONS:
        own = {group: row.value for group, row in estimates(record, name, "group").items()}
        assert own == pytest.approx(expected.by_group[name].to_dict(), rel=1e-12), name
        assert estimates(record, name)[""].value == pytest.approx(expected.overall[name], rel=1e-12)


@pytest.mark.parametrize("weight", ROLES)
@pytest.mark.parametrize("label", ["Barolo", "Barbera"])
def test_a_class_is_measured_against_the_rest(wine, weight, label) -> None:
    """The binary functions on y == class and p == class."""
    functions = {
        "selection_rate": selection_rate,
        "true_positive_rate": true_positive_rate,
        "false_positive_rate": false_positive_rate,
        "precision": metrics.precision_score,
        "f1_score": metrics.f1_score,
        "matthews_corrcoef": metrics.matthews_corrcoef,
    }
    expected = _by_group(functions, wine, weight, wine["y"] == label, wine["p"] == label)

    record = audit_frame(wine, task="multiclass", metrics=[f"{label}:{name}" for name in functions], **ROLES[weight])

    for name in functions:
        own = {group: row.value for group, row in estimates(record, f"{label}:{name}", "group").items()}
        assert own == pytest.approx(expected.by_group[name].to_dict(), rel=1e-12), name


def test_which_class_gets_which_group_is_made_by_default(wine) -> None:
    """One selection rate a class; those of a group add up to 1."""
    record = audit_frame(wine, task="multiclass")
    names = [f"{label}:selection_rate" for label in ("Barbera", "Barolo", "Grignolino")]

    shares = [estimates(record, name, "group") for name in names]

    for group in ("dark", "pale"):
        assert sum(part[group].value or 0 for part in shares) == pytest.approx(1)


def test_a_rate_of_a_class_is_exact_and_tested_like_any_other(wine) -> None:
    """Wilson's interval and Fisher's test come with the binary measure."""
    name = "Barolo:true_positive_rate"

    record = audit_frame(wine, task="multiclass", metrics=[name])
    gap = next(row for row in record.disparities if row.metric == name and row.to == "gap")

    assert estimates(record, name)[""].interval.method == "wilson"
    assert gap.test == "fisher_exact"


def test_a_class_that_does_not_occur_is_refused_with_those_that_do(wine) -> None:
    """A misspelt class would otherwise be a class that nobody belongs to."""
    with pytest.raises(DataError) as caught:
        audit_frame(wine, task="multiclass", metrics=["Barollo:precision"])

    assert "there is no class 'Barollo'" in str(caught.value)
    assert "column 'p'" in str(caught.value)
    assert "did you mean 'Barolo'?" in str(caught.value)
    assert "'Grignolino'" in str(caught.value)


def test_a_measure_that_no_class_has_is_a_config_error(wine) -> None:
    """The name after the colon is checked before any data are read."""
    with pytest.raises(ConfigError, match="no metric 'Barolo:beauty'"):
        audit_frame(wine, task="multiclass", metrics=["Barolo:beauty"])


def test_averages_over_a_class_that_a_group_lacks_are_undefined() -> None:
    """scikit-learn counts 0 for it, or leaves it out of the balanced accuracy, each with a warning."""
    frame = pd.DataFrame(
        {"group": ["a"] * 6 + ["b"] * 4, "y": list("xxyyzz") + list("xxyy"), "p": list("xyyyzx") + list("xyyy")}
    )

    record = audit_frame(frame, task="multiclass", metrics=[*FUNCTIONS])

    for name, reason in (
        ("macro_recall", "class_without_rows"), ("balanced_accuracy", "class_without_rows"),
        ("macro_precision", "class_never_predicted"), ("macro_f1", "class_neither_true_nor_predicted"),
    ):  # fmt: skip
        assert estimates(record, name, "group")["b"].undefined == reason
        assert estimates(record, name, "group")["a"].undefined is None
    assert estimates(record, "weighted_f1", "group")["b"].value is not None


def test_classes_are_read_alike_from_every_source(wine, tmp_path) -> None:
    """CSV, Parquet, pandas and polars give the same bytes."""
    wine.to_csv(tmp_path / "data.csv", index=False)
    parts = {"task": "multiclass", "weight": "w", "count": "n"}
    expected = audit_files(tmp_path, **parts)
    pl.from_pandas(wine).sample(fraction=1, shuffle=True, seed=1).write_parquet(tmp_path / "data.parquet")

    records = [audit_files(tmp_path, source="data.parquet", **parts), audit_frame(wine, **parts)]
    records.append(audit_frame(pl.from_pandas(wine).reverse(), **parts))

    for record in records:
        assert render(record.model_copy(update={"provenance": expected.provenance})) == render(expected)


def test_classes_may_be_numbers_and_hold_colons(tmp_path) -> None:
    """2 and 2.0 are one class; the metric is what stands after the last colon."""
    record = audit_text(
        tmp_path, "group,y,p\na,2,2.0\na,3,2\nb,3,3\nb,ns:a,ns:a\n", task="multiclass",
        metrics=["2:precision", "ns:a:true_positive_rate"],
    )  # fmt: skip

    assert estimates(record, "2:precision")[""].value == 0.5
    assert estimates(record, "ns:a:true_positive_rate", "group")["b"].value == 1.0


def test_without_labels_there_is_which_class_gets_which_group(wine) -> None:
    """Nothing else can be known."""
    record = audit_frame(wine, task="multiclass", label=None)

    assert {row.metric for row in record.estimates} == {
        f"{label}:selection_rate" for label in ("Barbera", "Barolo", "Grignolino")
    }


def test_a_rule_on_one_class_is_judged_by_its_words(wine) -> None:
    """The finding names measure and class."""
    rule = {"id": "r", "metric": "Barolo:true_positive_rate", "across": "group", "compare": "difference", "max": 0.9}

    finding = audit_frame(wine, task="multiclass", rules=[rule]).findings[0]

    assert finding.verdict == "pass"
    assert "true positive rate of “Barolo”" in finding.message
