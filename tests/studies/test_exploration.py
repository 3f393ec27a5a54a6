"""The search in an audit: what is planned is printed, and no verdict rests on what is found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ethicscheck as ec
from ethicscheck.errors import ConfigError, DataError
from ethicscheck.model.record import read_record
from ethicscheck.report import render


def people(seed=1, rows=6_000, effect=0.25):
    """Return people of four races, two sexes and three regions; false alarms are more frequent among women of race C."""
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "race": generator.choice(list("ABCD"), rows, p=[0.4, 0.3, 0.2, 0.1]),
            "sex": generator.choice(["F", "M"], rows),
            "region": generator.choice(["N", "S", "W"], rows),
            "y": generator.integers(0, 2, rows),
        }
    )
    worse = (frame.race == "C") & (frame.sex == "F")
    alarm = np.where(worse, 0.25 + effect, 0.25)
    frame["p"] = np.where(frame.y == 1, generator.random(rows) < 0.8, generator.random(rows) < alarm).astype(int)
    return frame


def explored(frame, **explore):
    """Audit with a search."""
    return ec.audit(
        frame,
        label="y",
        prediction="p",
        sensitive=["race", "sex"],
        explore={"columns": ["region"], "metrics": ["false_positive_rate"], **explore},
    ).record


def test_a_planted_intersection_is_found_and_confirmed_with_its_plan():
    """Women of race C, and nobody else; the plan says what was looked at."""
    found = explored(people()).exploration

    assert found is not None
    assert (found.metrics, found.columns, found.depth) == (("false_positive_rate",), ("race", "sex", "region"), 2)
    assert (found.subgroups, found.comparisons) == (4 + 2 + 3 + 8 + 12 + 6, 35)
    assert [part.group for part in found.found if part.confirmed] == [{"race": "C", "sex": "F"}]


def test_the_two_halves_add_up_to_the_people_of_the_subgroup():
    """Counted by pandas."""
    frame = people()
    found = explored(frame).exploration
    assert found is not None
    part = found.found[0]
    own = frame[(frame.race == "C") & (frame.sex == "F") & (frame.y == 0)]
    halves = part.discovery, part.confirmation

    assert sum(half.denominator for half in halves) == len(own)
    assert sum(round((half.value or 0) * half.denominator) for half in halves) == own.p.sum()


def test_the_same_data_in_another_order_of_rows_give_the_same_record():
    """The split is drawn for sorted cells, not for rows."""
    frame = people()
    shuffled = frame.sample(frac=1, random_state=0)

    assert explored(frame).exploration == explored(shuffled).exploration


def test_no_verdict_rests_on_the_search():
    """Without a rule nothing is judged, whatever was found."""
    record = explored(people())

    assert record.verdict == "inconclusive"
    assert record.findings == ()


def test_without_metrics_the_rates_that_rules_judge_are_searched():
    """Equalized odds is searched by its two rates; F1 has no rate to search by."""
    record = ec.audit(
        people(),
        label="y",
        prediction="p",
        sensitive=["race", "sex"],
        explore=True,
        rules=[
            {"metric": "equalized_odds", "across": "race", "compare": "difference", "max": 0.1},
            {"metric": "f1_score", "across": "race", "compare": "difference", "max": 0.1},
        ],
    ).record

    assert record.exploration is not None
    assert set(record.exploration.metrics) == {"true_positive_rate", "false_positive_rate"}


def test_with_no_rule_and_no_metric_the_selection_rate_is_searched_on_the_side_that_hurts():
    """To be selected helps: only groups selected less often are followed up, and the other way round."""
    frame = people(effect=0.6)
    for favourable, sign in ((1, -1), (0, 1)):
        found = ec.audit(
            frame, label="y", prediction="p", favourable=favourable, sensitive=["race", "sex"], explore=True
        ).record.exploration
        assert found is not None
        assert found.metrics == ("selection_rate",)
        assert all((part.discovery.difference or 0) * sign > 0 for part in found.found)


def test_groups_of_every_intersection_are_read_together():
    """Eight groups of race and sex; pooled values lie between the group's own and the mean."""
    found = explored(people()).exploration
    assert found is not None
    (table,) = found.pooled

    assert table.features == ("race", "sex")
    assert len(table.groups) == 8
    for group in table.groups:
        assert group.value is not None
        assert min(group.value, table.mean) - 1e-6 <= group.pooled <= max(group.value, table.mean) + 1e-6


@pytest.mark.parametrize("key", ["weight", "cluster"])
def test_what_can_not_be_split_at_random_is_refused_with_its_reason(key):
    """Sums of weights and repeated persons would let one half know the other's chance errors."""
    frame = people(rows=200).assign(w=1.5, person=range(200))
    with pytest.raises(ConfigError, match=f"explore can’t be combined with data.{key}"):
        ec.audit(
            frame,
            label="y",
            prediction="p",
            sensitive=["race"],
            explore=True,
            **{key: {"weight": "w"}.get(key, "person")},
        )


def test_a_metric_that_is_no_rate_can_not_be_searched():
    """Named with what to do."""
    with pytest.raises(DataError, match="'f1_score' can't be searched"):
        explored(people(rows=400), metrics=["f1_score"])
    with pytest.raises(DataError, match="there is no metric 'fpr'"):
        explored(people(rows=400), metrics=["fpr"])


def test_too_many_subgroups_are_refused_with_what_to_do():
    """A search is bounded, whatever columns are named."""
    generator = np.random.default_rng(0)
    frame = people(rows=20_000).assign(
        **{f"c{place}": generator.integers(0, 60, 20_000).astype(str) for place in range(4)}
    )
    with pytest.raises(DataError, match="more than 50,000 subgroups"):
        explored(frame, columns=["c0", "c1", "c2", "c3"], depth=3)


def test_the_record_keeps_its_search_when_read_back():
    """Groups come back in the order of their columns."""
    record = explored(people())

    assert read_record(record.to_json(), "audit.json") == record


def test_the_report_marks_the_search_as_exploratory_and_prints_its_plan():
    """What was looked at stands beside what was found."""
    page = render(explored(people())).decode()

    assert "Exploratory: not a verdict." in page
    assert "35 subgroups occur" in page.replace("\n", " ") or "35\nsubgroups occur" in page
    assert "race C and sex F" in page
