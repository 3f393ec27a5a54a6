"""Score measures through the whole road: exactness, refusals, undefined values, a grid's bounds, rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from ethicscheck.auditing import make_config, make_record
from ethicscheck.counts.grid import MOST_SCORES
from ethicscheck.errors import DataError, EthicscheckError
from ethicscheck.exports.json import render
from ethicscheck.model.record import AuditRecord, Disparity, Estimate, read_record
from ethicscheck.report import render as draw
from helpers import config_value

SECOND = {
    "roc_auc": roc_auc_score,
    "average_precision": average_precision_score,
    "brier_score": brier_score_loss,
    "log_loss": log_loss,
}
CALIBRATED = ("brier_score", "log_loss", "expected_calibration_error", "calibration_in_the_large")

# ProPublica's compas-scores-two-years.csv (2016), 7,214 defendants: people, and those arrested again, by decile 1 to 10.
COMPAS = {
    "African-American": (
        (398, 393, 346, 385, 365, 384, 400, 359, 380, 286),
        (91, 119, 145, 177, 176, 215, 237, 245, 269, 227),
    ),
    "Caucasian": ((681, 361, 273, 285, 241, 194, 143, 114, 98, 64), (142, 113, 93, 113, 111, 111, 88, 82, 68, 45)),
    "Hispanic": ((196, 113, 86, 52, 52, 37, 34, 26, 20, 21), (48, 36, 27, 18, 28, 21, 16, 13, 11, 14)),
    "Other": ((150, 66, 36, 46, 22, 21, 10, 10, 8, 8), (26, 25, 14, 25, 10, 8, 5, 8, 6, 6)),
}


def audit(frame: pd.DataFrame, **parts: Any) -> AuditRecord:
    """Audit a score without decisions."""
    return make_record(
        make_config(config_value(**{"task": "score", "prediction": None, "score": "s", **parts})), frame=frame
    )


def row_of(record: AuditRecord, metric: str, group: str) -> Estimate:
    """Return one group's estimate."""
    return next(row for row in record.estimates if row.metric == metric and row.group == {"group": group})


def gap_of(record: AuditRecord, metric: str) -> Disparity:
    """Return a measure's gap."""
    return next(row for row in record.disparities if (row.metric, row.to, row.compare) == (metric, "gap", "difference"))


def people(rows: int, seed: int = 1, digits: int | None = None) -> pd.DataFrame:
    """Return people in two groups with calibrated scores, strictly between 0 and 1."""
    generator = np.random.default_rng(seed)
    scores = np.clip(generator.beta(1, 2, size=rows), 1e-6, 1 - 1e-6)
    scores = scores if digits is None else np.clip(scores.round(digits), 0.5 * 10.0**-digits, 1 - 0.5 * 10.0**-digits)
    return pd.DataFrame(
        {
            "group": np.where(np.arange(rows) % 3, "a", "b"),
            "s": scores,
            "y": (generator.random(rows) < scores).astype(int),
            "w": generator.uniform(0.5, 2, size=rows),
        }
    )


def test_compas_ranks_black_and_white_defendants_about_equally_well() -> None:
    """Second implementation: scikit-learn, on ProPublica's counts; and the published figures.

    Larson et al. 2016 and Dieterich et al. 2016 (Northpointe) both print an area of about .70 overall.
    """
    rows = [
        {"group": race, "s": decile, "y": label, "n": people}
        for race, (all_people, again) in COMPAS.items()
        for decile, (total, found) in enumerate(zip(all_people, again, strict=True), start=1)
        for label, people in ((1, found), (0, total - found))
    ]
    frame = pd.DataFrame(rows)
    record = audit(frame, count="n")

    for race, part in frame.groupby("group"):
        for metric in ("roc_auc", "average_precision"):
            expected = SECOND[metric](part.y, part.s, sample_weight=part.n)
            assert row_of(record, metric, str(race)).value == pytest.approx(expected, abs=1e-12)
    black, white = (row_of(record, "roc_auc", race).value for race in ("African-American", "Caucasian"))
    assert (round(black or 0, 3), round(white or 0, 3)) == (0.692, 0.693)
    assert {row.metric for row in record.estimates} == {"roc_auc", "average_precision", "mean_score"}
    gap = gap_of(record, "roc_auc")
    assert gap.interval is not None
    assert gap.interval.low == 0


