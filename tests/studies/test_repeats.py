"""Rows that belong together: counted by group, said in the report, and reasons in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ethicscheck as ec
from ethicscheck.cli.summary import print_summary
from ethicscheck.errors import EthicscheckError
from ethicscheck.report import render
from ethicscheck.report.wording import excluded_text


def visits(people=120):
    """Each person five times, at sites that change."""
    generator = np.random.default_rng(2)
    person = np.repeat(np.arange(people), 5)
    return pd.DataFrame(
        {
            "person": person,
            "sex": np.where(person % 3 == 0, "f", "m"),
            "site": generator.choice(["x", "y"], len(person)),
            "yes": generator.integers(0, 2, len(person)),
            "number": generator.normal(size=len(person)),
            "truth": generator.normal(size=len(person)),
            "kind": generator.choice(["p", "q", "r"], len(person)),
            "other_kind": generator.choice(["p", "q", "r"], len(person)),
        }
    )


FRAME = visits()
RECORD = ec.audit(FRAME, prediction="yes", sensitive=["sex", "site"], cluster="person").record


def test_the_record_says_how_many_people_each_group_rests_on():
    """Second implementation: pandas."""
    by_sex = next(row for row in RECORD.repeats.features if row.features == ("sex",))
    people = FRAME.groupby("sex").person.nunique()

    assert {group.group["sex"]: group.clusters for group in by_sex.groups} == people.to_dict()
    assert [group.effective for group in by_sex.groups] == pytest.approx([group.clusters for group in by_sex.groups])
    assert by_sex.straddling == 0


def test_people_in_several_groups_are_stated():
    """A person may visit two sites."""
    by_site = next(row for row in RECORD.repeats.features if row.features == ("site",))

    assert by_site.straddling == int((FRAME.groupby("person").site.nunique() > 1).sum())
    page = render(RECORD).decode()
    assert f"{by_site.straddling} of 120 stand in several groups" in page
    assert "600 rows belong to 120 different values of “person”" in page


@pytest.mark.parametrize(
    "asked",
    [
        {"task": "regression", "prediction": "number", "label": "truth"},
        {"task": "multiclass", "prediction": "kind", "label": "other_kind"},
    ],
)
def test_other_tasks_take_rows_of_one_person_for_alike(asked):
    """Their sums over clusters are not made: the widest that clusters can make an interval."""
    plain = ec.audit(FRAME, sensitive=["sex"], **asked).record
    minded = ec.audit(FRAME, sensitive=["sex"], cluster="person", **asked).record

    for before, after in zip(plain.estimates, minded.estimates, strict=True):
        assert after.value == before.value
        if before.interval is not None:
            assert after.interval.method == f"{before.interval.method}+alike_clusters"
            assert after.interval.low < before.interval.low


def test_a_predicted_numbers_row_without_a_person_is_left_out():
    """As for decisions, with its reason."""
    frame = FRAME.assign(person=FRAME.person.astype(object), truth=FRAME.truth)
    frame.loc[:4, "person"] = None
    frame.loc[3:9, "truth"] = np.nan

    record = ec.audit(
        frame, task="regression", prediction="number", label="truth", sensitive=["sex"], cluster="person"
    ).record

    assert {part.reason: part.rows for part in record.data.excluded} == {
        "missing_cluster": 3,
        "missing_label": 5,
        "missing_label_and_cluster": 2,
    }


def test_a_search_for_subgroups_is_refused_where_rows_belong_together():
    """Both halves would hold the same people: what one finds, the other would confirm."""
    with pytest.raises(EthicscheckError, match="takes every row for a new person"):
        ec.audit(FRAME, prediction="yes", sensitive=["sex", "site"], cluster="person", explore={"depth": 2})


def test_more_rows_are_needed_where_people_repeat():
    """Planning grows the number of people, each with as many rows as today."""
    frame = FRAME.assign(yes=(FRAME.person % 5 < 2).astype(int) ^ (np.arange(len(FRAME)) % 10 == 0))
    rule = {"metric": "selection_rate", "across": "sex", "compare": "difference", "max": 0.08}
    needed = [
        ec.audit(frame, prediction="yes", sensitive=["sex"], rules=[rule], **more).record.findings[0].rows_needed
        for more in ({}, {"cluster": "person"})
    ]

    assert needed[1].factor > 2 * needed[0].factor


def test_reasons_of_several_missing_parts_are_written_in_words():
    """No code reaches a reader."""
    assert excluded_text("missing_cluster") == "not known whom the row belongs to: left out of everything"
    assert excluded_text("missing_label_and_prediction") == "outcome and decision unknown: left out of everything"
    assert (
        excluded_text("missing_label_and_cluster")
        == "outcome unknown, and it is not known whom the row belongs to: left out of everything"
    )


def test_the_report_does_not_call_every_row_a_person():
    """600 rows of 120 people."""
    page = render(RECORD).decode()

    assert "one for each person" not in page
    assert "one of perhaps several of the same person" in page


@pytest.mark.parametrize("people", [[0] * 200, [0] * 100 + [1] * 100, [0] * 100 + list(range(1, 101))])
def test_a_group_of_one_person_has_no_value_and_no_rule_passes_on_it(people):
    """Its interval is the whole range, and MOVER's gap of two such ranges is 1/√2 long: below a limit of 0.8."""
    frame = pd.DataFrame({"g": ["a"] * 100 + ["b"] * 100, "yes": [1, 0] * 100, "person": people})
    rule = {"metric": "selection_rate", "across": "g", "compare": "difference", "max": 0.8}
    record = ec.audit(frame, prediction="yes", sensitive=["g"], cluster="person", rules=[rule]).record

    (finding,) = record.findings
    assert finding.verdict == "not_evaluable"
    assert "a (fewer than two people or cases stand behind its rows)" in finding.message
    alone = next(row for row in record.estimates if row.metric == "selection_rate" and row.group == {"g": "a"})
    assert (alone.value, alone.undefined, alone.rows) == (None, "too_few_clusters", 100)
    assert "fewer than two people or cases" in render(record).decode()


