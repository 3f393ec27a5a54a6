"""`ec.audit` and `AuditResult`: the same road as the command line."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import ethicscheck as ec

EXAMPLES = Path(__file__).parents[1] / "examples"
RULE = {"metric": "false_positive_rate", "across": "race", "compare": "difference", "max": 0.1}


@pytest.fixture
def compas() -> pd.DataFrame:
    frame = pd.read_csv(EXAMPLES / "compas/predictions.csv")
    frame["high_risk"] = (frame.decile_score >= 5).astype(int)
    return frame


def test_a_frame_and_a_config_give_the_same_numbers(compas: pd.DataFrame) -> None:
    """One code path: estimates, disparities and findings agree to the bit."""
    by_config = ec.audit(EXAMPLES / "compas/ethicscheck.yaml")
    by_frame = ec.audit(
        compas,
        label="recidivated",
        score="decile_score",
        threshold=5,
        count="n",
        favourable=0,
        sensitive={"race": {"reference": "Caucasian"}},
        rules=[RULE],
    )

    assert by_frame.record.estimates == by_config.record.estimates
    assert by_frame.record.disparities == by_config.record.disparities
    assert by_frame.findings().observed[0] == by_config.findings().set_index("id").observed["fpr-race"]
    assert by_frame.verdict == "fail"
    assert by_frame.exit_code == 1


def test_published_compas_rates_come_out(compas: pd.DataFrame) -> None:
    """ProPublica's 44.85 % and 23.45 %, 27.99 % and 47.72 %, through the pandas view."""
    table = ec.audit(compas, label="recidivated", prediction="high_risk", sensitive="race", count="n").by_group()
    race = table[table.features.map(len) == 1].copy()
    race["race"] = race.group.map(lambda group: group["race"])
    values = race.set_index(["metric", "race"]).value

    assert round(values["false_positive_rate", "African-American"], 4) == 0.4485
    assert round(values["false_positive_rate", "Caucasian"], 4) == 0.2345
    assert round(values["false_negative_rate", "African-American"], 4) == 0.2799
    assert round(values["false_negative_rate", "Caucasian"], 4) == 0.4772


def test_views_have_the_records_words_as_columns(compas: pd.DataFrame) -> None:
    """Whoever knows the record knows the frames, whatever happens to be in them."""
    result = ec.audit(compas, label="recidivated", prediction="high_risk", sensitive="race", count="n", rules=[RULE])

    assert {"metric", "features", "group", "value", "undefined", "rows", "denominator", "low", "high"} <= set(
        result.by_group()
    )
    assert {
        "metric",
        "compare",
        "to",
        "group",
        "against",
        "value",
        "undefined",
        "p_value",
        "low",
        "high",
    } <= set(result.gaps())
    assert {"id", "verdict", "rule", "observed", "message", "rows_needed"} <= set(result.findings())


def test_bare_arrays_are_enough() -> None:
    """A bare array of groups is called `group`; everything else by its role."""
    result = ec.audit(
        label=[1, 0] * 50,
        prediction=np.array([1, 1, 0, 0] * 25),
        sensitive=pd.Series(["a", "b", "b", "a"] * 25).values,
    )

    assert [feature.name for feature in result.record.data.features] == ["group"]
    assert result.record.data.rows == 100


def test_a_named_series_keeps_its_name_and_rows_are_matched_by_place() -> None:
    """pandas would align by index and make holes; rows are rows."""
    groups = pd.Series(["a", "b"] * 50, index=range(1000, 1100), name="sex")

    result = ec.audit(label=[1, 0] * 50, prediction=[1, 0] * 50, sensitive=groups)

    assert [feature.name for feature in result.record.data.features] == ["sex"]
    assert result.record.data.audited == 100


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_arrays_join_a_frame(kind: type) -> None:
    """Predictions often live beside the frame."""
    frame = kind({"y": [1, 0] * 50, "sex": ["f", "m"] * 50})

    result = ec.audit(frame, label="y", prediction=np.array([1, 0] * 50), sensitive="sex")

    assert result.record.data.rows == 100


def test_lengths_that_differ_are_an_error() -> None:
    """Never zip to the shortest."""
    with pytest.raises(ec.DataError, match=r"the number of rows differs \(group: 3, label: 3, prediction: 2\)"):
        ec.audit(label=[1, 0, 1], prediction=[1, 0], sensitive=np.array(["a", "b", "a"]))


def test_arguments_are_checked_like_a_config(compas: pd.DataFrame) -> None:
    """Every problem at once, with the words of the call."""
    with pytest.raises(ec.ConfigError) as caught:
        ec.audit(
            compas,
            label="recidivated",
            sensitive="race",
            rules=[{**RULE, "metric": "fpr", "max": float("nan")}],
        )

    text = str(caught.value)
    assert "there is no data.prediction" in text
    assert "there is no metric 'fpr'" in text
    assert "a finite number is meant here, not nan" in text


def test_nothing_to_audit_is_an_error() -> None:
    """`ec.audit(label="y", …)` without a frame says so."""
    with pytest.raises(ec.EthicscheckError, match="nothing to audit"):
        ec.audit(label="y", prediction="p", sensitive="g")


def test_a_result_is_saved_and_loaded(compas: pd.DataFrame, tmp_path: Path) -> None:
    """audit.json is the result: reading it back gives an equal record."""
    result = ec.audit(compas, label="recidivated", prediction="high_risk", sensitive="race", count="n", rules=[RULE])

    paths = result.save(tmp_path, formats=["html"])

    assert sorted(path.name for path in paths) == ["audit.json", "report.html"]
    assert ec.load(tmp_path / "audit.json").record == result.record


