"""Warnings: each is given when it is true of the rules and the numbers, and silent otherwise."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ethicscheck.auditing import load_config, make_record
from ethicscheck.cli import run
from ethicscheck.counts.table import Axis, CountTable
from ethicscheck.metrics.measurement import Measurement
from ethicscheck.model.record import read_record
from ethicscheck.policy.glossary import find_entry
from ethicscheck.policy.judging import judge
from ethicscheck.policy.rules import resolve_rules
from ethicscheck.policy.warnings import KINDS, Policy, Warned, WarningKind, warn
from ethicscheck.policy.warnings.chance import chance_gaps
from ethicscheck.policy.warnings.conflicts import implied_measure
from ethicscheck.policy.warnings.direction import HARM
from helpers import audit_frame, loaded

Cells = tuple[int, int, int, int]

# TN, FP, FN, TP of COMPAS by race (ProPublica 2016, 7,214 defendants; the project's facts).
COMPAS: dict[str, Cells] = {
    "African-American": (990, 805, 532, 1369),
    "Asian": (21, 2, 3, 6),
    "Caucasian": (1139, 349, 461, 505),
    "Hispanic": (318, 87, 129, 103),
    "Native American": (5, 3, 1, 9),
    "Other": (208, 36, 90, 43),
}
EVEN: dict[str, Cells] = {"a": (300, 100, 100, 300), "b": (310, 100, 100, 290)}


def rule(metric: str, compare: str = "difference", **more: Any) -> dict[str, Any]:
    limit = {} if {"max", "min"} & set(more) else {"max": 0.1}
    return {"metric": metric, "across": "group", "compare": compare, **limit, **more}


def policy(
    groups: Mapping[str, Cells], rules: Sequence[Mapping[str, Any]], *, labelled: bool = True, **more: Any
) -> Policy:
    """Return rules judged on one feature, `group`, whose cells are TN, FP, FN, TP."""
    cells = np.array(list(groups.values()), dtype=np.int64)
    table = CountTable(
        (Axis("group", tuple(groups)),),
        (),
        np.repeat(np.arange(len(cells)), 4)[:, None],
        np.tile(np.arange(4), len(cells)),
        cells.ravel(),
        labelled=labelled,
    )
    favourable = more.pop("favourable", 1)
    measurement = Measurement({"decisions": table}, "decisions", favourable, 0.95, more.pop("min_group", 30))
    resolved = resolve_rules(loaded(rules=rules, profiles=more.pop("profiles", ())).config)
    return Policy(resolved, measurement, judge(resolved, measurement), **more)


def codes(*args: Any, **more: Any) -> list[str]:
    return [warned.kind.code for warned in warn(policy(*args, **more))]


def given(code: str, *args: Any, **more: Any) -> Warned:
    (found,) = [warned for warned in warn(policy(*args, **more)) if warned.kind.code == code]
    return found


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_warning_is_explained(kind: WarningKind) -> None:
    """A code that leads nowhere can't be acted on."""
    found = find_entry(kind.code)

    assert found is not None
    assert (found.kind, found.title, found.says) == ("warning", kind.title, kind.asks)
    assert all(getattr(kind, field.name).strip() for field in fields(kind))


def test_sound_rules_on_sound_data_give_no_warning() -> None:
    """A warning that is always there is read by nobody."""
    rules = [rule("false_positive_rate"), rule("selection_rate"), rule("selection_rate", "ratio", min=0.8)]

    assert codes(EVEN, rules) == []


# Rules that can't all hold


def test_compas_rules_conflict() -> None:
    """Chouldechova 2017: with base rates of 51 % and 36 %, equal precision and equal error rates exclude each other."""
    rules = [
        rule("false_positive_rate", id="fpr"),
        rule("false_negative_rate", id="fnr"),
        rule("precision", max=0.15, id="ppv"),
    ]

    found = given("rules_conflict", COMPAS, rules)

    assert found.rules == ("ppv", "fnr", "fpr")
    assert "51.4" in found.message
    assert "African-American" in found.message
    assert "36.4" in found.message
    assert "Hispanic" in found.message
    assert "equal precision and false negative rate would put false positive rate" in found.message
    assert "only equal false negative rate and false positive rate would leave precision 14.6" in found.message


