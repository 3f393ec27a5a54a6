"""`ec.audit` and `AuditResult`: the same road as the command line."""

from __future__ import annotations

from pathlib import Path

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
        prediction="high_risk",
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


def test_the_public_surface_is_pinned() -> None:
    """Adding a name is a decision; losing one breaks users."""
    assert sorted(ec.__all__) == [
        "AuditResult", "ConfigError", "DataError", "EthicscheckError", "RecordError", "UsageError", "__version__", "audit", "load",
    ]  # fmt: skip
    assert all(hasattr(ec, name) for name in ec.__all__)
    with pytest.raises(AttributeError):
        ec.nothing_of_the_kind  # noqa: B018
