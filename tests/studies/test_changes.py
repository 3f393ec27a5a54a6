"""Two models on the same rows, from the data to the report."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate
from statsmodels.stats.contingency_tables import mcnemar

import ethicscheck as ec
from ethicscheck.report import render


def people(rows=4000, seed=1):
    """A new model that lowers group B's false alarms, and flips few others."""
    generator = np.random.default_rng(seed)
    group = generator.choice(["A", "B", "C"], rows, p=[0.5, 0.3, 0.2])
    label = (generator.random(rows) < 0.4).astype(int)
    score = generator.random(rows) * 0.6 + label * 0.3 + (group == "B") * 0.12
    old = (score > 0.55).astype(int)
    new = (score - (group == "B") * 0.12 + generator.normal(0, 0.02, rows) > 0.55).astype(int)
    return pd.DataFrame({"group": group, "label": label, "new": new, "old": old})


def audit(frame, **more):
    """Audit the new model against the old."""
    return ec.audit(frame, label="label", prediction="new", sensitive=["group"], compare_with="old", **more).record


FRAME = people()
RECORD = audit(FRAME)
GAPS = {row.metric: row for row in RECORD.changes.gaps}


def test_the_gaps_of_both_models_are_fairlearns():
    """Second implementation: MetricFrame.difference() under either model."""
    for column, field in (("new", "value"), ("old", "other")):
        made = MetricFrame(
            metrics=false_positive_rate, y_true=FRAME.label, y_pred=FRAME[column], sensitive_features=FRAME.group
        )
        assert getattr(GAPS["false_positive_rate"], field) == pytest.approx(made.difference())


def test_a_gap_that_shrinks_is_called_better_and_its_mirror_worse():
    """The words follow the interval."""
    row = GAPS["false_positive_rate"]
    assert row.verdict == "better"
    assert row.interval.low < row.change < row.interval.high < 0

    swapped = audit(FRAME.rename(columns={"new": "old", "old": "new"}))
    mirror = next(gap for gap in swapped.changes.gaps if gap.metric == "false_positive_rate")
    assert mirror.verdict == "worse"
    assert mirror.interval.low == pytest.approx(-row.interval.high)


def test_a_groups_mcnemar_is_statsmodels():
    """Among the group's negatives: who was flagged by one model only."""
    row = next(r for r in RECORD.changes.values if r.metric == "false_positive_rate" and r.group == {"group": "B"})
    part = FRAME[(FRAME.group == "B") & (FRAME.label == 0)]

    expected = mcnemar(pd.crosstab(part.new, part.old), exact=True).pvalue

    assert row.p_value == pytest.approx(expected)
    assert row.change == pytest.approx(part.new.mean() - part.old.mean())


def test_measures_with_denominators_of_their_own_have_no_mcnemar():
    """Precision is over other rows under either model: never a test of another estimand."""
    assert all(row.p_value is None for row in RECORD.changes.values if row.metric in ("precision", "f1_score"))
    assert any(row.interval is not None for row in RECORD.changes.values if row.metric == "precision")


def test_the_same_model_twice_changes_nothing():
    """Every change is 0 and no gap has a word other than can't tell."""
    record = audit(FRAME.assign(old=FRAME.new))

    assert {row.change for row in record.changes.gaps} == {0}
    assert {row.verdict for row in record.changes.gaps} == {"unclear"}
    assert record.changes.decided_alike == record.changes.rows == len(FRAME)


def test_rows_without_the_other_decision_are_counted_out():
    """Only rows on which both decided are compared; the audit itself keeps all."""
    frame = FRAME.assign(old=FRAME.old.astype("Int64"))
    frame.loc[:99, "old"] = pd.NA

    record = audit(frame)

    assert record.changes.rows == len(frame) - 100
    assert record.data.judged == len(frame)


def test_weighted_changes_have_intervals_but_no_test():
    """Exact tests are of counts."""
    record = audit(FRAME.assign(w=np.random.default_rng(2).uniform(0.5, 2, len(FRAME))), weight="w")

    assert all(row.p_value is None for row in record.changes.values)
    assert next(r for r in record.changes.gaps if r.metric == "false_positive_rate").verdict == "better"


def test_one_group_has_no_gap_to_change():
    """Undefined with its reason."""
    record = audit(FRAME[FRAME.group == "A"])

    assert {row.undefined for row in record.changes.gaps} == {"fewer_than_two_groups"}


def test_the_report_says_what_the_change_does():
    """A sentence first, numbers after."""
    page = render(RECORD).decode()

    assert "What this change does" in page
    assert "With this model the gap is smaller in selection rate" in page
    assert "Largest change:" in page
