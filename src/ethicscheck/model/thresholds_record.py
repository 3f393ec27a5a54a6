"""The record's part on thresholds: the sweep by group, and what other thresholds would do. What-ifs, no advice."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .part import Interval, Part

Amount = int | float

CAUTION = (
    "A what-if, no advice. Thresholds that differ by group treat people differently because of a protected trait, which "
    "can be unlawful (in the United States 42 U.S.C. 2000e-2(l) forbids different cutoff scores by race, colour, "
    "religion, sex or national origin in employment tests; in the European Union it can be direct discrimination under "
    "Directives 2000/43/EC, 2000/78/EC, 2004/113/EC and 2006/54/EC). Ask a lawyer first. Every threshold here was chosen on the data it is "
    "judged on, so it looks better than it will on new people."
)


class SweptGroup(Part):
    """One group's outcomes at each threshold: all its rates follow from these."""

    group: dict[str, str]
    rows: int
    negatives: Amount = Field(description="People for whom the outcome did not happen (sum of weights where weighted).")
    positives: Amount = Field(description="People for whom the outcome happened.")
    false_positives: tuple[Amount, ...] = Field(description="At each of `thresholds`.")
    true_positives: tuple[Amount, ...] = Field(description="At each of `thresholds`.")


class RuleSweep(Part):
    """The value a rule judges, at each threshold; null where it is undefined."""

    rule: str
    metric: str
    compare: Literal["difference", "ratio", "each"]
    max: float | None = None
    min: float | None = None
    values: tuple[float | None, ...]


class GapAt(Part):
    """The largest minus the smallest group's value of one rate."""

    keep_null = frozenset({"value"})

    metric: str
    value: float | None


class RuleAt(Part):
    """What a way of deciding would do to one rule."""

    keep_null = frozenset({"value"})

    rule: str
    value: float | None
    undefined: str | None = None
    interval: Interval | None = None
    keeps: bool | None = Field(None, description="Whether the value keeps the limit.")
    verdict: Literal["pass", "fail", "inconclusive", "not_evaluable"] = Field(
        description="What the interval says, taking the thresholds as given and this rule alone."
    )


class GroupThreshold(Part):
    """Who is selected in one group: a score of `threshold` or more; null: nobody.

    With `chances` the decision is by lot: the chance below `lower`, from there to below `threshold`, and from it on.
    """

    keep_null = frozenset({"threshold"})

    group: dict[str, str]
    threshold: float | None
    lower: float | None = None
    chances: tuple[float, float, float] | None = None


class WhatIf(Part):
    """One way of deciding, and what it would do to accuracy, gaps and rules among the groups compared."""

    kind: Literal["now", "most_accurate", "common", "per_group", "fairlearn"]
    aim: str | None = Field(None, description="The rule, rate or constraint that it was chosen for.")
    tolerance: float | None = Field(None, description="How far apart the rates of the aim may be.")
    selects: Literal["some", "everyone", "nobody"] | None = Field(
        None, description="Whether the thresholds part people at all."
    )
    threshold: float | None = Field(None, description="The common threshold; absent where nobody is selected.")
    thresholds: tuple[GroupThreshold, ...] = ()
    people: int
    accuracy: float
    gaps: tuple[GapAt, ...]
    rules: tuple[RuleAt, ...]
    left_out: tuple[dict[str, str], ...] = Field((), description="Groups it says nothing of: one outcome only.")
    sample: int | None = Field(None, description="Rows given to Fairlearn, where they stand for more.")


class ThresholdAxis(Part):
    """The thresholds by one feature or intersection."""

    features: tuple[str, ...]
    thresholds: tuple[float | None, ...] = Field(description="Selected is score >= threshold; null, the last: nobody.")
    tolerance: float = Field(description="Between two thresholds here no group's rate moves by more than this.")
    accuracy: tuple[float, ...] = Field(description="At each of `thresholds`, among the groups compared.")
    groups: tuple[SweptGroup, ...]
    left_out: tuple[dict[str, str], ...] = Field((), description="Groups with fewer than min_group people.")
    rules: tuple[RuleSweep, ...] = ()
    unmet: tuple[str, ...] = Field((), description="Rules that no common threshold keeps.")
    what_ifs: tuple[WhatIf, ...]


class Thresholds(Part):
    """Every decision threshold, from the histogram of scores."""

    score: str
    operating: float | None = Field(None, description="Today's threshold, where decisions are made by one.")
    scores: int = Field(description="How many different scores there are.")
    half_width: float = Field(0.0, description="Above 0: scores were put on a grid, each is off by at most this.")
    tool: str | None = Field(None, description="What chose thresholds mixed by lot.")
    caution: str = CAUTION
    axes: tuple[ThresholdAxis, ...]
