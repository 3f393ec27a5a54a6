"""The record's `calibration` and the report's section on scores."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import calibration_curve
from statsmodels.stats.proportion import proportion_confint
from tests.metrics.test_scores import audit, people, row_of

import ethicscheck as ec
from ethicscheck.auditing import load_config, make_record
from ethicscheck.errors import RecordError
from ethicscheck.model.calibration_record import Calibration
from ethicscheck.model.record import AuditRecord, read_record
from ethicscheck.report import render
from ethicscheck.report.calibration import calibration_section
from ethicscheck.report.index import RecordIndex

EXAMPLES = Path(__file__).parents[2] / "examples"


def part_of(record: AuditRecord) -> Calibration:
    """Return the part; it must be there."""
    assert record.calibration is not None
    return record.calibration


def group_of(record: AuditRecord, label: str):
    """Return one group's scores."""
    return next(group for group in part_of(record).axes[0].groups if group.group == {"group": label})


def test_a_groups_curve_is_scikit_learns_with_statsmodels_intervals() -> None:
    """Second implementations: calibration_curve(strategy="quantile") and proportion_confint(method="wilson")."""
    frame = people(900)
    own = frame[frame["group"] == "b"]
    curve = group_of(audit(frame), "b").curve
    rate, mean = calibration_curve(own.y, own.s, n_bins=10, strategy="quantile")

    assert [point.rate for point in curve] == pytest.approx(list(rate))
    assert [point.mean_score for point in curve] == pytest.approx(list(mean))
    for point in curve:
        low, high = proportion_confint(round(point.rate * point.rows), point.rows, method="wilson")
        assert (point.interval.low, point.interval.high) == pytest.approx((low, high))
    assert sum(point.rows for point in curve) == len(own)
    assert sum(point.share for point in curve) == pytest.approx(1)


def test_the_spread_of_scores_adds_up_and_has_numpys_quartiles() -> None:
    """Second implementation: numpy.histogram and numpy.quantile(method="inverted_cdf")."""
    frame = people(900)
    record = audit(frame)
    own = frame.s[frame["group"] == "a"]
    found = group_of(record, "a")
    counted, _ = np.histogram(own, bins=part_of(record).edges)

    assert found.distribution == pytest.approx(counted / len(own))
    assert found.quartiles == pytest.approx(np.quantile(own, [0.25, 0.5, 0.75], method="inverted_cdf"))


def test_weights_count_in_shares_and_rows_stay_rows() -> None:
    """Rows of weight 2 are half as many as they weigh."""
    frame = people(900, digits=1)
    record = audit(frame, weight="w")
    own = frame[frame["group"] == "a"]
    found = group_of(record, "a")
    weights = own.groupby("s").w.sum() / own.w.sum()

    assert part_of(record).bins == "each_score"
    assert found.distribution == pytest.approx([weights.get(value, 0) for value in part_of(record).values or ()])
    assert [point.rows for point in found.curve] == own.groupby("s").size().tolist()
    assert found.curve[0].interval.method == "wilson_effective_size"


def test_calibration_in_the_large_is_the_measures_own() -> None:
    """One number in two places is the same number."""
    record = audit(people(900))
    row, own = row_of(record, "calibration_in_the_large", "a"), group_of(record, "a").in_the_large

    assert own is not None
    assert (own.value, own.interval) == (row.value, row.interval)


def test_the_same_people_thrice_under_one_name_widen_every_interval() -> None:
    """Clusters: three rows a person tell no more than one."""
    frame = people(600, digits=1).assign(who=range(600))
    once = group_of(audit(frame, cluster="who"), "a")
    thrice = group_of(audit(pd.concat([frame] * 3), cluster="who"), "a")

    for one, three in zip(once.curve, thrice.curve, strict=True):
        assert (three.interval.low, three.interval.high) == pytest.approx((one.interval.low, one.interval.high))
    assert once.in_the_large is not None
    assert thrice.in_the_large is not None
    assert thrice.in_the_large.interval.low == pytest.approx(once.in_the_large.interval.low, abs=1e-3)


def test_compas_has_a_dot_for_each_decile_and_no_diagonal() -> None:
    """Deciles are no probabilities; ProPublica's counts: 142 of 681 white defendants in decile 1."""
    record = make_record(load_config(EXAMPLES / "compas" / "ethicscheck.yaml"))
    part = part_of(record)
    white = next(group for group in part.axes[0].groups if group.group == {"race": "Caucasian"})
    section = calibration_section(RecordIndex(record))

    assert part.values == tuple(range(1, 11))
    assert (white.curve[0].rows, white.curve[0].rate) == (681, 142 / 681)
    assert (part.not_calibrated, white.in_the_large) == ("scores_outside_0_1", None)
    assert section is not None
    assert "no probabilities" in section.cautions[0]
    assert {chart.ideal for feature in section.features for chart in feature.charts} == {""}