PEOPLE = pd.DataFrame(
    {"y": [1, 0] * 50, "p": [1, 1, 0, 0] * 25, "race": ["a", "b", "Unknown", "n"] * 25, "site": ["u"] * 100}
)
PARTS = {"label": "y", "prediction": "p", "sensitive": "race"}
LIMIT = {"metric": "selection_rate", "across": "race", "compare": "difference", "max": 0.1}


@pytest.mark.parametrize(
    ("name", "one", "several"),
    [
        ("unknown", "Unknown", ["Unknown"]),
        ("strata", "site", ["site"]),
        ("profiles", "four-fifths", ["four-fifths"]),
        ("metrics", "selection_rate", ["selection_rate"]),
        ("rules", LIMIT, [LIMIT]),
        ("unknown", None, []),
        ("strata", None, []),
        ("profiles", None, []),
        ("rules", None, []),
        ("waivers", None, []),
        ("checklists", None, []),
        ("intersections", None, []),
    ],
)
def test_one_alone_is_a_list_of_one_and_none_is_none(
    name: str, one: Any, several: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text is iterable: `unknown="Unknown"` made the group "n" unknown, letter by letter."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    parts: dict[str, Any] = {**PARTS, "min_group": 0}

    assert ec.audit(PEOPLE, **parts, **{name: one}).record == ec.audit(PEOPLE, **parts, **{name: several}).record


@pytest.mark.parametrize(
    ("name", "value"), [("rules", "gap"), ("rules", ["gap"]), ("intersections", "race"), ("checklists", 3)]
)
def test_what_can_not_be_one_value_is_refused_in_words(name: str, value: Any) -> None:
    """A wrong type is the caller's to mend, not a traceback."""
    with pytest.raises(ec.ConfigError):
        ec.audit(PEOPLE, **PARTS, **{name: value})


def test_one_format_alone_is_saved(tmp_path: Path) -> None:
    """`formats="html"` is no list of letters."""
    paths = ec.audit(PEOPLE, **PARTS).save(tmp_path, formats="html")

    assert sorted(path.name for path in paths) == ["audit.json", "report.html"]


def test_a_config_stands_alone() -> None:
    """Arguments beside a config's path would be passed over without a word, whatever their value."""
    config = EXAMPLES / "compas/ethicscheck.yaml"

    with pytest.raises(ec.UsageError, match="rules and min_group and label can't be given beside it"):
        ec.audit(config, rules=[RULE], min_group=30, label="y")
    with pytest.raises(ec.UsageError, match="seed"):
        ec.audit(frame=str(config), seed=0)
    assert ec.audit(config, run=lambda work, _: work()).verdict == "fail"


def test_a_table_of_groups_is_no_feature() -> None:
    """Two columns of an array have no names: which feature would the second be?"""
    with pytest.raises(ec.DataError, match=r"the array has 2 dimensions, not 1 \(argument group\)"):
        ec.audit(PEOPLE, label="y", prediction="p", sensitive=np.array([["a", "b"]] * 100))


def test_a_list_of_arrays_is_a_list_of_features() -> None:
    """Each by its name, or by its place; never rows of one feature."""
    groups = [pd.Series(["f", "m"] * 50, name="sex"), np.array(["a", "b"] * 50), "race"]

    result = ec.audit(PEOPLE, label="y", prediction="p", sensitive=groups)

    assert [feature.name for feature in result.record.data.features] == ["sex", "group_2", "race"]


def test_two_arrays_of_one_name_are_an_error() -> None:
    """The second must not take the place of the first."""
    series = pd.Series(["f", "m"] * 50, name="label")

    with pytest.raises(ec.DataError, match="two arrays are called 'label'"):
        ec.audit(label=[1, 0] * 50, prediction=[1, 0] * 50, sensitive=series)


def test_a_notebook_shows_the_reports_own_charts() -> None:
    """In a frame of their own: no script, no network, no style that leaks; the numbers as frames beside them."""
    result = ec.audit(EXAMPLES / "compas/ethicscheck.yaml")
    shown = result._repr_html_()
    (fnr, fpr, precision) = sorted(result.charts(), key=lambda chart: chart.metric)
    page = html.unescape(shown[shown.index('srcdoc="') + 8 : shown.rindex('"')])

    assert shown.startswith("<iframe ")
    assert 'sandbox=""' in shown
    assert "Fails its rules" in page
    assert page.count('class="dots"') == 3
    assert "<script" not in page
    assert [chart.metric for chart in (fnr, fpr, precision)] == [
        "false_negative_rate", "false_positive_rate", "precision",
    ]  # fmt: skip
    assert "False positive rate by group" in fpr._repr_html_()
    assert len(fpr.to_frame()) == 6
    assert result.to_frame().index.name == "race"
    assert result.chart("accuracy", "race").features == ("race",)
    change = ec.compare(result, result)
    assert change._repr_html_().startswith("<iframe ")
    assert "Nothing got worse" in change._repr_html_()
    assert change.to_frame().equals(change.findings())


def test_a_chart_that_there_is_not_is_refused_with_a_guess() -> None:
    """A slip of the pen gets the name that was meant."""
    result = ec.audit(EXAMPLES / "compas/ethicscheck.yaml")

    with pytest.raises(ec.UsageError, match="false_positive_rate"):
        result.chart("false_positve_rate", "race")
    with pytest.raises(ec.UsageError, match="'Race'"):
        result.chart("accuracy", "Race")