def test_a_rate_needs_two_people_among_those_it_is_counted_on():
    """Fifty people, but all who paid back are one of them."""
    person = np.arange(400) // 4
    frame = pd.DataFrame(
        {
            "g": np.where(person < 50, "a", "b"),
            "person": person,
            "yes": np.arange(400) % 2,
            "paid": np.where(person < 50, person == 7, person % 2 == 0).astype(int),
        }
    )
    record = ec.audit(frame, prediction="yes", label="paid", sensitive=["g"], cluster="person").record
    of_a = {row.metric: row.undefined for row in record.estimates if row.group == {"g": "a"}}

    assert of_a["selection_rate"] is None
    assert of_a["false_positive_rate"] is None
    assert of_a["false_negative_rate"] == "too_few_clusters"


def test_one_person_on_the_other_side_leaves_a_group_its_distance_from_everyone():
    """People in both groups, which sums over clusters can't tell from few, take no number away."""
    frame = pd.DataFrame({"g": ["a"] * 100 + ["b"] * 100, "yes": [1, 0] * 100, "person": [*range(100)] * 2})
    record = ec.audit(frame, prediction="yes", sensitive=["g"], cluster="person").record

    assert all(row.value is not None for row in record.disparities if row.metric == "selection_rate")


def test_rows_of_people_who_repeat_are_counted_as_rows(capsys):
    """In the plain part, and in a line of the terminal."""
    page = render(RECORD).decode()

    assert "Counted on the decisions about 600 rows of 120 different values of “person”." in page
    assert "of every 1,000 rows in each group" in page
    print_summary(RECORD, [])
    assert "Rows that belong together: 600 rows belong to 120 different values of “person”." in " ".join(
        capsys.readouterr().out.split()
    )


def test_findings_ask_for_more_people_and_count_rows():
    """As many rows of the same 120 people would decide nothing."""
    rules = [
        {"metric": "selection_rate", "across": "sex", "compare": "difference", "max": 0.05},
        {"metric": "selection_rate", "across": "tiny", "compare": "difference", "max": 0.05},
    ]
    frame = FRAME.assign(tiny=np.where(FRAME.person < 2, "few", FRAME.sex))
    findings = ec.audit(
        frame, prediction="yes", sensitive=["sex", "tiny"], cluster="person", rules=rules
    ).record.findings

    assert "times as many people or cases, some" in findings[0].remedy
    assert "rows in all, would" in findings[0].remedy
    assert "few (fewer than 30 rows)" in findings[1].message