@pytest.mark.parametrize("weighted", [False, True])
def test_measures_are_scikit_learns_in_every_group(weighted: bool) -> None:
    """Second implementation: scikit-learn, with sample_weight."""
    frame = people(600, digits=3)
    record = audit(frame, **({"weight": "w"} if weighted else {}))
    for group, part in frame.groupby("group"):
        weights = part.w if weighted else None
        for metric, theirs in SECOND.items():
            found = row_of(record, metric, str(group)).value
            assert found == pytest.approx(theirs(part.y, part.s, sample_weight=weights), rel=1e-9)
        mean = np.average(part.s, weights=weights)
        large = mean - np.average(part.y, weights=weights)
        assert row_of(record, "mean_score", str(group)).value == pytest.approx(mean, rel=1e-9)
        assert row_of(record, "calibration_in_the_large", str(group)).value == pytest.approx(large, abs=1e-9)


def test_ten_thousand_different_scores_are_exact() -> None:
    """The stated limit is 20,000; up to it nothing is rounded and no bound is printed."""
    frame = people(12_000)
    record = audit(frame)
    part = frame[frame["group"] == "a"]

    assert frame.s.nunique() > 10_000
    assert MOST_SCORES == 20_000
    assert record.calibration is not None
    assert record.calibration.half_width == 0
    assert record.calibration.everyone.error_bounds is None
    for metric, theirs in SECOND.items():
        assert row_of(record, metric, "a").value == pytest.approx(theirs(part.y, part.s), abs=1e-11)


def test_past_the_limit_every_error_is_within_the_bound_that_is_printed() -> None:
    """Second implementation on the exact scores: scikit-learn; the bounds stand in the record."""
    frame = people(60_000)
    record = audit(frame)
    assert record.calibration is not None
    assert 0 < record.calibration.half_width < 1e-4
    axis = record.calibration.axes[0]
    for scored in axis.groups:
        part = frame[frame["group"] == scored.group["group"]]
        bounds = scored.error_bounds
        assert bounds is not None
        for metric, theirs in SECOND.items():
            found = row_of(record, metric, scored.group["group"])
            if found.undefined == "unbounded_loss":  # a positive at the grid's last point by 0: said, not guessed
                assert metric not in bounds
                continue
            assert found.value is not None
            assert abs(found.value - theirs(part.y, part.s)) <= bounds[metric]
            assert bounds[metric] < 0.001
            assert found.interval is not None
            assert found.interval.method.endswith("+grid")
        assert (
            abs((row_of(record, "mean_score", scored.group["group"]).value or 0) - part.s.mean())
            <= bounds["mean_score"]
        )


def test_scores_that_are_no_probabilities_are_ranked_and_the_rest_is_not_made() -> None:
    """By default; the record says why."""
    frame = people(300)
    record = audit(frame.assign(s=10 * frame.s))

    assert {row.metric for row in record.estimates} == {"roc_auc", "average_precision", "mean_score"}
    assert record.calibration is not None
    assert record.calibration.not_calibrated == "scores_outside_0_1"
    assert record.calibration.everyone.in_the_large is None


@pytest.mark.parametrize("metric", CALIBRATED)
@pytest.mark.parametrize("asked_by", ["metrics", "rule"])
def test_asking_for_calibration_of_such_scores_is_an_error_that_names_them(metric: str, asked_by: str) -> None:
    """Column, worst value, number of rows, and what to do instead."""
    frame = people(300)
    frame.loc[:1, "s"] = [-0.5, 3.25]
    asked: dict[str, Any] = (
        {"metrics": [metric]}
        if asked_by == "metrics"
        else {"rules": [{"metric": metric, "across": "group", "compare": "difference", "max": 0.1}]}
    )
    with pytest.raises(DataError) as caught:
        audit(frame, **asked)

    assert isinstance(caught.value, EthicscheckError)
    text = str(caught.value)
    assert "3.25" in text
    assert "2 rows outside 0 to 1" in text
    assert "column 's'" in text
    assert "roc_auc" in text


def degenerate() -> Iterator[tuple[str, pd.DataFrame, str, str]]:
    """Yield a name, people, a measure and why group b has no value of it."""
    frame = people(200, digits=2)
    of_b = frame["group"] == "b"
    yield "no positives", frame.assign(y=frame.y.where(~of_b, 0)), "roc_auc", "no_positives"
    yield "no negatives", frame.assign(y=frame.y.where(~of_b, 1)), "roc_auc", "no_negatives"
    yield "no positives", frame.assign(y=frame.y.where(~of_b, 0)), "average_precision", "no_positives"
    sure = frame.copy()
    sure.loc[0, ["s", "y"]] = [0.0, 1]
    yield "a certain score that was wrong", sure, "log_loss", "infinite_loss"
    decile = frame.assign(s=10 * frame.s)
    yield "one person", decile[~of_b | (decile.index == decile.index[of_b][0])], "mean_score", "one_row"
    wild = frame.copy()
    wild.loc[0, "s"] = np.inf
    yield "an infinite score", wild, "mean_score", "infinite_score"


