"""Rules to verdicts: what passes, what fails, what the data can't tell and what can't be judged at all."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from ethicscheck.metrics.registry import find_measure
from ethicscheck.model.record import AuditRecord, Finding, RowsNeeded
from ethicscheck.policy.messages import Case, finding_remedy
from ethicscheck.policy.rules import Rule
from helpers import audit_frame


def people(second: str | None = None, **groups: tuple[int, int]) -> pd.DataFrame:
    """Return groups of (selected, rejected) people, all of them with and without the outcome in equal parts."""
    rows = [
        (group, int(place < chosen), place % 2)
        for group, (chosen, rejected) in groups.items()
        for place in range(chosen + rejected)
    ]
    frame = pd.DataFrame(rows, columns=["group", "p", "y"])
    return (
        frame if second is None else frame.assign(**{second: ["u", "v"] * (len(frame) // 2) + ["u"] * (len(frame) % 2)})
    )


def rule(limit: float = 0.1, side: str = "max", **more: Any) -> dict[str, Any]:
    """Return a rule on the selection rate's difference."""
    return {"metric": "selection_rate", "across": "group", "compare": "difference", side: limit, **more}


def findings(frame: pd.DataFrame, *rules: dict[str, Any], **parts: Any) -> dict[str, Finding]:
    """Return the findings by id."""
    return {finding.id: finding for finding in audit_frame(frame, rules=rules, **parts).findings}


def verdict(record: AuditRecord) -> tuple[str, list[str]]:
    """Return the overall verdict and each finding's."""
    return record.verdict, [finding.verdict for finding in record.findings]


LARGE = {"a": (5_000, 5_000), "b": (5_000, 5_000)}


@pytest.mark.parametrize(
    ("groups", "limit", "expected", "reason"),
    [
        (LARGE, 0.1, "pass", None),
        ({"a": (5_000, 5_000), "b": (8_000, 2_000)}, 0.1, "fail", None),
        ({"a": (50, 50), "b": (60, 40)}, 0.1, "inconclusive", "interval_holds_limit"),
        ({"a": (5_000, 5_000), "b": (6_000, 4_000)}, 0.1, "inconclusive", "interval_holds_limit"),
        ({"a": (50, 50), "b": (3, 2)}, 0.1, "not_evaluable", "fewer_than_two_groups"),
        ({"a": (50, 50)}, 0.1, "not_evaluable", "fewer_than_two_groups"),
    ],
    ids=["equal", "far apart", "few rows", "at the limit", "one large group", "one group"],
)
def test_a_verdict_is_what_the_interval_allows(
    groups: dict[str, tuple[int, int]], limit: float, expected: str, reason: str | None
) -> None:
    """Pass and fail are shown by the data; anything else is undecided, and says why."""
    (finding,) = findings(people(**groups), rule(limit), statistics={"min_group": 30}).values()

    assert (finding.verdict, finding.reason) == (expected, reason)
    assert (finding.observed is None) == (expected == "not_evaluable")
    assert finding.message
    assert finding.remedy


@pytest.mark.parametrize(
    ("compare", "side", "limit", "expected"),
    [
        ("difference", "max", 0.35, "pass"),
        ("difference", "max", 0.25, "fail"),
        ("difference", "min", 0.25, "pass"),
        ("difference", "min", 0.35, "fail"),
        ("ratio", "min", 0.5, "pass"),
        ("ratio", "min", 0.8, "fail"),
        ("ratio", "max", 0.8, "pass"),
        ("ratio", "max", 0.5, "fail"),
        ("each", "max", 0.85, "pass"),
        ("each", "max", 0.75, "fail"),
        ("each", "min", 0.45, "pass"),
        ("each", "min", 0.55, "fail"),
    ],
)
def test_each_way_to_compare_has_its_own_sides(compare: str, side: str, limit: float, expected: str) -> None:
    """Rates of 0.5 and 0.8: a difference of 0.3, a ratio of 0.625, and two values of their own."""
    frame = people(a=(10_000, 10_000), b=(16_000, 4_000))

    (finding,) = findings(frame, rule(limit, side, compare=compare)).values()

    assert finding.verdict == expected
    value = {"difference": 0.3, "ratio": 0.625, "each": 0.8 if side == "max" else 0.5}[compare]
    assert finding.observed is not None
    assert finding.observed.value == pytest.approx(value)
    assert (finding.rule.max, finding.rule.min) == ((limit, None) if side == "max" else (None, limit))


def test_the_printed_ends_decide() -> None:
    """A reader who compares the printed interval with the limit comes to the same verdict."""
    for chosen in range(40, 100, 3):
        (finding,) = findings(people(a=(50, 50), b=(chosen, 100 - chosen)), rule(0.2)).values()
        assert finding.observed is not None
        low, high = finding.observed.interval.low, finding.observed.interval.high
        assert high is not None
        assert finding.verdict == ("pass" if high <= 0.2 else "fail" if low > 0.2 else "inconclusive")


