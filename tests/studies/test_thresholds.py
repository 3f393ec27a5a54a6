"""The record's part on thresholds: every number again by auditing decisions made with those thresholds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ethicscheck as ec
from ethicscheck.model.record import AuditRecord, read_record
from ethicscheck.model.thresholds_record import ThresholdAxis, WhatIf
from ethicscheck.report import render

EXAMPLES = Path(__file__).parents[2] / "examples"
RULES = [
    {"id": "fpr", "metric": "false_positive_rate", "across": "group", "compare": "difference", "max": 0.1},
    {"id": "ratio", "metric": "selection_rate", "across": "group", "compare": "ratio", "min": 0.8},
    {"id": "odds", "metric": "equalized_odds", "across": "group", "compare": "difference", "max": 0.12},
]


def made_frame(n: int = 3000, seed: int = 5) -> pd.DataFrame:
    """Return people of three groups (and a fourth of ten) whose scores and base rates differ."""
    generator = np.random.default_rng(seed)
    group = np.where(np.arange(n) < 10, "few", generator.choice(["a", "b", "c"], n, p=[0.5, 0.3, 0.2]))
    shift = pd.Series(group).map({"a": 0.0, "b": 0.08, "c": 0.15, "few": 0.0}).to_numpy()
    label = (generator.random(n) < 0.3 + shift).astype(int)
    score = np.clip(np.round(generator.normal(0.35 + 0.25 * label + shift, 0.18), 2), 0, 1)
    return pd.DataFrame({"group": group, "y": label, "s": score, "w": generator.integers(1, 9, n) / 4})


def audited(frame: pd.DataFrame, **parts: object) -> AuditRecord:
    """Audit with the settings that most tests share."""
    settings = {"label": "y", "score": "s", "threshold": 0.5, "sensitive": ["group"], "rules": RULES, **parts}
    return ec.audit(frame, **settings).record  # type: ignore[arg-type]


def axis_of(record: AuditRecord) -> ThresholdAxis:
    """Return the only feature's part."""
    assert record.thresholds is not None
    return record.thresholds.axes[0]


def ways(axis: ThresholdAxis, kind: str) -> list[WhatIf]:
    """Return the what-ifs of one kind."""
    return [way for way in axis.what_ifs if way.kind == kind]


def value_of(record: AuditRecord, metric: str, group: str) -> float | None:
    """Return one group's value."""
    return next(row.value for row in record.estimates if row.metric == metric and row.group == {"group": group})


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return made_frame()


@pytest.fixture(scope="module")
def record(frame: pd.DataFrame) -> AuditRecord:
    return audited(frame, mitigation={"constraints": ["demographic_parity", "equalized_odds"]})


def test_compas_at_threshold_5_has_the_published_false_positive_rates() -> None:
    """ProPublica's own table: 44.85 % of African-American and 23.45 % of white defendants (7,214 rows)."""
    axis = axis_of(ec.audit(EXAMPLES / "compas/ethicscheck.yaml").record)
    at = axis.thresholds.index(5)
    rates = {group.group["race"]: round(100 * group.false_positives[at] / group.negatives, 2) for group in axis.groups}

    assert rates["African-American"] == 44.85
    assert rates["Caucasian"] == 23.45


@pytest.mark.parametrize("weight", [None, "w"])
def test_the_sweep_at_any_threshold_is_the_audit_at_that_threshold(frame: pd.DataFrame, weight: str | None) -> None:
    """No second pass over the data, and the same numbers as if there were one; weights included."""
    axis = axis_of(audited(frame, weight=weight))
    for place in range(0, len(axis.thresholds) - 1, 15):
        threshold = axis.thresholds[place]
        again = audited(frame, weight=weight, threshold=threshold)
        for group in axis.groups:
            label = group.group["group"]
            assert group.false_positives[place] / group.negatives == pytest.approx(
                value_of(again, "false_positive_rate", label)
            )
            assert group.true_positives[place] / group.positives == pytest.approx(
                value_of(again, "true_positive_rate", label)
            )
        for rule in axis.rules:
            finding = next(finding for finding in again.findings if finding.id == rule.rule)
            assert finding.observed is not None
            assert rule.values[place] == pytest.approx(finding.observed.value)


def test_nobody_is_selected_above_every_score(record: AuditRecord) -> None:
    """The last point of each curve: null is no number that a score could be."""
    axis = axis_of(record)

    assert axis.thresholds[-1] is None
    assert all(group.true_positives[-1] == group.false_positives[-1] == 0 for group in axis.groups)
    assert [len(group.true_positives) for group in axis.groups] == [len(axis.thresholds)] * 3


