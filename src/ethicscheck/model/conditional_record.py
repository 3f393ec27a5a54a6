"""What the record says of the measures within strata, and of gaps once like is compared with like."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .part import Interval, Part


class Adjusted(Part):
    """A figure with its interval."""

    value: float
    interval: Interval


class StrataTest(Part):
    """A test over strata."""

    p_value: float
    test: str
    statistic: float = Field(description="The χ² statistic; an exact or simulated p-value does not rest on it alone.")
    degrees: int


class LackingStratum(Part):
    """A stratum that is left out, because somebody it would compare has no value there."""

    stratum: dict[str, str]
    rows: int
    lacks: tuple[dict[str, str], ...] = Field(description="The groups that have no value there.")


class StratumGap(Part):
    """The gap over all groups (largest − smallest) in one stratum."""

    keep_null = frozenset({"value"})

    stratum: dict[str, str]
    rows: int
    value: float | None
    undefined: str | None = None
    interval: Interval | None = None
    group: dict[str, str] | None = None
    against: dict[str, str] | None = None


class StratumDifference(Part):
    """How far two groups are apart in one stratum, group − against."""

    stratum: dict[str, str]
    value: float
    interval: Interval


class StandardisedGroup(Part):
    """One group's value if all groups were spread over the strata alike."""

    group: dict[str, str]
    value: float
    interval: Interval


class StandardisedGap(Part):
    """The gap over all groups, each standardised to the mix of strata of all of them together."""

    keep_null = frozenset({"value"})

    value: float | None
    undefined: str | None = None
    interval: Interval | None = None
    group: dict[str, str] | None = None
    against: dict[str, str] | None = None
    values: tuple[StandardisedGroup, ...] = ()
    strata: int = Field(description="How many strata hold every group that is compared.")
    rows: int = Field(description="The rows in these strata.")
    left_out: tuple[LackingStratum, ...] = ()


class AdjustedPair(Part):
    """Two groups, group − against (or group ÷ against), over the strata in which both have a value."""

    group: dict[str, str]
    against: dict[str, str]
    to: Literal["gap", "reference"] = Field(
        description="The two ends of the gap over all, or a group and the reference."
    )
    undefined: str | None = None
    crude: Adjusted | None = Field(None, description="The difference over these strata together.")
    adjusted: Adjusted | None = Field(
        None, description="The difference of the values standardised to their common mix."
    )
    explained: float | None = Field(None, description="The part of the difference that the mix of strata makes.")
    unexplained: Adjusted | None = Field(None, description="The rest: crude = explained + unexplained.")
    turns: Literal["clear", "possible"] | None = Field(
        None, description="Whether adjusting turns the difference round (Simpson); clear when both are told from 0."
    )
    odds_ratio: Adjusted | None = Field(None, description="Mantel and Haenszel's common odds ratio.")
    risk_difference: Adjusted | None = Field(None, description="Mantel and Haenszel's common difference of rates.")
    independence: StrataTest | None = Field(None, description="Cochran–Mantel–Haenszel: no difference in any stratum.")
    homogeneity: StrataTest | None = Field(
        None, description="Breslow–Day: one and the same odds ratio in every stratum."
    )
    within: tuple[StratumDifference, ...] = Field(
        (), description="Of the gap's two ends: the difference in each stratum."
    )
    strata: int = 0
    rows: int = 0
    left_out: tuple[LackingStratum, ...] = ()


class ConditionalMetric(Part):
    """One measure of the groups of one feature, within strata."""

    metric: str
    features: tuple[str, ...]
    within: tuple[StratumGap, ...]
    standardised: StandardisedGap
    independence: StrataTest | None = None
    pairs: tuple[AdjustedPair, ...] = ()


class Demographic(Part):
    """A group's share of the unfavourable decisions less its share of the favourable ones."""

    features: tuple[str, ...]
    group: dict[str, str]
    crude: Adjusted
    conditional: Adjusted = Field(description="The mean over strata, weighted by their size.")
    strata: int
    left_out: tuple[LackingStratum, ...] = Field((), description="Strata in which all decisions are alike.")


class Conditional(Part):
    """The measures within strata, and gaps once like is compared with like."""

    strata: tuple[str, ...]
    metrics: tuple[ConditionalMetric, ...]
    demographic_disparity: tuple[Demographic, ...] = ()