def test_a_rule_on_every_feature_gives_a_finding_each() -> None:
    """`*` is each feature and each configured intersection; ids start with the rule's."""
    frame = people("sex", **LARGE)

    found = findings(frame, rule(across="*", id="fair"), sensitive=["group", "sex"], intersections=[["group", "sex"]])

    assert list(found) == ["fair/group", "fair/sex", "fair/group+sex"]
    assert [finding.rule.across for finding in found.values()] == [("group",), ("sex",), ("group", "sex")]
    assert {finding.rule.id for finding in found.values()} == {"fair"}


def test_a_rule_on_an_intersection_needs_no_other_mention() -> None:
    """The order of the names does not matter, and the feature need not be listed as an intersection."""
    found = findings(people("sex", **LARGE), rule(across=["sex", "group"], id="both"), sensitive=["group", "sex"])

    assert found["both"].rule.across == ("group", "sex")
    assert found["both"].observed is not None
    assert set(found["both"].observed.group or {}) == {"group", "sex"}


def test_a_rule_elsewhere_leaves_the_star_alone() -> None:
    """An intersection that only another rule names is not one of `*`."""
    found = findings(
        people("sex", **LARGE),
        rule(across="*", id="a"),
        rule(across=["sex", "group"], id="b"),
        sensitive=["group", "sex"],
    )

    assert list(found) == ["a/group", "a/sex", "b"]


def test_generated_ids_say_what_the_rule_is() -> None:
    """A rule without an id has a stable one, made of what it says."""
    frame = people("größe des Ortes", **LARGE)

    found = findings(
        frame, rule(), rule(across="*", compare="ratio", side="max", limit=1.0), rule(across="größe des Ortes"),
        sensitive=["group", "größe des Ortes"],
    )  # fmt: skip

    assert list(found) == [
        "selection-rate-group-difference",
        "selection-rate-all-ratio/group",
        "selection-rate-all-ratio/größe des Ortes",
        "selection-rate-größe-des-ortes-difference",
    ]


def test_a_fail_must_survive_the_number_of_questions() -> None:
    """Ask twenty questions and one fails by chance: Holm's adjustment, over all rules of the config."""
    frame = people(a=(255, 245), b=(345, 155))
    alone = findings(frame, rule(0.1, id="first"))["first"]
    others = [rule(0.5, id=f"other{place}", metric="false_positive_rate") for place in range(3)]
    near = [rule(0.1, id=f"near{place}") for place in range(20)]

    crowded = findings(frame, rule(0.1, id="first"), *others, *near)["first"]

    assert alone.verdict == "fail"
    assert alone.p_value is not None
    assert alone.p_value < 0.05
    assert (crowded.verdict, crowded.reason) == ("inconclusive", "multiplicity")
    assert crowded.p_adjusted is not None
    assert crowded.p_adjusted > 0.05
    assert "once all rules are counted" in crowded.message


def test_a_pass_needs_no_adjustment() -> None:
    """All rules hold only if each does, so asking more questions makes a pass no easier and no harder."""
    frame = people(**LARGE)

    found = findings(frame, *[rule(0.1, id=f"r{place}") for place in range(30)])

    assert {finding.verdict for finding in found.values()} == {"pass"}


def test_the_four_fifths_profile_uses_the_favourable_decision() -> None:
    """Being marked low risk is the favourable decision there; the profile's ratio is of that rate."""
    frame = people(a=(8_000, 2_000), b=(5_000, 5_000))

    hired = findings(frame, profiles=["four-fifths"])["four-fifths/group"]
    spared = findings(frame, profiles=["four-fifths"], favourable=0)["four-fifths/group"]

    assert hired.observed is not None
    assert spared.observed is not None
    assert (hired.verdict, hired.observed.value) == ("fail", 0.625)
    assert (spared.verdict, spared.observed.value) == ("fail", 0.4)
    assert (hired.rule.profile, hired.rule.line) == ("four-fifths", None)
    assert "1607.4(D)" in str(hired.rule.why)


def test_a_ratio_below_four_fifths_alone_is_no_finding() -> None:
    """Equal rates fail the bare ratio in most small samples; here the interval decides."""
    (finding,) = findings(people(a=(15, 25), b=(11, 29)), profiles=["four-fifths"]).values()

    assert finding.observed is not None
    assert finding.observed.value < 0.8
    assert finding.verdict == "inconclusive"
    assert finding.rows_needed is not None
    assert finding.rows_needed.rows_total > 80