def test_the_implied_false_positive_rate_is_chouldechovas() -> None:
    """f = p/(1 − p) · (1 − PPV)/PPV · TPR (2017, Big Data 5, 153–163)."""
    for p, ppv, tpr in ((0.51, 0.61, 0.63), (0.39, 0.61, 0.63), (0.2, 0.9, 0.5)):
        expected = p / (1 - p) * (1 - ppv) / ppv * tpr

        assert implied_measure(
            "false_positive_rate", {"precision": ppv, "true_positive_rate": tpr}, p
        ) == pytest.approx(expected)


@pytest.mark.parametrize("cells", [*COMPAS.values(), (10, 20, 30, 40), (7, 1, 2, 90)])
def test_any_two_of_the_five_give_back_the_others(cells: Cells) -> None:
    """The algebra against a real table: what two measures and the base rate imply is what the table shows."""
    tn, fp, fn, tp = cells
    p = (tp + fn) / sum(cells)
    five = {
        "precision": tp / (tp + fp),
        "negative_predictive_value": tn / (tn + fn),
        "true_positive_rate": tp / (tp + fn),
        "false_positive_rate": fp / (fp + tn),
        "selection_rate": (tp + fp) / sum(cells),
    }
    for first in five:
        for second in five:
            for wanted in five:
                if len({first, second, wanted}) == 3:
                    implied = implied_measure(wanted, {first: five[first], second: five[second]}, p)

                    assert implied == pytest.approx(five[wanted]), (wanted, first, second)


def test_two_of_the_three_don_t_conflict() -> None:
    """Equal error rates alone, or equal precision and one error rate, can be had with any base rates."""
    for asked in (
        [rule("false_positive_rate"), rule("false_negative_rate")],
        [rule("equalized_odds")],
        [rule("precision"), rule("false_negative_rate")],
    ):
        assert "rules_conflict" not in codes(COMPAS, asked)


def test_equalized_odds_conflicts_with_demographic_parity_where_the_decision_knows_something() -> None:
    """Separation and independence exclude each other (Barocas, Hardt & Narayanan 2023, ch. 3)."""
    apart: dict[str, Cells] = {"a": (140, 60, 200, 600), "b": (560, 240, 50, 150)}  # base rates .8 and .2, equal odds
    rules = [rule("equalized_odds"), rule("demographic_parity")]

    assert "rules_conflict" in codes(apart, rules)


def test_a_decision_that_has_nothing_to_do_with_the_outcome_doesn_t_conflict() -> None:
    """Where true and false positive rates are equal, selection is equal too, whatever the base rates."""
    blind: dict[str, Cells] = {"a": (100, 100, 400, 400), "b": (400, 400, 100, 100)}
    rules = [rule("equalized_odds", max=0.02), rule("demographic_parity", max=0.02)]

    assert "rules_conflict" not in codes(blind, rules)


def test_equal_base_rates_don_t_conflict() -> None:
    """The condition of the theorem: base rates differ, and by more than chance explains."""
    rules = [rule("false_positive_rate", max=0.01), rule("false_negative_rate", max=0.01), rule("precision", max=0.01)]
    same: dict[str, Cells] = {"a": (300, 100, 150, 250), "b": (280, 120, 100, 300)}
    noise: dict[str, Cells] = {"a": (30, 10, 15, 25), "b": (30, 8, 15, 29)}

    assert "rules_conflict" not in codes(same, rules)
    assert "rules_conflict" not in codes(noise, rules)


def test_wide_limits_don_t_conflict() -> None:
    """Limits that leave room for what the base rates imply can all be kept."""
    rules = [rule("false_positive_rate", max=0.3), rule("false_negative_rate", max=0.5), rule("precision", max=0.3)]

    assert "rules_conflict" not in codes(COMPAS, rules)


def test_limits_that_are_all_kept_don_t_conflict() -> None:
    """What is, is possible: a system that is nearly always right keeps them all."""
    right: dict[str, Cells] = {"a": (400, 5, 5, 600), "b": (700, 5, 5, 300)}
    rules = [rule("false_positive_rate"), rule("false_negative_rate"), rule("precision")]

    assert codes(right, rules) == []


def test_rules_on_other_features_or_each_group_don_t_conflict() -> None:
    """A limit on every group's own value asks for no equality."""
    rules = [rule("false_positive_rate", "each", max=0.5), rule("false_negative_rate"), rule("precision")]

    assert "rules_conflict" not in codes(COMPAS, rules)


