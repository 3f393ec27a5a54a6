"""What `ethicscheck power` says (`ethicscheck/power/1`): a plan, not a record of an audit, and never a verdict."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from .part import Part

SCHEMA: Literal["ethicscheck/power/1"] = "ethicscheck/power/1"
Group = dict[str, str]
Unit = Literal["share", "quantity", "number"]


class SmallestGap(Part):
    """A true gap or value that would show, and the groups it is between (one group for `each`)."""

    value: float = Field(description="The true gap, ratio or value.")
    between: tuple[Group, ...] = Field(description="The two groups, or the one.")
    of: str | None = Field(None, description="Of a criterion: the title of the metric in which it is harder to show.")


class RowsPlan(Part):
    """So many rows would decide the rule, in four cases of five. Which way is not said."""

    keep_null: ClassVar[frozenset[str]] = frozenset({"each", "each_total", "factor", "factor_total"})

    each: int | None = Field(description="Rows that each group needs at least; null when no realistic number will do.")
    each_total: int | None = Field(description="Rows of all groups when those with fewer are brought up to `each`.")
    factor: float | None = Field(description="Or: so many times as many rows of all groups, in today's proportions.")
    factor_total: int | None = Field(description="Rows of all groups then.")


class GroupPower(Part):
    """What one group's rows allow."""

    keep_null: ClassVar[frozenset[str]] = frozenset({"smallest"})

    group: Group
    rows: int = Field(description="Rows today (or of `--rows`).")
    left_out: str | None = Field(None, description="Why the group takes no part: small, no_positives, ….")
    smallest: float | None = Field(
        None,
        description="The smallest gap between it and the largest other group that would show; of `each`, its own value.",
    )
    missing: int | None = Field(
        None, description="Rows it lacks for the rule to be decided, if groups differ as today."
    )
    missing_if_alike: int | None = Field(None, description="Rows it lacks if all groups are alike.")


class RulePower(Part):
    """One rule on one feature or intersection."""

    keep_null: ClassVar[frozenset[str]] = frozenset({"undefined", "if_as_today", "if_alike", "smallest", "surely"})

    id: str = Field(description="The finding's id.")
    metric: str
    title: str = Field(description="The measure in a few words.")
    unit: Unit = Field(
        description="Whether values are shares of people, in the unit of what is predicted, or plain numbers."
    )
    features: tuple[str, ...]
    compare: Literal["difference", "ratio", "each"]
    max: float | None = None
    min: float | None = None
    undefined: str | None = Field(description="Why the rule can't be judged at all; null when it can.")
    enough: bool = Field(description="Whether today's rows decide it in four cases of five, if groups differ as today.")
    if_as_today: RowsPlan | None = Field(description="Rows needed if groups differ as today's rows suggest.")
    if_alike: RowsPlan | None = Field(description="Rows needed if in truth all groups are alike.")
    smallest: SmallestGap | None = Field(
        description="The breach nearest to the limit that would show, between the largest groups."
    )
    surely: SmallestGap | None = Field(
        description="The same between the smallest groups: beyond it, any breach would show."
    )
    groups: tuple[GroupPower, ...]


class GapPower(Part):
    """The gap in one measure between the groups of one feature or intersection."""

    keep_null: ClassVar[frozenset[str]] = frozenset({"undefined", "smallest", "surely"})

    metric: str
    title: str
    unit: Unit
    features: tuple[str, ...]
    undefined: str | None = Field(description="Why there is no gap; null when there is.")
    smallest: SmallestGap | None = Field(
        description="The smallest gap that would show, between the two largest groups."
    )
    surely: SmallestGap | None = Field(
        description="Between the two smallest groups: a gap of this size shows wherever it is."
    )
    groups: tuple[GroupPower, ...]


class PowerPlan(Part):
    """All of it."""

    schema_: Literal["ethicscheck/power/1"] = Field(SCHEMA, alias="schema")
    subject: str
    rows: int = Field(description="Rows judged today, or those of `--rows`.")
    rows_today: int | None = Field(None, description="Rows judged today, where `--rows` was given; 0 without data.")
    confidence: float
    chance: float = Field(description="The chance meant throughout: 0.8.")
    min_group: int
    rules: tuple[RulePower, ...]
    gaps: tuple[GapPower, ...] = Field(
        description="For each measure of the rules, or all measures where there are none."
    )
