"""Matched pairs, from the data to the report."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

import ethicscheck as ec
from ethicscheck.auditing import load_config, make_record
from ethicscheck.cli.summary import print_summary
from ethicscheck.errors import EthicscheckError
from ethicscheck.model.record import read_record
from ethicscheck.report import render
from helpers import write_config


def prompts(cases=240, labels=("A", "B"), bias=0.1, seed=1):
    """Each case once with each label; the score of B is lowered, and some noise is added."""
    generator = np.random.default_rng(seed)
    rows = []
    for case in range(cases):
        merit = generator.random()
        for label in labels:
            score = float(np.clip(merit + generator.normal(0, 0.05) - bias * (label == "B"), 0, 1))
            rows.append((f"case {case}", label, "x", score, int(score > 0.5)))
    return pd.DataFrame(rows, columns=["case", "group", "place", "score", "yes"])


def pairs_of(frame, **more):
    """Audit and return the matched pairs."""
    more = {"prediction": "yes", "score": "score", "sensitive": ["group", "place"], "pair": "case"} | more
    return ec.audit(frame, **more).record.pairs


def only(found, feature="group"):
    """The one direction of a feature."""
    (direction,) = next(part for part in found.features if part.feature == feature).directions
    return direction


FRAME = prompts()
FOUND = pairs_of(FRAME)
WIDE = FRAME.pivot(index="case", columns="group", values=["yes", "score"])


def test_flips_and_the_exact_test_are_statsmodels():
    """Second implementation: statsmodels' mcnemar on the 2×2 table of cases and twins."""
    table = pd.crosstab(WIDE.yes.A, WIDE.yes.B)
    row = only(FOUND)

    assert (row.before, row.after, row.pairs) == ("A", "B", 240)
    assert (row.to_positive, row.to_negative) == (table.loc[0, 1], table.loc[1, 0])
    assert row.flip_rate == pytest.approx((WIDE.yes.A != WIDE.yes.B).mean())
    assert row.p_value == pytest.approx(mcnemar(table.to_numpy(), exact=True).pvalue)
    assert row.test == "mcnemar_exact"
    assert row.interval.low < row.change < row.interval.high < 0


def test_the_score_shift_is_the_paired_t_interval():
    """Second implementation: scipy.stats.ttest_rel."""
    row = only(FOUND)
    known = stats.ttest_rel(WIDE.score.B.astype(float), WIDE.score.A.astype(float)).confidence_interval(0.95)

    assert row.shift == pytest.approx((WIDE.score.B - WIDE.score.A).mean())
    assert (row.shift_interval.low, row.shift_interval.high) == pytest.approx(tuple(known))


def test_three_variants_make_three_directions():
    """All label pairs, each told once; a case then stands in three pairs, which the rate over all allows for."""
    frame = prompts(labels=("A", "B", "C"))
    wide = frame.pivot(index="case", columns="group", values="yes")
    found = pairs_of(frame)
    feature = found.features[0]

    assert [(row.before, row.after) for row in feature.directions] == [("A", "B"), ("A", "C"), ("B", "C")]
    expected = [(wide[a] != wide[b]).sum() for a, b in itertools.combinations("ABC", 2)]
    assert [row.flips for row in feature.directions] == expected
    assert (feature.pairs, feature.flips) == (720, sum(expected))
    assert feature.interval.method == "wilson_effective_size_clusters"
    assert feature.directions[0].flip_interval.method == "wilson"


def test_the_reference_group_comes_first():
    """From the reference to the other, as the tables of groups do."""
    found = pairs_of(FRAME, sensitive={"group": {"reference": "B"}})

    assert (only(found).before, only(found).after) == ("B", "A")
    assert only(found).to_positive == only(FOUND).to_negative
    assert only(found).shift == pytest.approx(-only(FOUND).shift)


