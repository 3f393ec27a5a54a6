"""What the record says of the search for the groups that are treated worst. Exploration: no verdict rests on it."""

from __future__ import annotations

from pydantic import Field

from .part import Interval, Part


class Contrast(Part):
    """A subgroup and everyone else in one half of the rows."""

    keep_null = frozenset({"value", "other", "difference"})

    value: float | None
    other: float | None = Field(description="The value of everyone else.")
    difference: float | None = Field(description="value − other.")
    denominator: int = Field(description="People of the subgroup that the value is counted on.")
    other_denominator: int


class FoundSubgroup(Part):
    """A subgroup that stood out in the first half of the rows, and what the second half says of it."""

    metric: str
    features: tuple[str, ...] = Field(description="The columns whose values it combines.")
    group: dict[str, str]
    discovery: Contrast
    p_discovery: float
    q_discovery: float = Field(description="After Benjamini and Hochberg's adjustment over all comparisons.")
    confirmation: Contrast
    interval: Interval | None = Field(
        None, description="Of the difference in the second half; holds over all subgroups that were followed up."
    )
    p_value: float
    p_adjusted: float = Field(description="After Holm's adjustment over all subgroups that were followed up.")
    confirmed: bool


class PooledGroup(Part):
    """A group's own value, and the value drawn toward the common mean as far as its people are few."""

    keep_null = frozenset({"value"})

    group: dict[str, str]
    denominator: int
    value: float | None
    pooled: float
    interval: Interval


class PooledTable(Part):
    """All groups of one intersection, each borrowing strength from the others."""

    metric: str
    features: tuple[str, ...]
    mean: float = Field(description="What groups are like on average.")
    spread: float = Field(description="The standard deviation between groups beyond chance.")
    groups: tuple[PooledGroup, ...] = Field(description="The groups furthest from the mean first.")
    more: int = Field(0, description="Groups nearer the mean that are left out here.")


class Exploration(Part):
    """The plan of the search, how much was looked at, and what came of it."""

    metrics: tuple[str, ...]
    columns: tuple[str, ...] = Field(description="The columns whose values were combined.")
    depth: int = Field(description="The most conditions in a subgroup.")
    min_denominator: int = Field(description="People that each side needed in the first half.")
    subgroups: int = Field(description="Combinations that occur.")
    comparisons: int = Field(description="Subgroups times metrics that were large enough to be looked at.")
    found: tuple[FoundSubgroup, ...]
    pooled: tuple[PooledTable, ...] = ()