# Ratios of few people


def test_a_ratio_on_three_people_is_pointed_out() -> None:
    """Ricci v. DeStefano, the captain's exam: 3 of 8 passed; one more and the ratio is .78 instead of .59."""
    exam: dict[str, Cells] = {"White": (9, 16, 0, 0), "Black": (5, 3, 0, 0), "Hispanic": (5, 3, 0, 0)}

    found = given(
        "ratio_of_rare_rates",
        exam,
        [rule("selection_rate", "ratio", min=0.8, id="four-fifths")],
        labelled=False,
        min_group=5,
    )

    assert found.rules == ("four-fifths",)
    assert "3 of 8 people" in found.message
    assert "from 0.59 to 0.39 or 0.78" in found.message


def test_a_difference_on_three_people_is_not() -> None:
    """The warning is of ratios; a difference barely moves."""
    few: dict[str, Cells] = {"a": (0, 0, 997, 3), "b": (0, 0, 950, 50)}

    assert "ratio_of_rare_rates" in codes(few, [rule("selection_rate", "ratio", min=0.8)])
    assert "ratio_of_rare_rates" not in codes(few, [rule("selection_rate")])


def test_five_people_are_enough_not_to_be_pointed_out() -> None:
    """The line is drawn at fewer than five."""
    for k, expected in ((4, True), (5, False)):
        groups: dict[str, Cells] = {"a": (0, 0, 100 - k, k), "b": (0, 0, 50, 50)}

        assert ("ratio_of_rare_rates" in codes(groups, [rule("selection_rate", "ratio", min=0.8)])) is expected


# Decisions that look wrong


def test_a_constant_decision_is_pointed_out() -> None:
    """For everyone, whichever decision it is."""
    for cells, word in (((50, 0, 50, 0), "negative"), ((0, 50, 0, 50), "positive")):
        found = given("constant_prediction", {"a": cells, "b": cells}, [rule("accuracy", id="right")])

        assert f"All 200 people have the {word} decision" in found.message
        assert found.rules == ("right",)


def test_a_group_that_is_all_decided_alike_is_pointed_out_when_chance_can_t_explain_it() -> None:
    """0 of 200 beside 50 % of everyone else; but 0 of 40 beside 5 % is what chance does one time in eight."""
    strange: dict[str, Cells] = {"a": (100, 0, 100, 0), "b": (100, 100, 100, 100)}
    usual: dict[str, Cells] = {"a": (20, 0, 20, 0), "b": (380, 20, 380, 20)}

    assert "All 200 people in a (group)" in given("constant_prediction", strange, [rule("accuracy")]).message
    assert "constant_prediction" not in codes(usual, [rule("accuracy")])


def test_a_decision_that_is_never_wrong_is_pointed_out() -> None:
    """A hundred people and no error: the outcome was likely made from the decision."""
    never: dict[str, Cells] = {"a": (30, 0, 0, 20), "b": (20, 0, 0, 30)}
    once: dict[str, Cells] = {"a": (30, 1, 0, 20), "b": (20, 0, 0, 30)}

    assert given("perfect_prediction", never, [rule("accuracy", id="right")]).rules == ("right",)
    assert "perfect_prediction" not in codes(once, [rule("accuracy")])
    assert "perfect_prediction" not in codes(never, [rule("selection_rate")], labelled=False)


# Direction


def test_a_ratio_of_error_rates_is_pointed_out_with_its_opposite() -> None:
    """1 % to 2 % is 0.5; 99 % to 98 % is 0.99."""
    errors: dict[str, Cells] = {"a": (9900, 100, 0, 5000), "b": (9800, 200, 0, 5000)}

    found = given("ratio_of_a_harm", errors, [rule("false_positive_rate", "ratio", min=0.8)])

    assert "= 0.50" in found.message
    assert "= 0.99" in found.message
    assert "ratio_of_a_harm" not in codes(errors, [rule("false_positive_rate")])
    assert "ratio_of_a_harm" not in codes(errors, [rule("true_negative_rate", "ratio", min=0.8)])