def test_every_case_without_a_pair_is_counted():
    """One row, twice the same, two features at once: said, never dropped in silence."""
    more = pd.DataFrame(
        [
            ("alone", "A", "x", 0.5, 1),
            ("same", "A", "x", 0.5, 1),
            ("same", "A", "x", 0.6, 1),
            ("both", "A", "x", 0.5, 1),
            ("both", "B", "y", 0.5, 0),
            ("case 0", "A", "y", 0.5, 1),
            (None, "A", "x", 0.5, 1),
            ("unknown", None, "x", 0.5, 1),
        ],
        columns=FRAME.columns,
    )
    record = ec.audit(
        pd.concat([FRAME, more]), prediction="yes", score="score", sensitive=["group", "place"], pair="case"
    ).record
    found = record.pairs

    assert (found.used, found.single, found.identical, found.several) == (240, 1, 1, 1)
    assert found.cases == 243
    assert (found.identical_pairs, found.several_pairs) == (1, 2)
    assert found.left_out == 1
    assert {part.reason: part.rows for part in record.data.excluded}["missing_cluster"] == 1
    assert only(found, "place").pairs == 1


def test_repeated_runs_of_a_prompt_count_by_case():
    """Every variant asked five times: 25 pairs a case are not 25 cases."""
    again = pd.concat([FRAME] * 5)
    row = only(pairs_of(again))
    once = only(FOUND)

    assert row.pairs == 25 * once.pairs
    assert row.flip_rate == pytest.approx(once.flip_rate)
    assert row.flip_interval.high - row.flip_interval.low == pytest.approx(
        once.flip_interval.high - once.flip_interval.low, rel=0.05
    )
    assert row.test == "sign_test_of_cases"
    assert row.p_value == pytest.approx(once.p_value)
    assert (row.shift_interval.low, row.shift_interval.high) == pytest.approx(
        (once.shift_interval.low, once.shift_interval.high), rel=1e-6
    )


def test_every_engine_and_any_order_give_the_same_bits(tmp_path):
    """pandas, polars and DuckDB on a CSV, rows shuffled."""
    FRAME.sample(frac=1, random_state=3).to_csv(tmp_path / "data.csv", index=False)
    config = write_config(
        tmp_path, label=None, prediction="yes", score="score", sensitive=["group", "place"], pair="case"
    )

    assert make_record(load_config(config)).pairs == FOUND
    assert pairs_of(pl.from_pandas(FRAME)) == FOUND


def test_intervals_of_groups_count_a_case_once():
    """`pair` implies clusters: twins are no new people."""
    record = ec.audit(FRAME, prediction="yes", sensitive=["group", "place"], pair="case").record
    everyone = next(row for row in record.estimates if row.metric == "selection_rate" and not row.features)

    assert everyone.interval.method == "wilson_effective_size_clusters"
    assert record.plan.cluster == "case"


def test_p_values_are_adjusted_over_all_directions():
    """Holm over three directions."""
    found = pairs_of(prompts(labels=("A", "B", "C")))
    rows = found.features[0].directions
    smallest = min(rows, key=lambda row: row.p_value)

    assert smallest.p_adjusted == pytest.approx(min(3 * smallest.p_value, 1))
    assert all(row.p_adjusted >= row.p_value for row in rows)


def test_a_score_alone_shifts_and_never_flips():
    """task: score without a threshold has no decision."""
    found = pairs_of(FRAME, task="score", prediction=None)

    assert only(found).flips is None
    assert only(found).shift == only(FOUND).shift


def test_the_report_says_what_swapping_does():
    """A sentence first; every case accounted for."""
    page = render(
        ec.audit(FRAME, prediction="yes", score="score", sensitive=["group", "place"], pair="case").record
    ).decode()

    assert "Swapping group alone changes the decision in" in page
    assert "No two rows of a case differ in place alone." in page
    assert "cases with at least one pair" in page


def test_too_many_pairs_are_refused():
    """An id that is no case: people of one site."""
    frame = pd.DataFrame({"site": ["s"] * 6000, "group": ["A", "B"] * 3000, "yes": [0, 1] * 3000})

    with pytest.raises(EthicscheckError, match="36,000,000 pairs"):
        ec.audit(frame, prediction="yes", sensitive=["group"], pair="site")


def test_counts_and_pairs_do_not_go_together():
    """A row that stands for seven answers has no twin."""
    with pytest.raises(EthicscheckError, match=r"data\.pair and data\.count don't go together"):
        ec.audit(FRAME.assign(n=2), prediction="yes", sensitive=["group"], pair="case", count="n")


