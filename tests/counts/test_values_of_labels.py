"""Labels and predictions: which value is positive is said or plain, never guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ethicscheck.counts.values import Coding, canonical, code_binary
from ethicscheck.errors import DataError
from helpers import audit_text, reconciles, values


def audit_values(folder: Path, labels: list[str], predictions: list[str] | None = None, **parts: Any) -> Any:
    """Audit labels and predictions in one group each half."""
    predictions = labels if predictions is None else predictions
    rows = [f"{'ab'[place % 2]},{y},{p}" for place, (y, p) in enumerate(zip(labels, predictions, strict=True))]
    return audit_text(folder, "group,y,p\n" + "\n".join(rows) + "\n", **parts)


@pytest.mark.parametrize(
    ("zero", "one", "parts"),
    [
        ("0", "1", {}),
        ("false", "true", {}),
        ("False", "True", {}),
        ("FALSE", "1", {}),
        ("0.0", "1.0", {}),
        ("0", "1.", {}),
        ("no", "yes", {"positive": "yes"}),
        ("1", "2", {"positive": 2}),
        ("1", "2.0", {"positive": "2"}),
        ("-1", "1", {"positive": 1}),
        ("1", "0", {"positive": 0}),
        ("true", "false", {"positive": False}),
        ("010", "10", {"positive": "10"}),
    ],
)
def test_two_values_are_read_by_their_meaning(zero: str, one: str, parts: dict[str, Any], tmp_path: Path) -> None:
    """0/1, booleans and 0.0/1.0 are plain; anything else needs `positive`."""
    record = audit_values(tmp_path, [one, zero, one, one] * 3, **parts)

    assert values(record, "base_rate")[""] == 0.75
    assert values(record, "accuracy")[""] == 1


@pytest.mark.parametrize(
    ("labels", "parts", "what"),
    [
        (["0", "1", "2"] * 4, {}, "'2' (4 rows) stands among 0 and 1 (column 'y') — mend those rows"),
        (["0", "1", "maybe"] * 2, {}, "'maybe' (2 rows) stands among 0 and 1 (column 'y')"),
        (
            ["yes", "no"] * 3,
            {},
            "the values are neither 0/1 nor true/false: 'no' (3 rows), 'yes' (3 rows) (column 'y')",
        ),
        (
            ["1", "2"] * 3,
            {},
            "the values are neither 0/1 nor true/false: '1' (3 rows), '2' (3 rows) (column 'y')",
        ),
        (["01", "1"] * 3, {}, "the values are neither 0/1 nor true/false"),
        (["yes", "no", "Yes"] * 2, {"positive": "yes"}, "3 different values, but a binary column has two"),
        (
            ["yes", "no"] * 2,
            {"positive": "yess"},
            "the positive value 'yess' does not occur; the column holds",
        ),
        (["0", "1"] * 2, {"positive": "yes"}, "the positive value 'yes' does not occur; the column holds"),
        (["0", "1"] * 2, {"positive": 2}, "the positive value '2' does not occur"),
    ],
)
def test_anything_else_is_refused_with_column_value_and_rows(
    labels: list[str], parts: dict[str, Any], what: str, tmp_path: Path
) -> None:
    """A guess here would turn the whole audit round."""
    with pytest.raises(DataError) as caught:
        audit_values(tmp_path, labels, **parts)

    assert what in str(caught.value)
    assert " — " in str(caught.value)


@pytest.mark.parametrize(
    ("label", "prediction", "positive", "expected"),
    [
        ({"1", "2"}, {"1"}, "2", "0"),
        ({"1", "2"}, {"2"}, "2", "1"),
        ({"1", "2"}, {"2"}, "1", "0"),
        ({"yes", "no"}, {"1"}, "yes", "1"),
        ({"yes", "no"}, {"0"}, "yes", "0"),
        ({"yes", "no"}, {"0", "1"}, "yes", "01"),
        ({"yes", "no"}, {"no"}, "yes", "0"),
        ({"yes"}, {"1"}, "yes", "1"),
        ({"0"}, {"0"}, None, "0"),
        ({"1"}, {"1"}, "0", "0"),
    ],
)
def test_a_column_with_one_value_is_read_like_the_other(
    label: set[str], prediction: set[str], positive: str | None, expected: str
) -> None:
    """With labels coded 1 and 2, a model that only ever says 1 says the negative value, not "true"."""
    values_of = {"y": dict.fromkeys(sorted(label), 5), "p": dict.fromkeys(sorted(prediction), 5)}

    coding = code_binary(values_of, positive)["p"]

    assert "".join(str(coding.code(text)) for text in sorted(prediction)) == expected


@pytest.mark.parametrize(
    ("label", "prediction", "positive"),
    [
        ({"1", "2"}, {"0", "1"}, "2"),
        ({"1", "2"}, {"0"}, "2"),
        ({"yes", "no"}, {"maybe"}, "yes"),
        ({"a", "b"}, {"c", "d"}, "a"),
    ],
)
def test_two_columns_that_contradict_each_other_are_refused(
    label: set[str], prediction: set[str], positive: str
) -> None:
    """With labels coded 1 and 2, a prediction of 0 or 1 could mean anything."""
    with pytest.raises(DataError, match="does not occur"):
        code_binary({"y": dict.fromkeys(label, 5), "p": dict.fromkeys(prediction, 5)}, positive)


def test_the_coding_of_a_positive_zero_is_turned_round() -> None:
    """`positive: 0` is how "repaid" is said of a column called default."""
    assert code_binary({"y": {"0": 1, "1.0": 1}}, "0") == {"y": Coding("0", "1")}


def test_spellings_of_one_value_are_one_value() -> None:
    """1, 1.0 and true are one value; a code such as 010 stays itself."""
    assert {canonical(text) for text in ("1", "1.0", "1.", "TRUE", "true")} == {"1"}
    assert canonical("010") == "010"
    assert canonical("-0.0") == "0"


def test_unknown_values_are_counted_and_left_out(tmp_path: Path) -> None:
    """Values that mean "not known" are no third class, and no row is lost on the way."""
    record = audit_values(
        tmp_path,
        ["1", "0", "?", "", "1", "0", "n/a", "1"],
        ["1", "0", "1", "1", "?", "?", "", "0"],
        unknown=["?", "n/a"],
    )

    assert {part.reason: part.rows for part in record.data.excluded} == {
        "missing_label": 2,
        "missing_prediction": 2,
        "missing_label_and_prediction": 1,
    }
    assert (record.data.rows, record.data.judged, record.data.audited) == (8, 3, 3)
    assert reconciles(record)


def test_a_prediction_with_very_many_values_is_taken_for_a_score(tmp_path: Path) -> None:
    """The commonest slip is to give the score as the prediction."""
    with pytest.raises(DataError, match=r"give data.score and data.threshold") as caught:
        audit_values(tmp_path, ["0", "1"] * 50, [f"0.{place:03}" for place in range(100)])

    assert "100 different values" in str(caught.value)


@pytest.mark.parametrize("column", ["y", "p"])
def test_a_column_without_a_known_value_is_refused(column: str, tmp_path: Path) -> None:
    """All blank is the wrong column, not a group of zeros."""
    text = "group,y,p\na,,1\nb,,0\n" if column == "y" else "group,y,p\na,1,\nb,0,\n"

    with pytest.raises(DataError, match="not one row has a known value") as caught:
        audit_text(tmp_path, text)

    assert f"column '{column}'" in str(caught.value)


def test_the_favourable_value_must_occur(tmp_path: Path) -> None:
    """A misspelt favourable value would turn the four-fifths rule round."""
    with pytest.raises(DataError, match="the favourable value 'hire' does not occur"):
        audit_values(tmp_path, ["1", "0"] * 4, favourable="hire")


@pytest.mark.parametrize(
    ("decision", "label", "rate", "favoured"),
    [
        ("no", None, 0, 1),
        ("yes", None, 1, 0),
        ("no", ["0", "1"], 0, 1),
        ("yes", ["no", "yes"], 1, 0),
        ("no", ["no"], 0, 1),
    ],
)
def test_one_sided_decisions_are_read_where_the_config_names_both_values(
    decision: str, label: list[str] | None, rate: float, favoured: float, tmp_path: Path
) -> None:
    """A system that always says the same is worth an audit; `favourable` names the negative value."""
    labels = (label or ["1"]) * (12 // len(label or ["1"]))
    parts: dict[str, Any] = {"positive": "yes", "favourable": "no", "label": "y" if label else None}

    metrics = ["selection_rate", "favourable_rate"]
    record = audit_values(tmp_path, labels, [decision] * 12, metrics=metrics, **parts)

    assert values(record, "selection_rate")[""] == rate
    assert values(record, "favourable_rate")[""] == favoured


@pytest.mark.parametrize(
    ("labels", "predictions", "parts"),
    [
        (None, "no", {"positive": "yes"}),
        (None, "no", {"positive": "yes", "favourable": "yes"}),
        (None, "nein", {"positive": "yes", "favourable": "no"}),
        (["yes", "no"], "yes", {"positive": "yes", "favourable": "nno"}),
    ],
    ids=["one value named", "the same value named twice", "a third value", "the label has another negative value"],
)
def test_one_sided_decisions_are_refused_where_it_would_be_a_guess(
    labels: list[str] | None, predictions: str, parts: dict[str, Any], tmp_path: Path
) -> None:
    """A misspelt value must not turn everyone into one side."""
    with pytest.raises(DataError, match="does not occur"):
        audit_values(tmp_path, (labels or ["1", "0"]) * 6, [predictions] * 12, label="y" if labels else None, **parts)