@pytest.mark.parametrize(("name", "frame", "metric", "reason"), list(degenerate()))
def test_what_can_not_be_computed_says_why(name: str, frame: pd.DataFrame, metric: str, reason: str) -> None:
    """Never 0, 1 or a clip; the other group keeps its value, and a rule on two groups can't be judged."""
    record = audit(frame, rules=[{"metric": metric, "across": "group", "compare": "difference", "max": 0.1}])
    row = row_of(record, metric, "b")

    assert (row.value, row.undefined, row.interval) == (None, reason, None)
    assert row_of(record, metric, "a").value is not None
    assert record.findings[0].verdict == "not_evaluable"


@pytest.mark.parametrize(("score", "shown"), [(1e200, "1e+200"), (-1e155, "-1e+155")])
def test_a_score_whose_cube_is_no_float_is_refused(score: float, shown: str) -> None:
    """A mean of such scores would have no interval; infinite ones are allowed, since they still rank people."""
    frame = people(200, digits=2)
    frame.loc[0, "s"] = score

    with pytest.raises(DataError, match=re.escape(f"the score {shown} is too large to be reckoned with (column 's')")):
        audit(frame)


def test_a_score_just_outside_is_shown_with_all_its_digits() -> None:
    """'The score 1 is no probability' would be nonsense."""
    frame = people(200, digits=2)
    frame.loc[0, "s"] = 1.0000001

    with pytest.raises(DataError, match=r"the score 1\.0000001 is no probability \(1 row outside 0 to 1\)"):
        audit(frame, metrics=["brier_score"])


def test_a_record_with_a_grid_is_drawn_alike_when_read_again() -> None:
    """Canonical JSON sorts the bounds by name; the report must not depend on the order they were made in."""
    rng = np.random.default_rng(11)
    size = MOST_SCORES + 2_000
    frame = pd.DataFrame({"group": rng.choice(["a", "b"], size), "y": rng.integers(0, 2, size), "s": rng.random(size)})
    record = audit(frame)

    assert record.calibration is not None
    assert record.calibration.half_width > 0
    assert draw(record) == draw(read_record(render(record), "audit.json"))


def test_without_labels_there_is_a_mean_score_alone() -> None:
    """Everything else asks what happened."""
    record = audit(people(200).drop(columns="y"), label=None)

    assert {row.metric for row in record.estimates} == {"mean_score"}
    assert record.calibration is not None
    assert record.calibration.not_calibrated == "no_label"
    assert record.calibration.everyone.curve == ()


def test_beside_decisions_the_score_is_measured_too() -> None:
    """A binary task with a score: both families stand in the record."""
    frame = people(300, digits=2).assign(p=lambda part: (part.s >= 0.5).astype(int))
    record = audit(frame, task="binary", prediction="p")
    made = {row.metric for row in record.estimates}

    assert {"selection_rate", "accuracy", "roc_auc", "brier_score", "calibration_in_the_large"} <= made


def test_rules_on_scores_are_judged() -> None:
    """A group whose scores are turned round fails on ranking; one that is scored too high fails on calibration."""
    frame = people(3_000, digits=2)
    turned = frame.assign(s=frame.s.where(frame["group"] == "a", 1 - frame.s))
    high = frame.assign(s=frame.s.where(frame["group"] == "a", frame.s**0.5))
    rule = {"across": "group", "compare": "difference", "max": 0.05}
    for part, metric in ((turned, "roc_auc"), (high, "calibration_in_the_large"), (high, "expected_calibration_error")):
        assert audit(part, rules=[{**rule, "metric": metric}]).findings[0].verdict == "fail"
        assert audit(frame, rules=[{**rule, "metric": metric, "max": 0.2}]).findings[0].verdict == "pass"


def test_calibration_error_of_perfect_scores_does_not_fail_a_rule() -> None:
    """The plain figure of 60 people is far above .05 by chance alone; the verdict must not rest on it."""
    fails = 0
    for seed in range(25):
        record = audit(
            people(180, seed, digits=2),
            rules=[{"metric": "expected_calibration_error", "across": "group", "compare": "each", "max": 0.05}],
        )
        fails += record.findings[0].verdict == "fail"
        assert record.calibration is not None

    assert fails <= 2


def test_an_area_on_the_limit_is_on_it() -> None:
    """Exactly .75 from whole pairs is not below .75."""
    rows = [("a", 1, 0), ("a", 2, 1), ("a", 3, 0), ("a", 4, 1)] * 10
    frame = pd.DataFrame(rows, columns=["group", "s", "y"])
    frame = pd.concat([frame, frame.assign(group="b")])
    record = audit(frame, rules=[{"metric": "roc_auc", "across": "group", "compare": "each", "min": 0.75}])

    assert row_of(record, "roc_auc", "a").value == 0.75
    assert "keeps the limit" in record.findings[0].message