def test_a_ratio_of_selection_is_pointed_out_only_where_selection_harms() -> None:
    """The four-fifths rule speaks of the decision that helps."""
    asked = [rule("selection_rate", "ratio", min=0.8), rule("demographic_parity", "ratio", min=0.8)]

    assert codes(EVEN, asked, favourable=0) == ["ratio_of_a_harm", "ratio_of_a_harm"]
    assert codes(EVEN, asked, favourable=1) == []
    assert codes(EVEN, [rule("favourable_rate", "ratio", min=0.8)], favourable=0) == []


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (rule("selection_rate", min=0.1), True),
        (rule("selection_rate", "ratio", max=0.8), True),
        (rule("false_positive_rate", "each", min=0.1), True),
        (rule("accuracy", "each", max=0.9), True),
        (rule("accuracy", "each", min=0.5), False),
        (rule("false_positive_rate", "each", max=0.5), False),
        (rule("selection_rate", "each", max=0.6), False),
        (rule("selection_rate", "each", min=0.2), False),
        (rule("true_positive_rate", "each", min=0.2), False),
        (rule("selection_rate", "ratio", min=0.8), False),
    ],
)
def test_a_limit_on_the_wrong_side_is_pointed_out(asked: dict[str, Any], expected: bool) -> None:
    """`min` where `max` was meant passes for ever."""
    assert ("limit_on_the_wrong_side" in codes(EVEN, [asked])) is expected


def test_a_least_share_of_a_harm_is_pointed_out() -> None:
    """At least so many marked in each group, where being marked is the harm."""
    asked = [rule("selection_rate", "each", min=0.2)]

    assert codes(EVEN, asked, favourable=0) == ["limit_on_the_wrong_side"]


def test_an_unnamed_favour_is_pointed_out_where_the_words_speak_of_a_harm() -> None:
    """The four-fifths profile on a column called high_risk, data.favourable not set."""
    profile: dict[str, Any] = {"profiles": ["four-fifths"]}

    assert "favourable_not_said" in codes(EVEN, [], favourable_said=False, decision_words=("high_risk",), **profile)
    assert codes(EVEN, [], favourable_said=True, decision_words=("high_risk",), **profile) == []
    assert codes(EVEN, [], favourable_said=False, decision_words=("selected", "were selected"), **profile) == []
    asked = [rule("favourable_rate")]  # a difference is the same whichever decision is counted
    assert codes(EVEN, asked, favourable_said=False, decision_words=("high_risk",)) == []


@pytest.mark.parametrize(
    "text", ["high_risk", "is_fraud", "were denied a loan", "recidivated", "Rejected", "predicted-default"]
)
def test_words_of_harm_are_known(text: str) -> None:
    """Columns and sentences that speak of a harm."""
    assert HARM.search(text)


@pytest.mark.parametrize(
    "text", ["low_risk", "selected", "brisk", "hired", "not_rejected", "admitted", "offered a loan", "flag"]
)
def test_other_words_are_not_taken_for_harm(text: str) -> None:
    """A false alarm costs trust."""
    assert not HARM.search(text)


# Chance


def test_equal_groups_show_the_gap_that_lum_and_others_found() -> None:
    """Lum, Zhang & Bower 2022: K = 20, n = 30, p = 0.5 give a mean gap of 0.34."""
    drawn = chance_gaps(np.full(20, 15), np.full(20, 30), "difference", 0)

    assert drawn.mean() == pytest.approx(0.34, abs=0.01)


def test_equal_groups_fail_four_fifths_as_often_as_found_elsewhere() -> None:
    """research/metrics.md: equal rates fail the ratio in 73 % of draws at K = 4, n = 100, p = 0.3."""
    drawn = chance_gaps(np.full(4, 30), np.full(4, 100), "ratio", 0)

    assert (drawn < 0.8).mean() == pytest.approx(0.73, abs=0.04)


def test_a_limit_finer_than_the_data_is_pointed_out() -> None:
    """Twenty equal groups of thirty: even a limit of 20 points is within noise; with 3,000 each it is not."""
    small: dict[str, Cells] = {f"g{place:02}": (10 + place % 3, 5, 5, 10 - place % 3) for place in range(20)}
    large: dict[str, Cells] = {name: tuple(100 * n for n in cells) for name, cells in small.items()}  # type: ignore[misc]

    found = given("limit_within_noise", small, [rule("selection_rate", max=0.2, id="gap")])

    assert found.rules == ("gap",)
    assert "20 groups" in found.message
    assert "limit_within_noise" not in codes(large, [rule("selection_rate", max=0.2)])