FAR = {"a": (5_000, 5_000), "b": (8_000, 2_000)}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule(0.5, id="p")], "pass"),
        ([rule(0.5, id="p"), rule(0.1, id="f")], "fail"),
        ([rule(0.3, id="i"), rule(0.1, id="f")], "fail"),
        ([rule(0.3, id="i"), rule(0.5, id="p")], "inconclusive"),
        ([rule(0.5, id="p"), rule(0.5, id="n", across="one")], "inconclusive"),
        ([rule(0.1, id="f"), rule(0.5, id="n", across="one")], "fail"),
        ([], "inconclusive"),
    ],
    ids=["pass", "fail over pass", "fail over inconclusive", "inconclusive over pass", "not evaluable over pass",
         "fail over not evaluable", "no rule"],
)  # fmt: skip
def test_the_worst_finding_is_the_verdict(rules: list[dict[str, Any]], expected: str) -> None:
    """fail > inconclusive = not_evaluable > pass; with no rule nothing was asked, which is no pass."""
    record = audit_frame(people(**FAR).assign(one="same"), rules=rules, sensitive=["group", "one"])

    assert record.verdict == expected


def test_the_worst_component_decides_equalized_odds() -> None:
    """A criterion of two rates fails when either gap does."""
    frame = pd.DataFrame(
        {
            "group": ["a"] * 4_000 + ["b"] * 4_000,
            "y": [0, 1] * 4_000,
            "p": [0, 1, 1, 0] * 1_000 + ([0, 1] * 3 + [0, 0, 1, 0]) * 400,
        }
    )

    found = findings(
        frame,
        rule(0.25, id="tpr", metric="true_positive_rate"),
        rule(0.25, id="fpr", metric="false_positive_rate"),
        rule(0.25, id="odds", metric="equalized_odds"),
    )

    assert (found["tpr"].verdict, found["fpr"].verdict, found["odds"].verdict) == ("pass", "fail", "fail")
    assert found["odds"].observed is not None
    assert found["odds"].observed.value == pytest.approx(0.3)


def test_groups_left_out_are_named_in_the_finding() -> None:
    """A pass "among the large groups" must say which were not looked at."""
    (finding,) = findings(people(**LARGE, tiny=(3, 0)), rule(), statistics={"min_group": 30}).values()

    assert finding.verdict == "pass"
    assert "tiny (fewer than 30 people)" in finding.message


def test_a_finding_says_where_its_rule_stands() -> None:
    """The reason for a limit, and its line, come from the config."""
    (finding,) = findings(people(**LARGE), rule(why="agreed on 1 March")).values()

    assert finding.rule.why == "agreed on 1 March"
    assert finding.kind == "metric"


@pytest.mark.parametrize(("compare", "side", "limit"), [("difference", "max", 0.1), ("ratio", "min", 0.8)])
def test_equal_groups_are_said_to_be_equal(compare: str, side: str, limit: float) -> None:
    """Nobody stands apart: the pair is still of two groups, in label order, and the message names neither."""
    frame = people(b=(5_000, 5_000), a=(5_000, 5_000), c=(5_000, 5_000))

    record = audit_frame(frame, rules=[rule(limit, side, compare=compare)])
    (finding,) = record.findings

    assert finding.observed is not None
    assert (finding.observed.group, finding.observed.against) == ({"group": "a"}, {"group": "b"})
    assert finding.message.startswith("All groups compared by group have the same selection rate (50.0")
    for row in record.disparities:
        assert row.group is None or row.group != row.against


def odds(*cells: tuple[str, int, int, int]) -> pd.DataFrame:
    """Return people by group, outcome, decision and number."""
    rows = [cell[:3] for cell in cells for _ in range(cell[3])]
    return pd.DataFrame(rows, columns=["group", "y", "p"])


def test_a_finding_on_a_criterion_can_be_traced_to_a_metric() -> None:
    """The component that the value comes from is named and estimated, whatever metrics were chosen."""
    frame = odds(
        *(("a", 1, 1, 800), ("a", 1, 0, 200), ("a", 0, 1, 200), ("a", 0, 0, 800)),
        *(("b", 1, 1, 500), ("b", 1, 0, 500), ("b", 0, 1, 200), ("b", 0, 0, 800)),
    )

    record = audit_frame(frame, metrics=["accuracy"], rules=[rule(metric="equalized_odds")])
    (finding,) = record.findings

    assert finding.observed is not None
    assert finding.observed.component == "true_positive_rate"
    assert finding.message.startswith("Gap in equalized odds (true positive rate) between a (80.0")
    own = {
        row.group["group"]: row.value for row in record.estimates if row.metric == "true_positive_rate" and row.group
    }
    assert own["a"] is not None
    assert own["b"] is not None
    assert finding.observed.value == pytest.approx(own["a"] - own["b"])
    assert {"accuracy", "true_positive_rate", "false_positive_rate"} == {row.metric for row in record.estimates}