def test_the_best_common_threshold_of_each_rule_is_that_of_brute_force(
    frame: pd.DataFrame, record: AuditRecord
) -> None:
    """Every score and "nobody" tried as the threshold, with plain pandas means."""
    compared = frame[frame.group != "few"]
    best: dict[str, float] = {}
    for threshold in [*sorted(frame.s.unique()), np.inf]:
        selected = compared.s >= threshold

        def spread(rates: pd.Series) -> float:
            return float(rates.max() - rates.min())

        chosen = selected.groupby(compared.group).mean()
        false = selected[compared.y == 0].groupby(compared.group).mean()
        true = selected[compared.y == 1].groupby(compared.group).mean()
        kept = {
            "fpr": spread(false) <= 0.1,
            "ratio": chosen.max() > 0 and chosen.min() / chosen.max() >= 0.8,
            "odds": max(spread(false), spread(true)) <= 0.12,
        }
        for name in (name for name, keeps in kept.items() if keeps):
            best[name] = max(best.get(name, 0.0), float((selected == compared.y).mean()))
    found = {way.aim: way for way in ways(axis_of(record), "common")}

    assert len(found) == 3
    for name, way in found.items():
        assert way.accuracy == pytest.approx(best[str(name).split("/")[0].split("-")[0]]), name
        assert next(rule for rule in way.rules if rule.rule == name).keeps


def test_what_a_common_threshold_would_do_is_what_an_audit_of_it_says(frame: pd.DataFrame, record: AuditRecord) -> None:
    """Value, interval and verdict by the same machinery, each rule alone."""
    way = ways(axis_of(record), "most_accurate")[0]
    again = audited(frame, threshold=way.threshold)
    for entry, finding in zip(way.rules, again.findings, strict=True):
        assert finding.observed is not None
        assert entry.value == pytest.approx(finding.observed.value)
        assert entry.interval == finding.observed.interval


def test_one_threshold_for_each_group_does_what_the_record_says(frame: pd.DataFrame, record: AuditRecord) -> None:
    """The decisions made row by row and audited as a column of their own."""
    for way in ways(axis_of(record), "per_group"):
        limits = {entry.group["group"]: entry.threshold for entry in way.thresholds}
        compared = frame[frame.group.isin(limits)].copy()
        cut = compared.group.map({name: np.inf if limit is None else limit for name, limit in limits.items()})
        compared["p"] = (compared.s >= cut).astype(int)
        again = ec.audit(compared, label="y", prediction="p", positive=1, sensitive=["group"]).record
        gap = next(row.value for row in again.disparities if row.metric == way.aim and row.compare == "difference")

        assert way.accuracy == pytest.approx((compared.p == compared.y).mean())
        assert next(entry.value for entry in way.gaps if entry.metric == way.aim) == pytest.approx(gap)
        assert gap is not None
        assert gap <= (way.tolerance or 0) + 1e-9


def test_a_rule_s_own_limit_is_one_of_the_tolerances(record: AuditRecord) -> None:
    """A gap of ten points in false positive rates is what the rule asks for, so that is tried too."""
    tolerances = [way.tolerance for way in ways(axis_of(record), "per_group") if way.aim == "false_positive_rate"]

    assert tolerances == [0.01, 0.05, 0.1]


def test_fairlearn_meets_its_constraint_and_is_named(record: AuditRecord) -> None:
    """The expected gaps are zero by design where all rows were given to it."""
    assert record.thresholds is not None
    parity, odds = ways(axis_of(record), "fairlearn")
    gaps = {entry.metric: entry.value for entry in odds.gaps}

    assert record.thresholds.tool is not None
    assert record.thresholds.tool.startswith("Fairlearn ")
    assert parity.gaps[0].value == pytest.approx(0, abs=1e-9)
    assert gaps["true_positive_rate"] == pytest.approx(0, abs=1e-9)
    assert gaps["false_positive_rate"] == pytest.approx(0, abs=1e-9)
    assert parity.sample is odds.sample is None
    assert all(entry.chances is not None for entry in odds.thresholds)