def test_the_pages_example_has_four_pairs_in_its_first_case(tmp_path):
    """docs/matched-pairs.md: two swap the gender, two the origin, and two rows differ in both."""
    page = (Path(__file__).parents[2] / "docs/matched-pairs.md").read_text(encoding="utf-8")
    (tmp_path / "data.csv").write_text(re.search(r"```csv\n(.+?)```", page, re.DOTALL)[1])
    columns = {"prediction": "invited", "score": "rating", "pair": "application", "sensitive": ["gender", "origin"]}

    found = make_record(load_config(write_config(tmp_path, label=None, **columns))).pairs

    assert {feature.feature: feature.pairs for feature in found.features} == {"gender": 3, "origin": 2}
    assert (found.used, found.several_pairs) == (2, 2)


def test_a_record_is_read_back_as_it_was_and_not_when_it_was_edited():
    """Cases that don't add up, or a change that isn't the difference, were written by hand."""
    frame = FRAME.assign(old=1 - FRAME.yes)
    record = ec.audit(frame, prediction="yes", sensitive=["place", "group"], pair="case", compare_with="old").record
    again = read_record(record.to_json(), "audit.json")

    assert again == record
    assert render(again) == render(record)
    for before, after in (('"single":0', '"single":3'), ('"decided_alike":0', '"decided_alike":481')):
        edited = record.to_json().decode().replace(before, after)
        assert edited != record.to_json().decode()
        with pytest.raises(EthicscheckError, match="not whole"):
            read_record(edited, "audit.json")


def test_pairs_of_one_case_leave_the_whole_range():
    """docs/repeats.md promises it; square-and-add of two whole ranges would leave 1/√2."""
    frame = pd.DataFrame({"case": [1] * 60, "group": ["a", "b"] * 30, "yes": [0, 1, 1, 0, 1, 1] * 10})
    (row,) = ec.audit(frame, prediction="yes", sensitive=["group"], pair="case").record.pairs.features[0].directions

    assert (row.interval.low, row.interval.high) == (-1.0, 1.0)


def prompts_asked_twice():
    """Sixty prompts with two names: seven lose the yes, one gains it, 24 keep it and 28 have none."""
    first = [1] * 7 + [0] + [1] * 24 + [0] * 28
    second = [0] * 7 + [1] + [1] * 24 + [0] * 28
    return pd.DataFrame(
        {
            "prompt": [*range(60)] * 2,
            "gender": ["man"] * 60 + ["woman"] * 60,
            "invited": ["yes" if one else "no" for one in first + second],
        }
    )


def test_the_plain_part_and_the_terminal_say_what_the_swap_did(capsys):
    """The unpaired comparison alone would say that no difference shows."""
    record = ec.audit(
        prompts_asked_twice(), prediction="invited", positive="yes", sensitive=["gender"], pair="prompt"
    ).record
    said = "Of 60 cases, swapping gender alone, from man to woman, took the “yes” away in 7 and gave it in 1."
    page = render(record).decode()

    assert said in page[page.index('id="plain"') : page.index('id="findings"')]
    print_summary(record, [])
    assert said in " ".join(capsys.readouterr().out.split())


def test_a_range_and_a_test_that_disagree_are_called_borderline():
    """Exact p = .070 (scipy's binomtest of 1 in 8), Newcombe's interval −19.0 to −0.6 points."""
    record = ec.audit(
        prompts_asked_twice(), prediction="invited", positive="yes", sensitive=["gender"], pair="prompt"
    ).record
    page = render(record).decode()

    assert (
        "it is borderline: the range leaves no change just out (−19.0 to −0.6 points), the exact test does not" in page
    )
    assert f"(p = {stats.binomtest(1, 8).pvalue:.3f})" in page
    assert "Whether chance explains that is borderline." in page
    assert "In no direction do flips" not in page


def test_two_answers_to_one_prompt_are_not_two_people():
    """120 rows of 60 cases."""
    page = render(
        ec.audit(
            prompts_asked_twice(), prediction="invited", positive="yes", sensitive=["gender"], pair="prompt"
        ).record
    ).decode()

    assert "Counted on the decisions about 120 rows of 60 cases." in page
    assert "of every 1,000 rows in each group" in page
    for wrong in ("120 people", "1,000 people", "30 people", "the same person"):
        assert wrong not in page, wrong