def test_a_limit_that_is_clearly_broken_is_not_called_noise() -> None:
    """What the interval establishes is no noise."""
    apart: dict[str, Cells] = {f"g{place:02}": ((28, 1, 1, 0), (0, 1, 1, 28))[place % 2] for place in range(20)}

    assert "limit_within_noise" not in codes(apart, [rule("selection_rate", max=0.2)])


def rules_on_two(groups: dict[str, Cells], many: int) -> Policy:
    asked = [
        rule("true_positive_rate", id="first"),
        *[rule("selection_rate", max=0.9, id=f"r{n}") for n in range(many)],
    ]
    return policy(groups, asked)


def test_one_rule_among_many_is_pointed_out_when_chance_may_explain_it() -> None:
    """Alone it fails at p = 0.03; among ten, one of them would do so in every fourth audit."""
    groups: dict[str, Cells] = {"a": (500, 500, 400, 600), "b": (500, 500, 545, 455)}
    found = [warned for warned in warn(rules_on_two(groups, 9)) if warned.kind.code == "one_among_many"]

    assert [warned.rules for warned in found] == [("first",)]
    assert "10 rules were asked" in found[0].message
    assert "stays undecided" in found[0].message
    assert not [warned for warned in warn(rules_on_two(groups, 3)) if warned.kind.code == "one_among_many"]


def test_one_rule_far_beyond_its_limit_is_no_accident() -> None:
    """Chance can't explain it, so nothing is said."""
    groups: dict[str, Cells] = {"a": (500, 500, 100, 900), "b": (500, 500, 545, 455)}

    assert not [warned for warned in warn(rules_on_two(groups, 9)) if warned.kind.code == "one_among_many"]


def test_two_rules_on_one_gap_are_pointed_out() -> None:
    """The gap in false negatives is the gap in true positives."""
    asked = [
        rule("true_positive_rate", id="a", max=0.2),
        rule("false_negative_rate", id="b"),
        rule("equal_opportunity", id="c"),
    ]

    found = given("same_gap_twice", EVEN, asked)

    assert found.rules == ("a", "b", "c")
    assert "(b: at most 10" in found.message


def test_ratios_and_other_measures_are_not_the_same_gap() -> None:
    """A ratio of a rate says something else than the ratio of its opposite."""
    asked = [
        rule("true_positive_rate", "ratio", min=0.5),
        rule("false_negative_rate", "ratio", min=0.5),
        rule("precision"),
        rule("selection_rate"),
    ]

    assert "same_gap_twice" not in codes(EVEN, asked)


# Scores


def scored(*groups: tuple[str, float, int, int]) -> pd.DataFrame:
    """Return people of (group, score, how many, how many of them with the outcome)."""
    rows = [
        {"group": group, "s": score, "y": int(place < positives)}
        for group, score, people, positives in groups
        for place in range(people)
    ]
    return pd.DataFrame(rows)


def score_codes(frame: pd.DataFrame, *rules: Mapping[str, Any], **more: Any) -> list[str]:
    record = audit_frame(frame, rules=rules, **{"task": "score", "score": "s", "prediction": None, **more})
    return [entry.code for entry in record.warnings or ()]


# Both groups are calibrated; the outcome happens for 70 % of a and for 30 % of b.
CALIBRATED = scored(("a", 0.8, 400, 320), ("a", 0.6, 400, 240), ("b", 0.4, 400, 160), ("b", 0.2, 400, 80))


def test_equal_mean_scores_conflict_with_calibration_where_base_rates_differ() -> None:
    """A calibrated group's mean score is its base rate (Kleinberg, Mullainathan & Raghavan 2016)."""
    equal = rule("mean_score", max=0.1, id="equal")

    for calibrated in (
        rule("expected_calibration_error", "each", max=0.05),
        rule("calibration_in_the_large", max=0.05),
    ):
        assert "rules_conflict" in score_codes(CALIBRATED, equal, calibrated)
    wide = rule("expected_calibration_error", "each", max=0.2)
    assert "rules_conflict" not in score_codes(CALIBRATED, equal, wide)
    assert "rules_conflict" not in score_codes(CALIBRATED, equal)
    same = scored(("a", 0.8, 400, 320), ("a", 0.2, 400, 80), ("b", 0.8, 400, 320), ("b", 0.2, 400, 80))
    tight = rule("expected_calibration_error", "each", max=0.01)
    assert "rules_conflict" not in score_codes(same, rule("mean_score", max=0.01), tight)