def test_without_mitigation_fairlearn_is_not_even_loaded(tmp_path: Path, frame: pd.DataFrame) -> None:
    """A sweep is arithmetic on a histogram; Fairlearn brings pandas and scikit-learn with it."""
    frame.to_csv(tmp_path / "data.csv", index=False)
    (tmp_path / "ethicscheck.yaml").write_text(
        "schema: ethicscheck/config/1\nsubject: {name: test}\n"
        "data: {source: data.csv, label: y, score: s, threshold: 0.5, sensitive: [group]}\n"
    )
    code = (
        "import sys; from ethicscheck.cli import run; run(['audit', '-q']); "
        "print([name for name in ('fairlearn', 'sklearn', 'pandas', 'scipy.stats') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert shown.stdout.splitlines()[-1] == "[]"
    assert "thresholds" in json.loads((tmp_path / "ethicscheck-out/audit.json").read_text())


def test_small_groups_are_named_and_take_no_part(record: AuditRecord) -> None:
    """Ten people say nothing about a threshold, and their cells would say too much about them."""
    axis = axis_of(record)

    assert axis.left_out == ({"group": "few"},)
    assert all(entry.group["group"] != "few" for way in axis.what_ifs for entry in way.thresholds)
    assert {way.people for way in axis.what_ifs} == {2990}


def test_a_rule_that_no_single_threshold_keeps_is_named() -> None:
    """One group's scores all lie above the other's: a ratio of 0.8 needs both groups selected alike."""
    rows = [("a", 0.9, place % 2) for place in range(60)] + [("b", 0.1, place % 2) for place in range(60)]
    frame = pd.DataFrame(rows, columns=["group", "s", "y"])
    rule = {"id": "fpr", "metric": "accuracy", "across": "group", "compare": "each", "min": 0.9}
    axis = axis_of(audited(frame, rules=[rule]))

    assert axis.unmet == ("fpr",)
    assert ways(axis, "common") == []


def test_exactly_four_fifths_is_kept() -> None:
    """60/100 to 75/100 is 4/5, though floats say 0.7999…; the threshold that does it must be found."""
    rows = [("a", 0.9, 1)] * 60 + [("a", 0.1, 0)] * 40 + [("b", 0.9, 1)] * 75 + [("b", 0.1, 0)] * 25
    frame = pd.DataFrame(rows, columns=["group", "s", "y"])
    rule = {"id": "r", "metric": "selection_rate", "across": "group", "compare": "ratio", "min": 0.8}
    (way,) = ways(axis_of(audited(frame, rules=[rule])), "common")

    assert way.threshold == 0.9
    assert way.accuracy == 1
    assert way.rules[0].keeps


def test_decisions_of_their_own_are_today_s_whatever_the_threshold_says(frame: pd.DataFrame) -> None:
    """With a prediction column the threshold is today's only if it makes the very same decisions."""
    same = audited(frame.assign(p=(frame.s >= 0.5).astype(int)), prediction="p", positive=1)
    other = audited(frame.assign(p=(frame.s >= 0.6).astype(int)), prediction="p", positive=1)
    (now,) = ways(axis_of(other), "now")
    compared = frame[frame.group != "few"]

    assert same.thresholds is not None
    assert other.thresholds is not None
    assert same.thresholds.operating == 0.5
    assert other.thresholds.operating is None
    assert now.accuracy == pytest.approx(((compared.s >= 0.6) == compared.y).mean())


def test_a_score_alone_has_a_sweep_without_a_today(frame: pd.DataFrame) -> None:
    """task: score needs no threshold; then no decision is called today's."""
    found = audited(frame, task="score", threshold=None, rules=[])

    assert found.thresholds is not None
    assert found.thresholds.operating is None
    assert ways(axis_of(found), "now") == []
    assert b"not made by one known threshold" in render(found)


def test_without_labels_or_scores_there_is_no_such_part(frame: pd.DataFrame) -> None:
    """Nothing is shown that can't be known."""
    unlabelled = ec.audit(frame, score="s", threshold=0.5, sensitive=["group"]).record
    unscored = ec.audit(frame.assign(p=(frame.s > 0.5) * 1), label="y", prediction="p", positive=1, sensitive=["group"])

    assert unlabelled.thresholds is None
    assert unscored.record.thresholds is None
    assert b'id="thresholds"' not in render(unlabelled)


def test_ten_thousand_scores_are_thinned_to_what_the_record_promises() -> None:
    """At most 101 points and the marked ones, and no rate that moves more than the stated tolerance in between."""
    generator = np.random.default_rng(8)
    frame = pd.DataFrame({"group": generator.choice(["a", "b"], 9000), "y": generator.integers(0, 2, 9000)})
    frame["s"] = generator.permutation(9000) / 9000
    axis = axis_of(audited(frame))
    known = np.array([value for value in axis.thresholds if value is not None])
    for group in axis.groups:
        own = np.sort(frame.s[(frame.group == group.group["group"]) & (frame.y == 1)])
        exact = len(own) - np.searchsorted(own, np.sort(frame.s), side="left")
        held = np.array(group.true_positives)[np.searchsorted(known, np.sort(frame.s), side="right") - 1]
        assert np.abs(exact - held).max() / group.positives <= axis.tolerance + 1e-9

    assert len(axis.thresholds) <= 101 + 1 + len(RULES) + 1
    assert 0 < axis.tolerance <= 0.03


def test_the_law_is_named_in_record_and_report(record: AuditRecord) -> None:
    """Nobody should take a what-if by group for advice."""
    assert record.thresholds is not None
    page = render(record).decode()
    for text in (record.thresholds.caution, page):
        assert "can be unlawful" in text
        assert "2000e-2(l)" in text
        assert "2000/78/EC" in text


def test_the_page_is_the_same_when_drawn_from_the_file(record: AuditRecord) -> None:
    """The record is enough, and canonical JSON's order of keys changes no word."""
    assert render(read_record(record.to_json(), "audit.json")) == render(record)


def test_intersections_are_swept_too_and_named_in_order(frame: pd.DataFrame) -> None:
    """Labels stand in the order of the features, not of the alphabet, from the file too."""
    more = frame.assign(area=np.where(np.arange(len(frame)) % 2, "x", "y"))
    found = audited(more, sensitive=["group", "area"], intersections=[["group", "area"]])
    page = render(read_record(found.to_json(), "audit.json")).decode()

    assert found.thresholds is not None
    assert [axis.features for axis in found.thresholds.axes] == [("group",), ("area",), ("group", "area")]
    assert "a · x: from " in page