def test_the_end_that_decides_may_come_from_the_other_component() -> None:
    """A wide gap among few people leaves the verdict to a narrower one among many; the message says so."""
    frame = odds(
        *(("a", 1, 1, 6), ("a", 1, 0, 4), ("a", 0, 1, 4_000), ("a", 0, 0, 6_000)),
        *(("b", 1, 1, 2), ("b", 1, 0, 8), ("b", 0, 1, 1_000), ("b", 0, 0, 9_000)),
    )

    (finding,) = findings(frame, rule(0.1, metric="equalized_odds")).values()

    assert finding.verdict == "fail"
    assert "equalized odds (true positive rate)" in finding.message
    assert "(by the false positive rate); the rule allows" in finding.message


def test_a_group_that_one_component_leaves_out_is_said_to_be_left_out_of_that_one() -> None:
    """It still counts in the other, so "left out" alone would be wrong."""
    frame = odds(
        *(("a", 1, 1, 50), ("a", 1, 0, 50), ("a", 0, 1, 50), ("a", 0, 0, 50)),
        *(("b", 1, 1, 50), ("b", 1, 0, 50), ("b", 0, 1, 50), ("b", 0, 0, 50)),
        *(("c", 0, 1, 50), ("c", 0, 0, 50)),
        ("d", 0, 1, 3),
    )

    record = audit_frame(frame, rules=[rule(metric="equalized_odds")], statistics={"min_group": 30})
    row = next(row for row in record.disparities if row.metric == "equalized_odds")

    assert [(part.group["group"], part.reason, part.component) for part in row.left_out] == [
        ("c", "no_positives", "true_positive_rate"),
        ("d", "small", None),
    ]
    assert "c (true positive rate only: nobody for whom the outcome happened)" in record.findings[0].message


def test_thousands_are_told_apart_in_messages() -> None:
    """A limit of a million people is read at a glance."""
    (finding,) = findings(people(**LARGE), rule(), statistics={"min_group": 1_000_000}).values()

    assert "(fewer than 1,000,000 people)" in finding.message


def why(finding: Finding) -> str:
    """Return what the remedy says to find out."""
    return finding.remedy.partition(":")[0].replace("Find out why ", "")


def test_difference_and_ratio_name_the_same_group_as_standing_apart() -> None:
    """Rates of .617, .617, .610 and .341: B stands apart, whichever way the gap is written."""
    frame = people(A=(617, 383), C=(617, 383), D=(610, 390), B=(341, 659))

    found = findings(
        frame,
        rule(id="difference"),
        rule(0.8, "min", id="ratio", compare="ratio"),
        rule(0.5, id="each", compare="each"),
    )

    assert why(found["difference"]) == why(found["ratio"]) == "the group B stands apart"
    assert why(found["each"]) == "the group A stands apart"  # the highest is past the limit, whatever the others are


def test_opposite_rates_name_the_same_group_as_standing_apart() -> None:
    """A true and a false negative rate are one gap seen from two sides."""
    frame = people(A=(617, 383), C=(617, 383), D=(610, 390), B=(341, 659)).assign(y=1)

    found = findings(frame, *(rule(id=name, metric=name) for name in ("true_positive_rate", "false_negative_rate")))

    assert [why(finding) for finding in found.values()] == ["the group B stands apart"] * 2


def test_of_two_groups_neither_stands_apart() -> None:
    """The larger of two is always nearer to everyone's value; that is no reason to look at the other."""
    found = findings(people(a=(900, 100), b=(50, 150)), rule(id="f"), rule(0.8, "min", id="r", compare="ratio"))

    assert why(found["f"]) == "the groups a and b are so far apart"
    assert why(found["r"]) == "the groups b and a are so far apart"


@pytest.mark.parametrize(
    ("factor", "people_now", "expected"),
    [
        (29.12, 7_214, "About 30 times as many people, some 217,000 in all"),
        (1.39, 7_214, "About 1.4 times as many people, some 10,100 in all"),
        (1.1, 1_000, "About 1.1 times as many people, some 1,100 in all"),
        (9.99, 40, "About 10.0 times as many people, some 400 in all"),
        (132.5, 41, "About 140 times as many people, some 5,740 in all"),
    ],
)
def test_the_total_is_the_product_of_what_is_read(factor: float, people_now: int, expected: str) -> None:
    """Both are rounded up; a reader who multiplies finds the total to three digits."""
    measure = find_measure("selection_rate")
    assert measure is not None
    case = Case(
        rule=Rule("r", "r", measure, ("group",), "difference", "max", 0.1, None, None, None),
        verdict="inconclusive",
        reason="interval_holds_limit",
        observed=None,
        meets=None,
        values=None,
        left_out=(),
        min_group=30,
        confidence=0.95,
        needed=RowsNeeded(factor=factor, rows_total=math.ceil(factor * people_now), chance=0.8),
    )

    assert finding_remedy(case).startswith(expected)