def test_one_score_for_all_is_pointed_out() -> None:
    """A score that never changes ranks nobody."""
    frame = scored(("a", 0.5, 50, 20), ("b", 0.5, 50, 30))

    assert "constant_prediction" in score_codes(frame, rule("mean_score"))
    assert "constant_prediction" not in score_codes(CALIBRATED, rule("mean_score", max=0.9))


def test_one_class_for_all_is_pointed_out() -> None:
    """Of three classes only one is ever predicted."""
    frame = pd.DataFrame({"group": list("ab") * 60, "y": list("xyz") * 40, "p": ["x"] * 120})
    record = audit_frame(frame, task="multiclass")
    other = audit_frame(frame.assign(p=list("xxyy") * 30), task="multiclass")

    assert [entry.code for entry in record.warnings or ()] == ["constant_prediction"]
    assert other.warnings is None


@pytest.mark.parametrize("metric", ["average_precision", "brier_score", "log_loss"])
def test_a_measure_that_moves_with_the_base_rate_is_pointed_out(metric: str) -> None:
    """Base rates of 70 % and 10 %: a model that knows nothing breaks the limit by itself."""
    apart = scored(("a", 0.8, 400, 320), ("a", 0.6, 400, 240), ("b", 0.1, 400, 60), ("b", 0.05, 400, 20))
    same = scored(("a", 0.8, 400, 320), ("a", 0.6, 400, 240), ("b", 0.8, 400, 320), ("b", 0.6, 400, 240))

    assert "moves_with_base_rate" in score_codes(apart, rule(metric, max=0.05))
    assert "moves_with_base_rate" not in score_codes(same, rule(metric, max=0.05))
    assert "moves_with_base_rate" not in score_codes(apart, rule("roc_auc", max=0.05))


def test_f1_moves_with_the_base_rate() -> None:
    """Saying yes to all has an F1 of 2p/(1 + p): 0.82 at 70 %, 0.18 at 10 %."""
    apart: dict[str, Cells] = {"a": (200, 100, 300, 400), "b": (800, 100, 50, 50)}

    found = given("moves_with_base_rate", apart, [rule("f1_score", max=0.1, id="f1")])

    assert found.rules == ("f1",)
    assert "would have 0.82 and 0.18" in found.message
    assert "moves_with_base_rate" not in codes(EVEN, [rule("f1_score", max=0.1)])


# Everywhere


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        ("berkeley", []),
        ("compas", ["rules_conflict", "limit_within_noise"]),
        ("hiring", ["limit_within_noise"]),
        ("lending", []),
        ("promotion", ["ratio_of_rare_rates", "limit_within_noise"]),
    ],
)
def test_examples_give_true_warnings_only(example: str, expected: list[str]) -> None:
    """Base rates of COMPAS differ; the exam had 41 takers; equal groups of hiring's sizes fail 0.8 four times in five."""
    record = make_record(load_config(Path(__file__).parents[2] / "examples" / example / "ethicscheck.yaml"))

    assert [entry.code for entry in record.warnings or ()] == expected
    assert set(expected) <= set(KINDS)