def test_the_record_reads_back_and_its_page_holds_every_dot() -> None:
    """Canonical JSON sorts keys; the page is drawn from it, charts with a name, numbers in a table."""
    record = read_record(audit(people(600)).to_json(), "audit.json")
    page = render(record).decode()
    section = re.search(r'<section id="scores">.*?</section>', page, re.DOTALL)

    assert section is not None
    assert section[0].count("<circle") == 20
    assert section[0].count("<title") == 2
    assert "<script" not in section[0]
    for group in part_of(record).axes[0].groups:
        for point in group.curve:
            assert f"{point.rate * 100:.1f}" in section[0]


def test_a_dot_that_was_moved_out_of_its_interval_is_found() -> None:
    """A record that was edited into saying something else is not drawn."""
    text = audit(people(600)).to_json().decode()
    rate = re.search(r'"rate":(0\.\d+)', text)

    assert rate is not None
    with pytest.raises(RecordError, match="outside its interval"):
        read_record(text.replace(rate[0], '"rate":0.999', 1), "audit.json")


def test_the_takeaway_names_the_group_whose_scores_promise_too_much() -> None:
    """And says so of none where the data do not show it."""
    frame = people(3_000)
    high = frame.assign(s=frame.s.where(frame["group"] == "a", frame.s**0.5))
    texts = []
    for part in (frame, high):
        section = calibration_section(RecordIndex(audit(part)))
        assert section is not None
        texts.append(section.features[0].takeaway)

    assert texts[0] == "On the whole, scores keep their promise in every group as far as these data can tell."
    assert re.match(r"Furthest off for b: scores promise \d\d\.\d points more than happened", texts[1])


def test_the_same_score_that_means_another_thing_is_pointed_out() -> None:
    """With few different scores, the takeaway names where two groups' intervals lie apart most."""
    rows = [("a", 5, 1)] * 80 + [("a", 5, 0)] * 20 + [("b", 5, 1)] * 30 + [("b", 5, 0)] * 70
    rows += [(group, 1, label) for group in "ab" for label in [0] * 45 + [1] * 5]
    section = calibration_section(RecordIndex(audit(pd.DataFrame(rows, columns=["group", "s", "y"]))))

    assert section is not None
    assert section.features[0].takeaway == (
        "The same score does not mean the same for all: at s = 5 the outcome happened to 80\u00a0% of a and 30\u00a0% of b."
    )


def test_a_grid_is_said_on_the_page() -> None:
    """Half width, points, and how far each measure can be off."""
    section = calibration_section(RecordIndex(audit(people(25_000))))

    assert section is not None
    text = " ".join(section.cautions)
    assert "put on a grid" in text
    assert "ROC AUC by at most" in text
    assert "widened" in text


def test_without_an_outcome_nothing_is_said_of_how_scores_rank() -> None:
    """Neither ROC AUC nor average precision is made; scores beyond 0 to 1 made the page promise both."""
    frame = pd.DataFrame({"g": list("ab") * 100, "rating": range(200), "yes": [0, 1, 1, 0] * 50})
    page = render(ec.audit(frame, prediction="yes", score="rating", sensitive=["g"]).record).decode()

    assert "What happened is not known, so nothing can be said of calibration or of how well scores rank." in page
    assert "How scores rank people can be" not in page


def test_a_task_of_scores_alone_has_plain_words() -> None:
    """Mean score and observed rate by group, second implementation: pandas."""
    generator = np.random.default_rng(4)
    frame = pd.DataFrame({"g": list("ab") * 400, "s": generator.uniform(0, 1, 800).round(3)})
    frame["y"] = (generator.uniform(0, 1, 800) < np.where(frame.g == "a", frame.s, frame.s / 2)).astype(int)
    page = render(ec.audit(frame, task="score", label="y", score="s", sensitive=["g"]).record).decode()
    plain = page[page.index('id="plain"') : page.index('id="findings"')]
    of_b = frame[frame.g == "b"].mean(numeric_only=True)

    assert f"for b scores promise {of_b.s * 1000:.0f} who turned out y = 1, and there were {of_b.y * 1000:.0f}" in plain
    assert "Furthest off for b: scores promise" in plain
    assert "The thin line" not in plain