def test_warnings_stand_in_record_report_and_summary(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Short in the terminal, whole in the report, beside the findings they speak of."""
    config = Path(__file__).parents[2] / "examples/promotion/ethicscheck.yaml"

    run(["audit", str(config), "-o", str(tmp_path)])

    shown = " ".join(capsys.readouterr().out.split())
    record = read_record((tmp_path / "audit.json").read_bytes(), "audit.json")
    page = (tmp_path / "report.html").read_text()
    assert "! A ratio that rests on a handful of people: four-fifths/race (ratio_of_rare_rates)" in shown
    assert record.warnings is not None
    assert record.warnings[0].rules == ("four-fifths/race",)
    assert html.escape(record.warnings[0].message, quote=False) in page
    assert '<a href="#finding-0">four-fifths/race</a>' in page


@pytest.mark.parametrize(
    "more",
    [
        {"weight": "w"},
        {"label": None},
        {"task": "regression", "label": "s", "prediction": "t"},
        {"task": "multiclass"},
        {"strata": ["w"]},
        {"sensitive": ["group", "w"], "intersections": "all", "profiles": ["four-fifths"]},
    ],
    ids=str,
)
def test_any_audit_can_be_asked_for_warnings(more: dict[str, Any]) -> None:
    """Weights, no labels, other tasks, strata: no warning is given that is not true of plain data."""
    generator = np.random.default_rng(1)
    size = 4_000
    frame = pd.DataFrame({"group": generator.choice(list("ab"), size), "w": generator.choice([1, 2], size)})
    frame["y"] = generator.integers(0, 2, size)
    frame["p"] = np.where(generator.random(size) < 0.8, frame["y"], 1 - frame["y"])
    frame["s"], frame["t"] = generator.normal(size=size), generator.normal(size=size)

    assert audit_frame(frame, statistics={"min_group": 30}, **more).warnings is None


def test_a_group_with_one_score_or_one_class_is_named() -> None:
    """The gap in ranking is then a gap between a ranking and none."""
    scores = pd.DataFrame({"group": ["a"] * 60 + ["b"] * 60, "y": [0, 1] * 60, "s": [0.2] * 60 + [0.1, 0.7] * 30})
    record = audit_frame(scores, prediction=None, score="s", task="score", rules=[rule("roc_auc", id="auc")])
    (warned,) = [part for part in record.warnings or () if part.code == "constant_prediction"]
    assert warned.message.startswith("All 60 people in a (group) have the same score, 0.2; of everyone else 0.0")
    assert warned.rules == ("auc",)

    jobs = pd.DataFrame({"group": ["a"] * 60 + ["b"] * 60, "y": ["x", "z"] * 60, "p": ["x"] * 60 + ["x", "z"] * 30})
    record = audit_frame(jobs, task="multiclass")
    (warned,) = [part for part in record.warnings or () if part.code == "constant_prediction"]
    assert "have the same predicted class, x; of everyone else 50.0" in warned.message


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_predictions_that_are_never_wrong_are_suspect_in_every_task(task: str) -> None:
    """An error of 0 without any spread would pass every rule."""
    value = [1.0, 2.0, 4.0] * 40 if task == "regression" else ["x", "z", "w"] * 40
    frame = pd.DataFrame({"group": ["a", "b"] * 60, "y": value, "p": value})
    judged = rule("mean_absolute_error" if task == "regression" else "accuracy", id="right")

    record = audit_frame(frame, task=task, rules=[judged])
    (warned,) = [part for part in record.warnings or () if part.code == "perfect_prediction"]
    assert warned.rules == ("right",)

    frame.loc[0, "p"] = frame.loc[1, "p"]
    record = audit_frame(frame, task=task, rules=[judged])
    assert not [part for part in record.warnings or () if part.code == "perfect_prediction"]


def test_groups_that_differ_only_in_case_or_blanks_are_pointed_out() -> None:
    """A file put together from two sources: nobody means three kinds of men."""
    groups = {"Man": EVEN["a"], "Woman": EVEN["b"], "man": EVEN["a"], "man ": EVEN["b"]}

    warned = given("groups_spelt_alike", groups, [rule("accuracy")])

    assert warned.message == (
        'group: "Man", "man" and "man " are counted as different groups, though they differ only in capitals or blanks.'
    )
    assert warned.rules == ("accuracy-group-difference",)


@pytest.mark.parametrize(
    "labels", [("a", "b"), ("man", "woman"), ("A+", "A"), ("é", "e"), ("<25", "≥25"), ("O-Neil", "ONeil")]
)
def test_groups_that_differ_in_a_letter_are_not_called_alike(labels: tuple[str, str]) -> None:
    """An accent, a sign or a letter may be all there is to tell two groups apart."""
    assert "groups_spelt_alike" not in codes(dict(zip(labels, EVEN.values(), strict=True)), [rule("accuracy")])


def test_groups_spelt_alike_are_warned_of_in_an_audit_without_rules(tmp_path: Path) -> None:
    """The record keeps it, whatever the task."""
    people = pd.DataFrame({"group": ["Man", "man "] * 50, "y": [0, 1] * 50, "p": [0, 0, 1, 1] * 25})

    for task in ("binary", "multiclass", "regression"):
        record = audit_frame(people, task=task)
        assert "groups_spelt_alike" in [part.code for part in record.warnings or ()], task
